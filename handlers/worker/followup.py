"""Coming back with the receipt code: status, questions and answers, additions."""

from handlers.effects import AddWords, ShowFiles
from handlers.entries import asked, offering, pick_choices, picked, shown, standing
from handlers.events import Brought, Chose, Said, Showed
from handlers.folding import fold, has_letters
from handlers.receipt import looks_like_code, read
from handlers.screens import Accepts, Choice, Say, Screen, Tone, say
from handlers.states import (
    AddingPicture,
    AddingVideo,
    AddingWords,
    AskingAbove,
    ChoosingCategory,
    ConfirmingAddition,
    ConfirmingClose,
    ConfirmingDelete,
    ConfirmingTold,
    Early,
    HidingLater,
    Key,
    PoliceLater,
    ReadingHandbook,
    ReadingThread,
    TakingBackWho,
    TellingWho,
    TypingCode,
)
from handlers.tips import (
    OF_IDENTITY,
    Move,
    Status,
    after,
    police_allowed,
)
from handlers.turn import Facts, Shown, Thread, Whose
from handlers.worker import second_look, told
from handlers.worker.additions import add_picture, opens_again, takes_more
from handlers.worker.step import (
    HOME,
    Input,
    Step,
    choice,
    given_back,
    is_story,
    not_taken,
    note,
    shown_day,
    too_long,
)
from handlers.worker.story import keep_early, kept_by_app
from handlers.worker.who import who_choice, who_line


def typing_code(
    state: TypingCode, event: Input, facts: Facts
) -> Step[TypingCode | ChoosingCategory]:
    """A right code never comes here (it opens the thread from anywhere): what comes is a typo, or
    something else. A story begins a tip.
    """
    match event:
        case Said(words) if is_story(words) and not looks_like_code(words):
            early, notes = keep_early(Early(), event, facts)
            return Step(ChoosingCategory(early) if early.words else state, notes)
        case Said(words):
            return Step(state, (*code_notes(words, facts), *given_back(words)))
        case _:
            return Step(state, not_taken(event))


def code_notes(words: str, facts: Facts) -> tuple[Say, ...]:
    """Why no thread was opened, in kind words."""
    if facts.wait_seconds:
        return (note("code.wait", seconds=facts.wait_seconds),)
    if read(words):
        return (note("code.nothing"),)
    if looks_like_code(words) or _is_nearly_a_code(words):
        return (note("code.typo"),)
    return (note("code.no_code"),)


def _is_nearly_a_code(words: str) -> bool:
    """Where a code is expected, what has about its length and a digit in it is meant as one."""
    symbols = fold(words).replace(" ", "")
    return len(symbols) in range(13, 20) and any(each.isdigit() for each in symbols)


def code_screen(_: TypingCode, facts: Facts) -> Screen:
    """Where the code is typed."""
    return Screen((say("code.ask"), *kept_by_app(facts)), (), (HOME,), Accepts.CODE)


def reading_thread(
    state: ReadingThread, event: Input, facts: Facts
) -> Step[
    ReadingThread
    | AddingWords
    | AddingPicture
    | AddingVideo
    | TellingWho
    | TakingBackWho
    | ConfirmingAddition
    | ConfirmingClose
    | ConfirmingDelete
    | ConfirmingTold
    | HidingLater
    | PoliceLater
    | AskingAbove
    | ReadingHandbook
]:
    """The thread: its choices, and words or files that come by themselves."""
    match event:
        case Chose("see_files"):
            return Step(state, (note("files_shown"),), (ShowFiles(state.key),))
        case Chose("tell_no_more") if facts.thread is not None and facts.thread.is_told:
            return told.ended(state)
        case Chose("others"):
            return Step(ReadingThread(state.key))
        case Chose("refresh"):
            return Step(opened(state.key, facts))
        case Chose("reply") if state.asked != (shown_now := opened(state.key, facts)).asked:
            return Step(shown_now)
        case Chose(name) if (words := _picked(name, facts)) is not None:
            return Step(ReadingThread(state.key), (note("added"),), (AddWords(state.key, words),))
        case Chose(name):
            return Step(_page_of(state, name))
        case Said(words) if has_letters(words) and not too_long(words) and takes_more(facts):
            return Step(ConfirmingAddition(state.key, words))
        case Showed(picture, words):
            return add_picture(state, Showed(picture, words), facts)
        case Said(words) if too_long(words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words) if facts.thread is not None and not takes_more(facts):
            return Step(state, (note("closed_meanwhile"), *given_back(words)))
        case Said() | Brought():
            return Step(state, not_taken(event))


def _page_of(
    state: ReadingThread, name: str
) -> (
    ReadingThread
    | AddingWords
    | AddingPicture
    | TellingWho
    | TakingBackWho
    | ConfirmingClose
    | ConfirmingDelete
    | ConfirmingTold
    | HidingLater
    | PoliceLater
    | AskingAbove
    | ReadingHandbook
):
    match name:
        case "add_words" | "reply":
            return AddingWords(state.key)
        case "add_picture":
            return AddingPicture(state.key)
        case "say_who":
            return TellingWho(state.key)
        case "take_who_back":
            return TakingBackWho(state.key)
        case "close":
            return ConfirmingClose(state.key)
        case "delete":
            return ConfirmingDelete(state.key)
        case "hide_later":
            return HidingLater(state.key)
        case "police_later":
            return PoliceLater(state.key)
        case "ask_above":
            return AskingAbove(state.key)
        case "tell_here":
            return ConfirmingTold(state.key)
        case "numbers":
            return ReadingHandbook(state, second_look.NUMBERS)
        case _:
            return state


def thread_screen(state: ReadingThread, facts: Facts) -> Screen:
    """Status in plain words, whose turn it is and by when, questions and answers, the bell."""
    thread = facts.thread
    if thread is None:
        return Screen((say("code.gone"),), (), (HOME,))
    return Screen(
        (
            *_status(thread, facts),
            *((say("thread.also", units=", ".join(thread.also)),) if thread.also else ()),
            *_whose(thread),
            *(
                shown(entry, facts.language)
                for entry in thread.entries
                if entry.kind not in OF_IDENTITY
            ),
            *who_line(thread),
            *_where_files_are(thread, facts),
            *((standing(),) if thread.whose is Whose.WORKER else ()),
            say("thread.bell", bell=thread.bell),
        ),
        _quick_choices(state, thread, facts) or _thread_choices(thread, facts),
        (*_seeing_files(thread, facts), HOME),
    )


def _has_files(thread: Thread) -> bool:
    """Whether the unit sent a file."""
    return any(entry.number for entry in thread.entries)


def _where_files_are(thread: Thread, facts: Facts) -> tuple[Say, ...]:
    if facts.room.files is not Shown.ELSEWHERE or not _has_files(thread):
        return ()
    if not facts.public_url:
        return (say("thread.files_on_page"),)
    return (say("thread.files_at", url=facts.public_url),)


def _seeing_files(thread: Thread, facts: Facts) -> tuple[Choice, ...]:
    if facts.room.files is not Shown.SENT or not _has_files(thread):
        return ()
    return (choice("see_files"),)


def _status(thread: Thread, facts: Facts) -> tuple[Say, ...]:
    if second_look.is_outside(thread):
        return second_look.explained(thread, facts)
    if thread.status is Status.CLOSED:
        result = f"outcome.{thread.outcome}" if thread.outcome else "outcome.withdrawn"
        closed = say("thread.closed", outcome=say(result), unit=thread.unit)
        return (closed, *_way_back(thread, facts))
    return (say("thread.status", status=say(f"status.{thread.status}"), unit=thread.unit),)


def _way_back(thread: Thread, facts: Facts) -> tuple[Say, ...]:
    """Whether a closed tip can still be opened again, and until when."""
    if opens_again(facts) and thread.reopen_until is not None:
        return (say("told.reopen_until", day=shown_day(thread.reopen_until)),)
    return (say("told.reopen_over"),) if thread.reopen_until is not None else ()


def _whose(thread: Thread) -> tuple[Say, ...]:
    match thread.whose:
        case Whose.DESK:
            return (say("thread.their_turn", day=shown_day(thread.answer_on)),)
        case Whose.WORKER:
            return (say("thread.your_turn", Tone.NOTE),)
        case Whose.NOBODY:
            return ()


def _picked(name: str, facts: Facts) -> str | None:
    """The words of an answer that was pressed."""
    return picked(name, facts.thread, facts.language) if facts.thread is not None else None


def opened(key: Key, facts: Facts) -> ReadingThread:
    """The thread as it is opened now: with the answers to press, where there are some."""
    return ReadingThread(key, offering(facts.thread) if facts.thread is not None else 0)


def _quick_choices(state: ReadingThread, thread: Thread, facts: Facts) -> tuple[Choice, ...]:
    """The answers under the unit's question; there is no room for all the other choices. When the
    question that was shown is over, no number may mean anything but to look again.
    """
    question = asked(thread)
    if not state.asked:
        return ()
    if question is None or question[0] != state.asked:
        return (choice("refresh"),)
    picks = pick_choices(question[0], question[1].picks, facts.language)
    own, others = choice("reply", "reply.own_words"), choice("others", "reply.others")
    return (*picks, own, choice("add_picture"), others)


def _thread_choices(thread: Thread, facts: Facts) -> tuple[Choice, ...]:
    if second_look.is_outside(thread):
        return second_look.choices(thread, facts)
    if opens_again(facts):
        more = (choice("add_words"), choice("add_picture"))
        return (*more, choice("refresh"), choice("delete"))
    if after(thread.status, Move.ADD) is None:
        return (choice("refresh"), choice("delete"))
    first = choice("reply") if thread.whose is Whose.WORKER else choice("add_words")
    police = (choice("police_later"),) if police_allowed(thread.category) else ()
    if thread.asks_police:
        # What was asked stands above everything else; it leads to the same choice as ever.
        first, police = choice("police_later"), (first,)
    return (
        first,
        choice("add_picture"),
        choice("refresh"),
        *police,
        choice("hide_later"),
        *told.offered(thread, facts),
        *who_choice(thread),
        choice("close"),
        choice("delete"),
    )
