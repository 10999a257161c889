"""The one gate through which words enter a draft or a thread: whatever step let them in, they are
read over before the talk goes on. Scope reads first, then the coach.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from handlers.effects import AddWords, AllowPolice, Effect, FileTip, SayWho
from handlers.events import Said
from handlers.folding import has_letters
from handlers.states import (
    AddingPictures,
    Aside,
    AskingDanger,
    AskingPlace,
    AskingPolice,
    AskingWhose,
    AskingWhoseLater,
    AtDoorway,
    Changing,
    ChangingCategory,
    ChangingDetails,
    ChangingPlace,
    ChangingStory,
    ChoosingCategory,
    ChoosingDetail,
    ConfirmingAddition,
    ConfirmingWho,
    Draft,
    Early,
    HidingFrom,
    KeepingSound,
    Key,
    KnownToFew,
    LeavingOut,
    LeavingOutLater,
    NarrowingPlace,
    PickingInsider,
    PickingPlace,
    ReadingNotice,
    Resting,
    Reviewing,
    State,
    TellingDetail,
    TellingStory,
    TypingCode,
)
from handlers.turn import Facts
from handlers.worker import dispatch, leaving, rights, scope, whose
from handlers.worker.scope import Verdict
from handlers.worker.step import Input, Step, note

# What is said of files, and the receipt, holds whatever becomes of the words beside them.
_STAYING = frozenset(
    {"unusable.enough", "unusable.enough_for_tip", "keep.block", "sound.one_by_one"}
    | {"kept.photo", "kept.document", "kept.video", "kept.loud"}
    | {"added_file.photo", "added_file.document", "added_file.video"}
)


@dataclass(frozen=True, slots=True)
class Fresh:
    """Words that come in with a step: on the road, into a `draft` that could be sent, or into the
    thread of `key`. `earlier`: something was told before them.
    """

    words: str = field(repr=False)
    earlier: bool
    draft: Draft | None = None
    key: Key | None = None


Reader = Callable[[State, Step[State], Fresh], Step[State] | None]
"""What a step leads to instead, if words that came in with it ask for that."""


def step(state: State, event: Input, facts: Facts) -> Step[State]:
    """Let `event` happen in `state`, and read over the words that it brings."""
    made = read_over(state, _told_elsewhere(state, event, dispatch.step(state, event, facts)))
    return _kept_from_police(whose.asked(state, made))


def _told_elsewhere(state: State, event: Input, made: Step[State]) -> Step[State]:
    """What no step could take has its answer all the same where it is about rights alone."""
    if not isinstance(event, Said) or not any(_is_untaken(each.key) for each in made.notes):
        return made
    if scope.read(event.words) is not Verdict.ONLY:
        return made
    back = state.back if isinstance(state, Aside) else state
    return Step(Aside(back, rights.PAGE))


def _is_untaken(key: str) -> bool:
    return key in ("not_understood", "code.no_code") or key.startswith("calculators.unclear.")


def read_over(before: State, made: Step[State]) -> Step[State]:
    """The next state: what the first reader wants who has to ask or say something, else `made`."""
    fresh = _fresh(before, made)
    if fresh is None:
        return made
    for reader in _readers(before):
        instead = reader(before, made, fresh)
        if instead is not None:
            return instead
    return made


def held_back(made: Step[State], state: State) -> Step[State]:
    """`made` without the words that came: they wait in `state`, or are gone."""
    notes = tuple(each for each in made.notes if each.key in _STAYING)
    effects = tuple(each for each in made.effects if not isinstance(each, AddWords))
    return Step(state, notes, effects)


def _readers(before: State) -> tuple[Reader, ...]:
    """Who still has to read what comes out of `before`: who was answered does not ask again."""
    readers: tuple[Reader, ...] = (_scope,)
    return readers[1:] if isinstance(before, LeavingOut | LeavingOutLater) else readers


def _fresh(before: State, made: Step[State]) -> Fresh | None:
    if isinstance(before, AskingWhoseLater) and not isinstance(made.state, ConfirmingAddition):
        # They were read when they came, and are shorter now at most.
        return None
    for effect in made.effects:
        if isinstance(effect, AddWords):
            return Fresh(effect.words, earlier=True, key=effect.key)
    if isinstance(made.state, ConfirmingAddition):
        key, words = made.state.key, made.state.words
        return Fresh(words, earlier=True, key=key) if made.state != before else None
    if isinstance(made.state, ConfirmingWho) and made.state != before:
        return Fresh(made.state.words, earlier=True, key=made.state.key)
    if isinstance(before, AskingWhose) and not isinstance(made.state, AskingWhose):
        return None
    return _fresh_on_the_road(before, made)


def _fresh_on_the_road(before: State, made: Step[State]) -> Fresh | None:
    held, given = leaving.gathered(before), leaving.gathered(made.state)
    if isinstance(made.state, Reviewing | ChoosingDetail | TellingDetail):
        draft = made.state.draft
        if isinstance(before, LeavingOut) and before.draft.details == draft.details:
            told = before.draft.story.removesuffix(before.words)
            return _told(told, draft.story, draft)
        if isinstance(before, ChangingStory) and draft.story != before.draft.story:
            return _told("", draft.story, draft)
    match given:
        case Draft(story=story) if isinstance(held, Draft) and held.story == story:
            return _answer(held, given)
        case Draft(story=story):
            return _told(held.story if isinstance(held, Draft) else "", story, given)
        case Early(words=words):
            return _told(held.words if isinstance(held, Early) else "", words, None)
        case None:
            return None


def _answer(held: Draft, given: Draft) -> Fresh | None:
    """An answer in the worker's own words that was not there before."""
    new = (each.said for each in given.details if each.is_own and each not in held.details)
    return next((Fresh(words, earlier=True, draft=given) for words in new), None)


def _told(earlier: str, words: str, draft: Draft | None) -> Fresh | None:
    if words == earlier:
        return None
    if earlier and words.startswith(earlier):
        return Fresh(words.removeprefix(earlier).strip(), earlier=True, draft=draft)
    return Fresh(words, earlier=False, draft=draft)


def _scope(before: State, made: Step[State], fresh: Fresh) -> Step[State] | None:
    verdict = scope.read(fresh.words, after_story=fresh.earlier)
    if isinstance(made.state, ConfirmingWho) and not scope.is_silent(fresh.words):
        rest = scope.without(fresh.words)
        if has_letters(rest):
            # Before the second look, which shows what is left.
            return Step(ConfirmingWho(made.state.key, rest), (note("who.shortened"),))
        verdict = Verdict.ONLY
    if verdict is Verdict.ONLY:
        back = leaving.beneath(_as_before(before, made.state))
        return held_back(made, Aside(back, rights.PAGE))
    if fresh.key is not None:
        return _about_thread(made, fresh.key, fresh.words) if verdict is Verdict.MIXED else None
    # What is gathered early is asked about once, when the story is whole.
    return _about_draft(before, made, fresh, verdict) if fresh.draft is not None else None


def _about_thread(made: Step[State], key: Key, words: str) -> Step[State]:
    adds = any(isinstance(each, AddWords) for each in made.effects)
    if adds and isinstance(made.state, ConfirmingAddition):
        # A picture came with words of its own while others waited for a yes.
        words = f"{made.state.words}\n\n{words}"
    return held_back(made, LeavingOutLater(key, words))


def _about_draft(
    before: State, made: Step[State], fresh: Fresh, verdict: Verdict
) -> Step[State] | None:
    draft, held = fresh.draft, leaving.gathered(before)
    if draft is None:
        return None
    if verdict is Verdict.MIXED:
        return held_back(made, LeavingOut(draft, fresh.words))
    was_silent = not isinstance(held, Draft) or scope.is_silent(held.whole)
    if was_silent and not scope.is_silent(draft.whole):
        # Written in pieces, each of which said nothing.
        return held_back(made, LeavingOut(draft, draft.whole))
    return None


def _as_before(before: State, after: State) -> State:
    """Where the talk goes on when the words that came are gone: pictures that came with them, and
    what was told before, stay.
    """
    held = leaving.gathered(before)
    match after:
        case (
            ReadingNotice()
            | ChoosingCategory()
            | AskingDanger()
            | AskingPlace()
            | PickingPlace()
            | NarrowingPlace()
            | AtDoorway()
            | TellingStory()
        ):
            early = replace(after.early, words=held.words if isinstance(held, Early) else "")
            begins = isinstance(before, Resting | TypingCode) and not early.pictures
            return before if begins else replace(after, early=early)
        case (
            Reviewing()
            | AddingPictures()
            | KeepingSound()
            | HidingFrom()
            | PickingInsider()
            | AskingPolice()
            | Changing()
            | ChangingCategory()
            | ChangingPlace()
            | ChangingStory()
            | AskingWhose()
            | ChoosingDetail()
            | TellingDetail()
            | KnownToFew()
            | ChangingDetails()
        ):
            return _draft_before(before, after, held)
        case ConfirmingAddition() | ConfirmingWho():
            return before
        case _:
            return after


def _draft_before(
    before: State,
    after: Reviewing
    | AddingPictures
    | KeepingSound
    | HidingFrom
    | PickingInsider
    | AskingPolice
    | Changing
    | ChangingCategory
    | ChangingPlace
    | ChangingStory
    | AskingWhose
    | ChoosingDetail
    | TellingDetail
    | KnownToFew
    | ChangingDetails,
    held: Draft | Early | None,
) -> State:
    draft = after.draft
    if isinstance(held, Draft):
        same = held.pictures == draft.pictures
        return before if same else replace(after, draft=replace(draft, story=held.story))
    early = held if held is not None else Early()
    early = replace(early, words="", where="", pictures=draft.pictures)
    return TellingStory(early, draft.category, draft.danger, draft.place)


def _kept_from_police(made: Step[State]) -> Step[State]:
    """The police never get words that scope speaks of, whatever was agreed before; of why, nothing
    is kept.
    """
    effects: list[Effect] = []
    for each in made.effects:
        match each:
            case FileTip(may_go_to_police=True) if not scope.is_silent(each.story):
                effects.append(replace(each, may_go_to_police=False))
            case AddWords(key, words) | SayWho(key, words) if not scope.is_silent(words):
                # Before the words: whoever must not read them has lost the tip by then.
                effects += [AllowPolice(key, allowed=False), each]
            case _:
                effects.append(each)
    return replace(made, effects=tuple(effects))
