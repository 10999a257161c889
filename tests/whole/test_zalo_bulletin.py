"""A bulletin to readers on Zalo and on Telegram: every limit is kept, the report is the truth."""

from collections import Counter
from contextlib import AbstractAsyncContextManager

from bot.bulletins.bulk import Bulk
from bot.channels.zalo_bot.bulk import ZaloBulk
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.quota import Quota
from bot.pace import Limits, Pace
from broadcasts import report
from broadcasts.report import Column
from handlers.bulletins import Topic
from handlers.subscriptions import Subscription
from storage import bots, sendings, subscribers
from storage.accounts import Account
from storage.bots import Bot, Mode
from storage.database import Database
from storage.sendings import Kind
from tests import bulletin_world as world
from tests.bulletin_world import NOON, TODAY, VIETNAM
from tests.fakes.recorder import Answer, Recorder, refusal
from tests.fakes.zalo_bot import FakeZalo
from tests.tip_world import Clock
from tests.world import places

ON_ZALO, ON_TELEGRAM, PER_SECOND = 45, 2_000, 1_000
BLOCKED = 7
LATENESS_SECONDS = 1.0
WAGES = Subscription(frozenset({Topic.WAGES}))


async def test_a_bulletin_to_45_on_zalo_and_2000_on_telegram_keeps_every_limit(
    database_url: str,
) -> None:
    clock = Clock(NOON)
    async with world.database(database_url) as made, FakeZalo() as zalo:
        telegram = await world.account(made, per_second=PER_SECOND)
        chats = await world.subscribe(made, telegram, ON_TELEGRAM)
        bot = await readers_on_zalo(made, zalo)
        quota = Quota(made, bot.account, clock, VIETNAM)

        def open_bulk(each: Account, token: str) -> AbstractAsyncContextManager[Bulk]:
            pace = Pace(Limits(bulk_per_second=each.per_second))
            client = Client(token, zalo.url)
            return ZaloBulk(client, pace, quota, each.per_second, lambda _: "Gõ ĐỔI", clock)

        def answer(_: str, chat: int) -> Answer | None:
            is_blocked = chat < chats[0] + BLOCKED
            return refusal(403, "Forbidden: bot was blocked by the user") if is_blocked else None

        sending = await world.begin(made)
        async with (
            Recorder(per_second=PER_SECOND, answer=answer) as app,
            world.office(made, app.url, clock) as office,
        ):
            office.mailing.send_over("zalo_bot", open_bulk)
            await office.until(sending)
        async with made.read() as tx:
            told = await report.of_sending(tx, sending.id, clock(), places())
            sums = await sendings.sums_of(tx, sending.id)
        used = await quota.state()
    assert told is not None
    sent = zalo.calls("sendMessage")
    assert (app.refused, len(app.arrived)) == (0, ON_TELEGRAM - BLOCKED)
    assert max(app.arrived.values()) == 1
    assert Counter(each.chat for each in sent) == dict.fromkeys(people(zalo), 1)
    # That no second is fuller than another the tests of the pace show; a busy receiver is late.
    took = max(each.seconds for each in sent) - min(each.seconds for each in sent)
    assert took >= (ON_ZALO - 1) / bots.PER_SECOND - LATENESS_SECONDS
    assert told.totals[Column.SENT] == len(app.arrived) + len(sent)
    assert told.totals[Column.GONE] == BLOCKED
    assert told.totals[Column.PLANNED] == told.totals[Column.SETTLED] == ON_ZALO + ON_TELEGRAM
    # By account the page hides small numbers; what it is made of is whole.
    by_account = {account: count for account, _, kind, count in sums if kind is Kind.SENT}
    assert by_account == {telegram.id: len(app.arrived), bot.account: len(sent)}
    assert used[0] == ON_ZALO


async def readers_on_zalo(made: Database, zalo: FakeZalo) -> Bot:
    """A bot of the root's with people who wrote to it once and subscribe."""
    async with made.write() as tx:
        bot = await bots.add(tx, "cong-doan", zalo.bot().token, "root", Mode.POLLING)
        assert isinstance(bot, Bot)
        for number in range(ON_ZALO):
            person = zalo.person(f"Reader {number}")
            zalo.bot().talk(person.id)
            await subscribers.keep(tx, bot.account, person.id, WAGES, TODAY)
    return bot


def people(zalo: FakeZalo) -> list[str]:
    return [zalo.person(f"Reader {number}").id for number in range(ON_ZALO)]
