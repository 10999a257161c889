"""Adding to an open thread: words and files, at once or after a question."""

from handlers.effects import AddPicture, AddWords, DropPictures
from handlers.entries import last_question, shown, standing
from handlers.events import Brought, Chose, Said, Showed
from handlers.folding import has_letters
from handlers.screens import Accepts, Say, Screen, say
from handlers.states import (
    AddingPicture,
    AddingVideo,
    AddingWords,
    ConfirmingAddition,
    ReadingThread,
)
from handlers.tips import FILES, MOST_FILES_OF_A_TIP, Author, Move, after
from handlers.turn import Facts
from handlers.worker.step import (
    BACK,
    Input,
    Step,
    added,
    choice,
    given_back,
    not_taken,
    note,
    too_long,
)


def is_open(facts: Facts) -> bool:
    """Whether the thread that was looked up can still be added to."""
    return facts.thread is not None and after(facts.thread.status, Move.ADD) is not None


def opens_again(facts: Facts) -> bool:
    """Whether it was closed, and something added to it would open it again."""
    thread = facts.thread
    until = thread.reopen_until if thread is not None else None
    return until is not None and facts.today <= until


def takes_more(facts: Facts) -> bool:
    """Whether something can be added, be the thread open or opened by it."""
    return is_open(facts) or opens_again(facts)


def added_words(facts: Facts) -> Say:
    """What the worker is told once their words are in the thread."""
    return note("told.reopened" if opens_again(facts) else "added")


def adding_words(
    state: AddingWords, event: Input, facts: Facts
) -> Step[AddingWords | ReadingThread | AddingVideo]:
    """Free words for an open thread."""
    thread = ReadingThread(state.key)
    match event:
        case Said(words) if not has_letters(words):
            return Step(state, (note("story.empty"),))
        case Said(words) if too_long(words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words) if takes_more(facts):
            return Step(thread, (added_words(facts),), (AddWords(state.key, words),))
        case Said(words):
            return Step(thread, (note("closed_meanwhile"), *given_back(words)))
        case Showed():
            return add_picture(thread, event, facts)
        case Chose() | Brought():
            return Step(state, not_taken(event))


def adding_screen(_: AddingWords, facts: Facts) -> Screen:
    """The last question stands above the box; nobody has to say who they are."""
    question = last_question(facts.thread) if facts.thread else None
    asked = (shown(question[1], facts.language),) if question else ()
    again = (say("told.reopens"),) if opens_again(facts) else ()
    told = (*asked, say("add.ask"), *again, standing())
    return Screen(told, (), (BACK,), Accepts.WORDS)


def adding_picture(
    state: AddingPicture, event: Input, facts: Facts
) -> Step[AddingPicture | ReadingThread | AddingVideo]:
    """A file for an open thread."""
    if isinstance(event, Showed):
        return add_picture(ReadingThread(state.key), event, facts)
    return Step(state, not_taken(event))


def add_picture(
    thread: ReadingThread, event: Showed, facts: Facts
) -> Step[ReadingThread | AddingVideo]:
    """A file is added at once, with what was written under it; a video with sound is asked about
    first.
    """
    drop = DropPictures((event.picture,))
    if not takes_more(facts):
        return Step(thread, (note("closed_meanwhile"), *given_back(event.words)), (drop,))
    if _is_full(facts):
        return Step(thread, (note("unusable.enough_for_tip"), *given_back(event.words)), (drop,))
    if event.picture.loud:
        return Step(AddingVideo(thread.key, event.picture, event.words))
    words = (AddWords(thread.key, event.words),) if has_letters(event.words) else ()
    reopened = (note("told.reopened"),) if opens_again(facts) else ()
    return Step(
        thread,
        (added(event.picture), *reopened),
        (AddPicture(thread.key, event.picture), *words, drop),
    )


def _is_full(facts: Facts) -> bool:
    """Whether the worker has laid as many files into this tip as it may hold."""
    entries = facts.thread.entries if facts.thread else ()
    own = sum(each.kind in FILES and each.author is Author.WORKER for each in entries)
    return own >= MOST_FILES_OF_A_TIP


def adding_picture_screen(_: AddingPicture, __: Facts) -> Screen:
    """Hidden data is removed; faces and signs are not."""
    return Screen((say("pictures.ask"),), (), (BACK,), Accepts.PICTURE)


def confirming_addition(
    state: ConfirmingAddition, event: Input, facts: Facts
) -> Step[ConfirmingAddition | ReadingThread]:
    """Words that came while the thread was open: nothing is added without a yes."""
    thread = ReadingThread(state.key)
    match event:
        case Chose("add_yes") if takes_more(facts):
            return Step(thread, (added_words(facts),), (AddWords(state.key, state.words),))
        case Chose("add_yes"):
            return Step(thread, (note("closed_meanwhile"), *given_back(state.words)))
        case Chose():
            return Step(thread, given_back(state.words))
        case Said(words) if too_long(state.words, words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words):
            return Step(ConfirmingAddition(state.key, f"{state.words}\n\n{words}"))
        case Showed(picture) if picture.loud:
            return Step(state, (note("sound.one_by_one"), *given_back(event.words)))
        case Showed():
            after = add_picture(thread, event, facts)
            return Step(state, after.notes, after.effects)
        case Brought():
            return Step(state, not_taken(event))


def confirming_addition_screen(state: ConfirmingAddition, facts: Facts) -> Screen:
    """The words, and the question."""
    again = (say("told.reopens"),) if opens_again(facts) else ()
    return Screen(
        (say("add.confirm"), *again, *given_back(state.words)),
        (choice("add_yes"), choice("add_no")),
        (BACK,),
    )
