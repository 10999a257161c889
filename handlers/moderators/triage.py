"""Who looks after a tip, and how it ends."""

from handlers.folding import clean
from handlers.moderators.actions import (
    OUTCOMES,
    Claim,
    Close,
    CloseOutside,
    DeskTurn,
    End,
    LetGo,
    Standing,
    TakeOver,
    refused,
)
from handlers.moderators.replies import as_read, doubted, not_held, to_each, unfit
from handlers.screens import say
from handlers.tips import Status


def claim(_: Claim, standing: Standing) -> DeskTurn:
    """The first officer who claims a tip holds it; the next one is told who was faster."""
    if standing.status is Status.CLOSED:
        return refused("closed")
    if not standing.theirs:
        return refused("elsewhere")
    if standing.mine:
        return refused("yours_already")
    if standing.holder is not None:
        return refused("taken", by=standing.holder)
    return DeskTurn((TakeOver(),), (say("desk.done.claimed"),))


def close(action: Close, standing: Standing) -> DeskTurn:
    """Only the holder closes, with an outcome of the list and words for the worker."""
    words = clean(action.words)
    outcome = next((known for known in OUTCOMES if known == action.outcome), None)
    if (turn := not_held(standing)) is not None:
        return turn
    if outcome is None:
        return refused("outcome")
    if (turn := unfit(words) or doubted(words, action.sure)) is not None:
        return turn
    done = say("desk.done.closed", outcome=say(f"desk.outcome.{outcome}"))
    end = End(outcome, words, action.extras)
    return DeskTurn((end,), (done, *to_each(standing), as_read(words)))


def close_outside(action: CloseOutside, standing: Standing) -> DeskTurn:
    """Only the holder lets a tip go, and only after a yes: they lose sight of it with it."""
    if (turn := not_held(standing)) is not None:
        return turn
    if not action.sure:
        return refused("unsure")
    return DeskTurn((LetGo(),), (say("desk.outside.done"),))
