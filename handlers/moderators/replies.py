"""What an officer writes to the worker: cleaned, never empty, and read over before it goes."""

from handlers.coach import remarks
from handlers.folding import clean
from handlers.moderators.actions import (
    HELD,
    MOST_LETTERS,
    Answer,
    Ask,
    DeskTurn,
    Effect,
    Note,
    PutAnswer,
    PutNote,
    PutQuestion,
    Standing,
    Sure,
    refused,
)
from handlers.moderators.picks import unfit_picks
from handlers.replies import NOTHING, Extras
from handlers.screens import Say, Tone, say
from handlers.tips import Status


def ask(action: Ask, standing: Standing) -> DeskTurn:
    """A question for the worker; the tip waits for them afterwards."""
    effect = PutQuestion(clean(action.words), action.extras, to_each=action.to_each)
    return _laid(effect, action.sure, standing, say("desk.done.asked"))


def answer(action: Answer, standing: Standing) -> DeskTurn:
    """Something that the worker should know."""
    effect = PutAnswer(clean(action.words), action.extras, to_each=action.to_each)
    return _laid(effect, action.sure, standing, say("desk.done.answered"))


def note(action: Note) -> DeskTurn:
    """Something for those who read the tip, however it stands."""
    words = clean(action.words)
    if (turn := unfit(words) or doubted(words, action.sure)) is not None:
        return turn
    return DeskTurn((PutNote(words),), (say("desk.reply.noted"),))


def not_held(standing: Standing) -> DeskTurn | None:
    """Why this officer may not write about the tip now, or None when they hold it."""
    if standing.status is Status.CLOSED:
        return refused("closed")
    if not standing.theirs:
        return refused("elsewhere")
    if not standing.mine and standing.holder is not None:
        return refused("taken", by=standing.holder)
    if not standing.mine or standing.status not in HELD:
        return refused("claim_first")
    return None


def unfit(words: str) -> DeskTurn | None:
    """Why cleaned `words` cannot be laid into a thread, or None when they can."""
    if not words:
        return refused("empty")
    if len(words) > MOST_LETTERS:
        over = len(words) - MOST_LETTERS
        return refused("too_long", most=MOST_LETTERS, letters=len(words), over=over)
    return None


def doubted(words: str, sure: Sure, extras: Extras = NOTHING) -> DeskTurn | None:
    """The question whether cleaned `words` shall go, with the answers to press under them, that may
    lead to the worker; None where nothing is found but what the officer was told and is sure about.
    """
    words = all_words(words, extras)
    doubts = tuple(each.doubt for each in remarks(words))
    return None if sure.issuperset(doubts) else DeskTurn((), warned(words), doubts)


def warned(words: str) -> tuple[Say, ...]:
    """What was found in an officer's words, and why it is better left out."""
    return tuple(say(f"desk.coach.{each.doubt}", words=each.told(words)) for each in remarks(words))


def all_words(words: str, extras: Extras) -> str:
    """All that the coach reads: the words, and the answers to press below them."""
    return "\n".join((words, *(each.words for each in extras.picks)))


def as_read(words: str, extras: Extras = NOTHING) -> Say:
    """The officer's words as the worker will read them, with the answers to press."""
    if not extras.picks:
        return say("desk.as_read", Tone.OFFICER, words=words)
    told = " ".join(f"[{each.words}]" for each in extras.picks)
    return say("desk.reply.as_read_with_picks", Tone.OFFICER, words=words, picks=told)


def to_each(standing: Standing) -> tuple[Say, ...]:
    """That the words went into several threads, where they did."""
    return (say("desk.merge.went", count=standing.beside + 1),) if standing.beside else ()


def _laid(effect: PutQuestion | PutAnswer, sure: Sure, standing: Standing, done: Say) -> DeskTurn:
    refusal = (
        not_held(standing)
        or unfit(effect.words)
        or unfit_picks(effect.extras.picks)
        or doubted(effect.words, sure, effect.extras)
    )
    if refusal is not None:
        return refusal
    effects: tuple[Effect, ...] = (effect,)
    several = to_each(standing) if effect.to_each else ()
    return DeskTurn(effects, (done, *several, as_read(effect.words, effect.extras)))
