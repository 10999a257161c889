"""Everything in the database that names a place follows a change of the map, or nothing does."""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

import pytest
from sqlalchemy import insert, select

from handlers.bulletins import Content, Stage
from handlers.listing import Choice, Facet
from handlers.places import Place
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.subscriptions import Subscription
from storage import (
    atlas,
    bulletins,
    following,
    installation,
    place_tables,
    stamps,
    subscribers,
    unit_history,
    units,
    views,
)
from storage.database import Database, Tx
from storage.following import NotSaid, Standing, all_of_it
from storage.places.tables import Tables, packaged
from storage.staff import Member
from storage.tables import parks, tips, wraps
from storage.tables import subscribers as rows_of_subscribers
from storage.tables import units as rows_of_units
from tests import changed_map, desk_world
from tests.changed_map import DAY, present
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of
from tests.world import places

DA_NANG, HUE = "48", "46"
TAM_KY, BAN_THACH, HUONG_TRA = "20341", "20335", "20350"
TREE = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"})),
    Unit("north", "root", UnitKind.UNION, "Công đoàn phía bắc", frozenset({DA_NANG})),
    Unit("north-park", "north", UnitKind.UNION, "Công đoàn phường", frozenset({TAM_KY})),
    Unit("beside", "north", UnitKind.UNION, "Công đoàn bên cạnh", frozenset({BAN_THACH})),
    Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam", frozenset({HUE})),
)
OLD_TOWN = Place(
    "", "Thành phố Tam Kỳ (cũ)", DA_NANG, "Thành phố Đà Nẵng", (BAN_THACH, TAM_KY, HUONG_TRA)
)
CHATS = {
    "one": ("48/20341",),
    "two": ("48/20341", "48/20335", "48"),
    "three": ("46", "48/20350"),
    "four": ("*",),
}


@dataclass(frozen=True, slots=True)
class World:
    """A database with something at the places that change."""

    made: Database
    tips: dict[str, bytes]
    bulletin: str
    author: Member


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as made:
        yield made


@pytest.fixture
async def world(made: Database) -> World:
    member, _ = await desk_world.add(made, "mai", ("north", Role.OFFICER))
    async with made.write() as tx:
        await units.import_all(tx, TREE)
        await following.follow_the_program(tx, NOW)
        for chat, chosen in CHATS.items():
            wish = Subscription(frozenset(), chosen)
            await subscribers.keep(tx, 1, chat, wish, NOW.date())
        bulletin = await bulletins.create(
            tx, "north", bytes(16), Content(scope=("48/20341",)), NOW.date()
        )
        await bulletins.set_stage(tx, bulletin.id, Stage.APPROVED)
        await views.keep(tx, member.id, "Tam Kỳ", Choice(((Facet.PLACE, TAM_KY),)), NOW)
        row = {"id": "kcn", "kind": "kcn", "name": "KCN Ví Dụ", "aliases": "[]", "source": ""}
        await tx.run(insert(parks).values(**row, communes=json.dumps([TAM_KY]), checked_on=None))
    filed = {}
    for code in (TAM_KY, BAN_THACH, HUE, DA_NANG):
        place = places().by_code(code)
        filed[code] = await file(made, new_tip("north", place=place))
    filed["old"] = await file(made, new_tip("north", place=OLD_TOWN))
    filed["none"] = await file(made, new_tip("north", place=None))
    return World(made, filed, bulletin.id, member)


@cache
def merged() -> Tables:
    made = present()
    made.merge(BAN_THACH, TAM_KY)
    return made.tables()


@cache
def split() -> Tables:
    made = present()
    made.split(TAM_KY, ("99001", "An Hòa"), ("99002", "An Bình"), keeps=False)
    return made.tables()


@cache
def provinces() -> Tables:
    made = present()
    mine = [row for row in made.communes.values() if row["province_code"] == HUE]
    [clash] = [row["code"] for row in mine if row["name"] == "Hương Trà"]
    made.rename(clash, "Hương Trà Bắc")
    made.merge_provinces(DA_NANG, HUE)
    return made.tables()


async def follow(made: Database, tables: Tables, now: datetime = NOW) -> following.Followed:
    async with made.write(alone=True) as tx:
        return await following.follow(tx, tables, now)


async def place_of(world: World, tip: str) -> Place:
    place = (await record_of(world.made, world.tips[tip])).place
    assert place is not None
    return place


async def chosen(made: Database) -> dict[str, tuple[str, ...]]:
    async with made.read() as tx:
        found = {chat: await subscribers.of(tx, 1, chat) for chat in CHATS}
    return {chat: wish.places for chat, wish in found.items() if wish is not None}


async def covered(made: Database) -> dict[str, set[str]]:
    async with made.read() as tx:
        rows = await tx.rows(select(rows_of_units.c.id, rows_of_units.c.places))
    return {row.id: set(json.loads(row.places)) for row in rows}


async def test_a_merger_is_followed_by_all(world: World) -> None:
    done = await follow(world.made, merged())
    assert done.units == ("north-park",)
    assert (done.tips, done.open_tips, done.subscribers, done.parks) == (2, 0, 2, 1)
    assert (await place_of(world, TAM_KY)).label == (
        "Phường Bàn Thạch (Phường Tam Kỳ cũ), Thành phố Đà Nẵng"
    )
    assert set((await place_of(world, "old")).codes) == {BAN_THACH, HUONG_TRA}
    assert (await covered(world.made))["north-park"] == {BAN_THACH}
    assert await chosen(world.made) == {
        "one": ("48/20335",),
        "two": ("48/20335", "48"),
        "three": ("46", "48/20350"),
        "four": ("*",),
    }
    async with world.made.read() as tx:
        [view] = await views.of_member(tx, world.author.id, NOW)
        assert view.choice.by_facet == {Facet.PLACE: BAN_THACH}
        row = await tx.row(select(parks.c.communes))
        assert row is not None
        assert json.loads(row.communes) == [BAN_THACH]


async def test_the_history_of_a_unit_tells_that_its_places_followed(world: World) -> None:
    followed = await follow(world.made, merged())
    assert followed.units
    for unit in followed.units:
        async with world.made.read() as tx:
            steps, _ = await unit_history.of_unit(tx, unit)
        assert [(each.by, each.fields) for each in steps] == [(None, ("places",))]
        assert steps[0].after["places"] == sorted((await covered(world.made))[unit])


async def test_a_bulletin_for_a_place_that_changed_asks_for_approval_anew(world: World) -> None:
    done = await follow(world.made, merged())
    assert done.bulletins == ((world.bulletin, "north", Stage.APPROVED),)
    async with world.made.read() as tx:
        known = await bulletins.by_id(tx, world.bulletin)
        before = await bulletins.content_of(tx, world.bulletin, 1)
    assert known is not None
    assert (known.stage, known.version) == (Stage.DRAFT, 2)
    assert known.content.scope == ("48/20335",)
    assert before is not None
    assert before.scope == ("48/20341",), "what was approved says what it said"


async def test_a_split_leaves_nobody_without_all_pieces(world: World) -> None:
    await follow(world.made, split())
    place = await place_of(world, TAM_KY)
    assert (place.code, place.codes, place.name) == ("", ("99001", "99002"), "Phường Tam Kỳ (cũ)")
    assert (await covered(world.made))["north-park"] == {"99001", "99002"}
    found = await chosen(world.made)
    assert found["one"] == ("48/99001", "48/99002")
    assert found["two"] == ("48", "48/20335")


async def test_two_merged_provinces_leave_each_unit_what_it_covered(world: World) -> None:
    before = await covered(world.made)
    await follow(world.made, provinces())
    after = await covered(world.made)
    inside = {code for code, row in present().communes.items() if row["province_code"] == HUE}
    assert before["south"] == {HUE}
    assert after["south"] == inside
    assert after["north"].isdisjoint(inside)
    assert (await place_of(world, HUE)).name == "Thành phố Huế (cũ)"
    assert (await chosen(world.made))["three"] == ("48", "48/20350")


async def test_who_reads_a_tip_stays_and_no_key_is_sealed_anew(world: World) -> None:
    async def wrapped() -> set[tuple[bytes, bytes]]:
        async with world.made.read() as tx:
            return {(bytes(row.id), bytes(row.body)) for row in await tx.rows(select(wraps))}

    before = await wrapped()
    records = {tip: await record_of(world.made, tip) for tip in world.tips.values()}
    await follow(world.made, merged())
    assert await wrapped() == before
    for tip, known in records.items():
        now = await record_of(world.made, tip)
        assert replace(now, place=known.place) == known


async def test_all_records_are_sealed_anew_whether_a_tip_is_at_a_changed_place_or_not(
    world: World,
) -> None:
    """Who has a copy of before and one of after learns from neither whether a tip is there."""

    async def sealed() -> dict[bytes, bytes]:
        async with world.made.read() as tx:
            return {bytes(row.id): bytes(row.record) for row in await tx.rows(select(tips))}

    before = await sealed()
    await follow(world.made, merged())
    after = await sealed()
    assert all(after[tip] != record for tip, record in before.items())
    assert {len(each) for each in after.values()} == {len(each) for each in before.values()}
    elsewhere = present(merged(), date(2026, 11, 26))
    elsewhere.rename("00025", "Giảng Võ Mới")
    await follow(world.made, elsewhere.tables())
    last = await sealed()
    assert all(last[tip] != record for tip, record in after.items())


async def test_a_look_counts_the_same_and_changes_nothing(world: World) -> None:
    async with world.made.read() as tx:
        looked = await following.look(tx, merged(), NOW)
        assert (await following.standing(tx, merged()))[0] is Standing.NEWER
    assert (await covered(world.made))["north-park"] == {TAM_KY}
    done = await follow(world.made, merged())
    assert replace(looked, changes=done.changes) == done


async def test_a_version_that_loses_a_place_changes_nothing(world: World) -> None:
    made = present()
    made.communes[TAM_KY]["name"] = "Một Nơi Khác"
    with pytest.raises(NotSaid) as caught:
        await follow(world.made, made.tables())
    assert [each.code for each in caught.value.lost] == [TAM_KY]
    async with world.made.read() as tx:
        assert await place_tables.as_of(tx) == packaged().as_of


async def test_older_and_equal_tables_are_told_apart(world: World) -> None:
    await follow(world.made, merged())
    async with world.made.read() as tx:
        assert (await following.standing(tx, packaged()))[0] is Standing.OLDER
        assert (await following.standing(tx, merged()))[0] is Standing.SAME
        assert (await following.standing(tx, split()))[0] is Standing.OTHER


async def test_what_breaks_in_the_middle_leaves_all_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (await covered(world.made), await chosen(world.made), await place_of(world, TAM_KY))

    async def breaks(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(stamps, "renew", breaks)
    with pytest.raises(OSError):  # noqa: PT011 - the one that was made
        await follow(world.made, merged())
    monkeypatch.undo()
    after = (await covered(world.made), await chosen(world.made), await place_of(world, TAM_KY))
    assert after == before
    async with world.made.read() as tx:
        assert (await atlas.current(tx)).by_code(TAM_KY) is not None
        assert await place_tables.as_of(tx) == packaged().as_of
    assert (await follow(world.made, merged())).units == ("north-park",)


async def test_another_process_knows_the_new_map_at_its_next_look(
    world: World, database_url: str
) -> None:
    assert world.made.ring is not None
    [master] = world.made.ring.masters()
    other = Database(database_url)
    try:
        await installation.open_with(other, master)
        async with other.read() as tx:
            assert (await atlas.current(tx)).by_code(TAM_KY) is not None
        await follow(world.made, merged())
        async with other.read() as tx:
            assert (await atlas.current(tx)).by_code(TAM_KY) is None
            assert (await atlas.current(tx)).find("phường Tam Kỳ, Đà Nẵng")[0].code == BAN_THACH
        assert atlas.known(other).by_code(TAM_KY) is None
    finally:
        await other.close()


async def test_newer_tables_of_the_program_are_followed_at_its_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = merged()
    monkeypatch.setattr(all_of_it, "packaged", lambda: newer)
    monkeypatch.setattr(all_of_it, "packaged_day", lambda: newer.as_of)
    async with world.made.read() as tx:
        assert await following.program_is_newer(tx)
    async with world.made.write(alone=True) as tx:
        assert await following.follow_the_program(tx, NOW)
    assert (await covered(world.made))["north-park"] == {BAN_THACH}
    async with world.made.write(alone=True) as tx:
        assert not await following.follow_the_program(tx, NOW)


async def test_what_was_chosen_before_and_is_sent_after_follows(world: World) -> None:
    await follow(world.made, merged())
    tip = await file(world.made, new_tip("north", place=places().by_code(TAM_KY)))
    place = (await record_of(world.made, tip)).place
    assert place is not None
    assert (place.code, place.name) == (BAN_THACH, "Phường Bàn Thạch (Phường Tam Kỳ cũ)")
    async with world.made.write() as tx:
        wish = Subscription(frozenset(), ("48/20341", "46"))
        await subscribers.keep(tx, 1, "five", wish, NOW.date())
        kept = await subscribers.of(tx, 1, "five")
    assert kept is not None
    assert kept.places == ("48/20335", "46")


async def test_provinces_that_are_no_more_keep_their_line_and_name(world: World) -> None:
    await follow(world.made, provinces())
    async with world.made.read() as tx:
        now = await atlas.current(tx)
    assert HUE not in now.provinces
    assert now.counted_provinces == (*now.provinces, HUE)
    assert now.province_name(HUE) == "Thành phố Huế"
    assert now.by_code(HUE) is None


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_changes_nothing_points_into_the_void(made: Database, seed: int) -> None:
    dice = random.Random(seed)
    tables = changed_map.at_random(dice, packaged(), DAY, 25)
    filed = await _fill(made, dice, tables)
    records = [await record_of(made, tip) for tip in filed]
    done = await follow(made, tables)
    known = done.changes.after
    for tip, record in zip(filed, records, strict=True):
        now = await record_of(made, tip)
        assert replace(now, place=record.place) == record
        assert now.place is not None
        assert {now.place.code, *now.place.codes} - {""} <= known.keys()
    assert set().union(*(await covered(made)).values()) - {"*"} <= known.keys()
    async with made.read() as tx:
        rows = await tx.rows(select(rows_of_subscribers))
        for bulletin in await bulletins.of_units(tx, ("root",)):
            for code in bulletin.content.scope:
                assert known[code.rpartition("/")[2]].province_code == code[:2]
    assert len(rows) == 30
    for row in rows:
        held = [each for each in (row.place_1, row.place_2, row.place_3) if each is not None]
        assert held
        assert len(set(held)) == len(held)
        for number in held:
            province, commune = divmod(number, 100_000)
            place = known[f"{commune:05}" if commune else f"{province:02}"]
            assert place.province_code == f"{province:02}"


async def _fill(made: Database, dice: random.Random, tables: Tables) -> list[bytes]:
    """A world at places of which many change."""
    before = {row["code"] for row in packaged().rows("communes.csv")}
    now = {row["code"]: row for row in tables.rows("communes.csv")}
    changed = [
        row["code"] for row in packaged().rows("communes.csv") if now.get(row["code"]) != row
    ]
    codes = [*changed, *dice.sample(sorted(before), 30)]
    async with made.write() as tx:
        await _units(tx, dice, codes)
        for chat in range(30):
            some = dice.sample(codes, dice.randrange(1, 4))
            wish = Subscription(frozenset(), tuple(map(_kept, some)))
            await subscribers.keep(tx, 1, str(chat), wish, NOW.date())
        for _ in range(6):
            scope = tuple(map(_kept, dice.sample(codes, 2)))
            await bulletins.create(tx, "root", bytes(16), Content(scope=scope), NOW.date())
    return [
        await file(made, new_tip("north", place=places().by_code(code)))
        for code in dice.sample(codes, 12)
    ]


async def _units(tx: Tx, dice: random.Random, codes: list[str]) -> None:
    some = [replace(TREE[0], places=frozenset({"*"}))]
    some += [replace(each, places=frozenset(dice.sample(codes, 3))) for each in TREE[1:]]
    await units.import_all(tx, some, may_remove=True)


def _kept(code: str) -> str:
    place = places().by_code(code)
    assert place is not None
    return f"{place.province_code}/{code}"
