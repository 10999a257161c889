"""What an operator has to know at the end of a night with a restore, the worst in plain words."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.restore import Loaded, Proven
from storage.standstill import Stopped

_NEXT = (
    "",
    "Cards and rings for officers come again: a tip is shown twice rather than never.",
    "",
    "Next: python -m bot run, and when the desk looks right: python -m bot backup",
    "Take the private key off this machine again.",
)
_MINUTE = "%Y-%m-%d %H:%M"


def report(
    proven: Proven, loaded: Loaded, zone: ZoneInfo, now: datetime, *, had_ledger: bool
) -> str:
    """What was done, what nobody can know, what waits for a word, what comes next."""
    made = f"{proven.contents.header.made.astimezone(zone):{_MINUTE}}"
    known_to = f"{proven.known_to.astimezone(zone):{_MINUTE}}"
    here = f"{now.astimezone(zone):{_MINUTE}}"
    rows = loaded.rows
    restored = (
        f"Restored as it was at {made}: {rows['tips']:,} tips, {rows['staff']:,} people of the"
        f" staff, {rows['subscribers']:,} subscriptions."
    )
    unknown = (
        f"- Deletions between {known_to} and {here} are not known: tips that workers deleted then"
        " are back, until they are deleted again or retention takes them."
    )
    lost = (
        f"- What came after {made} is lost: tips filed since (their codes find nothing), answers,"
        " new staff, new subscriptions."
    )
    back = (
        f"- What ended after {made} is back: roles that were taken away, old passwords,"
        " subscriptions that were stopped. Look through: python -m bot staff list"
    )
    lines = ["", restored, *_of_ledger(len(proven.gone), had_ledger=had_ledger)]
    lines += ["", "What nobody can know:", unknown, lost, back, *_of_bulletins(loaded.stopped)]
    return "\n".join([*lines, *_NEXT])


def _of_ledger(gone: int, *, had_ledger: bool) -> list[str]:
    if not had_ledger:
        return ["There was no ledger: deletions since the backup are not known."]
    return [f"Deleted since by their workers, and left out: {gone:,} tips."]


def _of_bulletins(stopped: Stopped) -> Iterator[str]:
    if not any((stopped.paused, stopped.due, stopped.coming, stopped.held)):
        return
    yield ""
    yield "Bulletins (python -m bot bulletins list). None goes out twice by itself:"
    if stopped.paused:
        yield (
            f"- {stopped.paused} were being sent and are paused. Whoever got one since would get"
            " it twice: cancel it, unless you know that it went no further."
        )
    if stopped.due:
        yield f"- {stopped.due} missed their time, or were sent then: their authors are asked."
    if stopped.coming:
        yield f"- {stopped.coming} are planned for later, also such as were cancelled since."
    if stopped.held:
        yield f"- {stopped.held} posts in channels wait for a word in the studio."
