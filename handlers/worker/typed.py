"""Words were typed: a command, a way to press a choice, a receipt code, or an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from handlers import receipt
from handlers.entries import is_pick
from handlers.events import Chose, Command, Commanded, PressedUnder, Said, Under
from handlers.folding import fold, has_letters
from handlers.languages import Language
from handlers.screens import Screen
from handlers.states import (
    Aside,
    AskingWeek,
    Calculating,
    ChangingStory,
    CheckingCode,
    ChoosingCalculator,
    ChoosingQuiz,
    ConfirmingWord,
    Draft,
    PlayingQuiz,
    ReadingHandbook,
    ReadingWeek,
    Received,
    Resting,
    State,
    Talk,
    TellingStory,
    TypingCode,
)
from handlers.texts import Texts
from handlers.turn import Facts, Turn
from handlers.worker import calculating, followup, handbook, leaving, options, subscription, words
from handlers.worker.commands import commanded, turn
from handlers.worker.dispatch import screen
from handlers.worker.lookups import wants_words
from handlers.worker.pressed import chose, is_fresh, open_thread
from handlers.worker.reading_over import step
from handlers.worker.step import Step, is_story, note

Wording = Mapping[Language, Texts]

_LONGEST_CODE = 24
_SURE = ("close_yes", "delete_yes", "tell_yes")
_ASKED = (
    "danger_yes",
    "is_yes",
    "place_yes",
    "police_yes",
    "add_yes",
    *_SURE,
    "understood",
    "cover_mine",
)
_YES = (*_ASKED, "drop")
_NO = (
    "danger_no",
    "is_no",
    "police_no",
    "add_no",
    "no_keep",
    "go_on",
    "silent",
    "tell_not",
    "keep_theirs",
    "again",
)


@dataclass(frozen=True, slots=True)
class _Typing:
    """What was typed, and where."""

    talk: Talk
    words: str = field(repr=False)
    facts: Facts
    texts: Texts
    shown: Screen
    wording: Wording = field(repr=False)

    @property
    def state(self) -> State:
        return self.talk.state

    def stay(self, key: str) -> Turn:
        return turn(self.talk, Step(self.state, (note(key),)))


def said(talk: Talk, typed: str, facts: Facts, wording: Wording, *, unseen: bool = False) -> Turn:
    """One turn for words that are clean already. What answers a question that was not seen yet
    answers nothing.
    """
    at = _Typing(talk, typed, facts, wording[talk.language], screen(talk.state, facts), wording)
    if unseen and words.answers_blindly(typed):
        return at.stay("gone_step" if is_fresh(talk) else "old_number")
    command = words.command(typed)
    if command is not None:
        return commanded(talk, command, facts)
    if words.stops_at_once(typed):
        return turn(talk, subscription.stopped(talk.state, facts))
    if words.is_unknown_command(typed):
        return at.stay("no_command")
    if wants_words(talk.state):
        return _free(at)
    if calculating.waits(talk.state, facts):
        return _sum(at)
    found = _code(at) or _choice(at) or _plain(at)
    if found is not None:
        return found
    under = _lies_under(at)
    if under is not None:
        return said(replace(talk, state=under), typed, facts, wording)
    return turn(talk, step(talk.state, Said(typed), facts))


def _free(at: _Typing) -> Turn:
    """An answer in free words: whole labels act, and what may mean two things is asked back."""
    if (button := words.under(at.words)) in (Under.STOP, Under.WEEK):
        # So every bulletin says, and one may arrive while a story is told.
        return _pressed(at, button)
    doubtful = words.is_doubtful(at.words)
    if not doubtful and (label := words.labelled(at.words, at.shown, at.texts)) is not None:
        return chose(at.talk, label, at.facts)
    number = words.chosen(at.words, at.shown, at.texts) if words.is_digits(at.words) else None
    if number is not None and not doubtful and not isinstance(at.state, ChangingStory):
        return chose(at.talk, number, at.facts)
    tells = isinstance(at.state, TellingStory | ChangingStory)
    if tells and words.is_digits(at.words) and not doubtful:
        # A digit is no story: somebody meant to choose from a list that is gone.
        return at.stay("story.number")
    if _only_a_code(at.words) and (known := _own_code(at)) is not None:
        return known
    if doubtful or _only_a_code(at.words):
        return turn(at.talk, Step(ConfirmingWord(at.state, at.words)))
    return turn(at.talk, step(at.state, Said(at.words), at.facts))


def _sum(at: _Typing) -> Turn:
    """An answer to a calculator: numbers are numbers, but where they are asked back. Nothing is
    lost there, so the ways out act at once; a story goes where stories go.
    """
    state = at.state
    if words.under(at.words) is Under.STOP:
        return _pressed(at, Under.STOP)
    found = words.labelled(at.words, at.shown, at.texts)
    if found is None and isinstance(state, Calculating):
        found = calculating.meant(state, at.words, at.shown, at.texts)
    if found is not None:
        return chose(at.talk, found, at.facts)
    if isinstance(state, Calculating) and is_story(at.words):
        return said(replace(at.talk, state=state.back), at.words, at.facts, at.wording)
    has_code = any(letter.isalpha() for letter in at.words)
    other = (_code(at) if has_code else None) or _plain(at)
    return other or turn(at.talk, step(state, Said(at.words), at.facts))


def _code(at: _Typing) -> Turn | None:
    """A receipt code opens its thread from anywhere, but never at the price of a draft."""
    state = at.state
    if isinstance(state, CheckingCode):
        right = options.ends_right(at.words, state.draft.code)
        return turn(at.talk, step(state, Said(at.words), at.facts)) if right else None
    if not receipt.read(at.words):
        return _mistyped_code(at)
    if (known := _own_code(at)) is not None:
        return known
    under = leaving.beneath(state)
    if isinstance(under, ConfirmingWord):
        return turn(at.talk, step(under, Said(at.words), at.facts))
    if leaving.holds_draft(state):
        return turn(at.talk, Step(ConfirmingWord(under, at.words)))
    return open_thread(at.talk, at.words, at.facts, TypingCode())


def _mistyped_code(at: _Typing) -> Turn | None:
    if not receipt.looks_like_code(at.words) or leaving.holds_draft(at.state):
        return None
    waits = isinstance(at.state, Resting | TypingCode)
    state = TypingCode() if waits else at.state
    return turn(at.talk, Step(state, followup.code_notes(at.words, at.facts)))


def _own_code(at: _Typing) -> Turn | None:
    """The code of the very draft: the worker tries it before it is sent."""
    draft = leaving.gathered(at.state)
    is_own = isinstance(draft, Draft) and draft.code in receipt.read(at.words)
    return at.stay("code.of_draft") if is_own else None


def _choice(at: _Typing) -> Turn | None:
    """A number, a label or its beginning; yes and no where the screen asks so."""
    offered = [each.name for each in at.shown.choices]
    is_right = words.is_yes(at.words)
    if fold(at.words) == "dung" and not is_right and set(offered) & set(_ASKED):
        # Without marks it is "stop" as well as "right, yes": too much may hang on it.
        return at.stay("not_understood")
    if "place_yes" in offered and words.is_no(at.words):
        # It answers the question; it is not the beginning of "Không muốn nêu".
        return chose(at.talk, Chose("again"), at.facts)
    # A yes may be the whole of an answer to press; "đúng" without its marks is [Dừng].
    found = (
        words.labelled(at.words, _answers(at.shown), at.texts)
        if is_right
        else words.chosen(at.words, at.shown, at.texts)
    )
    if found is not None:
        return chose(at.talk, found, at.facts)
    if words.is_number(at.words):
        return at.stay("no_such_number")
    if not isinstance(at.state, ConfirmingWord):
        return _yes_or_no(at, offered)
    return None


def _answers(shown: Screen) -> Screen:
    """The screen with nothing but the answers under a question."""
    return Screen((), tuple(each for each in shown.choices if is_pick(each.name)))


def _yes_or_no(at: _Typing, offered: list[str]) -> Turn | None:
    for said_so, names in ((words.is_yes(at.words), _YES), (words.is_no(at.words), _NO)):
        name = next((name for name in names if name in offered), None)
        if said_so and name is not None:
            return chose(at.talk, Chose(name), at.facts)
    return None


def _plain(at: _Typing) -> Turn | None:
    """A command without its slash, and what says nothing that could be kept."""
    command = words.plain_command(at.words)
    if (button := words.under(at.words)) is not None:
        return _pressed(at, button)
    if command == Commanded(Command.CANCEL):
        perhaps = subscription.perhaps_stopped(at.state, at.facts)
        if perhaps is not None:
            return turn(at.talk, perhaps)
    if command is not None:
        return commanded(at.talk, command, at.facts)
    if not has_letters(at.words) and not isinstance(at.state, ReadingHandbook):
        return at.stay("nothing_said")
    polite = words.is_greeting(at.words) or words.is_yes(at.words) or words.is_no(at.words)
    if polite and not isinstance(at.state, Resting | TypingCode | Received | ReadingHandbook):
        return at.stay("not_understood")
    return None


def _pressed(at: _Typing, button: Under) -> Turn:
    pressed = PressedUnder(button)
    return turn(at.talk, subscription.pressed_under(at.state, pressed, at.facts))


def _lies_under(at: _Typing) -> State | None:
    """Where words belong that were typed over a short page; in the handbook, only a story that it
    does not find.
    """
    match at.state:
        case Aside(back):
            return back
        case ChoosingCalculator(back) | Calculating(back) if is_story(at.words):
            return back
        case ReadingHandbook(back) if is_story(at.words):
            return None if handbook.finds(at.words, at.facts) else back
        case ChoosingQuiz(back) | PlayingQuiz(back) | ReadingWeek(back) | AskingWeek(back) if (
            is_story(at.words)
        ):
            return back
        case _:
            return None


def _only_a_code(typed: str) -> bool:
    return len(fold(typed).replace(" ", "")) <= _LONGEST_CODE and bool(receipt.read(typed))
