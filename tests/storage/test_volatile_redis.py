"""The volatile store in Redis: shared by processes, unreadable, gone in time, found again."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from storage.crypto import Unopenable
from storage.volatile import Away, Full
from storage.volatile import redis as stores
from storage.volatile.redis import Redis
from storage.volatile.sealing import Sealer
from tests import services
from tests.fakes.redis_between import Between, between
from tests.fakes.waiting import until
from tests.redis_store import KEY, Hand, Place, below
from tests.whole.canaries import Cage

pytestmark = pytest.mark.redis
OTHER_KEY = bytes(range(1, 33))
SOON_SECONDS = 0.2
HELD_SECONDS = 0.6


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with below() as made:
        yield made


@pytest.fixture
async def two(place: Place, hand: Hand) -> AsyncIterator[tuple[Redis, Redis]]:
    """The same store as two processes have it."""
    async with place.store(hand) as one, place.store(hand) as other:
        yield one, other


# --- shared -----------------------------------------------------------------------------------


async def test_what_one_process_put_another_reads_changes_and_drops(
    two: tuple[Redis, Redis],
) -> None:
    one, other = two
    await one.put("draft", "1", b"one", seconds=10)
    assert await other.get("draft", "1") == b"one"
    await other.put("draft", "1", b"two", seconds=10)
    assert await one.get("draft", "1") == b"two"
    assert await one.total("draft") == await other.total("draft") > 0
    assert [await other.drop("draft", "1"), await one.drop("draft", "1")] == [True, False]
    assert await one.get("draft", "1") is None


async def test_fifty_counts_at_once_from_two_processes_are_fifty_numbers(
    two: tuple[Redis, Redis],
) -> None:
    counted = await asyncio.gather(
        *(two[at % 2].count("wrong", "1", seconds=10) for at in range(50))
    )
    assert sorted(counted) == list(range(1, 51))
    assert await two[0].get("wrong", "1") == b"50"


async def test_of_many_who_add_or_drop_the_same_at_once_one_was_first(
    two: tuple[Redis, Redis],
) -> None:
    adding = (two[at % 2].add("seen", "1", seconds=10) for at in range(20))
    assert sum(await asyncio.gather(*adding)) == 1
    dropping = (two[at % 2].drop("seen", "1") for at in range(20))
    assert sum(await asyncio.gather(*dropping)) == 1


async def test_an_ending_draft_is_told_to_one_process(two: tuple[Redis, Redis]) -> None:
    for name in ("1", "2", "3"):
        await two[0].put("draft", name, b"", seconds=50, note=f"web|{name}".encode())
    told = await asyncio.gather(*(each.expiring("draft", 60, b"web|") for each in two))
    assert sorted([*told[0], *told[1]]) == [b"web|1", b"web|2", b"web|3"]


async def test_the_limit_is_one_for_all_processes(place: Place, hand: Hand) -> None:
    async with (
        place.store(hand, max_bytes=4000) as one,
        place.store(hand, max_bytes=4000) as other,
    ):
        await one.put("draft", "1", bytes(2000), seconds=10)
        with pytest.raises(Full):
            await other.put("draft", "2", bytes(2000), seconds=10)
        hand.now += 10
        await other.put("draft", "2", bytes(2000), seconds=10)


async def test_whoever_closes_takes_nothing_from_the_others_nor_from_the_next_start(
    place: Place, hand: Hand
) -> None:
    async with place.store(hand) as one:
        async with place.store(hand) as other:
            await other.put("draft", "1", b"one", seconds=10)
        assert await one.get("draft", "1") == b"one"
    async with place.store(hand) as again:
        assert await again.get("draft", "1") == b"one"


# --- unreadable -------------------------------------------------------------------------------


async def test_no_byte_in_redis_tells_a_word_a_name_or_an_address(place: Place, hand: Hand) -> None:
    cage = Cage(random.Random(6))
    words, name = cage.words("draft"), cage.words("name")
    chat = f"telegram|{cage.number('chat')}"
    async with place.store(hand) as store:
        await store.put("draft", chat, words.encode(), seconds=10, note=chat.encode())
        await store.put("picture", name, words.encode("utf-16"), seconds=10)
        await store.add("seen", chat, seconds=10)
        await store.count("wrong", chat, seconds=10)
        async with store.hold("turn", chat):
            held = await place.everything()
            assert len(await place.names()) == 4 + 1 + 1 + 4, "entries, hold, nonce, indexes"
    sought = [(each.kind, each.writings) for each in cage.canaries]
    sought += [("kind", {kind: kind.encode()}) for kind in ("draft", "picture", "seen", "wrong")]
    sought.append(("key", {"raw": KEY, "hex": KEY.hex().encode()}))
    found = [
        (kind, way) for kind, ways in sought for way, written in ways.items() if written in held
    ]
    assert found == []
    await place.client.set(f"{place.prefix}control", words)
    again = await place.everything()
    assert any(way in again for each in cage.canaries for way in each.writings.values())


async def test_another_key_or_another_nonce_opens_nothing(place: Place, hand: Hand) -> None:
    async with place.store(hand) as one, place.store(hand, key=OTHER_KEY) as other:
        await one.put("draft", "1", b"one", seconds=10)
        assert await other.get("draft", "1") is None
        [name] = [each for each in await place.names() if b":e:" in each]
        sealed = await place.client.hget(name, "value")
        assert isinstance(sealed, bytes)
        at = name.partition(b":e:")[2]
        nonce = await place.client.get(name.partition(b"e:")[0] + b"nonce")
        assert isinstance(nonce, bytes)
    assert Sealer(KEY, nonce).open_value(sealed, at) == b"one"
    for wrong in (Sealer(OTHER_KEY, nonce), Sealer(KEY, bytes(32))):
        with pytest.raises(Unopenable):
            wrong.open_value(sealed, at)


# --- gone in time -----------------------------------------------------------------------------


async def test_redis_itself_takes_everything_out_in_time_but_the_nonce(
    place: Place, hand: Hand
) -> None:
    async with place.store(hand) as store:
        await store.put("draft", "1", b"one", seconds=SOON_SECONDS, note=b"note")
        await store.count("wrong", "1", seconds=SOON_SECONDS)
        assert len([each for each in await place.names() if b":e:" in each]) == 2
        await asyncio.sleep(SOON_SECONDS + 0.1)
        left = await place.names()
        assert not [each for each in left if b":e:" in each]
        # What tells of entries is looked at once more by the next sweep, and then goes as well.
        lives = {each: await place.client.pttl(each) for each in left if b"nonce" not in each}
        assert len(lives) == 4
        assert all(0 < life <= 61_000 for life in lives.values())


async def test_sweeping_takes_out_what_is_over_in_as_many_steps_as_it_needs(
    place: Place, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "SWEEP_AT_ONCE", 3)
    async with place.store(hand) as store:
        for name in range(7):
            await store.add("seen", str(name), seconds=10)
        await store.put("draft", "1", b"one", seconds=20)
        hand.now += 10
        assert await store.sweep() == 7
        assert await store.sweep() == 0
        assert len([each for each in await place.names() if b":e:" in each]) == 1
        assert await store.get("draft", "1") == b"one"


# --- one at a time ----------------------------------------------------------------------------


async def test_a_name_is_held_by_one_of_all_processes_and_others_wait_for_nobody(
    two: tuple[Redis, Redis],
) -> None:
    inside, most = 0, 0

    async def turn(at: int) -> None:
        nonlocal inside, most
        async with two[at % 2].hold("turn", "1"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*map(turn, range(10)))
    assert most == 1
    async with two[0].hold("turn", "1"), two[1].hold("turn", "2"), two[1].hold("other", "1"):
        pass


async def test_a_hold_ends_with_its_process_and_not_before(
    place: Place, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "HOLD_SECONDS", SOON_SECONDS)
    async with place.store(hand) as one, place.store(hand) as other, AsyncExitStack() as stack:
        await stack.enter_async_context(one.hold("turn", "1", HELD_SECONDS))
        keeping = asyncio.ensure_future(one.keep_holds())  # noqa: TID251 - cancelled below
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(HELD_SECONDS + 0.2), other.hold("turn", "1"):
                pass
        # The process is gone: nobody renews any more, and nobody says that it is over.
        keeping.cancel()
        async with asyncio.timeout(10), other.hold("turn", "1", 10):
            await stack.aclose()
            # The first one's end does not end the second one's hold.
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05), one.hold("turn", "1"):
                    pass


async def test_who_is_cancelled_in_the_middle_of_a_call_ends(place: Place, hand: Hand) -> None:
    async def for_ever(store: Redis) -> None:
        while True:
            await store.get("draft", "1")

    async with place.store(hand) as store, asyncio.timeout(20):
        for at in range(60):
            asking = asyncio.ensure_future(for_ever(store))  # noqa: TID251 - cancelled below
            for _ in range(at):
                await asyncio.sleep(0)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking


async def test_whoever_stops_waiting_leaves_nothing_behind(two: tuple[Redis, Redis]) -> None:
    async with two[0].hold("turn", "1"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), two[1].hold("turn", "1"):
                pass
    async with asyncio.timeout(1), two[1].hold("turn", "1"):
        pass
    assert two[1]._held == {}


# --- away, and back ---------------------------------------------------------------------------


@pytest.fixture
async def line() -> AsyncIterator[Between]:
    url = services.redis_url()
    assert url is not None
    async with between(url) as made:
        yield made


async def test_a_server_that_is_away_is_said_soon_and_found_again(
    line: Between, hand: Hand
) -> None:
    async with below(line.url) as place, place.store(hand) as store:
        await store.put("draft", "1", b"one", seconds=10)
        line.cut()
        async with asyncio.timeout(5):
            with pytest.raises(Away):
                await store.get("draft", "1")
            with pytest.raises(Away):
                async with store.hold("turn", "1"):
                    pass
        line.mend()
        assert await store.get("draft", "1") == b"one"
        async with asyncio.timeout(1), store.hold("turn", "1"):
            pass


async def test_what_was_done_though_its_answer_was_lost_is_not_done_twice(
    line: Between, hand: Hand
) -> None:
    async with below(line.url) as place, place.store(hand) as store:
        # So that the server knows the scripts.
        assert await store.add("seen", "0", seconds=10)
        assert await store.count("wrong", "1", seconds=10) == 1
        line.lose()
        assert await store.add("seen", "1", seconds=10), "it was ours, only the answer was lost"
        assert not await store.add("seen", "1", seconds=10)
        line.lose(after=1)
        assert await store.count("wrong", "1", seconds=10) == 2
        assert await store.count("wrong", "1", seconds=10) == 3
        assert line.until_lost is None


async def test_a_server_that_was_started_anew_has_forgotten_and_serves_all(
    place: Place, two: tuple[Redis, Redis]
) -> None:
    one, other = two
    await one.put("draft", "1", b"one", seconds=10)
    assert await other.get("draft", "1") == b"one"
    await place.forget()
    assert await one.get("draft", "1") is None
    assert await one.total("draft") == 0
    await other.put("draft", "1", b"two", seconds=10)
    assert await one.get("draft", "1") == b"two"


async def test_a_full_server_is_a_full_store(line: Between, hand: Hand) -> None:
    async with below(line.url) as place, place.store(hand) as store:
        await store.reach()
        line.answers[b"EVALSHA"] = b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"
        with pytest.raises(Full):
            await store.put("draft", "1", b"one", seconds=10)


async def test_waiting_is_in_order_and_leaves_no_lock(two: tuple[Redis, Redis]) -> None:
    order = []

    async def turn(at: int) -> None:
        async with two[0].hold("turn", "1"):
            order.append(at)

    await asyncio.gather(*map(turn, range(8)))
    assert order == list(range(8))
    await until(lambda: None if len(two[0]._turnstile) else True, 1, "no lock is left")
