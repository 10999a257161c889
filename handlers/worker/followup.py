"""Coming back with the receipt code: status, questions and answers, additions."""

from handlers.effects import AddPicture, AddWords, DropPictures
from handlers.events import Brought, Chose, Said, Showed
from handlers.folding import fold, has_letters
from handlers.receipt import looks_like_code, read
from handlers.screens import Accepts, Choice, Say, Screen, Tone, say
from handlers.states import (
    AddingPicture,
    AddingWords,
    AskingAbove,
    ChoosingCategory,
    ConfirmingAddition,
    ConfirmingClose,
    ConfirmingDelete,
    ConfirmingTold,
    Early,
    HidingLater,
    PoliceLater,
    ReadingHandbook,
    ReadingThread,
    TypingCode,
)
from handlers.tips import Author, Kind, Move, Status, after, police_allowed
from handlers.turn import Entry, Facts, Thread, Whose
from handlers.worker import second_look, told
from handlers.worker.step import (
    BACK,
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
    | ConfirmingAddition
    | ConfirmingClose
    | ConfirmingDelete
    | ConfirmingTold
    | HidingLater
    | PoliceLater
    | AskingAbove
    | ReadingHandbook
]:
    """The thread: its choices, and words or pictures that come by themselves."""
    match event:
        case Chose("tell_no_more") if facts.thread is not None and facts.thread.is_told:
            return told.ended(state)
        case Chose(name):
            return Step(_page_of(state, name))
        case Said(words) if has_letters(words) and not too_long(words) and is_open(facts):
            return Step(ConfirmingAddition(state.key, words))
        case Showed(picture, words):
            return add_picture(state, Showed(picture, words), facts)
        case Said(words) if too_long(words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words) if facts.thread is not None and not is_open(facts):
            return Step(state, (note("closed_meanwhile"), *given_back(words)))
        case Said() | Brought():
            return Step(state, not_taken(event))


def _page_of(
    state: ReadingThread, name: str
) -> (
    ReadingThread
    | AddingWords
    | AddingPicture
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


def is_open(facts: Facts) -> bool:
    """Whether the thread that was looked up can still be added to."""
    return facts.thread is not None and after(facts.thread.status, Move.ADD) is not None


def thread_screen(state: ReadingThread, facts: Facts) -> Screen:
    """Status in plain words, whose turn it is and by when, questions and answers, the bell."""
    thread = facts.thread
    if thread is None:
        return Screen((say("code.gone"),), (), (HOME,))
    return Screen(
        (
            *_status(thread, facts),
            *_whose(thread),
            *(_entry(entry) for entry in thread.entries),
            *((say("thread.free"),) if thread.whose is Whose.WORKER else ()),
            say("thread.bell", bell=thread.bell),
        ),
        _thread_choices(thread, facts),
        (HOME,),
    )


def _status(thread: Thread, facts: Facts) -> tuple[Say, ...]:
    if second_look.is_outside(thread):
        return second_look.explained(thread, facts)
    if thread.status is Status.CLOSED:
        result = f"outcome.{thread.outcome}" if thread.outcome else "outcome.withdrawn"
        return (say("thread.closed", outcome=say(result), unit=thread.unit),)
    return (say("thread.status", status=say(f"status.{thread.status}"), unit=thread.unit),)


def _whose(thread: Thread) -> tuple[Say, ...]:
    match thread.whose:
        case Whose.DESK:
            return (say("thread.their_turn", day=shown_day(thread.answer_on)),)
        case Whose.WORKER:
            return (say("thread.your_turn", Tone.NOTE),)
        case Whose.NOBODY:
            return ()


def _entry(entry: Entry) -> Say:
    tone = Tone.OWN if entry.author is Author.WORKER else Tone.OFFICER
    if entry.kind is Kind.PHOTO:
        return say("thread.photo", tone)
    day = shown_day(entry.day) if entry.day else ""
    return say(f"thread.{entry.kind}", tone, words=entry.words, day=day)


def _thread_choices(thread: Thread, facts: Facts) -> tuple[Choice, ...]:
    if second_look.is_outside(thread):
        return second_look.choices(thread, facts)
    if after(thread.status, Move.ADD) is None:
        return (choice("refresh"), choice("delete"))
    first = choice("reply") if thread.whose is Whose.WORKER else choice("add_words")
    police = (choice("police_later"),) if police_allowed(thread.category) else ()
    return (
        first,
        choice("add_picture"),
        choice("refresh"),
        *police,
        choice("hide_later"),
        *told.offered(thread, facts),
        choice("close"),
        choice("delete"),
    )


def adding_words(
    state: AddingWords, event: Input, facts: Facts
) -> Step[AddingWords | ReadingThread]:
    """Free words for an open thread."""
    thread = ReadingThread(state.key)
    match event:
        case Said(words) if not has_letters(words):
            return Step(state, (note("story.empty"),))
        case Said(words) if too_long(words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words) if is_open(facts):
            return Step(thread, (note("added"),), (AddWords(state.key, words),))
        case Said(words):
            return Step(thread, (note("closed_meanwhile"), *given_back(words)))
        case Showed():
            return add_picture(thread, event, facts)
        case Chose() | Brought():
            return Step(state, not_taken(event))


def adding_screen(_: AddingWords, facts: Facts) -> Screen:
    """The last question stands above the box; nobody has to say who they are."""
    question = (
        next((e for e in reversed(facts.thread.entries) if e.kind is Kind.QUESTION), None)
        if facts.thread
        else None
    )
    shown = (_entry(question),) if question else ()
    return Screen((*shown, say("add.ask"), say("thread.free")), (), (BACK,), Accepts.WORDS)


def adding_picture(
    state: AddingPicture, event: Input, facts: Facts
) -> Step[AddingPicture | ReadingThread]:
    """A picture for an open thread."""
    if isinstance(event, Showed):
        return add_picture(ReadingThread(state.key), event, facts)
    return Step(state, not_taken(event))


def add_picture(thread: ReadingThread, event: Showed, facts: Facts) -> Step[ReadingThread]:
    """A picture is added at once, with what was written under it."""
    drop = DropPictures((event.picture,))
    if not is_open(facts):
        return Step(thread, (note("closed_meanwhile"), *given_back(event.words)), (drop,))
    words = (AddWords(thread.key, event.words),) if has_letters(event.words) else ()
    return Step(
        thread, (note("added_picture"),), (AddPicture(thread.key, event.picture), *words, drop)
    )


def adding_picture_screen(_: AddingPicture, __: Facts) -> Screen:
    """Hidden data is removed; faces and signs are not."""
    return Screen((say("pictures.ask"),), (), (BACK,), Accepts.PICTURE)


def confirming_addition(
    state: ConfirmingAddition, event: Input, facts: Facts
) -> Step[ConfirmingAddition | ReadingThread]:
    """Words that came while the thread was open: nothing is added without a yes."""
    thread = ReadingThread(state.key)
    match event:
        case Chose("add_yes") if is_open(facts):
            return Step(thread, (note("added"),), (AddWords(state.key, state.words),))
        case Chose("add_yes"):
            return Step(thread, (note("closed_meanwhile"), *given_back(state.words)))
        case Chose():
            return Step(thread, given_back(state.words))
        case Said(words) if too_long(state.words, words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words):
            return Step(ConfirmingAddition(state.key, f"{state.words}\n\n{words}"))
        case Showed():
            after = add_picture(thread, event, facts)
            return Step(state, after.notes, after.effects)
        case Brought():
            return Step(state, not_taken(event))


def confirming_addition_screen(state: ConfirmingAddition, _: Facts) -> Screen:
    """The words, and the question."""
    return Screen(
        (say("add.confirm"), *given_back(state.words)),
        (choice("add_yes"), choice("add_no")),
        (BACK,),
    )
