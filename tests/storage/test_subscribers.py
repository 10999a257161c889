"""Subscribers: what they chose is kept and counted, what they are called at the app is sealed."""

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.subscriptions import PartOfDay, Span, Subscription, mask_of, span_of
from storage import database as databases
from storage import installation, migrate, subscribers
from storage.crypto import Unopenable, new_master
from storage.database import Database
from storage.keys import Purpose, wrap_key
from storage.subscribers import Bucket, Counted, Reach, Reader, merged
from storage.tables import counters, keyring, metadata
from storage.tables import subscribers as table
from storage.tables import tips as tips_table
from tests import desk_world
from tests.bulletin_tables import OF_BULLETINS
from tests.tip_world import count, file, new_tip

TODAY = date(2026, 11, 22)
WAGES = Subscription(frozenset({Topic.WAGES}))
MANY = 10_000


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def keep(made: Database, *chosen: Subscription, account: int = 1) -> None:
    """Subscribe chats 0, 1, 2 … of an account."""
    async with made.write() as tx:
        for number, each in enumerate(chosen):
            await subscribers.keep(tx, account, address_of(number), each, TODAY)


async def put(made: Database, *rows: tuple[int, int, PartOfDay]) -> None:
    """Rows with these numbers, accounts and parts, whom nobody could write to."""
    values = [
        {
            "id": key,
            "account": account,
            "part": subscribers.number_of_part(part),
            "fingerprint": key.to_bytes(16),
            "address": b"",
            "language": 0,
            "topics": mask_of(WAGES.topics),
            "place_1": 0,
            "per_week": 3,
            "joined": TODAY.replace(day=1),
        }
        for key, account, part in rows
    ]
    async with made.write() as tx:
        await tx.run(insert(table), values)


def address_of(number: int) -> str:
    return str(5_550_000_000 + number)


def reach(*codes: str, topics: frozenset[Topic] = WAGES.topics, high_water: int = MANY) -> Reach:
    return Reach(mask_of(topics), tuple(map(span_of, codes or ("*",))), TODAY, high_water)


async def page(
    made: Database,
    wanted: Reach,
    *,
    account: int = 1,
    part: PartOfDay | None = None,
    first: int = 1,
    limit: int = 100,
) -> tuple[Reader, ...]:
    async with made.read() as tx:
        return await subscribers.page(
            tx, wanted, account=account, part=part, first=first, last=MANY, limit=limit
        )


async def ids(made: Database, wanted: Reach) -> list[int]:
    """The numbers of all whom `wanted` reaches; the count says the same."""
    found = [reader.id for reader in await page(made, wanted)]
    async with made.read() as tx:
        counted = await subscribers.count(tx, wanted)
    assert counted.total == len(found)
    return found


async def test_what_was_chosen_is_read_again_changed_and_forgotten(made: Database) -> None:
    chosen = Subscription(
        topics=frozenset({Topic.LOANS, Topic.ALERTS}),
        places=("48", "79/25747"),
        per_week=1,
        part=PartOfDay.EVENING,
        language=Language.EN,
        bell=True,
        paused_until=TODAY + timedelta(days=30),
    )
    await keep(made, chosen)
    async with made.write() as tx:
        assert await subscribers.of(tx, 1, address_of(0)) == chosen
        assert await subscribers.of(tx, 2, address_of(0)) is None
        await subscribers.keep(tx, 1, address_of(0), WAGES, TODAY + timedelta(days=90))
        assert await subscribers.of(tx, 1, address_of(0)) == WAGES
        assert await subscribers.high_water(tx) == 1
        assert await subscribers.stop(tx, 1, address_of(0))
        assert not await subscribers.stop(tx, 1, address_of(0))
        assert await subscribers.of(tx, 1, address_of(0)) is None
        assert await subscribers.high_water(tx) == 0
    assert await count(made, table) == 0


async def test_only_the_first_month_is_kept_and_nothing_of_later_days(made: Database) -> None:
    await keep(made, WAGES)
    async with made.write() as tx:
        before = await tx.row(select(table))
        await subscribers.keep(tx, 1, address_of(0), WAGES, TODAY + timedelta(days=90))
        after = await tx.row(select(table))
    assert before is not None
    assert after is not None
    assert before.joined == after.joined == date(2026, 11, 1)
    sealed_anew = {"address"}
    for name in before._mapping.keys() - sealed_anew:
        assert before._mapping[name] == after._mapping[name], name


@pytest.mark.parametrize("places", [(), ("01", "04", "08", "11")])
async def test_no_places_and_too_many_places_are_refused(
    made: Database, places: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="one to three"):
        await keep(made, replace(WAGES, places=places))


async def test_a_number_never_comes_back(made: Database) -> None:
    await keep(made, WAGES, WAGES, WAGES)
    async with made.write() as tx:
        assert await subscribers.stop(tx, 1, address_of(2))
        await subscribers.keep(tx, 1, address_of(2), WAGES, TODAY)
        assert await subscribers.high_water(tx) == 4
        assert await subscribers.stop_all(tx, {1, 2, 4, 77}) == 3
        await subscribers.keep(tx, 1, address_of(9), WAGES, TODAY)
        assert await subscribers.high_water(tx) == 5


async def test_hundreds_are_forgotten_at_once(made: Database) -> None:
    await put(made, *((number, 1, PartOfDay.ANY) for number in range(1, 1_204)))
    async with made.write() as tx:
        assert await subscribers.stop_all(tx, range(2, 1_204)) == 1_202
        assert await subscribers.stop_all(tx, ()) == 0
        left = await tx.rows(select(table.c.id))
    assert [row.id for row in left] == [1]


async def test_a_place_is_reached_by_itself_by_its_province_and_by_the_whole_country(
    made: Database,
) -> None:
    places = ("79",), ("79/25747",), ("*",), ("48",), ("01", "48/20194"), ("01", "04", "79/25750")
    await keep(made, *(replace(WAGES, places=each) for each in places))
    assert await ids(made, reach("*")) == [1, 2, 3, 4, 5, 6]
    assert await ids(made, reach("79")) == [1, 2, 6]
    assert await ids(made, reach("79/25747")) == [2]
    assert await ids(made, reach("48", "79/25750")) == [4, 5, 6]
    assert await ids(made, reach("48/20194", "48")) == [4, 5]
    assert await ids(made, reach("92")) == []
    async with made.read() as tx:
        nowhere = replace(reach(), spans=())
        assert (await subscribers.count(tx, nowhere)).total == 0


async def test_topics_pauses_and_the_high_water_mark_decide_too(made: Database) -> None:
    alerts = frozenset({Topic.ALERTS})
    await keep(
        made,
        WAGES,
        replace(WAGES, topics=alerts),
        replace(WAGES, topics=frozenset(), bell=True),
        replace(WAGES, paused_until=TODAY),
        replace(WAGES, paused_until=TODAY + timedelta(days=1)),
        WAGES,
    )
    assert await ids(made, reach()) == [1, 4, 6]
    assert await ids(made, reach(topics=WAGES.topics | alerts)) == [1, 2, 4, 6]
    assert await ids(made, reach(topics=frozenset())) == []
    assert await ids(made, replace(reach(), topic_bits=mask_of(frozenset(), bell=True))) == [3]
    assert await ids(made, reach(high_water=4)) == [1, 4]
    async with made.write() as tx:
        assert await subscribers.pause(tx, 1, address_of(0), TODAY + timedelta(days=30))
        assert await subscribers.pause(tx, 1, address_of(4), None)
        assert not await subscribers.pause(tx, 1, "unknown", None)
    assert await ids(made, reach()) == [4, 5, 6]


async def test_pages_go_on_by_number_and_bring_what_sending_needs(made: Database) -> None:
    chosen = replace(WAGES, places=("48", "79/25747"), language=Language.EN, per_week=2)
    await keep(made, *[chosen] * 5)
    await keep(made, WAGES, account=2)
    first = await page(made, reach("79"), limit=2)
    assert first == (
        Reader(1, address_of(0), Language.EN, 79, 2),
        Reader(2, address_of(1), Language.EN, 79, 2),
    )
    rest = await page(made, reach("79"), first=first[-1].id + 1)
    assert [reader.id for reader in rest] == [3, 4, 5]
    [whole] = await page(made, reach(), account=2)
    assert (whole.id, whole.address, whole.province) == (6, address_of(0), 0)
    assert await page(made, reach("48"), account=2) == ()


async def test_counts_and_buckets_are_told_by_account_and_part_of_the_day(made: Database) -> None:
    every, noon = PartOfDay.ANY, PartOfDay.NOON
    await put(made, (998, 1, every), (999, 1, noon), (1_000, 1, every), (1_001, 1, noon))
    await put(made, (1_002, 1, noon), (1_999, 2, noon), (2_000, 2, noon))
    async with made.read() as tx:
        counted = await subscribers.count(tx, reach())
        found = await subscribers.buckets(tx, reach(), 1, 1_999)
        some = await subscribers.buckets(tx, reach(high_water=1_001), 999, 9_999)
    assert counted == Counted(7, {1: 5, 2: 2}, {every: 2, noon: 5})
    assert found == (
        Bucket(1, every, 0, 1),
        Bucket(1, every, 1, 1),
        Bucket(1, noon, 0, 1),
        Bucket(1, noon, 1, 2),
        Bucket(2, noon, 1, 1),
    )
    assert some == (Bucket(1, every, 1, 1), Bucket(1, noon, 0, 1), Bucket(1, noon, 1, 1))


async def test_a_page_may_be_of_one_part_of_the_day(made: Database) -> None:
    await keep(made, WAGES, replace(WAGES, part=PartOfDay.NOON), WAGES)
    assert [reader.id for reader in await page(made, reach(), part=PartOfDay.NOON)] == [2]
    assert [reader.id for reader in await page(made, reach(), part=PartOfDay.ANY)] == [1, 3]
    assert await page(made, reach(), part=PartOfDay.EVENING) == ()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=9))
def test_merged_spans_hold_the_same_places_and_stand_apart(drawn: list[tuple[int, int]]) -> None:
    spans = [Span(first, first + more) for first, more in drawn]
    found = merged(spans)

    def places(of: list[Span]) -> set[int]:
        return {number for span in of for number in range(span.first, span.last + 1)}

    assert places(list(found)) == places(spans)
    assert all(one.last + 1 < other.first for one, other in pairwise(found))


async def test_an_address_is_sealed_and_opens_only_in_its_own_row(made: Database) -> None:
    await keep(made, WAGES, WAGES)
    await keep(made, WAGES, account=2)
    async with made.write() as tx:
        rows = await tx.rows(select(table).order_by(table.c.id))
        held = b"".join(bytes(value) for row in rows for value in row if isinstance(value, bytes))
        assert len({bytes(row.fingerprint) for row in rows}) == 3
        assert len({len(row.address) for row in rows}) == 1
        for number in map(address_of, range(2)):
            assert number.encode() not in held
            for order in ("little", "big"):
                assert int(number).to_bytes(8, order).strip(b"\0") not in held
        await tx.run(table.update().where(table.c.id == 2).values(address=rows[0].address))
    with pytest.raises(Unopenable):
        await page(made, reach())


async def test_a_long_address_is_kept_as_well_as_a_short_one(made: Database) -> None:
    end_point = "https://push.example/" + "x" * 900
    async with made.write() as tx:
        await subscribers.keep(tx, 3, end_point, WAGES, TODAY)
        assert await subscribers.of(tx, 3, end_point) == WAGES
    [reader] = await page(made, reach(), account=3)
    assert reader.address == end_point
    assert end_point not in repr(reader)


async def test_who_subscribed_under_an_older_key_is_found_and_moves_to_the_new_one(
    database_url: str,
) -> None:
    made, master = Database(database_url), new_master()
    try:
        await migrate.upgrade(made)
        await installation.make(made, master, demo=False)
        await installation.open_with(made, master)
        await keep(made, WAGES, WAGES)
        newer = wrap_key(master, Purpose.SUBSCRIBERS, 2, new_master())
        async with made.engine.begin() as connection:
            old = keyring.c.purpose == newer.purpose
            await connection.execute(update(keyring).where(old).values(current=False))
            await connection.execute(insert(keyring).values(asdict(newer)))
        await installation.open_with(made, master)
        loans = replace(WAGES, topics=WAGES.topics | {Topic.LOANS})
        async with made.write() as tx:
            before = await tx.row(select(table).where(table.c.id == 1))
            await subscribers.keep(tx, 1, address_of(0), loans, TODAY)
            after = await tx.row(select(table).where(table.c.id == 1))
            assert await subscribers.of(tx, 1, address_of(0)) == loans
            assert await subscribers.of(tx, 1, address_of(1)) == WAGES
        assert before is not None
        assert after is not None
        assert before.fingerprint != after.fingerprint
        found = [reader.address for reader in await page(made, reach())]
        assert found == [address_of(0), address_of(1)]
    finally:
        await made.close()


async def test_subscribing_changes_nothing_of_tips_and_filing_nothing_of_bulletins(
    made: Database,
) -> None:
    async def rows(*, of_bulletins: bool) -> dict[str, list[str]]:
        tables = [
            each for each in metadata.sorted_tables if (each.name in OF_BULLETINS) is of_bulletins
        ]
        async with made.read() as tx:
            return {each.name: sorted(map(str, await tx.rows(select(each)))) for each in tables}

    await file(made, new_tip())
    before = await rows(of_bulletins=False)
    async with made.read() as tx:
        changed = await databases.changes(tx)
    await keep(made, WAGES)
    async with made.write() as tx:
        await subscribers.stop(tx, 1, address_of(0))
    await keep(made, WAGES)
    async with made.read() as tx:
        assert await databases.changes(tx) == changed
    assert await rows(of_bulletins=False) == before
    apart = await rows(of_bulletins=True)
    assert apart["subscribers"]
    await file(made, new_tip())
    assert await rows(of_bulletins=True) == apart


async def test_tips_and_subscribers_share_no_table_column_key_or_counter(made: Database) -> None:
    assert metadata.tables.keys() >= OF_BULLETINS
    assert {each.name for each in table.columns} & {each.name for each in tips_table.columns} == {
        "id"
    }
    for each in metadata.sorted_tables:
        assert not each.foreign_keys, each.name
        if each.name in OF_BULLETINS:
            assert not {"tip", "locator", "reporter", "ring"} & set(each.columns.keys()), each.name
        else:
            assert not {"account", "subscriber", "address"} & set(each.columns.keys()), each.name
    async with made.write() as tx:
        await subscribers.keep(tx, 1, address_of(0), WAGES, TODAY)
        row = await tx.row(select(table))
        assert row is not None
        key = bytes(row.fingerprint)
        opened = tx.keys.open_sealed(Purpose.SUBSCRIBERS, row.address, key)
        assert opened == address_of(0).encode()
        for purpose in Purpose:
            if purpose is not Purpose.SUBSCRIBERS:
                with pytest.raises(Unopenable):
                    tx.keys.open_sealed(purpose, row.address, key)
        named = {row.name for row in await tx.rows(select(counters.c.name))}
    assert not any("subscri" in name or "bulletin" in name for name in named)
