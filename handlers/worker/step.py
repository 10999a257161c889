"""What a step of the talk gives back, and the pieces that all steps share."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, TypeVar

from handlers.effects import Effect
from handlers.events import Brought, Chose, Picture, Said, Showed
from handlers.screens import Choice, Say, Tone, say
from handlers.states import Draft, Early

Reached = TypeVar("Reached", covariant=True)

Input = Chose | Said | Showed | Brought

MOST_WORDS = 20_000
MOST_BYTES = 20 * 1024 * 1024
"""All files of a draft together; a video counts twice where its sound may still be wished."""
STORY_LETTERS = 60
"""What is at least so long is a story, wherever it was typed."""


@dataclass(frozen=True, slots=True)
class Step(Generic[Reached]):
    """The state that a step leads to, what to say before its screen, and what to do."""

    state: Reached
    notes: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = field(default=())


def note(key: str, **fields: str | int | Say) -> Say:
    """A remark before the screen."""
    return Say(key, tuple(fields.items()), Tone.NOTE)


def choice(name: str, key: str = "", **fields: str | int | Say) -> Choice:
    """A choice; its label is the text `choice.<name>` unless another key is given."""
    return Choice(name, Say(key or f"choice.{name}", tuple(fields.items())))


def by_word(name: str, key: str = "") -> Choice:
    """A choice that consents or destroys: where nothing can be pressed, its word is typed, which is
    the text `typed.<name>`.
    """
    return replace(choice(name, key), word=say(f"typed.{name}"))


def named(name: str, label: str) -> Choice:
    """A choice whose label is not ours to word: a place, a unit."""
    return Choice(name, say("raw", text=label))


BACK = choice("back")
STOP = choice("stop")
HOME = choice("home")


def with_words(early: Early, words: str) -> Early:
    """What was written before, and `words` below it; the caller knows that both fit."""
    return replace(early, words=f"{early.words}\n\n{words}" if early.words else words)


def not_taken(event: Input) -> tuple[Say, ...]:
    """Why what came cannot be taken, in kind words."""
    match event:
        case Brought(why, words):
            return (note(f"unusable.{why}"), *given_back(words))
        case Showed(_, words):
            return (note("unusable.not_here"), *given_back(words))
        case Said(words):
            return (note("not_understood"), *given_back(words))
        case Chose():
            return (note("old_button"),)


def given_back(words: str) -> tuple[Say, ...]:
    """Words that could not be used, shown so that they are not lost."""
    return (say("given_back", Tone.OWN, words=words),) if words else ()


def shown_day(day: date) -> str:
    """A day as it is written in Viet Nam, in both languages."""
    return day.strftime("%d/%m/%Y")


def too_long(*words: str) -> bool:
    """Whether words together are more than a tip can hold."""
    return sum(map(len, words)) > MOST_WORDS


def is_story(words: str) -> bool:
    """Whether words typed beside a question are long enough to be what happened."""
    return len(words) >= STORY_LETTERS


def has_room(holder: Draft | Early, picture: Picture, most: int) -> bool:
    """Whether one more file fits what was gathered; at most `most` files."""
    size = sum(each.size + each.loud for each in (*holder.pictures, picture))
    return len(holder.pictures) < most and size <= MOST_BYTES


def kept(picture: Picture) -> Say:
    """That a file is kept for the draft; of a video also that it comes without its sound."""
    return note(f"kept.{'loud' if picture.loud else picture.kind}")


def added(picture: Picture) -> Say:
    """That a file was added to a thread."""
    return note(f"added_file.{picture.kind}")


def with_sound(picture: Picture, *, keeps: bool) -> Picture:
    """The same, with its sound or without; only what has one can keep it."""
    return replace(picture, with_sound=keeps and picture.loud > 0)
