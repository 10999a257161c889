"""What the coach found in the worker's words: is it their own, to be covered, or the offender's?

Nothing is covered without a yes. What was covered is nowhere any more: not in the state that comes
after, not in what is said.
"""

from dataclasses import dataclass, field, replace
from functools import reduce

from handlers.coach import ABOUT_ONESELF, Finding, covered, look
from handlers.effects import AddPicture, AddWords, FileTip
from handlers.events import Brought, Chose, Said, Showed
from handlers.folding import fold
from handlers.languages import Language
from handlers.receipt import show
from handlers.screens import Choice, Say, Screen, Tone, say
from handlers.states import (
    AddingPictures,
    AddingWords,
    AskingPolice,
    AskingWhose,
    AskingWhoseLater,
    Changing,
    ChangingCategory,
    ChangingDetails,
    ChangingPlace,
    ChangingStory,
    CheckingCode,
    ChoosingDetail,
    ConfirmingAddition,
    Draft,
    HidingFrom,
    KnownToFew,
    PickingInsider,
    ReadingThread,
    Received,
    Reviewing,
    State,
    TellingDetail,
)
from handlers.turn import Facts
from handlers.worker import leaving
from handlers.worker.additions import add_picture, added_words, takes_more
from handlers.worker.onward import Onward, onward, written_anew
from handlers.worker.review import keep, send
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    choice,
    given_back,
    not_taken,
    note,
    too_long,
)

MARKS = {Language.VI: "[đã che]", Language.EN: "[hidden]"}
"""What stands in the place of what was covered."""

# Other words for the choices, as they are typed; all else that is typed belongs to the story.
_MEANT = {
    "cover_mine": "cua toi|cua em|cua minh|cua e|cua t|cua tui|so cua toi|so cua em|che|che lai"
    "|hide|mine",
    "keep_theirs": "cua no|cua ho|cua nguoi ta|cua nguoi khac|cua nguoi vi pham|cua chu no|giu|keep"
    "|khong phai|khong phai cua toi|khong phai cua em|ko phai|not mine|theirs",
    "cover_every": "che het|hide all",
    "keep_every": "giu het|keep all",
    "write_anew": "sua|viet lai|sua lai|change|rewrite",
}

_LISTED = 5
_TOLD_LETTERS = 80

# While the story is written anew it may stay as it is; everywhere else it is asked about.
_ON_THE_WAY = (
    ChoosingDetail,
    TellingDetail,
    KnownToFew,
    ChangingDetails,
    Reviewing,
    AddingPictures,
    HidingFrom,
    PickingInsider,
    AskingPolice,
    CheckingCode,
    Changing,
    ChangingCategory,
    ChangingPlace,
)


@dataclass(frozen=True, slots=True)
class _Answered:
    """Words, and the keys of what the worker wants to stay in them."""

    words: str = field(repr=False)
    kept: frozenset[str] = field(repr=False)


def asked(before: State, made: Step[State]) -> Step[State]:
    """`made`, or the question, where words hold something that nobody was asked about yet."""
    for effect in made.effects:
        match effect:
            case AddWords() if isinstance(before, AskingWhoseLater):
                # All was answered.
                return made
            case AddWords(key, words):
                if not unanswered(words, frozenset()):
                    return made
                if isinstance(made.state, ConfirmingAddition):
                    # A picture came with words of its own while others waited for a yes.
                    words = f"{made.state.words}\n\n{words}"
                has_file = any(isinstance(each, AddPicture) for each in made.effects)
                untrue = {"added"} if has_file else {"added", "told.reopened"}
                notes = tuple(each for each in made.notes if each.key not in untrue)
                others = tuple(each for each in made.effects if each != effect)
                return Step(AskingWhoseLater(key, words), notes, others)
            case FileTip(danger=False):
                return _sent(before, made)
            case _:
                continue
    if isinstance(made.state, Received) and made.state.practice:
        return _sent(before, made)
    if isinstance(made.state, _ON_THE_WAY) and _is_open(made.state.draft):
        return Step(AskingWhose(made.state.draft), made.notes, made.effects)
    return made


def _sent(before: State, made: Step[State]) -> Step[State]:
    draft = leaving.gathered(before)
    return Step(AskingWhose(draft)) if isinstance(draft, Draft) and _is_open(draft) else made


def _is_open(draft: Draft) -> bool:
    return any(unanswered(each, draft.kept) for each in draft.pieces)


def _piece(draft: Draft) -> str:
    """The piece of the worker's words that is asked about: the first that is open."""
    return next((each for each in draft.pieces if unanswered(each, draft.kept)), draft.story)


def unanswered(words: str, kept: frozenset[str]) -> tuple[Finding, ...]:
    """What was found in `words`, without what the worker wants to stay."""
    return tuple(each for each in look(words) if _key(each, words) not in kept)


def _key(finding: Finding, words: str) -> str:
    return f"{finding.kind} {finding.key(words)}"


def asking_whose(
    state: AskingWhose, event: Input, facts: Facts
) -> Step[AskingWhose | Onward | ChangingStory | Received]:
    """The answer belongs to what stands first. In danger the tip may go as it is."""
    draft, event, piece = state.draft, _as_choice(event), _piece(state.draft)
    match event:
        case Chose("send") if draft.danger:
            return send(draft, facts)
        case Chose("write_anew"):
            return Step(written_anew(draft, piece, facts))
        case Chose(name):
            after = _answered(name, _Answered(piece, draft.kept), facts)
            draft = replace(draft.rewritten(piece, after.words), kept=after.kept)
            return Step(onward(draft, facts), _told_after(name))
        case Said() | Showed():
            kept, notes = keep(draft, event, facts)
            return Step(AskingWhose(kept), notes)
        case Brought():
            return Step(state, not_taken(event))


def asking_whose_screen(state: AskingWhose, facts: Facts) -> Screen:
    """What was found. In danger the code stands here, because the tip may go from here."""
    draft = state.draft
    says, choices = _question(_piece(draft), draft.kept)
    if not draft.danger:
        return Screen((*says, say("coach.not_sent")), choices, (BACK, STOP))
    code = (say("review.code"), say("keep.code", Tone.KEEP, code=show(draft.code)))
    return Screen((*says, *code), (choice("send", "choice.send_now"), *choices), (BACK, STOP))


def asking_whose_later(
    state: AskingWhoseLater, event: Input, facts: Facts
) -> Step[AskingWhoseLater | ReadingThread | AddingWords | ConfirmingAddition]:
    """The same for words that are added to a tip: they are added once all is answered."""
    thread, event = ReadingThread(state.key), _as_choice(event)
    match event:
        case Chose("write_anew"):
            return Step(AddingWords(state.key))
        case Chose(name):
            after = _answered(name, _Answered(state.words, state.kept), facts)
            if unanswered(after.words, after.kept):
                asks = AskingWhoseLater(state.key, after.words, after.kept)
                return Step(asks, _told_after(name))
            if not takes_more(facts):
                return Step(thread, (note("closed_meanwhile"), *given_back(after.words)))
            return Step(thread, (added_words(facts),), (AddWords(state.key, after.words),))
        case Said(words) if too_long(state.words, words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words):
            return Step(ConfirmingAddition(state.key, f"{state.words}\n\n{words}"))
        case Showed(picture) if picture.loud:
            return Step(state, (note("sound.one_by_one"), *given_back(event.words)))
        case Showed(_, words):
            added = add_picture(thread, replace(event, words=""), facts)
            more = f"{state.words}\n\n{words}" if words else state.words
            return Step(ConfirmingAddition(state.key, more), added.notes, added.effects)
        case Brought():
            return Step(state, not_taken(event))


def asking_whose_later_screen(state: AskingWhoseLater, _: Facts) -> Screen:
    """What was found."""
    says, choices = _question(state.words, state.kept)
    return Screen((*says, say("coach.not_sent")), choices, (BACK,))


def _as_choice(event: Input) -> Input:
    """A choice that was typed in other words than its label."""
    if not isinstance(event, Said):
        return event
    folded = fold(event.words)
    names = (name for name, words in _MEANT.items() if folded in words.split("|"))
    return next((Chose(name) for name in names), event)


def _answered(name: str, held: _Answered, facts: Facts) -> _Answered:
    """What is left of the question after a choice; of what was covered, nothing."""
    found = unanswered(held.words, held.kept)
    every = found if name in ("cover_every", "keep_every") else found[:1]
    match name:
        case "cover_mine" | "cover_every":
            return replace(held, words=covered(held.words, every, MARKS[facts.language]))
        case "keep_theirs" | "keep_every":
            keys = {_key(each, held.words) for each in every}
            return replace(held, kept=held.kept | keys)
        case _:
            return held


def _told_after(name: str) -> tuple[Say, ...]:
    match name:
        case "cover_mine" | "cover_every":
            return (note("coach.covered"),)
        case "keep_theirs" | "keep_every":
            return (note("coach.kept"),)
        case _:
            return ()


def _question(words: str, kept: frozenset[str]) -> tuple[tuple[Say, ...], tuple[Choice, ...]]:
    """What to say and to choose from: all that was found, and the question about the first."""
    found = unanswered(words, kept)
    if not found:
        return (), (choice("go_on"), _ANEW)
    first, told = found[0], _short(found[0], words)
    if first.kind in ABOUT_ONESELF:
        ask = say("coach.ask_self", words=told)
        choices = (
            choice("cover_mine", "choice.cover_self"),
            choice("keep_theirs", "choice.keep_self"),
        )
    else:
        ask = say("coach.ask", kind=say(f"coach_kind.{first.kind}"), words=told)
        choices = (choice("cover_mine"), choice("keep_theirs"))
    if len(found) == 1:
        return (ask,), (*choices, _ANEW)
    items = [
        say("coach.item", kind=say(f"coach_kind.{each.kind}"), words=_short(each, words))
        for each in found[:_LISTED]
    ]
    listed = reduce(lambda before, item: say("coach.items", before=before, item=item), items)
    return (
        (say("coach.several", count=len(found), items=listed), ask),
        (*choices, choice("cover_every"), choice("keep_every"), _ANEW),
    )


def _short(finding: Finding, words: str) -> str:
    told = finding.told(words)
    return told if len(told) <= _TOLD_LETTERS else f"{told[:_TOLD_LETTERS]}…"


_ANEW = choice("write_anew", "choice.let_me_write")
