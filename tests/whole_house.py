"""The whole house without its doors, on a real database, with a clock that a test turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot import app
from bot.app import House
from bot.channels import Arrival
from bot.config import Settings
from bot.inbound import Answer
from handlers.events import Chose, Event, Said
from handlers.screens import Tone
from tests import demo_house
from tests.tip_world import Clock

STORY = "Cửa thoát hiểm của xưởng bị khóa từ thứ hai."
ROAD: tuple[Event, ...] = (
    Said(STORY),
    Chose("fire"),
    Chose("danger_no"),
    Chose("no_place"),
    Chose("skip_all"),
)


@asynccontextmanager
async def open_house(url: str, folder: Path, clock: Clock) -> AsyncIterator[House]:
    """A demo house; its clock stands until it is turned."""
    await demo_house.prepare(url, folder / "master.key")
    settings = Settings(
        _env_file=None, database_url=SecretStr(url), master_key_file=folder / "master.key"
    )
    async with app.open_house(settings, make_demo=True, clock=clock) as house:
        yield house


class Chat:
    """One worker's chat with the house."""

    def __init__(self, house: House, address: str = "a") -> None:
        self.house = house
        self.address = address
        self.number = 0

    async def do(self, event: Event, number: str = "") -> Answer:
        """One arrival; with `number`, perhaps one that was there before."""
        self.number += 1
        arrival = Arrival("web", self.address, number or f"n{self.number}", event)
        return await self.house.inbound.receive(arrival)

    async def look(self) -> Answer:
        return await self.house.inbound.look("web", self.address)

    async def go_to_review(self) -> str:
        """Answer everything up to [Send]; the receipt code."""
        for event in ROAD:
            answer = await self.do(event)
        return code_in(answer)

    async def file(self) -> str:
        """File a tip; its receipt code."""
        code = await self.go_to_review()
        await self.do(Chose("send"))
        return code


def code_in(answer: Answer) -> str:
    """The receipt code on a screen."""
    [kept] = [line.text for line in answer.rendered.lines if line.tone is Tone.KEEP]
    return kept.split("\n", maxsplit=1)[0].strip()


def text_of(answer: Answer) -> str:
    """All lines of a screen."""
    return "\n".join(line.text for line in answer.rendered.lines)
