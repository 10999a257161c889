"""What has to be looked up before a turn can be made."""

from handlers import receipt
from handlers.events import (
    Brought,
    Chose,
    Command,
    Commanded,
    Event,
    PressedUnder,
    Said,
    Showed,
)
from handlers.folding import clean
from handlers.places import Place
from handlers.states import (
    AddingPicture,
    AddingVideo,
    AddingWords,
    Aside,
    AskingAbove,
    AskingDanger,
    AskingPlace,
    AskingWeek,
    AskingWhoseLater,
    ChangingPlace,
    ChangingStory,
    CheckingCode,
    ChoosingCategory,
    ChoosingOften,
    ChoosingPart,
    ChoosingPlaces,
    ChoosingTopics,
    ConfirmingAddition,
    ConfirmingClose,
    ConfirmingDelete,
    ConfirmingTold,
    ConfirmingWho,
    ConfirmingWord,
    Draft,
    Early,
    HidingLater,
    Key,
    LeavingOutLater,
    NarrowingPlace,
    PickingPlace,
    PoliceLater,
    ReadingHandbook,
    ReadingNotice,
    ReadingSubscription,
    ReadingThread,
    ReadingWeek,
    Received,
    Resting,
    SendingUp,
    State,
    TakingBackWho,
    Talk,
    TellingDetail,
    TellingStory,
    TellingWho,
)
from handlers.turn import Needs
from handlers.worker import boarding, calculating, leaving, words

_LONGEST_LABEL = 60
_SUBSCRIBING = (
    *(ReadingSubscription, ChoosingTopics, ChoosingPlaces, ChoosingOften, ChoosingPart),
    *(ReadingWeek, AskingWeek),
)
_OPENING = (
    Chose("bulletins"),
    Chose("forget"),
    Commanded(Command.BULLETINS),
    Commanded(Command.WEEK),
    Commanded(Command.FORGET),
)


def needs(talk: Talk, event: Event) -> Needs:
    """What has to be looked up before `event` happens in `talk`.

    A code to open and the key of an open thread are never asked for together, so that a wrong code
    does not show the thread that was open before.
    """
    state = talk.state
    said = clean(event.words) if isinstance(event, Said | Brought) else ""
    codes = _codes(state, event, said)
    return Needs(
        codes=codes,
        key=None if codes else key_of(state),
        filing=_code_to_file(state, event, said),
        place=_place(state, said),
        within=_within(state),
        bell=_shows_bell(state, event, said),
        fresh_code=_may_reach_review(state),
        subscription=_wants_subscription(state, event, said),
        bulletin=event.bulletin if isinstance(event, PressedUnder) else "",
    )


def _may_reach_review(state: State) -> bool:
    """Whether this turn may show a new receipt code; drawing one costs more than most turns."""
    is_early = isinstance(state, ReadingNotice | ChoosingCategory | AskingDanger)
    return not is_early and isinstance(leaving.gathered(state), Early)


def key_of(state: State) -> Key | None:
    """The key of the thread that is open in `state`."""
    if isinstance(state, leaving.OVER):
        return key_of(state.back)
    match state:
        case (
            ReadingThread(key)
            | AddingWords(key)
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
            return key
        case _:
            return None


def wants_words(state: State) -> bool:
    """Whether whatever is typed in `state` is an answer in free words, numbers and codes too."""
    match state:
        case AskingPlace() | TellingStory() | TellingDetail():
            return True
        case ChangingStory() | AddingWords() | TellingWho():
            return True
        case (
            NarrowingPlace(candidates=candidates)
            | ChangingPlace(candidates=candidates)
            | ChoosingPlaces(candidates=candidates)
        ):
            return not candidates
        case _:
            return False


def _codes(state: State, event: Event, said: str) -> tuple[str, ...]:
    """The codes that this event would open."""
    pressed = isinstance(event, Chose)
    match state:
        case ConfirmingWord(words=doubtful) if pressed or words.may_choose(said):
            return receipt.read(doubtful)
        case Received(code=code, practice=False) if pressed or said or isinstance(event, Showed):
            return receipt.read(said) or (code,)
        case CheckingCode():
            return ()
        case _ if wants_words(state) or leaving.holds_draft(state):
            return ()
        case _:
            return receipt.read(said) if isinstance(event, Said) else ()


def code_read_over(state: State) -> str:
    """The code of a draft that its worker reads over and may send next; empty where there is none,
    or where it is only practice.
    """
    draft = leaving.gathered(state)
    return draft.code if isinstance(draft, Draft) and not draft.practice else ""


def _code_to_file(state: State, event: Event, said: str) -> str:
    """The code of the draft that this event may send: pressed, or typed as number or label."""
    sends = event == Chose("send") or words.may_send(said)
    return code_read_over(state) if sends else ""


def _place(state: State, said: str) -> str:
    """The words to look for a place with: typed now, or those that are asked back about."""
    if isinstance(state, ConfirmingWord):
        said, state = state.words, state.back
    if isinstance(state, ReadingHandbook) and boarding.is_page(state.article):
        return said
    if calculating.asks_place(state):
        return said
    asking = AskingPlace | PickingPlace | NarrowingPlace | ChangingPlace | ChoosingPlaces
    return said if isinstance(leaving.beneath(state), asking) else ""


def _within(state: State) -> Place | None:
    """The place of many communes of which one is asked for."""
    state = leaving.beneath(state.back if isinstance(state, ConfirmingWord) else state)
    return state.whole if isinstance(state, NarrowingPlace | ChangingPlace) else None


def _wants_subscription(state: State, event: Event, said: str) -> bool:
    """What the chat receives is spoken of; or something may end it, perhaps a word or a number."""
    if isinstance(event, PressedUnder) or event in _OPENING:
        return True
    if words.under(said) is not None:
        return True
    if words.stops_at_once(said) or words.is_doubtful(said) or isinstance(state, _SUBSCRIBING):
        return True
    if isinstance(state, Resting) and words.may_open_bulletins(said):
        return True
    offers_to_forget = isinstance(state, Received) or (
        isinstance(state, Aside) and state.page == "privacy"
    )
    if offers_to_forget and words.may_choose(said):
        return True
    return (words.command(said) or words.plain_command(said)) in _OPENING


def _shows_bell(state: State, event: Event, said: str) -> bool:
    """The list is asked for, perhaps by a number or a word, or it is looked at."""
    if event in (Chose("bell"), Commanded(Command.BELL)) or said.startswith("/"):
        return True
    if isinstance(state, Resting):
        return 0 < len(said) <= _LONGEST_LABEL
    return isinstance(state, Aside) and state.page == "bell"
