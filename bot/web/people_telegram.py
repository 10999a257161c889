"""What an administrator does about Telegram: codes that link groups and accounts, and the ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handlers.routing import UnitKind
from handlers.screens import Say, say
from storage import audit, desk_codes, desk_groups, desk_links, posts, units
from storage.audit import Act
from storage.database import Tx
from storage.desk_codes import CodeKind
from storage.desk_groups import Group
from storage.staff import Member


@dataclass(frozen=True, slots=True)
class Desk:
    """Who changes something, at which units they may, and when."""

    by: bytes
    reach: frozenset[str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """A code that is shown once, and where it is to be typed."""

    code: str = field(repr=False)
    where: Say


Done = Say | Code
"""What was done, or a new code; refusals are sayings under `no`."""


async def group_code(tx: Tx, desk: Desk, unit: str) -> Done:
    """A code for the group of a unit."""
    if unit not in desk.reach:
        return say("desk.people.no.unit")
    if UnitKind.BOARDING in (await units.beside_the_union(tx, (unit,))).values():
        return say("desk.people.no.boarding")
    code = await desk_codes.make(tx, CodeKind.GROUP, unit, desk.now)
    await _note(tx, desk, Act.CODE_MADE, unit, "group")
    name = await units.name_of(tx, unit)
    return Code(f"/ketnoi {code}", say("desk.telegram.shown_group", unit=name))


async def account_code(tx: Tx, desk: Desk, member: Member) -> Done:
    """A code for the account of somebody on staff. It opens what they may do, so it is theirs alone
    whose roles are all within the administrator's reach.
    """
    refused = _refused(desk, member)
    if refused is not None:
        return refused
    if not member.reads_tips and not member.broadcasts:
        return say("desk.telegram.no.reader")
    if not member.enrolled:
        return say("desk.telegram.no.enrolled", name=member.name)
    code = await desk_codes.make(tx, CodeKind.ACCOUNT, member.id.hex(), desk.now)
    await _note(tx, desk, Act.CODE_MADE, None, f"account {member.id.hex()}")
    return Code(f"/ketnoi {code}", say("desk.telegram.shown_account", name=member.name))


async def unlink_account(tx: Tx, desk: Desk, member: Member) -> Done:
    """Take a member's account away."""
    if not await desk_links.unlink(tx, member.id):
        return say("desk.telegram.no.account")
    await _note(tx, desk, Act.UNLINKED, None, f"account {member.id.hex()}")
    return say("desk.telegram.done.unlinked", name=member.name)


async def change_group(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> Done:
    """Choose the options of a group."""
    group = await _group(tx, desk, fields)
    if group is None:
        return say("desk.telegram.no.group")
    topics, reading = bool(fields.get("topics")), bool(fields.get("reading"))
    await desk_groups.choose(tx, group.id, topics=topics, reading=reading)
    note = f"topics {int(topics)} reading {int(reading)}"
    await _note(tx, desk, Act.DESK_CHANGED, group.unit, note)
    return say("desk.telegram.done.saved")


async def unlink_group(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> Done:
    """A group is no desk any more."""
    group = await _group(tx, desk, fields)
    if group is None:
        return say("desk.telegram.no.group")
    await posts.take_all(tx, group)
    await desk_groups.unlink(tx, group.id)
    await _note(tx, desk, Act.UNLINKED, group.unit, "group")
    return say("desk.telegram.done.group_unlinked")


def _refused(desk: Desk, member: Member) -> Say | None:
    if member.id == desk.by:
        return say("desk.people.no.yourself")
    if not all(unit in desk.reach for unit, _ in member.grants):
        return say("desk.people.no.member")
    return None


async def _group(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> Group | None:
    try:
        group = await desk_groups.by_id(tx, bytes.fromhex(fields.get("group", "")))
    except ValueError:
        return None
    return group if group is not None and group.unit in desk.reach else None


async def _note(tx: Tx, desk: Desk, act: Act, unit: str | None, note: str) -> None:
    await audit.write(tx, act, staff=desk.by, unit=unit, minute=desk.now, note=note)
