"""Who holds a tip: the officer gives it back, to a colleague, or takes it over from one."""

from handlers.moderators.actions import (
    HELD,
    DeskTurn,
    Give,
    GiveBack,
    HandOver,
    Offer,
    Release,
    Relieve,
    Standing,
    TakeFrom,
    TakeOver,
    refused,
)
from handlers.moderators.replies import not_held
from handlers.screens import say
from handlers.tips import Status


def offered(standing: Standing) -> tuple[Offer, ...]:
    """What an officer can do about who holds the tip, beside claiming it."""
    if standing.status is Status.CLOSED:
        return (Offer.UNDO,) if standing.undoes else ()
    if not_held(standing) is None:
        return (Offer.RELEASE, Offer.HAND_OVER)
    if standing.holder is None:
        return ()
    given = (Offer.HAND_OVER,) if standing.gives else ()
    return (*((Offer.TAKE_OVER,) if standing.takes else ()), *given)


def is_held(status: Status) -> bool:
    """Whether somebody holds a tip of that status."""
    return status in HELD


def release(_: Release, standing: Standing) -> DeskTurn:
    """Only the holder gives a tip back; it waits for somebody at the desk again."""
    return not_held(standing) or DeskTurn((GiveBack(),), (say("desk.life.released"),))


def hand_over(action: HandOver, standing: Standing) -> DeskTurn:
    """The holder, or whoever leads the desk, gives the tip to a colleague."""
    if not standing.gives and (turn := not_held(standing)) is not None:
        return turn
    if standing.status is Status.CLOSED:
        return refused("closed")
    if not action.to:
        return DeskTurn((), (say("desk.life.no.nobody_chosen"),))
    effect = Give(action.to, standing.holder or "")
    return DeskTurn((effect,), (say("desk.life.handed_over", name=action.name),))


def relieve(_: Relieve, standing: Standing) -> DeskTurn:
    """Taking a tip over from a colleague; when that is possible, storage knows. One that nobody
    holds is claimed.
    """
    if standing.status is Status.CLOSED:
        return refused("closed")
    if standing.mine:
        return refused("yours_already")
    if standing.holder is None:
        return DeskTurn((TakeOver(),), (say("desk.done.claimed"),))
    done = say("desk.life.taken_over", by=standing.holder)
    return DeskTurn((TakeFrom(standing.holder),), (done,))
