"""What an administrator does about alarms: codes that link Zalo, their ends, what works where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.web.people_telegram import Code, Desk, Done
from handlers.routing import Unit
from handlers.screens import Say, say
from storage import alarms, audit, desk_codes
from storage.alarms import AlarmPath, Path
from storage.audit import Act
from storage.database import Tx
from storage.desk_codes import CodeKind
from storage.staff import Member


@dataclass(frozen=True, slots=True)
class Line:
    """How one unit learns of tips while its desk is closed: each path, and what to do about it."""

    unit: Unit
    paths: Sequence[tuple[AlarmPath, bool, Say]]
    sum: Say
    well: bool


async def zalo_code(tx: Tx, desk: Desk, member: Member) -> Done:
    """A code for the Zalo chat where an officer is rung; it is theirs alone whose roles are all
    within the administrator's reach.
    """
    if member.id == desk.by:
        return say("desk.people.no.yourself")
    if not all(unit in desk.reach for unit, _ in member.grants):
        return say("desk.people.no.member")
    if not member.reads_tips:
        return say("desk.alarms.no.reader")
    if not member.enrolled:
        return say("desk.alarms.no.enrolled", name=member.name)
    code = await desk_codes.make(tx, CodeKind.ALARM, member.id.hex(), desk.now)
    await _note(tx, desk, Act.CODE_MADE, member)
    return Code(f"/ketnoi {code}", say("desk.alarms.shown_zalo", name=member.name))


async def unlink_zalo(tx: Tx, desk: Desk, member: Member) -> Done:
    """Nobody is rung on this member's Zalo any more."""
    if not await alarms.unlink_member(tx, member.id, Path.ZALO):
        return say("desk.alarms.no.zalo")
    await _note(tx, desk, Act.UNLINKED, member)
    return say("desk.alarms.done.unlinked", name=member.name)


async def lines(tx: Tx, units: Sequence[Unit], root: Unit | None) -> list[Line]:
    """The alarm paths of those of `units` where somebody reads, and of the root in any case."""
    working, enabled = await alarms.reachable(tx), await alarms.enabled(tx)
    return [
        _line(unit, working, enabled, is_root=unit == root)
        for unit in units
        if unit.id in working or unit == root
    ]


def _line(
    unit: Unit,
    working: Mapping[str, frozenset[AlarmPath]],
    enabled: frozenset[AlarmPath],
    *,
    is_root: bool,
) -> Line:
    rings = working.get(unit.id, frozenset())
    paths = [
        (path, path in rings, _advice(path, rings=path in rings, enabled=path in enabled))
        for path in AlarmPath
    ]
    silent = "desk.alarms.root_silent" if is_root else "desk.alarms.silent"
    return Line(unit, paths, say("desk.alarms.rings" if rings else silent), bool(rings))


def _advice(path: AlarmPath, *, rings: bool, enabled: bool) -> Say:
    if rings:
        return say("desk.alarms.works")
    return say(f"desk.alarms.todo.{path}" if enabled else "desk.alarms.todo.operator")


async def _note(tx: Tx, desk: Desk, act: Act, member: Member) -> None:
    note = f"{Path.ZALO} {member.id.hex()}"
    await audit.write(tx, act, staff=desk.by, minute=desk.now, note=note)
