"""`init zalo` with a token that the platform gave anew: the bot stays the same."""

from collections.abc import AsyncIterator

import click
import pytest

from bot.config import Settings
from bot.zalo.init import Prompt, Wanted, set_up
from storage import accounts, bots
from storage.bots import Bot, Mode
from storage.database import Database
from tests.desk_world import NOW, database
from tests.fakes.zalo_bot import FakeZalo


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


def _renewed(zalo: FakeZalo) -> str:
    """The platform gives a bot another token."""
    bot = zalo.bot()
    token = f"{bot.token.partition(':')[0]}:quite-another-one"
    zalo.world.bots[token] = bot
    return token


async def _set_up(made: Database, zalo: FakeZalo, token: str, name: str = "zalo") -> Bot:
    said: list[str] = []
    prompt = Prompt(said.append, lambda _: False, seconds=0.1)
    wanted = Wanted(name, "north", Mode.POLLING, token)
    await set_up(made, Settings(zalo_api_url=zalo.url), wanted, prompt, NOW)
    assert token not in "\n".join(said)
    async with made.read() as tx:
        [bot] = await bots.every(tx)
        assert await accounts.token_of(tx, bot.account) == token
    return bot


async def test_a_new_token_of_the_same_bot_takes_the_place_of_the_old_one(made: Database) -> None:
    async with FakeZalo() as zalo:
        before = await _set_up(made, zalo, zalo.bot().token)
        assert await _set_up(made, zalo, _renewed(zalo)) == before


async def test_another_bot_takes_no_place(made: Database) -> None:
    async with FakeZalo() as zalo:
        await _set_up(made, zalo, zalo.bot().token)
        other = zalo.bot("Bot khác").token
        for name, said in (
            ("zalo", "the name zalo is taken|north has a bot already: zalo"),
            ("second", "init zalo --name zalo"),
        ):
            with pytest.raises(click.ClickException, match=said):
                await _set_up(made, zalo, other, name)
