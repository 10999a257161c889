"""One tip for an authority: two people, once, and nothing that the authority must not have."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from handlers.effects import FileTip
from handlers.exports import EXPORT_HOURS, MOST_LETTERS, Authority, Reason, Request
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Author, Category, Kind, Outcome
from storage import audit, cases, exporting, leaving, record, staff, stored, tips, units
from storage.audit import Act
from storage.database import Database, for_desk
from storage.exporting import Export, View, Why
from storage.staff import Member
from storage.tips import PictureData
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.staff_world import enrolled
from tests.tip_world import OTHER_PHOTO, PHOTO, file, new_tip, record_of

LATER = NOW + timedelta(hours=1)
WORDS = "Công văn số 12/TTLĐ ngày 20/11/2026."
POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))


@dataclass
class Desk:
    """`an` holds a tip of the north; nobody else reads there yet."""

    made: Database
    new: FileTip
    tip: bytes
    an: Member

    async def second(self, unit: str = "north", login: str = "binh") -> Member:
        return await enrolled(self.made, login, (unit, Role.OFFICER))

    async def ask(
        self, authority: Authority = Authority.LABOUR, words: str = WORDS, *, by: bytes = b""
    ) -> Request | Why:
        async with self.made.write() as tx:
            return await exporting.ask(
                tx, by or self.an.id, self.tip, authority, Reason.IN_WRITING, words, NOW
            )

    async def decide(self, by: Member, *, agreed: bool = True) -> Request | Why:
        async with self.made.write() as tx:
            return await exporting.decide(tx, by.id, self.tip, LATER, agreed=agreed)

    async def take(self, by: Member | None = None, hours: float = 1) -> Export | Why:
        async with self.made.write() as tx:
            when = NOW + timedelta(hours=hours)
            return await exporting.take(tx, (by or self.an).id, self.tip, when)

    async def waits_for(self, who: Member) -> int:
        async with self.made.read() as tx:
            return len(await exporting.waiting(tx, who.id, LATER))

    async def look(self) -> View | Why:
        async with self.made.read() as tx:
            return await exporting.look(tx, self.an.id, self.tip, LATER)

    async def acts(self) -> list[tuple[Act, str]]:
        async with self.made.read() as tx:
            found = await audit.entries(tx, limit=50)
        return [(e.act, e.note) for e in reversed(found) if e.act.value.startswith("export")]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE), at_once=True)
        an = await enrolled(made, "an", ("north", Role.OFFICER))
        new = new_tip("north")
        tip = await file(made, new, [PHOTO])
        async with made.write() as tx:
            await cases.claim(tx, an.id, tip, NOW)
        yield Desk(made, new, tip, an)


async def test_one_asks_another_agrees_the_first_fetches_it_once(desk: Desk) -> None:
    binh = await desk.second()
    assert isinstance(await desk.ask(), Request)
    assert await desk.take() is Why.NOT_AGREED
    assert (await desk.waits_for(binh), await desk.waits_for(desk.an)) == (1, 0)
    assert await desk.decide(desk.an) is Why.NOT_YOURS, "nobody agrees to their own"
    assert isinstance(await desk.decide(binh), Request)
    assert await desk.decide(binh) is Why.NOT_YOURS
    view = await desk.look()
    assert isinstance(view, View)
    assert view.names == ("Người binh",)
    assert await desk.take(binh) is Why.NOT_HOLDER
    export = await desk.take()
    assert isinstance(export, Export)
    assert [each.words for each in export.items if each.kind is Kind.STORY] == [STORY]
    assert export.files == {1: PHOTO}
    assert await desk.take() is Why.NONE
    assert (await record_of(desk.made, desk.tip)).export is None
    note = "labour in_writing"
    assert await desk.acts() == [
        (Act.EXPORT_ASKED, note),
        (Act.EXPORT_CONFIRMED, note),
        (Act.EXPORTED, note),
    ]


async def test_what_the_worker_and_the_desk_keep_to_themselves_is_left_out(desk: Desk) -> None:
    binh = await desk.second()
    async with desk.made.write() as tx:
        assert await tips.say_who(tx, desk.new.key, "Nguyễn Văn Canary, tổ 7")
        assert await tips.add_words(tx, desk.new.key, "Cửa vẫn khóa.")
        assert await tips.add_picture(tx, desk.new.key, OTHER_PHOTO)
    async with desk.made.write() as tx:
        assert await cases.read_who(tx, desk.an.id, desk.tip, NOW)
        await cases.ask(tx, desk.an.id, desk.tip, "Cửa nào?", LATER)
        await cases.close(tx, desk.an.id, desk.tip, Outcome.HANDLED, "Đã mở.", LATER)
    assert isinstance(await desk.ask(), Request), "also after it was closed, by who held it"
    await desk.decide(binh)
    export = await desk.take()
    assert isinstance(export, Export)
    kinds = [each.kind for each in export.items]
    assert kinds == [
        Kind.STORY,
        Kind.PHOTO,
        Kind.ADDITION,
        Kind.PHOTO,
        Kind.QUESTION,
        Kind.CLOSING,
    ]
    assert "Canary" not in repr([each.words for each in export.items])
    for each in export.items:
        assert (each.day is None) is (each.author is Author.WORKER)
    assert "an" not in {each.words for each in export.items}
    assert set(export.files) == {1, 2}


async def test_in_a_unit_of_one_the_unit_above_agrees_without_reading(desk: Desk) -> None:
    assert await desk.ask() is Why.NOBODY
    top = await desk.second("root", "top")
    south = await desk.second("south", "nam")
    await enrolled(desk.made, "ca", ("police", Role.OFFICER))
    assert isinstance(await desk.ask(), Request)
    assert (await desk.waits_for(top), await desk.waits_for(south)) == (1, 0)
    async with desk.made.write() as tx:
        refused = await cases.open_case(tx, top.id, desk.tip, LATER)
        assert refused == cases.Refusal(cases.No.NOT_YOURS)
        [waiting] = await exporting.waiting(tx, top.id, LATER)
    assert (waiting.nickname, waiting.by) == ("Cây tre xanh", "Người an")
    assert STORY not in repr(waiting)
    assert isinstance(await desk.decide(top), Request)
    assert isinstance(await desk.take(), Export)


async def test_a_unit_above_that_is_shut_out_learns_of_nothing(desk: Desk) -> None:
    """The rule of routing lets nobody below read either; should a later one do, this holds."""
    park = await enrolled(desk.made, "park", ("north-park", Role.OFFICER))
    tip = await file(desk.made, new_tip("north-park"))
    north, top = desk.an, await desk.second("root", "top")
    async with desk.made.write() as tx:
        await cases.claim(tx, park.id, tip, NOW)
    async with desk.made.write() as tx:
        known = replace(await record_of(desk.made, tip), excluded=frozenset({"north"}))
        await stored.write_sealed(tx, tip, record.seal(tx.keys, tip, known))
    async with desk.made.write() as tx:
        asked = await exporting.ask(
            tx, park.id, tip, Authority.LABOUR, Reason.IN_WRITING, WORDS, NOW
        )
        assert isinstance(asked, Request)
        assert await exporting.waiting(tx, north.id, LATER) == ()
        assert len(await exporting.waiting(tx, top.id, LATER)) == 1
        refused = await exporting.decide(tx, north.id, tip, LATER, agreed=True)
        assert refused is Why.NOT_YOURS


async def test_the_police_get_only_what_may_go_to_them(desk: Desk) -> None:
    binh = await desk.second()
    assert await desk.ask(Authority.POLICE) is Why.NO_POLICE
    async with desk.made.write() as tx:
        assert await tips.allow_police(tx, desk.new.key, allowed=True)
    assert isinstance(await desk.ask(Authority.POLICE), Request)
    await desk.decide(binh)
    async with desk.made.write() as tx:
        # The consent is taken back between agreeing and fetching.
        assert await tips.allow_police(tx, desk.new.key, allowed=False)
    assert await desk.take() is Why.NONE
    wages = replace(await record_of(desk.made, desk.tip), category=Category.WAGES)
    async with desk.made.write() as tx:
        changed = replace(wages, may_go_to_police=True)
        await stored.write_sealed(tx, desk.tip, record.seal(tx.keys, desk.tip, changed))
    assert await desk.ask(Authority.POLICE) is Why.NO_POLICE


async def test_only_who_holds_it_asks_and_says_why(desk: Desk) -> None:
    binh = await desk.second()
    assert await desk.ask(by=binh.id) is Why.NOT_HOLDER
    stranger = await desk.second("south", "nam")
    assert await desk.ask(by=stranger.id) is Why.NOT_YOURS
    assert await desk.ask(words="  \n") is Why.EMPTY
    assert await desk.ask(words="x" * (MOST_LETTERS + 1)) is Why.LONG
    assert isinstance(await desk.ask(words="x" * MOST_LETTERS), Request)
    assert await desk.ask() is Why.PENDING
    assert [act for act, _ in await desk.acts()] == [Act.EXPORT_ASKED]


async def test_it_is_void_after_three_days_and_gone_from_the_record(desk: Desk) -> None:
    binh = await desk.second()
    await desk.ask()
    await desk.decide(binh)
    assert await desk.take(hours=EXPORT_HOURS) is Why.NONE
    over = NOW + timedelta(hours=EXPORT_HOURS)
    async with desk.made.write() as tx:
        assert await exporting.forget(tx, over - timedelta(minutes=1)) == 0
        assert await exporting.forget(tx, over) == 1
    async with desk.made.write() as tx:
        assert await exporting.forget(tx, over) == 0
    assert (await record_of(desk.made, desk.tip)).export is None


async def test_it_is_void_when_the_tip_has_another_holder(desk: Desk) -> None:
    binh = await desk.second()
    await desk.ask()
    await desk.decide(binh)
    async with desk.made.write() as tx:
        await leaving.gone(tx, desk.an, None, NOW)
        await cases.claim(tx, binh.id, desk.tip, LATER)
    assert await desk.take(binh) is Why.NONE
    assert await desk.take(desk.an) is Why.NOT_YOURS
    async with desk.made.write() as tx:
        assert await exporting.forget(tx, LATER) == 1


async def test_refused_and_withdrawn_requests_are_gone(desk: Desk) -> None:
    binh = await desk.second()
    await desk.ask()
    assert isinstance(await desk.decide(binh, agreed=False), Request)
    assert await desk.take() is Why.NONE
    await desk.ask()
    async with desk.made.write() as tx:
        assert isinstance(await exporting.withdraw(tx, desk.an.id, desk.tip, NOW), Request)
        assert await exporting.withdraw(tx, desk.an.id, desk.tip, NOW) is Why.NONE
    assert await desk.decide(binh) is Why.NOT_YOURS
    assert [act for act, _ in await desk.acts()].count(Act.EXPORT_REFUSED) == 2


async def test_of_two_who_fetch_at_once_one_does(desk: Desk) -> None:
    binh = await desk.second()
    await desk.ask()
    await desk.decide(binh)
    done = await asyncio.gather(desk.take(), desk.take())
    assert sorted(isinstance(each, Export) for each in done) == [False, True]


async def test_a_deleted_tip_takes_its_request_along(desk: Desk) -> None:
    binh = await desk.second()
    await desk.ask()
    async with desk.made.write() as tx:
        assert await tips.remove(tx, desk.new.key, day=NOW.date())
    assert await desk.waits_for(binh) == 0
    assert await desk.decide(binh) is Why.NOT_YOURS


async def test_who_lost_the_role_neither_agrees_nor_fetches(desk: Desk) -> None:
    binh, chi = await desk.second(), await desk.second(login="chi")
    await desk.ask()
    async with desk.made.write() as tx:
        await staff.revoke(tx, binh.id, "north", Role.OFFICER)
    assert await desk.decide(binh) is Why.NOT_YOURS
    await desk.decide(chi)
    async with desk.made.write() as tx:
        await staff.revoke(tx, desk.an.id, "north", Role.OFFICER)
    assert await desk.take() is Why.NOT_YOURS


async def test_the_word_of_who_lost_the_role_since_counts_no_more(desk: Desk) -> None:
    binh, chi = await desk.second(), await desk.second(login="chi")
    await desk.ask()
    assert isinstance(await desk.decide(binh), Request)
    async with desk.made.write() as tx:
        await staff.revoke(tx, binh.id, "north", Role.OFFICER)
    assert await desk.take() is Why.NOT_AGREED
    view = await desk.look()
    assert isinstance(view, View)
    assert (view.request and view.request.agreed, view.names) == ("", ("Người chi",))
    assert await desk.waits_for(chi) == 1
    assert isinstance(await desk.decide(chi), Request)
    assert isinstance(await desk.take(), Export)


async def test_the_word_of_the_unit_above_holds_when_the_unit_gets_a_second_officer(
    desk: Desk,
) -> None:
    top = await desk.second("root", "top")
    await desk.ask()
    assert isinstance(await desk.decide(top), Request)
    await desk.second()
    assert isinstance(await desk.take(), Export)


async def test_no_page_of_a_worker_is_woken_by_an_export(desk: Desk) -> None:
    binh = await desk.second()
    told: list[frozenset[bytes]] = []
    desk.made.on_commit = told.append
    await desk.ask()
    await desk.decide(binh)
    assert isinstance(await desk.take(), Export)
    assert told == 3 * [frozenset({for_desk(desk.tip)})]


async def test_a_file_that_is_too_large_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_BYTES", 400_000)
    async with desk.made.write() as tx:
        assert await tips.add_picture(tx, desk.new.key, OTHER_PHOTO)
    binh = await desk.second()
    await desk.ask()
    await desk.decide(binh)
    export = await desk.take()
    assert isinstance(export, Export)
    kept: dict[int, PictureData | None] = {1: None, 2: OTHER_PHOTO}
    assert export.files == kept
