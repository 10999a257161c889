"""The desk's talk: an officer acts on a tip, `respond` decides what comes of it. Pure."""

from typing import assert_never

from handlers.moderators import holding
from handlers.moderators.actions import (
    HELD,
    Action,
    Answer,
    Ask,
    Claim,
    Close,
    CloseOutside,
    DeskTurn,
    HandOver,
    Note,
    Offer,
    Release,
    Relieve,
    Standing,
)
from handlers.moderators.replies import answer, ask, note
from handlers.moderators.triage import claim, close, close_outside
from handlers.tips import Status


def offered(standing: Standing) -> tuple[Offer, ...]:
    """What the page offers this officer for a tip that stands so, in the order of the page."""
    if standing.status is Status.CLOSED or not standing.theirs:
        return ()
    if standing.mine and standing.status in HELD:
        return (Offer.ASK, Offer.ANSWER, Offer.CLOSE)
    return (Offer.CLAIM,) if standing.holder is None else ()


def respond(action: Action, standing: Standing) -> DeskTurn:
    """What comes of `action`: what storage is to do, and what the officer reads.

    Storage checks right and holder once more in its transaction; this decides by what the page
    knew, so that a refusal is told kindly and the words that were typed are not lost.
    """
    match action:
        case Claim():
            return claim(action, standing)
        case Ask():
            return ask(action, standing)
        case Answer():
            return answer(action, standing)
        case Close():
            return close(action, standing)
        case CloseOutside():
            return close_outside(action, standing)
        case Release():
            return holding.release(action, standing)
        case HandOver():
            return holding.hand_over(action, standing)
        case Relieve():
            return holding.relieve(action, standing)
        case Note():
            return note(action)
        case _:
            assert_never(action)
