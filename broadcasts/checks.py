"""What keeps a bulletin from being scheduled, and what its author should know before it is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from broadcasts import audience, library, timetable
from broadcasts.audience import Area, Estimate, Nowhere
from broadcasts.hours import open_parts
from broadcasts.library import Released
from broadcasts.wording import MOST_UNITS, length_of
from handlers import laws
from handlers.bulletins import Content, Repeat, Urgency
from handlers.languages import Language
from handlers.laws.changes import Changes, touching
from handlers.routing import Unit
from handlers.screens import Say
from storage import law_changes, released_texts, subscribers, units
from storage.database import Tx
from storage.places import Places
from storage.subscribers import Reach

SHORTEST_GAP = timedelta(hours=6)
"""Nobody wants to hear the same thing more often than twice a day."""
WARNING_DAYS = 30
"""So long before a bulletin expires its author is told."""
MOST_WORDS = 90
"""Of text and line of action."""
MOST_SECONDS = 60
"""Nobody reads longer on a way to work."""


class Problem(StrEnum):
    """What can be wrong, or good to know; each has its sentence, `problem.<name>`."""

    EMPTY_VI = "empty_vi"
    EMPTY_EN = "empty_en"
    TOO_LONG_VI = "too_long_vi"
    TOO_LONG_EN = "too_long_en"
    NO_CITATION = "no_citation"
    NOT_CHECKED = "not_checked"
    NO_EXPIRY = "no_expiry"
    EXPIRED = "expired"
    EXPIRES_FIRST = "expires_first"
    NO_TIME = "no_time"
    NOT_URGENT = "not_urgent"
    BAD_CRON = "bad_cron"
    PAST = "past"
    NEVER = "never"
    TOO_OFTEN = "too_often"
    NO_UNIT = "no_unit"
    NO_PLACES = "no_places"
    DISSOLVED = "dissolved"
    OUTSIDE = "outside"
    NOBODY = "nobody"
    PLACES_LOST = "places_lost"
    WAITS = "waits"
    HOLIDAY = "holiday"
    RUNS_OUT = "runs_out"
    NOT_IN_LIBRARY = "not_in_library"
    LAW_REPLACED = "law_replaced"
    LAW_CHANGES = "law_changes"
    NO_SUCH_ARTICLE = "no_such_article"
    UNKNOWN_DOCUMENT = "unknown_document"
    OTHER_START = "other_start"
    EXPIRES_SOON = "expires_soon"
    WORDY_VI = "wordy_vi"
    WORDY_EN = "wordy_en"
    SLOW = "slow"


WARNINGS = frozenset(
    {
        Problem.NOBODY,
        Problem.PLACES_LOST,
        Problem.WAITS,
        Problem.HOLIDAY,
        Problem.RUNS_OUT,
        Problem.LAW_CHANGES,
        Problem.UNKNOWN_DOCUMENT,
        Problem.OTHER_START,
        Problem.EXPIRES_SOON,
        Problem.WORDY_VI,
        Problem.WORDY_EN,
        Problem.SLOW,
    }
)
"""What does not keep a bulletin from being scheduled."""

_EMPTY = {Language.VI: Problem.EMPTY_VI, Language.EN: Problem.EMPTY_EN}
_WORDY = {Language.VI: Problem.WORDY_VI, Language.EN: Problem.WORDY_EN}
_TOO_LONG = {Language.VI: Problem.TOO_LONG_VI, Language.EN: Problem.TOO_LONG_EN}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found; `fields` are those of its sentence."""

    problem: Problem
    fields: tuple[tuple[str, str | int], ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the bulletin cannot be scheduled like this."""
        return self.problem not in WARNINGS

    @property
    def sentence(self) -> Say:
        """The finding as a sentence."""
        return Say(f"problem.{self.problem}", self.fields)


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that was found, what blocks first; `estimate` where there is an audience."""

    findings: tuple[Finding, ...]
    estimate: Estimate | None

    @property
    def blocked(self) -> bool:
        """Whether the bulletin cannot be scheduled like this."""
        return any(finding.blocks for finding in self.findings)


async def check(
    tx: Tx, unit: str, content: Content, now: datetime, zone: ZoneInfo, places: Places
) -> Checked:
    """Look at a bulletin of `unit` as it stands at `now` (aware), with its audience counted."""
    tree = await units.tree(tx)
    found = tree.get(unit) if tree is not None else None
    findings = list(await of_all(tx, found, content, now, zone))
    where = _area(found, content, places)
    estimate = None
    if isinstance(where, Nowhere):
        named = _named(where.codes, places)
        findings.append(Finding(Problem(where.trouble.value), named))
    else:
        if where.lost:
            findings.append(Finding(Problem.PLACES_LOST, _named(where.lost, places)))
        today = now.astimezone(zone).date()
        high = await subscribers.high_water(tx)
        whom = Reach(audience.topic_bits(content), where.spans, today, high)
        estimate = await audience.estimate(tx, content, whom, now)
        if not estimate.people:
            findings.append(Finding(Problem.NOBODY))
    findings.sort(key=lambda finding: not finding.blocks)
    return Checked(tuple(findings), estimate)


async def of_all(
    tx: Tx, unit: Unit | None, content: Content, now: datetime, zone: ZoneInfo
) -> tuple[Finding, ...]:
    """Everything that can be seen without counting readers or looking at the map."""
    changes, released = await law_changes.known(tx), await released_texts.seals(tx)
    return (
        *of_wording(content, unit.name if unit else ""),
        *of_origin(content, released),
        *of_law(content, now, zone),
        *of_last_day(content, now.astimezone(zone).date()),
        *of_documents(content),
        *of_changes(content, changes, now, zone),
        *of_plan(content, now, zone),
    )


def of_origin(content: Content, released: Released) -> list[Finding]:
    """What calls itself a text of the library has to be one still: its file may have changed, or
    its release was taken back.
    """
    is_one = not content.library or library.is_unedited(content, released)
    return [] if is_one else [Finding(Problem.NOT_IN_LIBRARY)]


def of_documents(content: Content) -> list[Finding]:
    """Whether the documents are those that we know, have these articles, and since that day."""
    found = []
    for each in content.citations:
        name = each.document.strip()
        if not name:
            continue
        document = laws.cited_in(name)
        if document is None:
            found.append(Finding(Problem.UNKNOWN_DOCUMENT, (("document", name),)))
            continue
        if not document.has_articles(each.article):
            cited = ("article", each.article), ("last", document.last_article or 0)
            found.append(Finding(Problem.NO_SUCH_ARTICLE, (("document", name), *cited)))
        if each.effective_from not in {None, document.since}:
            since = ("day", f"{document.since:%d/%m/%Y}")
            found.append(Finding(Problem.OTHER_START, (("document", name), since)))
    return found


def of_changes(content: Content, changes: Changes, now: datetime, zone: ZoneInfo) -> list[Finding]:
    """What it rests on and another document has replaced: by the next time that it is sent, so that
    it cannot be; or later.
    """
    coming = timetable.next_time(content.plan, now, zone) or now
    day = coming.astimezone(zone).date()
    found = []
    for each in touching(cited_by(content), changes):
        problem = Problem.LAW_REPLACED if each.since <= day else Problem.LAW_CHANGES
        since = f"{each.since:%d/%m/%Y}"
        fields = (("number", each.number), ("since", since), ("by", each.replaced_by))
        found.append(Finding(problem, fields))
    return found


def cited_by(content: Content) -> tuple[str, ...]:
    """The documents that a bulletin rests on, as it names them."""
    return tuple(each.document for each in content.citations)


def expires_soon(content: Content, today: date) -> bool:
    """Whether its last day is one of the next thirty, or today."""
    expires = content.expires_on
    return expires is not None and timedelta() <= expires - today <= timedelta(days=WARNING_DAYS)


def of_wording(content: Content, unit_name: str) -> list[Finding]:
    """What is wrong with the words: title, text and line of action in both languages, and together
    with what stands below no more than a message holds.
    """
    found = []
    for language in Language:
        wording = content.wording(language)
        if not all(each.strip() for each in (wording.title, wording.body, wording.action)):
            found.append(Finding(_EMPTY[language]))
        over = length_of(content, language, unit_name) - MOST_UNITS
        if over > 0:
            found.append(Finding(_TOO_LONG[language], (("over", over), ("most", MOST_UNITS))))
        words = len(f"{wording.body} {wording.action}".split())
        if words > MOST_WORDS:
            found.append(Finding(_WORDY[language], (("words", words), ("most", MOST_WORDS))))
    seconds = max(library.reading_seconds(content.wording(language)) for language in Language)
    if seconds > MOST_SECONDS:
        found.append(Finding(Problem.SLOW, (("seconds", seconds), ("most", MOST_SECONDS))))
    return found


def of_law(content: Content, now: datetime, zone: ZoneInfo) -> list[Finding]:
    """What is wrong with the sources: a legal bulletin says what it rests on, when that was checked
    and until when it holds; no bulletin is sent after its last day.
    """
    found = []
    cited = [each for each in content.citations if each.document.strip()]
    if content.legal and not cited:
        found.append(Finding(Problem.NO_CITATION))
    if content.legal and content.checked_on is None:
        found.append(Finding(Problem.NOT_CHECKED))
    if content.legal and content.expires_on is None:
        found.append(Finding(Problem.NO_EXPIRY))
    if content.expires_on is not None and now.astimezone(zone).date() > content.expires_on:
        found.append(Finding(Problem.EXPIRED, (("day", f"{content.expires_on:%d/%m/%Y}"),)))
    return found


def of_last_day(content: Content, today: date) -> list[Finding]:
    """Whether its sources have to be compared anew soon."""
    if not expires_soon(content, today):
        return []
    return [Finding(Problem.EXPIRES_SOON, (("day", f"{content.expires_on:%d/%m/%Y}"),))]


def of_plan(content: Content, now: datetime, zone: ZoneInfo) -> list[Finding]:
    """What is wrong with the times."""
    plan = content.plan
    if plan.asap:
        is_urgent = content.urgency is not Urgency.ORDINARY
        return _of_time(content, now, zone) if is_urgent else [Finding(Problem.NOT_URGENT)]
    if plan.first is None:
        return [Finding(Problem.NO_TIME)]
    if plan.repeat is Repeat.CRON and not timetable.is_cron(plan.cron):
        return [Finding(Problem.BAD_CRON)]
    gap = timetable.shortest_gap(plan, zone)
    if gap is not None and gap < SHORTEST_GAP:
        hours = SHORTEST_GAP // timedelta(hours=1)
        return [Finding(Problem.TOO_OFTEN, (("hours", hours),))]
    coming = timetable.next_time(plan, now, zone)
    if coming is None:
        return [Finding(Problem.PAST if plan.first <= now else Problem.NEVER)]
    return _of_time(content, coming, zone)


def _of_time(content: Content, coming: datetime, zone: ZoneInfo) -> list[Finding]:
    """What is to be said about the first time that comes."""
    found = []
    local, expires_on, plan = coming.astimezone(zone), content.expires_on, content.plan
    if expires_on is not None and local.date() > expires_on:
        return [Finding(Problem.EXPIRES_FIRST, (("day", f"{expires_on:%d/%m/%Y}"),))]
    last = plan.until is None or expires_on is None or plan.until > expires_on
    repeats = plan.repeat is not Repeat.ONCE and not plan.asap
    if repeats and expires_on is not None and last:
        found.append(Finding(Problem.RUNS_OUT, (("day", f"{expires_on:%d/%m/%Y}"),)))
    if not open_parts(content.urgency, coming, zone):
        found.append(Finding(Problem.WAITS, (("hour", f"{local:%H:%M}"),)))
    if timetable.holiday(local.date()) is not None:
        found.append(Finding(Problem.HOLIDAY, (("day", f"{local:%d/%m/%Y}"),)))
    return found


def _area(unit: Unit | None, content: Content, places: Places) -> Area | Nowhere:
    if unit is None:
        return Nowhere(audience.Trouble.NO_UNIT)
    return audience.area(unit, content.scope, places)


def _named(codes: tuple[str, ...], places: Places) -> tuple[tuple[str, str], ...]:
    """The names of places; of one that is no more there is only the code."""
    found = ((code, places.by_code(code.rpartition("/")[2])) for code in codes)
    return (("places", "; ".join(place.label if place else code for code, place in found)),)
