"""Bulletins in channels and groups: each post once, and doubts wait for a person."""

from collections.abc import AsyncIterator

import pytest

from handlers.bulletins import Run, Topic
from handlers.languages import Language
from storage import accounts, leases, outlet_posts, outlets
from storage.accounts import Account
from storage.database import Database
from storage.leases import Lease, Lost
from storage.outlet_posts import PostStage
from storage.outlets import Outlet
from storage.sendings import Kind, Sending
from tests import bulletin_world as world
from tests.fakes.recorder import Recorder, refusal

ROOM = -1_001_000_000_000


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with world.database(database_url) as opened:
        yield opened


async def room(
    made: Database, bot: Account, number: int, unit: str = "root", *, hold: bool = True
) -> Outlet:
    async with made.write() as tx:
        outlet = await outlets.add(tx, bot.id, unit, "channel", str(ROOM - number), "Kênh")
        every = frozenset(Topic)
        await outlets.choose(tx, outlet.id, language=Language.EN, topics=every, hold_doubt=hold)
    return outlet


async def stages(made: Database, sending: Sending) -> dict[int, PostStage]:
    async with made.read() as tx:
        return {each.outlet: each.stage for each in await outlet_posts.of_sending(tx, sending.id)}


async def test_the_units_own_rooms_get_it_once_without_the_readers_buttons(made: Database) -> None:
    bot = await world.account(made)
    mine = [await room(made, bot, number) for number in range(3)]
    await room(made, bot, 9, unit="hanoi")
    await world.subscribe(made, bot, 20)
    sending = await world.begin(made)
    async with Recorder() as app, world.office(made, app.url) as office:
        done = await office.until(sending)
    assert {chat: count for chat, count in app.arrived.items() if chat < 0} == {
        ROOM - number: 1 for number in range(3)
    }
    assert await stages(made, sending) == dict.fromkeys((each.id for each in mine), PostStage.SENT)
    body = app.bodies[ROOM]
    assert str(body["text"]).startswith("Late wages")
    assert "subscribed" not in str(body["text"])
    assert "reply_markup" not in body
    assert done.counts[Kind.SENT] == 20, "rooms are no subscribers"


async def test_what_may_stand_there_waits_for_a_person(made: Database) -> None:
    bot = await world.account(made)
    rooms = [await room(made, bot, number) for number in range(2)]
    doubts = {ROOM, ROOM - 1}
    sending = await world.begin(made)
    async with (
        Recorder(answer=lambda _, chat: refusal(502, "x") if chat in doubts else None) as app,
        world.office(made, app.url) as office,
    ):
        await office.until(sending)
        assert {*(await stages(made, sending)).values()} == {PostStage.HELD}
        await office.mailing_looked()
        assert len(app.got) == 2, "nothing is repeated in public on its own"
        doubts.clear()
        async with made.write() as tx:
            assert await outlet_posts.resend(tx, sending.id, [rooms[0].id]) == 1
            assert await outlet_posts.leave(tx, sending.id, [rooms[1].id]) == 1
        await office.until(sending)
    assert app.arrived == {ROOM: 1}
    assert [*(await stages(made, sending)).values()] == [PostStage.SENT, PostStage.LEFT]


async def test_a_room_that_is_gone_or_refuses_is_told_apart(made: Database) -> None:
    bot = await world.account(made)
    gone, barred = await room(made, bot, 0), await room(made, bot, 1)
    answers = {
        ROOM: refusal(403, "Forbidden: bot was kicked from the channel chat"),
        ROOM - 1: refusal(400, "Bad Request: not enough rights to send text messages"),
    }
    sending = await world.begin(made)
    async with (
        Recorder(answer=lambda _, chat: answers.get(chat)) as app,
        world.office(made, app.url) as office,
    ):
        await office.until(sending)
    assert len(app.got) == 2
    assert await stages(made, sending) == {
        gone.id: PostStage.GONE,
        barred.id: PostStage.REFUSED,
    }
    async with made.read() as tx:
        known = await outlets.by_id(tx, gone.id)
    assert known is not None
    assert known.gone


async def test_a_room_that_is_removed_meanwhile_keeps_nothing_from_ending(made: Database) -> None:
    bot = await world.account(made)
    outlet = await room(made, bot, 0)
    sending = await world.begin(made, stage=Run.LATE)
    async with made.write() as tx:
        await outlet_posts.plan(tx, sending.id, [outlet.id])
        await outlets.remove(tx, outlet.id)
    async with Recorder() as app, world.office(made, app.url) as office:
        assert await office.set(sending, Run.SENDING)
        await office.until(sending)
    assert not app.got


async def test_after_a_crash_in_mid_post_only_rooms_that_do_not_mind_get_it_again(
    made: Database,
) -> None:
    bot = await world.account(made)
    careful, careless = await room(made, bot, 0), await room(made, bot, 1, hold=False)
    sending = await world.begin(made)
    async with made.write() as tx:
        dead = Lease(bot.id, b"d" * 16, await accounts.lease(tx, bot.id, b"d" * 16, 0, 1) or 0)
        await outlet_posts.plan(tx, sending.id, [careful.id, careless.id])
        for each in (careful, careless):
            assert await outlet_posts.claim(tx, dead, sending.id, each.id)
            assert not await outlet_posts.claim(tx, dead, sending.id, each.id), "claimed once"
        fence = await accounts.lease(tx, bot.id, b"l" * 16, 2_000, 10)
        assert fence is not None
        alive = Lease(bot.id, b"l" * 16, fence)
        with pytest.raises(Lost):
            await outlet_posts.settle(tx, dead, sending.id, careful.id, PostStage.SENT)
        with pytest.raises(Lost):
            await leases.check(tx, dead)
        await outlet_posts.take_over(tx, alive)
    assert await stages(made, sending) == {
        careful.id: PostStage.HELD,
        careless.id: PostStage.WAITING,
    }
