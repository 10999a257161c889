"""The talk at a prompt: `python -m bot chat`."""

import asyncio
from pathlib import Path

from bot.channels import Arrival, Limits, Push
from bot.inbound import Answer, Inbound
from handlers.events import Brought, Event, Said, Showed, Unusable
from handlers.screens import Accepts, Rendered, Tone

NAME = "terminal"
LIMITS = Limits(
    buttons=False,
    edit=False,
    delete=False,
    max_text=100_000,
    inbound_media=True,
    outbound_photo=False,
    push=Push.WHILE_OPEN,
)
ADDRESS = "prompt"
"""Whoever sits at the prompt: always the same, so that a subscription is found again."""
_MOST_BYTES = 20 * 1024 * 1024
_BAR = "│ "
# There a 0 may belong to what is asked for, so the way back is a word.
_FREE = (Accepts.WORDS, Accepts.PLACE, Accepts.NUMBER)


class Terminal:
    """One person at one prompt."""

    name = NAME
    limits = LIMITS

    def __init__(self, inbound: Inbound, address: str) -> None:
        """`address` means nobody: the prompt, or one that a test made up."""
        self._inbound = inbound
        self._address = address
        self._number = 0

    async def open(self) -> str:
        """What stands on the screen at the start."""
        return shown(await self._inbound.look(NAME, self._address))

    async def type(self, line: str) -> str:
        """What comes back when `line` was typed; `@FILE` sends a file."""
        self._number += 1
        event = await self._event(line)
        arrival = Arrival(NAME, self._address, str(self._number), event)
        return shown(await self._inbound.receive(arrival))

    async def close(self) -> None:
        """Forget everything of this run."""
        await self._inbound.forget(NAME, self._address)

    async def _event(self, line: str) -> Event:
        if not line.startswith("@"):
            return Said(line)
        data = await asyncio.to_thread(_read, line[1:].strip())
        if isinstance(data, Unusable):
            return Brought(data)
        kept = await self._inbound.keep_picture(NAME, self._address, data)
        return Brought(kept) if isinstance(kept, Unusable) else Showed(kept)


def _read(name: str) -> bytes | Unusable:
    path = Path(name).expanduser()
    try:
        return Unusable.TOO_BIG if path.stat().st_size > _MOST_BYTES else path.read_bytes()
    except (OSError, RuntimeError, ValueError):
        return Unusable.EMPTY


def shown(answer: Answer) -> str:
    """An answer as text with numbered choices."""
    return text_of(answer.rendered)


def text_of(rendered: Rendered) -> str:
    """Lines, numbered choices, those that are chosen by a word, the ways out; 0 is back, but where
    it may belong to what is asked for.
    """
    has_zero = rendered.accepts not in _FREE
    blocks = [_block(line.text, line.tone) for line in rendered.lines]
    numbered = [each for each in rendered.choices if not each.word]
    choices = [f"  {at}. {each.label}" for at, each in enumerate(numbered, start=1)]
    choices += [f"  {each.word}: {each.label}" for each in rendered.choices if each.word]
    ways = [
        f"  0. {way.label}" if has_zero and way.name == "back" else f"  [{way.label}]"
        for way in rendered.ways
    ]
    return "\n\n".join(part for part in (*blocks, "\n".join((*choices, *ways))) if part)


def _block(text: str, tone: Tone) -> str:
    if tone not in (Tone.KEEP, Tone.OWN, Tone.OFFICER, Tone.LIST):
        return text
    return "\n".join(_BAR + line for line in text.split("\n"))
