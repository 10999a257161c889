"""A broadcaster acts on a bulletin, on whichever page: look, decide, do, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from broadcasts import audience, checks, tick
from broadcasts.audience import Nowhere
from handlers import broadcasters
from handlers.broadcasters.actions import (
    Action,
    Effect,
    LetGo,
    PutForward,
    Remove,
    Standing,
    Steer,
    StudioTurn,
    Turn,
    refused,
)
from handlers.bulletins import REMINDER, Bulletin, Run, Stage
from handlers.roles import Role
from handlers.screens import say
from storage import audit, bulletins, sendings, staff, units
from storage.audit import Act
from storage.bulletins import Approval
from storage.database import Tx
from storage.places import Places
from storage.sendings import Sending

_ACTS = {Run.PAUSED: Act.PAUSED, Run.SENDING: Act.RESUMED, Run.CANCELLED: Act.CANCELLED}


@dataclass(frozen=True, slots=True)
class Ground:
    """What acting stands on: the time, where it is shown, the tables of places."""

    zone: ZoneInfo
    clock: Callable[[], datetime] = field(repr=False)
    places: Callable[[], Places] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A bulletin and how it stands for one member of staff."""

    bulletin: Bulletin
    standing: Standing


async def see(
    tx: Tx, member: bytes, key: str, ground: Ground, *, sending: Sending | None = None
) -> Seen | None:
    """The bulletin as it stands for this member; None when there is none, or it is not theirs."""
    found = await bulletins.by_id(tx, key)
    if found is None or found.stage is Stage.DELETED or found.id == REMINDER:
        return None
    writes = found.unit in await staff.units_under(tx, member, Role.AUTHOR)
    approves = found.unit in await staff.units_under(tx, member, Role.APPROVER)
    if not writes and not approves:
        return None
    writers = await bulletins.writers_of(tx, key)
    given = {
        each.staff for each in await bulletins.approvals_of(tx, key) if each.seal == found.seal
    }
    standing = Standing(
        stage=found.stage,
        seal=found.seal,
        writes=writes,
        approves=approves,
        own=member in writers,
        needed=bulletins.approvers_needed(found.content),
        given=len(given - writers),
        mine=member in given,
        blocked=await _blocked(tx, found, ground),
        run=sending.stage if sending is not None else None,
    )
    return Seen(found, standing)


async def act(tx: Tx, member: bytes, key: str, action: Action, ground: Ground) -> StudioTurn | None:
    """What came of it; without an effect nothing was done, and `says` tells why. None: there is no
    such bulletin, or it is not theirs.
    """
    # Held to the end: of two who act at once, one sees what the other did.
    await bulletins.by_id(tx, key, lock=True)
    sending = await _meant(tx, key, action)
    seen = await see(tx, member, key, ground, sending=sending)
    if seen is None:
        return None
    turn = broadcasters.respond(action, seen.standing)
    if turn.effect is None:
        return turn
    return await _carry(tx, member, seen.bulletin, turn, sending, ground) or turn


async def propose_again(tx: Tx, member: bytes, bulletin: Bulletin, ground: Ground) -> None:
    """An edit of what waited, or was approved, waits once more, where nothing is wrong with it."""
    seen = await see(tx, member, bulletin.id, ground)
    if seen is not None and not seen.standing.blocked and seen.standing.needed:
        await _put_forward(tx, member, bulletin, ground.clock())


async def _blocked(tx: Tx, bulletin: Bulletin, ground: Ground) -> bool:
    """Whether it cannot be scheduled as it stands. As `checks.check` says, but nobody is counted:
    this runs while others wait to write.
    """
    content, now = bulletin.content, ground.clock()
    tree = await units.tree(tx)
    unit = tree.get(bulletin.unit) if tree is not None else None
    if unit is None or isinstance(audience.area(unit, content.scope, ground.places()), Nowhere):
        return True
    findings = await checks.of_all(tx, unit, content, now, ground.zone)
    return any(finding.blocks for finding in findings)


async def _meant(tx: Tx, key: str, action: Action) -> Sending | None:
    if not isinstance(action, Steer):
        return None
    found = await sendings.by_id(tx, action.sending)
    return found if found is not None and found.bulletin == key else None


async def _carry(
    tx: Tx,
    member: bytes,
    bulletin: Bulletin,
    turn: StudioTurn,
    sending: Sending | None,
    ground: Ground,
) -> StudioTurn | None:
    """Do it; another turn where storage sees it otherwise."""
    effect: Effect | None = turn.effect
    now = ground.clock()
    match effect:
        case PutForward():
            done = await _put_forward(tx, member, bulletin, now)
            return None if done else refused("old")
        case LetGo():
            return await _let_go(tx, member, bulletin, ground)
        case Remove():
            await _remove(tx, member, bulletin, now)
            return None
        case Turn(run):
            return await _turn(tx, member, bulletin, sending, run, now)
        case None:
            return None
        case _:
            assert_never(effect)


async def _put_forward(tx: Tx, member: bytes, bulletin: Bulletin, now: datetime) -> bool:
    if not await bulletins.propose(tx, bulletin.id, bulletin.version):
        return False
    await _note(tx, Act.PROPOSED, member, bulletin, now, str(bulletin.version))
    return True


async def _let_go(tx: Tx, member: bytes, bulletin: Bulletin, ground: Ground) -> StudioTurn | None:
    now = ground.clock()
    today = now.astimezone(ground.zone).date()
    match await bulletins.approve(tx, bulletin.id, bulletin.seal, member, today):
        case Approval.OWN:
            return refused("own")
        case Approval.OLD:
            return refused("old")
        case Approval.NO_RIGHT:
            return refused("right_approve")
        case Approval.NEEDS_ANOTHER:
            await _note(tx, Act.APPROVED, member, bulletin, now, str(bulletin.version))
            return StudioTurn(LetGo(), (say("studio.done.approved_part"),))
        case Approval.APPROVED:
            await _note(tx, Act.APPROVED, member, bulletin, now, str(bulletin.version))
            await tick.schedule(tx, bulletin, now, ground.zone)
            await _note(tx, Act.SCHEDULED, member, bulletin, now, str(bulletin.version))
            return None


async def _remove(tx: Tx, member: bytes, bulletin: Bulletin, now: datetime) -> None:
    for each in await sendings.of_bulletin(tx, bulletin.id):
        if not each.is_over:
            await sendings.set_stage(tx, each.id, Run.CANCELLED, now=now)
    await bulletins.delete(tx, bulletin.id)
    await _note(tx, Act.CANCELLED, member, bulletin, now, "deleted")


async def _turn(
    tx: Tx,
    member: bytes,
    bulletin: Bulletin,
    sending: Sending | None,
    run: Run,
    now: datetime,
) -> StudioTurn | None:
    if sending is None or not await sendings.set_stage(tx, sending.id, run, now=now):
        return refused("sending_changed")
    await _note(tx, _ACTS[run], member, bulletin, now, f"sending {sending.id}")
    return None


async def _note(
    tx: Tx, act: Act, member: bytes, bulletin: Bulletin, now: datetime, what: str
) -> None:
    note = f"{bulletin.id} {what}"
    await audit.write(tx, act, staff=member, unit=bulletin.unit, minute=now, note=note)
