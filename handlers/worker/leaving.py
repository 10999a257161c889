"""Ways out of the talk: stopping, going back, and words that may mean either."""

from handlers.effects import DropPictures, Effect
from handlers.events import Chose, Picture, Said
from handlers.receipt import read
from handlers.screens import Screen, say
from handlers.states import (
    AddingPicture,
    AddingPictures,
    AddingVideo,
    AddingWords,
    Aside,
    AskingAbove,
    AskingDanger,
    AskingPlace,
    AskingPolice,
    AskingWeek,
    AskingWhose,
    AskingWhoseLater,
    AtDoorway,
    Calculating,
    Changing,
    ChangingCategory,
    ChangingDetails,
    ChangingPlace,
    ChangingStory,
    CheckingCode,
    ChoosingCalculator,
    ChoosingCategory,
    ChoosingDetail,
    ChoosingOften,
    ChoosingPart,
    ChoosingPlaces,
    ChoosingQuiz,
    ChoosingTopics,
    ConfirmingAddition,
    ConfirmingCancel,
    ConfirmingClose,
    ConfirmingDelete,
    ConfirmingTold,
    ConfirmingWho,
    ConfirmingWord,
    Draft,
    Early,
    HidingFrom,
    HidingLater,
    KeepingSound,
    KnownToFew,
    LeavingOut,
    LeavingOutLater,
    NarrowingPlace,
    PickingInsider,
    PickingPlace,
    PlayingQuiz,
    PoliceLater,
    ReadingHandbook,
    ReadingNotice,
    ReadingSubscription,
    ReadingThread,
    ReadingWeek,
    Resting,
    Reviewing,
    SendingUp,
    State,
    TakingBackWho,
    TellingDetail,
    TellingStory,
    TellingWho,
)
from handlers.turn import Facts
from handlers.worker import calculating, first_week, handbook, quizzing
from handlers.worker.onward import asked_before, written_anew
from handlers.worker.step import (
    BACK,
    Input,
    Step,
    by_word,
    choice,
    given_back,
    not_taken,
    note,
    too_long,
)

SHORT = (
    Aside
    | ReadingHandbook
    | ChoosingCalculator
    | Calculating
    | ChoosingQuiz
    | PlayingQuiz
    | ReadingWeek
    | AskingWeek
)
"""Short pages that lie over another place of the talk, which is their `back`."""
OVER = SHORT | ConfirmingCancel | ConfirmingWord
"""The same, and the questions that lie over a place in the same way."""


def back_from(state: State, facts: Facts) -> State:
    """Where [Back] leads."""
    match state:
        case Aside(back) | ConfirmingCancel(back) | ConfirmingWord(back):
            return back
        case ReadingHandbook():
            return handbook.up(state, facts)
        case ChoosingDetail() | TellingDetail() | KnownToFew():
            return asked_before(state, facts)
        case LeavingOut(draft, words):
            return written_anew(draft, words, facts)
        case ChoosingCalculator(back):
            return back
        case Calculating():
            return calculating.up(state)
        case ChoosingQuiz() | PlayingQuiz():
            return quizzing.up(state)
        case ReadingWeek() | AskingWeek():
            return first_week.up(state)
        case _:
            found = _back_on_the_road(state) or _back_to_review(state)
            return found or _back_to_subscription(state) or _back_to_thread(state)


def back(state: State, facts: Facts) -> Step[State]:
    """Go there; a file that waited for an answer about it is forgotten."""
    after = back_from(state, facts)
    left = tuple(each for each in pictures_in(state) if each not in pictures_in(after))
    return Step(after, (), (DropPictures(left),) if left else ())


def _back_on_the_road(state: State) -> State | None:
    match state:
        case ChoosingCategory(early, more=True) | ReadingNotice(early) | AskingDanger(early):
            return ChoosingCategory(early)
        case ChoosingCategory() if holds_draft(state):
            # Before the first question there is only the start, and there words would be lost.
            return ConfirmingCancel(state)
        case AskingPlace(early, category):
            return AskingDanger(early, category)
        case (
            PickingPlace(early, category, danger)
            | NarrowingPlace(early, category, danger)
            | AtDoorway(early, category, danger)
            | TellingStory(early, category, danger)
        ):
            return AskingPlace(early, category, danger)
        case _:
            return None


def _back_to_review(state: State) -> State | None:
    match state:
        case ChangingCategory(draft, more=True):
            return ChangingCategory(draft)
        case ChangingPlace(draft, candidates, whole) if candidates or whole:
            return ChangingPlace(draft)
        case (
            Reviewing(draft)
            | ChangingCategory(draft)
            | ChangingPlace(draft)
            | ChangingStory(draft)
            | ChangingDetails(draft)
        ):
            return Changing(draft)
        case PickingInsider(draft):
            return HidingFrom(draft)
        case KeepingSound(draft):
            return AddingPictures(draft)
        case AskingWhose(draft):
            return ChangingStory(draft)
        case (
            Changing(draft)
            | AddingPictures(draft)
            | HidingFrom(draft)
            | AskingPolice(draft)
            | CheckingCode(draft)
        ):
            return Reviewing(draft)
        case _:
            return None


def _back_to_subscription(state: State) -> State | None:
    match state:
        case ChoosingPlaces(wish, is_new, candidates) if candidates:
            return ChoosingPlaces(wish, is_new)
        case ChoosingPlaces(wish, is_new=True):
            return ChoosingTopics(wish, is_new=True)
        case ChoosingTopics(is_new=True):
            return Resting()
        case ChoosingTopics() | ChoosingPlaces() | ChoosingOften() | ChoosingPart():
            return ReadingSubscription()
        case _:
            return None


def _back_to_thread(state: State) -> State:
    match state:
        case (
            AddingWords(key)
            | AddingPicture(key)
            | AddingVideo(key)
            | TellingWho(key)
            | ConfirmingWho(key)
            | TakingBackWho(key)
            | ConfirmingAddition(key)
            | LeavingOutLater(key)
            | AskingWhoseLater(key)
            | ConfirmingClose(key)
            | ConfirmingDelete(key)
            | ConfirmingTold(key)
            | HidingLater(key)
            | PoliceLater(key)
            | AskingAbove(key)
            | SendingUp(key)
        ):
            return ReadingThread(key)
        case _:
            return Resting()


def beneath(state: State) -> State:
    """The place in the talk that lies under short pages and questions: they do not pile up."""
    while isinstance(state, SHORT | ConfirmingCancel):
        state = state.back
    return state


def gathered(state: State) -> Early | Draft | None:
    """What the worker gave so far, also when a short page or a question lies over it."""
    if isinstance(state, OVER):
        return gathered(state.back)
    match state:
        case (
            ReadingNotice(early)
            | ChoosingCategory(early)
            | AskingDanger(early)
            | AskingPlace(early)
            | PickingPlace(early)
            | NarrowingPlace(early)
            | AtDoorway(early)
            | TellingStory(early)
        ):
            return early
        case (
            Reviewing(draft)
            | AddingPictures(draft)
            | KeepingSound(draft)
            | HidingFrom(draft)
            | PickingInsider(draft)
            | AskingPolice(draft)
            | CheckingCode(draft)
            | Changing(draft)
            | ChangingCategory(draft)
            | ChangingPlace(draft)
            | ChangingStory(draft)
            | LeavingOut(draft)
            | AskingWhose(draft)
            | ChoosingDetail(draft)
            | TellingDetail(draft)
            | KnownToFew(draft)
            | ChangingDetails(draft)
        ):
            return draft
        case _:
            return None


def pictures_in(state: State) -> tuple[Picture, ...]:
    """The files that wait in a draft or for an answer, also where that lies behind a short page."""
    if isinstance(state, OVER):
        return pictures_in(state.back)
    match state:
        case AddingVideo(picture=picture):
            return (picture,)
        case _:
            given = gathered(state)
            return given.pictures if given is not None else ()


def is_practice(state: State) -> bool:
    """Whether this is a practice run."""
    given = gathered(state)
    return given is not None and given.practice


def holds_draft(state: State) -> bool:
    """Whether leaving `state` would lose something that the worker gave."""
    match state:
        case (
            Aside(back)
            | ReadingHandbook(back)
            | ChoosingCalculator(back)
            | Calculating(back)
            | ConfirmingCancel(back)
            | ConfirmingWord(back)
        ):
            return holds_draft(back)
        case ChoosingQuiz(back) | PlayingQuiz(back) | ReadingWeek(back) | AskingWeek(back):
            return holds_draft(back)
        case AskingPlace() | PickingPlace() | NarrowingPlace() | AtDoorway() | TellingStory():
            return True
        case ConfirmingAddition() | LeavingOutLater() | AskingWhoseLater():
            return True
        case AddingVideo() | ConfirmingWho():
            return True
        case _:
            given = gathered(state)
            if isinstance(given, Early):
                return bool(given.words or given.pictures)
            return given is not None


def drop(state: State) -> tuple[Effect, ...]:
    """What has to be forgotten when `state` is left for good."""
    pictures = pictures_in(state)
    return (DropPictures(pictures),) if pictures else ()


def stopped(state: State) -> Step[Resting]:
    """Stop at once: the draft is gone, nothing was sent."""
    text = "stopped" if holds_draft(state) else "stopped_nothing"
    return Step(Resting(), (note(text),), drop(state))


def cancel(state: State) -> Step[Resting | ConfirmingCancel]:
    """Stop, after a question where something would be lost."""
    if isinstance(state, ConfirmingCancel) or not holds_draft(state):
        return stopped(state)
    return Step(ConfirmingCancel(beneath(state)))


def confirming_cancel(state: ConfirmingCancel, event: Input, _: Facts) -> Step[State]:
    """Drop the draft, or go on with it."""
    match event:
        case Chose("drop"):
            return stopped(state.back)
        case Chose():
            return Step(state.back)
        case _:
            return Step(state, not_taken(event))


def cancel_screen(_: ConfirmingCancel, __: Facts) -> Screen:
    """Nothing was sent yet."""
    return Screen((say("cancel.ask"),), (choice("go_on"), by_word("drop")), (BACK,))


def confirming_word(state: ConfirmingWord, event: Input, facts: Facts) -> Step[State]:
    """`dung` may be "stop" or "yes", Huy is a name, a code may belong to the story: which is it?

    That the words belong to the talk, and that a code is opened, is carried out by the caller.
    """
    match event:
        case Chose("drop"):
            return stopped(state.back)
        case Chose("go_on"):
            return Step(state.back)
        case Chose("step_back"):
            return back(state.back, facts)
        case Said(words) if too_long(state.words, words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words):
            return Step(ConfirmingWord(state.back, f"{state.words}\n\n{words}"))
        case _:
            return Step(state, not_taken(event))


def word_screen(state: ConfirmingWord, _: Facts) -> Screen:
    """What was meant?"""
    for_place = isinstance(state.back, ChoosingPlaces)
    mine = choice("my_words", "choice.my_place" if for_place else "choice.my_words")
    choices = [mine, choice("go_on"), by_word("drop", "choice.stop")]
    question = say("word.ask_place" if for_place else "word.ask")
    if read(state.words):
        question = say("word.code")
        choices.insert(1, choice("open_code"))
    elif state.words == "0":
        question = say("word.zero_place" if for_place else "word.zero")
        choices.insert(1, choice("step_back"))
    return Screen((question, *given_back(state.words)), tuple(choices), (BACK,))
