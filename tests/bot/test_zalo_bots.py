"""All bots of a house: each with its own chats, month and officers, joined, stopped and counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from bot.app import House
from bot.channels.zalo_bot.account import HOOKS
from bot.zalo_bots import ZaloBots
from broadcasts import first_week, wording
from handlers.languages import Language
from handlers.roles import Role
from storage import accounts, bots, desk_codes, quotas
from storage.bots import Bot, Mode
from storage.database import Unreachable
from storage.desk_codes import CodeKind
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import Bot as Faked
from tests.fakes.zalo_bot import FakeZalo, Person
from tests.players import Clock, open_house
from tests.staff_world import enrolled
from tests.tip_world import file, new_tip
from tests.zalo_house import clock_of


@dataclass
class Scene:
    """A house with a bot for each of two units; `told` is what the operator reads."""

    house: House
    clock: Clock
    zalo: FakeZalo
    joined: ZaloBots
    first: Bot
    second: Bot
    told: list[str] = field(default_factory=list)

    async def says(self, who: Person, words: str, to: Faked) -> str:
        await who.say(words, bot=to)
        return (await who.hears(bot=to)).text

    async def used(self, bot: Bot) -> int:
        async with self.house.database.read() as tx:
            return await quotas.used(tx, bot.account, date(2026, 11, 1))


@asynccontextmanager
async def scene(folder: Path, mode: Mode = Mode.POLLING) -> AsyncIterator[Scene]:
    url = f"sqlite+aiosqlite:///{folder}/tiengtho.db"
    async with open_house(url, folder) as (house, clock), clock_of(clock) as zalo:
        # Ten seconds of a poll are a moment.
        zalo.habits.poll_scale = 0.03
        changed = {"zalo_api_url": zalo.url, "public_url": "https://tin.example.org"}
        house.settings = house.settings.model_copy(update=changed)
        found = []
        async with house.database.write() as tx:
            for unit in ("tong", "da-nang", "can-tho"):
                made = await bots.add(tx, f"zalo-{unit}", zalo.bot(unit).token, unit, mode)
                assert isinstance(made, Bot)
                found.append(made)
            assert await accounts.disable(tx, "zalo-can-tho")
        yield Scene(house, clock, zalo, ZaloBots(house), found[0], found[1])


async def test_each_bot_has_its_own_chats_and_a_disabled_one_none(tmp_path: Path) -> None:
    async with scene(tmp_path) as at, at.joined.open(at.told.append):
        await until(lambda: len(at.told) == 2 or None, 60, "two bots")
        assert set(at.told) == {
            f"Zalo bot {bot.name}: ready, updates by polling" for bot in (at.first, at.second)
        }
        one, two = at.zalo.bot("tong"), at.zalo.bot("da-nang")
        worker = at.zalo.person("Worker")
        assert "Việc bạn muốn báo" in await at.says(worker, "báo tin", one)
        # The same person writes to two bots, and nobody here knows that.
        assert "Xin chào" in await at.says(worker, "/start", two)
        assert "Có ai đang gặp" in await at.says(worker, "Nợ lương", one)
        assert at.joined.hooks == {}
        assert not at.zalo.calls(bot=at.zalo.bot("can-tho"))


async def test_officers_are_rung_over_the_bot_that_they_wrote_to(tmp_path: Path) -> None:
    async with scene(tmp_path) as at, at.joined.open(at.told.append):
        two, person = at.zalo.bot("da-nang"), at.zalo.person("Officer")
        member = await enrolled(at.house.database, "an", ("tong", Role.OFFICER), now=at.clock.now)
        async with at.house.database.write() as tx:
            code = await desk_codes.make(tx, CodeKind.ALARM, member.id.hex(), at.clock.now)
        assert "Đã nối chuông" in await at.says(person, f"/ketnoi {code}", two)
        await file(at.house.database, new_tip("tong", nickname="Trúc Xanh"))
        await at.house.mail_room.ring_due()
        assert "Tin mới: Trúc Xanh" in (await person.hears("Tin mới", bot=two)).text
        assert "https://tin.example.org/desk" in await at.says(person, "1", two)


async def test_what_is_not_used_of_the_month_is_given_back_at_the_end(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        async with at.joined.open(at.told.append):
            one, worker = at.zalo.bot("tong"), at.zalo.person("Worker")
            for _ in range(3):
                await at.says(worker, "/start", one)
            assert await at.used(at.first) == 20
        assert await at.used(at.first) == 3
        assert await at.used(at.second) == 0
        # Nobody asks any more.
        begun = len(at.zalo.calls("getUpdates"))
        await at.zalo.person("Worker").say("/start", bot=one)
        await asyncio.sleep(0)
        assert len(at.zalo.calls("getUpdates")) == begun


async def test_an_end_without_the_database_is_an_end(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        async with at.joined.open(at.told.append):
            await at.says(at.zalo.person("Worker"), "/start", at.zalo.bot("tong"))

            async def away() -> None:
                raise Unreachable

            for shared in at.joined._shared.values():
                shared.quota.close = away  # type: ignore[method-assign]  # the database went away
        assert at.joined.running == {}


async def test_webhooks_have_paths_that_nobody_guesses(tmp_path: Path) -> None:
    async with scene(tmp_path, Mode.WEBHOOK) as at, at.joined.open(at.told.append):
        assert set(at.joined.hooks) == {f"{HOOKS}{at.first.path}", f"{HOOKS}{at.second.path}"}
        calls = await at.zalo.called("setWebhook", 2)
        asked = {(each.parameters["url"], each.parameters["secret_token"]) for each in calls}
        assert asked == {
            (f"https://tin.example.org{HOOKS}{bot.path}", bot.secret)
            for bot in (at.first, at.second)
        }


async def test_who_has_a_draft_is_told_that_the_service_stops(tmp_path: Path) -> None:
    async with scene(tmp_path) as at, at.joined.open(at.told.append):
        one, two = at.zalo.bot("tong"), at.zalo.bot("da-nang")
        writing, other = at.zalo.person("Writing"), at.zalo.person("Other")
        await at.says(writing, "báo tin", two)
        await at.says(writing, "Công ty nợ lương tổ may hai tháng nay.", two)
        await at.says(other, "/start", one)
        at.house.inbound.close_at(at.clock.now + timedelta(minutes=5))
        await at.joined.tell_closing()
        await writing.hears("sắp khởi động lại", bot=two)
        assert len(other.sees(bot=one)) == 2


async def test_what_is_typed_instead_of_pressing_is_told_in_the_readers_language(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as at:
        for language in Language:
            told = at.joined._way_out(wording.buttons(language))
            assert told == at.house.texts[language].get("mailing.typed")
            told = at.joined._way_out(first_week.buttons(language, is_last=False))
            assert told == at.house.texts[language].get("week.typed")
