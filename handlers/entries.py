"""How a part of a thread reads for its worker: on their screen, and before an officer sends it.

An officer's preview is made by the same lines as the worker's screen, so that both read the same.
"""

from dataclasses import replace

from handlers import telling
from handlers.languages import Language
from handlers.replies import Change, Pick, wording
from handlers.screens import Choice, Say, Tone, say
from handlers.tips import FILES, Author, Kind
from handlers.turn import Entry, Thread, Whose

_PICK = "pick"


def shown(entry: Entry, language: Language) -> Say:
    """A part as it is said."""
    if entry.told is not None:
        return telling.said(entry.told, language, Tone.OFFICER)
    tone = Tone.OWN if entry.author is Author.WORKER else Tone.OFFICER
    day = entry.day.strftime("%d/%m/%Y") if entry.day else ""
    if entry.kind in FILES and entry.author is Author.OFFICER:
        tone = Tone.PICTURE if entry.kind is Kind.PHOTO else Tone.FILE
        told = say(f"unit_file.{entry.kind}", tone, day=day)
        return replace(told, file=entry.number)
    if entry.kind in FILES:
        return say(f"thread.{entry.kind}", tone)
    return say(f"thread.{entry.kind}", tone, words=_words(entry, language), day=day)


def standing() -> Say:
    """What stands under every question, on every channel."""
    return say("thread.free")


def asked(thread: Thread) -> tuple[int, Entry] | None:
    """The question that the unit waits for, and its place in the thread; None where it waits for
    none.
    """
    return last_question(thread) if thread.whose is Whose.WORKER else None


def last_question(thread: Thread) -> tuple[int, Entry] | None:
    """The last question that was not taken back, and its place in the thread."""
    for place in range(len(thread.entries) - 1, -1, -1):
        entry = thread.entries[place]
        if entry.kind is Kind.QUESTION and entry.change is not Change.WITHDRAWN:
            return place, entry
    return None


def pick_choices(place: int, picks: tuple[Pick, ...], language: Language) -> tuple[Choice, ...]:
    """The answers to press under the question at that place. Their names hold the place: a button
    of an earlier question answers no later one.
    """
    return tuple(
        Choice(f"{_PICK}{place}_{at}", say("raw", text=each.label(language)))
        for at, each in enumerate(picks)
    )


def offering(thread: Thread) -> int:
    """The place of the present question, where it has answers to press; else 0, which is the story.

    A talk keeps it as what was shown: answers stand on a screen only after the person did something
    that shows them, or a number that was typed for another choice would be an answer.
    """
    found = asked(thread)
    return found[0] if found is not None and found[1].picks else 0


def is_pick(name: str) -> bool:
    """Whether a choice of that name answers some question."""
    return name.startswith(_PICK)


def picked(name: str, thread: Thread, language: Language) -> str | None:
    """The words of the answer that was pressed; None where it is none of the present question."""
    found = asked(thread)
    if found is None:
        return None
    place, entry = found
    named = zip(pick_choices(place, entry.picks, language), entry.picks, strict=True)
    return next((pick.label(language) for each, pick in named if each.name == name), None)


def _words(entry: Entry, language: Language) -> str | Say:
    words = wording(entry.words, entry.english, language)
    match entry.change:
        case Change.WITHDRAWN:
            return say("reply.withdrawn")
        case Change.EDITED:
            return say("reply.edited", words=words)
        case _:
            return words
