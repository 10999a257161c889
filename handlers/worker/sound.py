"""The sound of videos: they come without, and keep it only where that is wished after a warning."""

from dataclasses import replace

from handlers.effects import AddPicture, AddWords, DropPictures
from handlers.events import Chose, Said, Showed
from handlers.folding import has_letters
from handlers.screens import Choice, Say, Screen, Tone, say
from handlers.states import AddingVideo, Draft, ReadingThread
from handlers.turn import Facts
from handlers.worker.additions import add_picture, opens_again, takes_more
from handlers.worker.step import (
    BACK,
    Input,
    Step,
    added,
    by_word,
    choice,
    given_back,
    not_taken,
    note,
    too_long,
    with_sound,
)


def sound_choice(draft: Draft) -> tuple[Choice, ...]:
    """What may be chosen about the sound, where a video of the draft has one."""
    loud = [each for each in draft.pictures if each.loud]
    if not loud:
        return ()
    return (choice("no_sound" if all(each.with_sound for each in loud) else "sound"),)


def sound_line(draft: Draft) -> tuple[Say, ...]:
    """That a video will be heard."""
    is_heard = any(each.with_sound for each in draft.pictures)
    return (say("review.sound"),) if is_heard else ()


def keeping(draft: Draft, *, keeps: bool) -> Draft:
    """The draft whose videos keep their sound, or all come without."""
    pictures = tuple(with_sound(each, keeps=keeps) for each in draft.pictures)
    return replace(draft, pictures=pictures)


def adding_video(
    state: AddingVideo, event: Input, facts: Facts
) -> Step[AddingVideo | ReadingThread]:
    """A video for an open thread waits until it is said how it shall go."""
    thread, drop = ReadingThread(state.key), DropPictures((state.picture,))
    match event:
        case Chose("add_silent" | "keep_sound") if not takes_more(facts):
            return Step(thread, (note("closed_meanwhile"), *given_back(state.words)), (drop,))
        case Chose("add_silent" | "keep_sound"):
            chosen = with_sound(state.picture, keeps=event.name == "keep_sound")
            words = (AddWords(state.key, state.words),) if has_letters(state.words) else ()
            effects = (AddPicture(state.key, chosen), *words, drop)
            reopened = (note("told.reopened"),) if opens_again(facts) else ()
            return Step(thread, (added(chosen), *reopened), effects)
        case Chose():
            return Step(thread, (note("sound.not_added"), *given_back(state.words)), (drop,))
        case Said(words) if too_long(state.words, words):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words) if has_letters(words):
            together = f"{state.words}\n\n{words}" if state.words else words
            return Step(replace(state, words=together), (note("kept_words"),))
        case Showed(picture) if picture.loud:
            return Step(state, (note("sound.one_by_one"), *given_back(event.words)))
        case Showed():
            after = add_picture(thread, event, facts)
            return Step(state, after.notes, after.effects)
        case _:
            return Step(state, not_taken(event))


def adding_video_screen(state: AddingVideo, _: Facts) -> Screen:
    """The warning, and the three ways; what was written under it goes with it."""
    return Screen(
        (say("sound.later", Tone.DANGER), *given_back(state.words)),
        (choice("add_silent"), by_word("keep_sound"), choice("add_not")),
        (BACK,),
    )
