"""A bulletin on its way: everybody gets it once, at their hours, and the sums say so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.bulletins.bulk import Bulk
from bot.bulletins.mailing import Mailing
from handlers.bulletins import Run, Topic, Urgency
from handlers.languages import Language
from handlers.subscriptions import PartOfDay, Subscription
from storage import bulletins, sendings, subscribers
from storage.accounts import Account
from storage.database import Database
from storage.sendings import Kind
from storage.tables import outcomes
from storage.tables import subscribers as people
from tests import bulletin_world as world
from tests.bulletin_world import NOON
from tests.fakes.recorder import Answer, Recorder, refusal
from tests.tip_world import Clock
from tests.world import places

WAGES = Subscription(frozenset({Topic.WAGES}))
NIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""Eleven in the evening in Viet Nam."""


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with world.database(database_url) as opened:
        yield opened


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Database]:
    """On SQLite only, for what does not depend on the database."""
    async with world.database(sqlite_url) as opened:
        yield opened


async def test_everybody_gets_it_once_and_the_sums_say_so(made: Database) -> None:
    bot = await world.account(made)
    hanoi = await world.subscribe(made, bot, 700, chosen=lambda _: replace(WAGES, places=("01",)))
    other = await world.subscribe(made, bot, 600, first=700)
    await world.subscribe(
        made, bot, 50, first=1300, chosen=lambda _: Subscription(frozenset({Topic.LOANS}))
    )
    sending = await world.begin(made)
    async with Recorder() as app, world.office(made, app.url) as office:
        done = await office.until(sending)
    assert app.arrived == dict.fromkeys(hanoi + other, 1)
    assert done.counts[Kind.SENT] == done.settled == done.sending.planned == 1_300
    assert done.repeats_bound == 0
    async with made.read() as tx:
        sums = await sendings.sums_of(tx, sending.id)
        rows = await tx.rows(select(func.count(outcomes.c.message.distinct()).label("messages")))
    assert sums == ((bot.id, 0, Kind.SENT, 600), (bot.id, 1, Kind.SENT, 700))
    assert rows[0].messages == 1_300


async def test_it_is_read_in_ones_own_language_with_the_way_out_under_it(one: Database) -> None:
    bot = await world.account(one)
    [vietnamese, english] = await world.subscribe(
        one, bot, 2, chosen=lambda each: replace(WAGES, language=list(Language)[each])
    )
    sending = await world.begin(one)
    async with Recorder() as app, world.office(one, app.url) as office:
        await office.until(sending)
    said = {chat: str(body["text"]) for chat, body in app.bodies.items()}
    assert said[vietnamese].startswith("Lương chậm trả")
    assert said[english].startswith("Late wages")
    assert app.bodies[vietnamese]["link_preview_options"] == {"is_disabled": True}
    keys = app.bodies[vietnamese]["reply_markup"]
    assert isinstance(keys, dict)
    names = [key["callback_data"] for [key] in keys["inline_keyboard"]]
    why = f"bulletin:why:{sending.bulletin}"
    assert names == ["bulletin:stop", "bulletin:change", why]


async def test_nobody_outside_the_units_places_gets_it(one: Database) -> None:
    bot = await world.account(one)
    [hanoi, _, _] = await world.subscribe(
        one, bot, 3, chosen=lambda each: replace(WAGES, places=(("01", "79", "*")[each],))
    )
    sending = await world.begin(one, unit="hanoi")
    async with Recorder() as app, world.office(one, app.url) as office:
        await office.until(sending)
    assert [*app.arrived] == [hanoi]


async def test_every_kind_of_answer_is_counted_for_what_it_is(made: Database) -> None:
    bot = await world.account(made)
    chats = await world.subscribe(made, bot, 70)
    answers: dict[int, Answer] = {
        chats[3]: refusal(403, "Forbidden: bot was blocked by the user"),
        chats[4]: refusal(400, "Bad Request: chat not found"),
        chats[5]: refusal(400, "Bad Request: message is too strange"),
        chats[6]: refusal(502, "Bad Gateway"),
        chats[7]: (200, {"nonsense": True}),
    }
    sending = await world.begin(made)
    async with (
        Recorder(answer=lambda _, chat: answers.get(chat)) as app,
        world.office(made, app.url) as office,
    ):
        done = await office.until(sending)
    assert len(app.got) == 70
    assert done.counts == {
        Kind.SENT: 65,
        Kind.GONE: 2,
        Kind.REFUSED: 1,
        Kind.UNKNOWN: 2,
        Kind.SKIPPED: 0,
        Kind.EXPIRED: 0,
    }
    async with made.read() as tx:
        left = await tx.rows(select(people.c.id))
    assert len(left) == 68, "who is gone subscribes no more"


async def test_what_was_told_to_wait_is_sent_later_and_once(one: Database) -> None:
    bot = await world.account(one)
    chats = await world.subscribe(one, bot, 40)
    told = set()

    def once(_: str, chat: int) -> Answer | None:
        if chat in chats[10:12] and chat not in told:
            told.add(chat)
            return refusal(429, "Too Many Requests", retry_after=1)
        return None

    sending = await world.begin(one)
    async with Recorder(answer=once) as app, world.office(one, app.url) as office:
        done = await office.until(sending)
    assert app.arrived == dict.fromkeys(chats, 1)
    assert done.counts[Kind.SENT] == 40
    assert app.refused == len(told)


async def test_an_absurd_halt_stops_one_account_and_the_report_says_until_when(
    made: Database,
) -> None:
    halted, free = await world.account(made, "halted"), await world.account(made, "free")
    await world.subscribe(made, halted, 30)
    chats = await world.subscribe(made, free, 30)

    def never(token: str, _: int) -> Answer | None:
        is_halted = token == world.token_of("halted")
        return refusal(429, "Too Many Requests", retry_after=86_400) if is_halted else None

    sending = await world.begin(made)
    async with Recorder(answer=never) as app, world.office(made, app.url) as office:
        found = await office.when(
            sending, lambda each: each.counts[Kind.SENT] == 30 and bool(each.waits_until)
        )
        asked = app.refused
        # Nobody is bound while it waits, so that a restart would repeat nothing.
        assert app.arrived == dict.fromkeys(chats, 1)
    assert found.sending.stage is Run.SENDING
    assert [*found.waits_until] == [halted.id]
    assert found.waits_until[halted.id] - NOON > timedelta(hours=23)
    async with Recorder() as app, world.office(made, app.url) as office:
        await office.mailing_looked()
        assert not app.got, "the next process does not ask again before"
        office.clock.turn(hours=24)
        done = await office.until(sending)
    assert asked >= 1
    assert done.counts[Kind.SENT] == 60
    assert done.repeats_bound == 0


async def test_a_paused_bulletin_stops_within_a_window_and_goes_on_where_it_was(
    made: Database,
) -> None:
    bot = await world.account(made, per_second=100)
    chats = await world.subscribe(made, bot, 300)
    sending = await world.begin(made)
    async with Recorder() as app, world.office(made, app.url) as office:
        await app.until(60)
        assert await office.set(sending, Run.PAUSED)
        at_pause = len(app.got)
        await office.mailing_rests()
        assert len(app.got) <= at_pause + 60, "a window is fifty, and ten are written at once"
        assert len(app.got) < 300
        assert await office.set(sending, Run.SENDING)
        done = await office.until(sending)
    assert app.arrived == dict.fromkeys(chats, 1)
    assert done.counts[Kind.SENT] == 300
    assert done.repeats_bound == 0


async def test_a_cancelled_bulletin_ends(one: Database) -> None:
    bot = await world.account(one, per_second=100)
    await world.subscribe(one, bot, 300)
    sending = await world.begin(one)
    async with Recorder() as app, world.office(one, app.url) as office:
        await app.until(30)
        assert await office.set(sending, Run.CANCELLED)
        await office.mailing_rests()
        found = await office.progress(sending)
        assert not await office.set(sending, Run.SENDING), "it cannot be taken up again"
    assert found.counts[Kind.SENT] == len(app.got) < 300
    assert found.sending.ended is not None


async def test_a_bulletin_that_is_deleted_meanwhile_ends_too(one: Database) -> None:
    bot = await world.account(one, per_second=100)
    await world.subscribe(one, bot, 300)
    sending = await world.begin(one)
    async with Recorder() as app, world.office(one, app.url) as office:
        await app.until(30)
        async with one.write() as tx:
            assert await bulletins.delete(tx, sending.bulletin)
        found = await office.until(sending, Run.CANCELLED)
        await office.mailing_rests()
    assert found.sending.reason == "deleted"
    assert len(app.got) < 300


async def test_who_stops_while_it_is_sent_gets_nothing(one: Database) -> None:
    bot = await world.account(one, per_second=100)
    chats = await world.subscribe(one, bot, 300)
    sending = await world.begin(one)
    async with Recorder() as app, world.office(one, app.url) as office:
        await app.until(20)
        async with one.write() as tx:
            assert await subscribers.stop(tx, bot.id, str(chats[-1]))
        done = await office.until(sending)
    assert app.arrived == dict.fromkeys(chats[:-1], 1)
    assert (done.sending.planned, done.settled) == (300, 299)


async def test_what_expires_on_the_way_stops_and_says_whom_it_did_not_reach(
    made: Database,
) -> None:
    bot = await world.account(made, per_second=100)
    hanoi = replace(WAGES, places=("01/00004",))
    await world.subscribe(made, bot, 300, chosen=lambda each: hanoi if each % 2 else WAGES)
    sending = await world.begin(made, world.content(expires_on=date(2026, 11, 23)))
    async with Recorder() as app, world.office(made, app.url) as office:
        await app.until(40)
        # Over night it is not valid any more.
        office.clock.turn(hours=24)
        ended = await office.until(sending, Run.STOPPED)
    assert ended.sending.reason == "expired"
    assert ended.counts[Kind.SENT] == len(app.got) < 300
    assert ended.settled == 300
    async with made.read() as tx:
        sums = await sendings.sums_of(tx, sending.id)
    assert {(province, kind) for _, province, kind, _ in sums} == {
        (province, kind) for province in (0, 1) for kind in (Kind.SENT, Kind.EXPIRED)
    }
    assert sum(count for _, province, _, count in sums if province == 1) == 150


async def test_a_bulletin_waits_for_the_hours_that_people_chose(one: Database) -> None:
    bot, clock = await world.account(one), Clock(NIGHT)
    parts = (PartOfDay.ANY, PartOfDay.NOON, PartOfDay.EVENING)
    chats = await world.subscribe(one, bot, 3, chosen=lambda each: replace(WAGES, part=parts[each]))
    sending = await world.begin(one, due=NIGHT)
    async with Recorder() as app, world.office(one, app.url, clock) as office:
        await office.mailing_looked()
        assert not app.got, "nobody is woken"
        for hours, count in (
            (8, 1),
            (4.5, 2),
            (6, 3),
        ):  # at seven, half past eleven, half past five
            clock.turn(hours=hours)
            await office.when(sending, lambda each, count=count: each.settled == count)  # type: ignore[misc]
        await office.until(sending)
    assert [each.chat for each in app.got] == chats


async def test_an_alert_waits_for_the_morning_and_danger_to_life_for_nothing(
    one: Database,
) -> None:
    bot, clock = await world.account(one), Clock(NIGHT)
    evening = replace(WAGES, part=PartOfDay.EVENING)
    alerts = Subscription(frozenset({Topic.ALERTS}))
    await world.subscribe(one, bot, 2, chosen=lambda each: (evening, alerts)[each])
    alert = await world.begin(one, world.content(urgency=Urgency.ALERT), due=NIGHT)
    danger = await world.begin(one, world.content(urgency=Urgency.DANGER), due=NIGHT)
    async with Recorder() as app, world.office(one, app.url, clock) as office:
        assert (await office.until(danger)).counts[Kind.SENT] == 2
        await office.mailing_looked()
        assert (await office.progress(alert)).settled == 0
        clock.turn(hours=8)
        assert (await office.until(alert)).counts[Kind.SENT] == 2
    assert len(app.got) == 4


async def test_an_alert_overtakes_a_bulletin_that_is_under_way(one: Database) -> None:
    bot = await world.account(one, per_second=100)
    await world.subscribe(one, bot, 250)
    ordinary = await world.begin(one)
    async with Recorder() as app, world.office(one, app.url) as office:
        await app.until(20)
        alert = await world.begin(one, world.content(urgency=Urgency.ALERT))
        office.mailing.wake()
        await office.until(alert)
        assert (await office.progress(ordinary)).settled < 250
        await office.until(ordinary)
    assert len(app.got) == 500
    assert set(app.arrived.values()) == {2}


async def test_the_fourth_bulletin_of_a_week_is_skipped_and_counted(made: Database) -> None:
    bot, clock = await world.account(made), Clock(NOON)
    chats = await world.subscribe(
        made, bot, 4, chosen=lambda each: replace(WAGES, per_week=(3, 3, 1, 3)[each])
    )
    async with Recorder() as app, world.office(made, app.url, clock) as office:
        skipped = []
        for _ in range(4):
            sending = await world.begin(made, due=clock())
            skipped.append((await office.until(sending)).counts[Kind.SKIPPED])
            clock.turn(days=1)
        assert skipped == [0, 1, 1, 4]
        alert = await world.begin(made, world.content(urgency=Urgency.ALERT), due=clock())
        assert (await office.until(alert)).counts[Kind.SENT] == 4
        clock.turn(days=4)
        later = await world.begin(made, due=clock())
        assert (await office.until(later)).counts[Kind.SKIPPED] == 0
    assert app.arrived == {chats[0]: 5, chats[1]: 5, chats[2]: 3, chats[3]: 5}


async def test_two_bulletins_of_the_same_minute_count_as_two(made: Database) -> None:
    bot = await world.account(made)
    chats = await world.subscribe(made, bot, 30, chosen=lambda _: replace(WAGES, per_week=1))
    first, second = await world.begin(made), await world.begin(made)
    async with Recorder(delay_seconds=0.2) as app, world.office(made, app.url) as office:
        assert (await office.until(first)).counts[Kind.SENT] == 30
        assert (await office.until(second)).counts[Kind.SKIPPED] == 30
    assert app.arrived == dict.fromkeys(chats, 1)


async def test_what_expires_ends_while_another_goes_on(one: Database) -> None:
    bot, clock = await world.account(one, per_second=100), Clock(NOON)
    many = Subscription(frozenset({Topic.WAGES, Topic.LOANS}))
    await world.subscribe(one, bot, 150, chosen=lambda _: many)
    expiring = await world.begin(one, world.content(expires_on=date(2026, 11, 23)))
    async with Recorder() as app, world.office(one, app.url, clock) as office:
        await app.until(30)
        clock.turn(hours=24)
        other = await world.begin(one, world.content(topic=Topic.LOANS), due=clock())
        office.mailing.wake()
        await office.until(expiring, Run.STOPPED)
        await office.until(other)
    assert len(app.got) < 300


async def test_wording_that_the_app_refuses_pauses_the_bulletin(one: Database) -> None:
    bot = await world.account(one, per_second=100)
    await world.subscribe(one, bot, 300)
    sending = await world.begin(one)
    bad = refusal(400, "Bad Request: message is too long")
    async with Recorder(answer=lambda *_: bad) as app, world.office(one, app.url) as office:
        paused = await office.until(sending, Run.PAUSED)
        await office.mailing_rests()
    assert paused.sending.reason == "refused"
    assert len(app.got) < 150


async def test_an_audience_of_nobody_is_done_at_once(made: Database) -> None:
    await world.account(made)
    sending = await world.begin(made)
    async with Recorder() as app, world.office(made, app.url) as office:
        done = await office.until(sending)
    assert (done.sending.planned, done.settled, app.got) == (0, 0, [])


async def test_a_disabled_account_sends_no_more_and_the_bulletin_ends_without_it(
    one: Database,
) -> None:
    kept, lost = await world.account(one, "kept"), await world.account(one, "lost", 100)
    chats = await world.subscribe(one, kept, 20)
    await world.subscribe(one, lost, 200)
    sending = await world.begin(one)
    async with Recorder() as app, world.office(one, app.url) as office:
        await app.until(60)
        await office.disable("lost")
        done = await office.until(sending)
    assert app.arrived.keys() >= set(chats)
    assert done.settled < 220


async def test_a_mail_room_that_is_stopped_while_it_opens_an_account_ends(one: Database) -> None:
    await world.account(one)
    opening, go_on = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def open_bulk(each: Account, token: str) -> AsyncIterator[Bulk]:
        opening.set()
        await go_on.wait()
        async with world.opener("http://127.0.0.1:1")(each, token) as bulk:
            yield bulk

    mailing = Mailing(one, Clock(NOON), world.VIETNAM, places)
    mailing.send_over("telegram", open_bulk)
    async with asyncio.timeout(world.PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(mailing.run())
        await opening.wait()
        mailing.stop()
        go_on.set()


async def test_the_same_minute_is_fired_once(made: Database) -> None:
    sending = await world.begin(made)
    async with made.write() as tx:
        bulletin = await bulletins.by_id(tx, sending.bulletin)
        assert bulletin is not None
        again = await sendings.start(tx, bulletin, NOON + timedelta(seconds=20), 0)
        later = await sendings.start(tx, bulletin, NOON + timedelta(minutes=1), 0)
    assert again is None
    assert later is not None
