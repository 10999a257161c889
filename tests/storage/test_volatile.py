"""Entries of a volatile store, in memory and in Redis: unreadable, gone in time, within a limit,
announced once.
"""

import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from storage.volatile import ENTRY_BYTES, Full, Memory, Volatile
from tests.redis_store import KEY, Hand, of_memory, of_redis

CANARY = b"quan doc tru luong ba thang"
STORES = ("memory", pytest.param("redis", marks=pytest.mark.redis))


@pytest.fixture
def hand() -> Hand:
    return Hand()


@asynccontextmanager
async def store(kind: str, hand: Hand, max_bytes: int = 2**20) -> AsyncIterator[Volatile]:
    """A fresh store, and nothing of it afterwards."""
    made = of_memory if kind == "memory" else of_redis
    async with made(hand, max_bytes=max_bytes) as opened:
        yield opened


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def volatile(kind: str, hand: Hand) -> AsyncIterator[Volatile]:
    async with store(kind, hand) as opened:
        yield opened


@pytest.fixture
def memory(hand: Hand) -> Memory:
    return Memory(KEY, hand)


def everything_in(memory: Memory) -> bytes:
    held = memory._entries
    fields = [(place, e.kind, e.value, e.note, e.ends) for place, e in held.items()]
    return pickle.dumps((fields, memory._totals)) + repr(held).encode()


async def test_what_was_put_is_there_until_its_time_is_over(volatile: Volatile, hand: Hand) -> None:
    await volatile.put("draft", "web:1", b"one", seconds=60)
    hand.now += 59.9
    assert await volatile.get("draft", "web:1") == b"one"
    hand.now += 0.1
    assert await volatile.get("draft", "web:1") is None


async def test_names_and_kinds_do_not_meet(volatile: Volatile) -> None:
    await volatile.put("draft", "1", b"one", seconds=60)
    assert await volatile.get("draft", "2") is None
    assert await volatile.get("mute", "1") is None
    assert await volatile.get("draf", "t1") is None


async def test_putting_again_replaces_value_and_time_out(volatile: Volatile, hand: Hand) -> None:
    await volatile.put("draft", "1", b"one", seconds=10)
    hand.now += 9
    await volatile.put("draft", "1", b"two", seconds=10)
    hand.now += 9
    assert await volatile.get("draft", "1") == b"two"


async def test_reading_does_not_prolong_and_touching_does(volatile: Volatile, hand: Hand) -> None:
    await volatile.put("draft", "1", b"one", seconds=10)
    hand.now += 9
    assert await volatile.get("draft", "1") == b"one"
    assert await volatile.touch("draft", "1", 10)
    hand.now += 9
    assert await volatile.get("draft", "1") == b"one"
    hand.now += 1
    assert not await volatile.touch("draft", "1", 10)
    assert await volatile.get("draft", "1") is None


async def test_dropped_entries_are_gone_and_dropping_nothing_is_harmless(
    volatile: Volatile,
) -> None:
    await volatile.put("draft", "1", b"one", seconds=10)
    await volatile.drop("draft", "1")
    await volatile.drop("draft", "1")
    assert await volatile.get("draft", "1") is None
    assert await volatile.total("draft") == 0


async def test_nothing_held_can_be_read(memory: Memory) -> None:
    await memory.put("draft", "telegram-84912", CANARY, seconds=10, note=b"note " + CANARY)
    await memory.add("seen", "telegram-84912", seconds=10)
    await memory.count("rate", "telegram-84912", seconds=10)
    held = everything_in(memory)
    for secret in (CANARY, b"telegram-84912", b"84912", b"draft", b"seen", b"rate", KEY):
        assert secret not in held
    memory._entries[b"control"] = next(iter(memory._entries.values()))
    memory._entries[b"control"].value = CANARY
    assert CANARY in everything_in(memory), "the search itself must be able to find something"


async def test_two_stores_with_the_same_key_share_no_bytes(hand: Hand) -> None:
    one, other = Memory(KEY, hand), Memory(KEY, hand)
    for memory in (one, other):
        await memory.put("draft", "1", b"same", seconds=10)
    assert not set(one._entries) & set(other._entries)


async def test_a_seen_id_is_new_only_once_and_again_after_its_time(
    volatile: Volatile, hand: Hand
) -> None:
    assert await volatile.add("seen", "77", seconds=10)
    hand.now += 9
    assert not await volatile.add("seen", "77", seconds=10)
    hand.now += 1
    assert await volatile.add("seen", "77", seconds=10)


async def test_a_counter_starts_again_after_its_first_count_grew_old(
    volatile: Volatile, hand: Hand
) -> None:
    assert await volatile.count("wrong", "1", seconds=10) == 1
    hand.now += 6
    assert await volatile.count("wrong", "1", seconds=10) == 2
    assert await volatile.count("wrong", "2", seconds=10) == 1
    hand.now += 4
    assert await volatile.count("wrong", "1", seconds=10) == 1


async def test_the_total_of_a_kind_counts_only_what_lives(volatile: Volatile, hand: Hand) -> None:
    await volatile.put("draft", "1", bytes(1000), seconds=10)
    await volatile.put("draft", "2", bytes(500), seconds=20)
    await volatile.put("mute", "1", b"", seconds=20)
    assert 1500 < await volatile.total("draft") < 1500 + 2 * ENTRY_BYTES + 200
    await volatile.put("draft", "2", bytes(600), seconds=20)
    assert 1600 < await volatile.total("draft") < 1600 + 2 * ENTRY_BYTES + 200
    hand.now += 10
    assert 600 < await volatile.total("draft") < 600 + ENTRY_BYTES + 100
    assert await volatile.total("nothing") == 0


async def test_a_full_store_refuses_and_changes_nothing(kind: str, hand: Hand) -> None:
    async with store(kind, hand, 3000) as volatile:
        await volatile.put("draft", "1", bytes(2000), seconds=10)
        with pytest.raises(Full):
            await volatile.put("draft", "2", bytes(2000), seconds=10)
        with pytest.raises(Full):
            await volatile.put("draft", "1", bytes(3000), seconds=10)
        assert await volatile.get("draft", "1") == bytes(2000)
        await volatile.put("draft", "1", bytes(2500), seconds=10)
        hand.now += 10
        await volatile.put("draft", "2", bytes(2000), seconds=10)
        assert await volatile.get("draft", "2") == bytes(2000)


async def test_counters_and_seen_ids_still_fit_when_drafts_fill_the_store(
    kind: str, hand: Hand
) -> None:
    async with store(kind, hand, 8000) as volatile:
        await volatile.put("draft", "1", bytes(7600), seconds=10)
        with pytest.raises(Full):
            await volatile.put("draft", "2", bytes(200), seconds=10)
        assert await volatile.count("rate", "1", seconds=10) == 1
        assert await volatile.add("seen", "1", seconds=10)
        await volatile.add("seen", "2", seconds=10)
        with pytest.raises(Full):
            await volatile.add("seen", "3", seconds=10)


async def test_an_ending_entry_is_announced_once_for_each_time_out(
    volatile: Volatile, hand: Hand
) -> None:
    await volatile.put("draft", "1", b"", seconds=100, note=b"first")
    await volatile.put("draft", "2", b"", seconds=90, note=b"second")
    await volatile.put("draft", "3", b"", seconds=90)
    await volatile.put("other", "1", b"", seconds=90, note=b"another kind")
    assert await volatile.expiring("draft", 60) == []
    hand.now += 50
    assert await volatile.expiring("draft", 60) == [b"second", b"first"]
    assert await volatile.expiring("draft", 60) == []
    assert await volatile.touch("draft", "1", 100)
    assert await volatile.expiring("draft", 60) == []
    hand.now += 40
    assert await volatile.expiring("draft", 60) == [b"first"]
    await volatile.put("draft", "1", b"", seconds=5, note=b"again")
    assert await volatile.expiring("draft", 60) == [b"again"]


async def test_what_is_over_is_not_announced(volatile: Volatile, hand: Hand) -> None:
    await volatile.put("draft", "1", b"", seconds=10, note=b"late")
    hand.now += 10
    assert await volatile.expiring("draft", 60) == []


async def test_sweeping_takes_the_ended_entries_out_of_the_memory(
    memory: Memory, hand: Hand
) -> None:
    await memory.put("draft", "1", b"one", seconds=10)
    await memory.put("draft", "2", b"two", seconds=20)
    hand.now += 10
    assert await memory.sweep() == 1
    assert len(memory._entries) == 1
    assert await memory.get("draft", "2") == b"two"


async def test_a_closed_store_has_forgotten_everything(memory: Memory) -> None:
    await memory.put("draft", "1", b"one", seconds=10)
    await memory.close()
    assert await memory.get("draft", "1") is None
    assert await memory.total("draft") == 0
    assert memory._entries == {}


async def test_a_closed_store_uses_none_of_its_names_again(memory: Memory) -> None:
    await memory.put("draft", "1", b"one", seconds=10)
    before = set(memory._entries)
    await memory.close()
    await memory.put("draft", "1", b"one", seconds=10)
    assert not before & set(memory._entries)
