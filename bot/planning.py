"""What an operator does with bulletins at the prompt.

Nobody is asked for a password there, so that nothing is approved there either: what somebody wrote
waits for an approver in the studio, and only checked texts of the library go out without one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from bot.plan import BASIC
from broadcasts import audience, checks, library, reading, report, tick
from broadcasts.audience import Nowhere
from broadcasts.checks import Checked
from broadcasts.report import Report
from handlers.bulletins import Bulletin, Content, Plan, Run, Stage
from handlers.languages import Language
from handlers.texts import Texts
from storage import accounts, atlas, audit, bots, bulletins, quotas, released_texts, sendings, units
from storage.audit import Act
from storage.database import Database, Tx
from storage.sendings import Sending

COMMAND_LINE = bytes(16)
"""Who writes a bulletin here: nobody of the staff."""
CLOCK = "%Y-%m-%d %H:%M"

_STEERED = {
    Run.PAUSED: (Act.PAUSED, "Paused"),
    Run.SENDING: (Act.RESUMED, "Being sent"),
    Run.CANCELLED: (Act.CANCELLED, "Cancelled"),
}


async def listed(database: Database, zone: ZoneInfo) -> str:
    """Everything that was written, then the texts of the library; a line each."""
    async with database.read() as tx:
        lines = [await _line(tx, each, zone) for each in await _every(tx)]
        texts = await _texts(tx)
    lines += [f"{each}\tlibrary\t\t\t{text.vi.title}" for each, text in texts.items()]
    return "\n".join(lines)


async def show(database: Database, key: str, now: datetime, zone: ZoneInfo) -> str:
    """A bulletin, or a text of the library: what it says, what is wrong with it, how it went."""
    async with database.read() as tx:
        bulletin = await _find(tx, key)
        content = bulletin.content if bulletin is not None else (await _texts(tx))[key]
        unit = bulletin.unit if bulletin is not None else await _root(tx)
        lines = [f"{content.vi.title}\n\n{content.vi.body}\n\n{content.vi.action}", ""]
        lines += [f"{each.document} {each.article}".strip() for each in content.citations]
        lines.append(f"topic {content.topic}, {content.urgency}, valid to {content.expires_on}")
        if bulletin is not None:
            lines.append(f"unit {unit}, {bulletin.stage}, version {bulletin.version}")
            lines += [_told(each, zone) for each in await sendings.of_bulletin(tx, bulletin.id)]
        checked = await checks.check(tx, unit, content, now, zone, await atlas.current(tx))
    return "\n".join([*lines, *_findings(checked)])


async def schedule(
    database: Database, key: str, plan: Plan, unit: str | None, now: datetime, zone: ZoneInfo
) -> str:
    """Give a bulletin its times; what to tell. A text of the library becomes a bulletin of `unit`
    (or of the highest one) and needs nobody else; what was written waits for an approver.
    """
    # Nobody who wants to write waits while readers are counted.
    async with database.read() as tx:
        bulletin = await _find(tx, key)
        if bulletin is not None and unit not in {None, bulletin.unit}:
            raise click.ClickException(f"{key} belongs to the unit {bulletin.unit}")
        at = bulletin.unit if bulletin is not None else unit or await _root(tx)
        released = await released_texts.seals(tx)
        known = bulletin.content if bulletin is not None else library.usable(released)[key]
        content = library.honest(replace(known, plan=plan), released)
        checked = await checks.check(tx, at, content, now, zone, await atlas.current(tx))
    if checked.blocked:
        raise click.ClickException("\n".join(["not scheduled:", *_findings(checked)]))
    async with database.write() as tx:
        kept = await _keep(tx, bulletin, at, content, now, zone)
        told = await _let_go(tx, kept, now, zone)
    return "\n".join([told, *_findings(checked)])


async def steer(database: Database, key: str, run: Run, now: datetime) -> str:
    """Pause, go on with, or cancel the newest sending of a bulletin; what to tell. Cancelling what
    is planned takes its time away.
    """
    act, done = _STEERED[run]
    async with database.write() as tx:
        bulletin = await _written(tx, key)
        for sending in await sendings.of_bulletin(tx, bulletin.id):
            if await sendings.set_stage(tx, sending.id, run, now=now):
                await _note(tx, act, bulletin, now)
                return f"{done}: {bulletin.id}, sending {sending.id}."
        is_planned = await bulletins.next_due(tx, bulletin.id) is not None
        if run is Run.CANCELLED and is_planned:
            await bulletins.set_stage(tx, bulletin.id, Stage.DRAFT)
            await _note(tx, act, bulletin, now)
            return f"{bulletin.id} is a draft again and will not be sent."
    raise click.ClickException(f"nothing of {bulletin.id} is in a stage for that")


async def reported(database: Database, key: str, sending: int | None, now: datetime) -> Report:
    """The report on a sending of a bulletin, of the newest one without a number."""
    async with database.read() as tx:
        bulletin = await _written(tx, key)
        every = await sendings.of_bulletin(tx, bulletin.id)
        chosen = next((each.id for each in every if sending in {None, each.id}), None)
        found = await report.of_sending(tx, chosen or 0, now, await atlas.current(tx))
    if found is None:
        raise click.ClickException(f"{bulletin.id} was not sent yet")
    return found


async def dry_run(database: Database, key: str, now: datetime, zone: ZoneInfo) -> str:
    """What sending it now would mean; sends nothing."""
    async with database.read() as tx:
        bulletin = await _find(tx, key)
        content = bulletin.content if bulletin is not None else (await _texts(tx))[key]
        unit = bulletin.unit if bulletin is not None else await _root(tx)
        whom = await audience.reach(tx, unit, content, now, zone, await atlas.current(tx))
        if isinstance(whom, Nowhere):
            raise click.ClickException(f"it reaches nobody: {whom.trouble}")
        found = await audience.estimate(tx, content, whom, now)
        names = {account.id: account.name for account in await accounts.every(tx)}
        months = await _months(tx, found.by_account, now, zone)
    lines = [
        f"Readers: about {audience.rounded(found.people)}",
        f"Left out for their weekly limit: about {audience.rounded(found.skipped)}",
        f"Duration: {_lasting(found.seconds)}",
        f"Cost: {found.stars} Stars",
    ]
    for account, many in sorted(found.by_account.items()):
        lines.append(f"  over {names.get(account, account)}: about {audience.rounded(many)}")
        lines += [f"    {months[account]}"] if account in months else []
    for part, many in found.by_part.items():
        lines.append(f"  reading at {part}: about {audience.rounded(many)}")
    return "\n".join([*lines, "Nothing was sent."])


def as_text(found: Report, zone: ZoneInfo) -> str:
    """A report for the prompt."""
    texts = Texts.load(Language.EN)
    lines = [f"{name}: {value}" for name, value in reading.facts(found, texts, zone)]
    lines += [f"{name}: {number}" for name, number in reading.figures(found, texts)]
    for what, rows in (("account", found.by_account), ("province", found.by_province)):
        if rows:
            lines += ["", *_columns(reading.table(found, what, rows, texts))]
    if reading.has_hidden(found):
        lines.append(texts.get("report.hidden_hint"))
    return "\n".join(lines)


async def _keep(
    tx: Tx, bulletin: Bulletin | None, unit: str, content: Content, now: datetime, zone: ZoneInfo
) -> Bulletin:
    if bulletin is None:
        today = now.astimezone(zone).date()
        return await bulletins.create(tx, unit, COMMAND_LINE, content, today)
    edited = await bulletins.edit(tx, bulletin.id, content, bulletin.version, author=COMMAND_LINE)
    if edited is None:
        raise click.ClickException(f"{bulletin.id} is over or was deleted")
    return edited


async def _let_go(tx: Tx, bulletin: Bulletin, now: datetime, zone: ZoneInfo) -> str:
    """Make it due where nobody else has to approve it (any more), else let it wait for that."""
    if await tick.is_approved(tx, bulletin):
        await bulletins.set_stage(tx, bulletin.id, Stage.APPROVED)
        due = await tick.schedule(tx, bulletin, now, zone)
        await _note(tx, Act.SCHEDULED, bulletin, now)
        return f"{bulletin.id} will be sent at {_local(due, zone)}."
    if bulletin.stage is Stage.DRAFT:
        await bulletins.propose(tx, bulletin.id, bulletin.version)
        await _note(tx, Act.PROPOSED, bulletin, now)
    return f"{bulletin.id} waits for an approver in the studio (/studio)."


async def _months(tx: Tx, wanted: Collection[int], now: datetime, zone: ZoneInfo) -> dict[int, str]:
    """Of accounts whose app counts messages by the month: how many bulletins have left of it."""
    first = now.astimezone(zone).date().replace(day=1)
    every = [each for each in await bots.every(tx) if each.account in wanted]
    used = {each.account: await quotas.used(tx, each.account, first) for each in every}
    return {
        account: f"of this month's {BASIC.bulk_messages} messages for bulletins, {many} are used"
        for account, many in used.items()
    }


async def _note(tx: Tx, act: Act, bulletin: Bulletin, now: datetime) -> None:
    await audit.write(tx, act, staff=None, unit=bulletin.unit, minute=now, note=bulletin.id)


async def _find(tx: Tx, key: str) -> Bulletin | None:
    """The bulletin whose id this is, or begins so; None for a text of the library."""
    if key in await _texts(tx):
        return None
    found = [each for each in await _every(tx) if each.id.startswith(key)]
    if len(found) > 1:
        raise click.ClickException(f"several bulletins begin with {key}")
    if not found or not key:
        raise click.ClickException(f"there is no bulletin {key}; see: python -m bot bulletins list")
    return found[0]


async def _texts(tx: Tx) -> Mapping[str, Content]:
    return library.usable(await released_texts.seals(tx))


async def _written(tx: Tx, key: str) -> Bulletin:
    found = await _find(tx, key)
    if found is None:
        raise click.ClickException(f"{key} is a text of the library; schedule it first")
    return found


async def _every(tx: Tx) -> tuple[Bulletin, ...]:
    tree = await units.tree(tx)
    return await bulletins.of_units(tx, [each.id for each in tree.all] if tree is not None else [])


async def _root(tx: Tx) -> str:
    tree = await units.tree(tx)
    if tree is None:
        raise click.ClickException("there are no units yet: python -m bot import units FILE.csv")
    return tree.root.id


async def _line(tx: Tx, bulletin: Bulletin, zone: ZoneInfo) -> str:
    seconds = await bulletins.next_due(tx, bulletin.id)
    due = _local(datetime.fromtimestamp(seconds, UTC) if seconds is not None else None, zone)
    title = bulletin.content.vi.title or bulletin.content.en.title
    return f"{bulletin.id}\t{bulletin.stage}\t{due}\t{bulletin.unit}\t{title}"


def _told(sending: Sending, zone: ZoneInfo) -> str:
    reason = f" ({sending.reason})" if sending.reason else ""
    due = _local(sending.due, zone)
    return f"sending {sending.id}: due {due}, {sending.stage}{reason}, {sending.planned} planned"


def _findings(checked: Checked) -> list[str]:
    texts = Texts.load(Language.EN)
    return [
        f"{'✗' if each.blocks else '·'} {texts.say(each.sentence)}" for each in checked.findings
    ]


def _columns(rows: Sequence[Sequence[str | int]]) -> list[str]:
    widths = [max(len(str(row[x])) for row in rows) for x in range(len(rows[0]))]
    return [
        "  ".join(
            str(cell).ljust(width) if x == 0 else str(cell).rjust(width)
            for x, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _lasting(seconds: int) -> str:
    hours, minutes = divmod(-(-seconds // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):{CLOCK}}" if moment is not None else "-"
