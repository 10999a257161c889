"""An officer acts on a tip, on whichever desk: look, decide, do, in the caller's transaction."""

from datetime import datetime
from typing import assert_never

from handlers import moderators
from handlers.moderators.actions import (
    Action,
    DeskTurn,
    Effect,
    End,
    PutAnswer,
    PutQuestion,
    Standing,
    TakeOver,
)
from handlers.screens import Say, say
from storage import cases
from storage.cases import Card, No, Refusal
from storage.database import Tx


def standing(card: Card) -> Standing:
    """How a tip stands, by its card."""
    return Standing(card.status, card.mine, card.holder)


async def act(tx: Tx, officer: bytes, tip: bytes, action: Action, now: datetime) -> DeskTurn | None:
    """What came of it; without effects nothing was done, and `says` tells why. None: there is no
    such tip, or it is not theirs.
    """
    card = await cases.see(tx, officer, tip, now)
    if isinstance(card, Refusal):
        return None
    turn = moderators.respond(action, standing(card))
    for effect in turn.effects:
        refusal = await _carry(tx, officer, tip, effect, now)
        if refusal is not None:
            says = _told(refusal)
            return DeskTurn((), (says,)) if says is not None else None
    return turn


async def _carry(
    tx: Tx, officer: bytes, tip: bytes, effect: Effect, now: datetime
) -> Refusal | None:
    match effect:
        case TakeOver():
            result = await cases.claim(tx, officer, tip, now)
        case PutQuestion(words):
            result = await cases.ask(tx, officer, tip, words, now)
        case PutAnswer(words):
            result = await cases.answer(tx, officer, tip, words, now)
        case End(outcome, words):
            result = await cases.close(tx, officer, tip, outcome, words, now)
        case _:
            assert_never(effect)
    return result if isinstance(result, Refusal) else None


def _told(refusal: Refusal) -> Say | None:
    match refusal.why:
        case No.NOT_YOURS:
            return None
        case No.TAKEN if refusal.by:
            return say("desk.no.taken", by=refusal.by)
        case No.TAKEN:
            return say("desk.no.taken_nameless")
        case No.WRONG_STATUS:
            return say("desk.no.status")
        case No.EMPTY:
            return say("desk.no.empty")
        case _:
            assert_never(refusal.why)
