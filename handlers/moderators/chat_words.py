"""What an officer's private chat shows of words that did not go yet, or have just gone. Pure."""

from collections.abc import Sequence
from datetime import date

from handlers.languages import Language
from handlers.moderators.chat import BACK
from handlers.moderators.chat_drafts import Previewing, Templates, written
from handlers.moderators.preview import preview
from handlers.moderators.templates import Ready
from handlers.screens import MOST_CHOICES, Accepts, Choice, Screen, Tone, say


def templates(nickname: str, ready: Sequence[Ready]) -> Screen:
    """The unit's ready words by their names."""
    if not ready:
        return Screen((say("desk.chat.no_templates"),), (), BACK)
    choices = tuple(
        Choice(f"template{at}", say("raw", text=each.name)) for at, each in enumerate(ready, 1)
    )
    return Screen((say("desk.chat.templates", name=nickname),), choices, BACK)


def offered(state: Templates, ready: Sequence[Ready]) -> tuple[Ready, ...]:
    """Those of a tip's ready words that fit where the officer is; no more than a screen holds."""
    return tuple(each for each in ready if each.kind == state.offer)[:MOST_CHOICES]


def previewing(state: Previewing, today: date) -> Screen:
    """What the worker would read; typing other words writes anew."""
    action = written(state.offer, state.words, state.outcome)
    shown = preview(action, today, Language.VI) or Screen(())
    picks = " ".join(f"[{_label(each)}]" for each in shown.choices)
    buttons = (say("raw", Tone.OFFICER, text=picks),) if picks else ()
    names = ["send", *(["send_plain"] if picks else []), "edit"]
    choices = tuple(Choice(name, say(f"desk.chat.press_{name}")) for name in names)
    says = (say("desk.chat.preview"), *shown.says, *buttons)
    return Screen(says, choices, BACK, Accepts.WORDS)


def correcting(nickname: str) -> Screen:
    """Asks for the words that take the place of the last ones."""
    return Screen((say("desk.chat.correct", name=nickname),), (), BACK, Accepts.WORDS)


def _label(choice: Choice) -> str:
    return str(dict(choice.label.fields)["text"])
