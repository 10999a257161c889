"""The studio's talk: a broadcaster acts on a bulletin, `respond` decides what comes of it. Pure."""

from typing import assert_never

from handlers.broadcasters import schedule
from handlers.broadcasters.actions import (
    Action,
    Approve,
    Delete,
    Offer,
    Propose,
    Standing,
    Steer,
    StudioTurn,
)
from handlers.broadcasters.approval import approve, delete, may_approve, may_edit, propose
from handlers.broadcasters.schedule import steer
from handlers.bulletins import Stage


def offered(standing: Standing) -> tuple[Offer, ...]:
    """What the page offers this member for a bulletin that stands so, in the order of the page."""
    found = []
    if may_approve(standing):
        found.append(Offer.APPROVE if standing.needed else Offer.SCHEDULE)
    may_propose = standing.writes and standing.stage is Stage.DRAFT and standing.needed > 0
    if may_propose and not standing.blocked:
        found.append(Offer.PROPOSE)
    if may_edit(standing):
        found += [Offer.EDIT, Offer.DELETE]
    return tuple(found)


def steering(standing: Standing) -> tuple[Offer, ...]:
    """What the page offers this member for the newest sending."""
    if standing.run is None or not (standing.writes or standing.approves):
        return ()
    return schedule.offered(standing.run)


def respond(action: Action, standing: Standing) -> StudioTurn:
    """What comes of `action`: what storage is to do, and what is read.

    Storage checks right, seal and stage once more in its transaction; this decides by what the page
    knew, so that a refusal is told kindly.
    """
    match action:
        case Propose():
            return propose(action, standing)
        case Approve():
            return approve(action, standing)
        case Delete():
            return delete(action, standing)
        case Steer():
            return steer(action, standing)
        case _:
            assert_never(action)
