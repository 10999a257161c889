"""What a desk can do with a tip, one thing after another: nothing of an earlier desk stays, what
leaves a bundle is seen again, and what is taken back brings nothing back that it must not.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from handlers import clocks
from handlers.effects import FileTip
from handlers.exports import Authority, Reason, Request
from handlers.labels import Label
from handlers.passing import PassReason, ReleaseReason, Stage
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category, Kind, Outcome, Status
from storage import (
    accounts,
    alarms,
    cases,
    corrections,
    desk_codes,
    desk_groups,
    exporting,
    holding,
    labelling,
    leaving,
    merging,
    notes,
    numbers,
    out_of_scope,
    outbox,
    passing,
    police,
    posts,
    rising,
    staff,
    stored,
    stranded,
    tips,
    undoing,
    units,
)
from storage.cards import Card
from storage.cases import Case, Done, No, Refusal
from storage.database import Database
from storage.days import local_day
from storage.desk_codes import CodeKind
from storage.desk_groups import Group
from storage.exporting import Export
from storage.outbox import LetterKind
from storage.passing import Declined, Gone
from storage.record import Record
from storage.reopening import Again
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường")
SOON = NOW + timedelta(minutes=2)
NEXT_WEEK = NOW + timedelta(days=8)


@dataclass
class House:
    """`an` and `binh` work in north-park, `up` leads north above it, `top` the highest unit, `far`
    the south; `cop` is a police officer.
    """

    made: Database
    an: Member
    binh: Member
    up: Member
    top: Member
    far: Member
    cop: Member
    new: dict[bytes, FileTip] = field(default_factory=dict)

    async def file(self, unit: str = "north-park", **changes: object) -> bytes:
        told = {"category": Category.THEFT, "nickname": f"Cây {len(self.new):05}"}
        new = new_tip(unit, **(told | changes))
        tip = await file(self.made, new)
        self.new[tip] = new
        return tip

    async def held(self, **changes: object) -> bytes:
        tip = await self.file("north-park", **changes)
        await self.claim(tip, self.an)
        return tip

    async def claim(self, tip: bytes, by: Member, now: datetime = NOW) -> None:
        async with self.made.write() as tx:
            assert isinstance(await cases.claim(tx, by.id, tip, now), Done)

    async def merged(self, *some: bytes) -> None:
        async with self.made.write() as tx:
            lead, *rest = some
            assert await merging.merge(tx, self.an.id, lead, rest, NOW) == len(rest)

    async def passed(self, tip: bytes, to: str, by: Member, now: datetime = NOW) -> None:
        async with self.made.write() as tx:
            went = await passing.pass_on(tx, by.id, tip, to, PassReason.COMPETENCE, now)
            assert isinstance(went, Gone)

    async def released(self, tip: bytes) -> None:
        async with self.made.write() as tx:
            went = await police.release(tx, self.an.id, tip, "police", ReleaseReason.CRIME, NOW)
            assert isinstance(went, Gone)

    async def record(self, tip: bytes) -> Record:
        return await record_of(self.made, tip)

    async def group(self, unit: str, chat: str = "-1") -> Group:
        async with self.made.write() as tx:
            code = await desk_codes.make(tx, CodeKind.GROUP, unit, NOW)
            linked = await desk_groups.link(tx, code, chat, NOW)
        assert linked is not None
        return linked

    async def post_all(self, group: Group) -> list[bytes]:
        """Send the new cards that wait for this group; the tips that got one."""
        found: list[bytes] = []
        async with self.made.write() as tx:
            for letter in await outbox.waiting(tx):
                if letter.kind is LetterKind.POST and letter.group == group.id:
                    posting = await posts.posting(tx, letter, NOW)
                    if posting is not None:
                        shown = replace(posting.post, message=1000 + len(found))
                        assert await posts.place(tx, letter.tip, shown)
                        found.append(letter.tip)
                    assert await outbox.settle(tx, letter)
        return found


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE), at_once=True)
        an, _ = await desk_world.add(made, "an", ("north-park", Role.OFFICER))
        binh, _ = await desk_world.add(made, "binh", ("north-park", Role.OFFICER))
        up, _ = await desk_world.add(made, "tren", ("north", Role.LEAD))
        top, _ = await desk_world.add(made, "cao", ("root", Role.LEAD))
        far, _ = await desk_world.add(made, "xa", ("south", Role.OFFICER))
        cop, _ = await desk_world.add(made, "ca", ("police", Role.OFFICER))
        yield House(made, an, binh, up, top, far, cop)


# --- what an earlier desk left --------------------------------------------------------------------


async def test_an_export_that_was_agreed_at_one_desk_is_void_after_the_tip_came_back(
    house: House,
) -> None:
    tip = await house.held()
    async with house.made.write() as tx:
        how = (Authority.LABOUR, Reason.IN_WRITING, "Công văn số 12", NOW)
        assert isinstance(await exporting.ask(tx, house.an.id, tip, *how), Request)
        agreed = await exporting.decide(tx, house.binh.id, tip, NOW, agreed=True)
        assert isinstance(agreed, Request)
    await house.passed(tip, "south", house.an)
    await house.claim(tip, house.far)
    await house.passed(tip, "north-park", house.far)
    await house.claim(tip, house.an)
    async with house.made.write() as tx:
        assert await exporting.take(tx, house.an.id, tip, SOON) is exporting.Why.NONE


async def test_what_rose_to_a_unit_is_not_returned_to_one_that_never_sent_it_there(
    house: House,
) -> None:
    tip = await house.file("south", may_go_to_police=False)
    await house.claim(tip, house.far)
    async with house.made.write() as tx:
        await police.ask(tx, house.far.id, tip, NOW)
    await house.passed(tip, "north-park", house.far)
    async with house.made.write() as tx:
        key, today = house.new[tip].key, local_day(NEXT_WEEK)
        assert await rising.send_up(tx, key, "north", now=NEXT_WEEK, today=today, due=NEXT_WEEK)
        later = NEXT_WEEK + timedelta(hours=1)
        assert await rising.rise(tx, tip, later)
        known = await tips.read_thread(tx, key)
        assert known is not None
        assert (known.unit_id, known.asks_police) == ("north", False)
        ways = await passing.ways(tx, house.up.id, tip)
        assert not isinstance(ways, Declined)
        assert ways.back is None


async def test_who_hides_a_tip_from_its_desk_leaves_nothing_of_that_desk_behind(
    house: House,
) -> None:
    tip = await house.file("south")
    await house.claim(tip, house.far)
    await house.passed(tip, "north-park", house.far)
    await house.claim(tip, house.an)
    by = NOW + timedelta(hours=9)
    async with house.made.write() as tx:
        key, out = house.new[tip].key, frozenset({"north-park"})
        assert await tips.hide(tx, key, out, "north", due=NOW, triage_by=by, minutes=480)
        await tips.deliver(tx, tip)
    known = await house.record(tip)
    assert (known.returns_to, known.holder, known.acted) == ("", None, None)
    assert known.spans[0] == 480, "counted by the clock that it has now"


async def test_a_closed_tip_that_is_hidden_from_its_desk_is_not_undone_there(house: House) -> None:
    async with house.made.write() as tx:
        await staff.grant(tx, house.an.id, "north", Role.OFFICER)
    tip = await house.held()
    async with house.made.write() as tx:
        await cases.close(tx, house.an.id, tip, Outcome.HANDLED, "Xong.", NOW)
        key, out = house.new[tip].key, frozenset({"north-park"})
        assert await tips.hide(tx, key, out, "north", due=NOW, triage_by=NOW)
        assert await undoing.undo(tx, house.an.id, tip, SOON) == Refusal(No.CHANGED)
    known = await house.record(tip)
    assert (known.status, known.holder) == (Status.CLOSED, None)


async def test_an_appeal_begins_without_the_ways_labels_and_police_of_the_first_desk(
    house: House,
) -> None:
    tip = await house.file("south", may_go_to_police=True)
    await house.claim(tip, house.far)
    await house.passed(tip, "north-park", house.far)
    await house.claim(tip, house.an)
    await house.released(tip)
    async with house.made.write() as tx:
        put, none = frozenset({Label.REPEATED}), frozenset[Label]()
        done = await labelling.change(tx, house.an.id, tip, put=put, taken=none, now=NOW)
        assert isinstance(done, Done)
        assert not isinstance(await out_of_scope.close(tx, house.an.id, tip, NOW), Refusal)
        today = local_day(NOW)
        dates = clocks.deadlines(NOW, today, danger=False)
        key = house.new[tip].key
        assert await out_of_scope.appeal(tx, key, "north", today=today, dates=dates, due=NOW)
        await tips.deliver(tx, tip)
    known = await house.record(tip)
    assert (known.trail, known.returns_to, known.given, known.labels) == ((), "", (), frozenset())
    await house.claim(tip, house.up)
    async with house.made.write() as tx:
        await cases.close(tx, house.up.id, tip, Outcome.HANDLED, "Xong.", NOW)
        counted = await numbers.counted(tx, today, NOW)
    assert sorted((each.unit, each.given_to_police) for each in counted) == [
        ("north", False),
        ("north-park", True),
    ]


@pytest.mark.parametrize("way", ["passed", "stranded"])
async def test_that_a_desk_was_late_stays_known_wherever_the_tip_goes(
    house: House, way: str
) -> None:
    tip = await house.held()
    async with house.made.write() as tx:
        assert isinstance(await cases.ask(tx, house.an.id, tip, "Ở cửa nào?", NOW), Done)
    late = datetime.combine(house.new[tip].result_on, NOW.timetz()) + timedelta(days=2)
    if way == "passed":
        await house.passed(tip, "south", house.an, late)
    else:
        async with house.made.write() as tx:
            for member in (house.an, house.binh):
                await staff.revoke(tx, member.id, "north-park", Role.OFFICER)
            assert await stranded.move_up(tx, tip, late)
    assert (await house.record(tip)).overdue, "the answer on the matter was owed for two days"


async def test_a_clock_that_was_met_makes_no_open_tip_late(house: House) -> None:
    closing = date(2027, 2, 19)
    tip = await house.held(closing_on=closing)
    async with house.made.write() as tx:
        for words in ("Đã nhận.", "Đã kiểm tra."):
            assert isinstance(await cases.answer(tx, house.an.id, tip, words, NOW), Done)
    after = house.new[tip].result_on + timedelta(days=2)
    async with house.made.read() as tx:
        [met] = await numbers.counted(tx, after, NOW)
        [missed] = await numbers.counted(tx, closing, NOW)
    assert (met.late, missed.late) == (False, True)


# --- who holds it ---------------------------------------------------------------------------------


async def test_who_only_reads_on_elsewhere_holds_nothing_any_more(house: House) -> None:
    async with house.made.write() as tx:
        await staff.grant(tx, house.an.id, "south", Role.OFFICER)
    tip = await house.file("south")
    await house.claim(tip, house.an)
    await house.passed(tip, "north-park", house.an)
    await house.claim(tip, house.an)
    async with house.made.write() as tx:
        await staff.revoke(tx, house.an.id, "north-park", Role.OFFICER)
        assert await leaving.hand_back(tx, house.an.id, house.top.id, NOW) == 1
        assert isinstance(await cases.see(tx, house.an.id, tip, NOW), Card), "the south reads on"
    known = await house.record(tip)
    assert (known.status, known.holder) == (Status.TRIAGE, None)
    assert known.triage_by is not None


async def test_a_bundle_stays_one_when_who_holds_it_leaves(house: House) -> None:
    some = sorted([await house.held() for _ in range(3)])
    lead = some[-1]
    await house.merged(lead, *some[:-1])
    async with house.made.write() as tx:
        await staff.revoke(tx, house.an.id, "north-park", Role.OFFICER)
        assert await leaving.hand_back(tx, house.an.id, house.top.id, NOW) == 1
    assert {(await house.record(tip)).status for tip in some} == {Status.TRIAGE}
    assert set((await house.record(lead)).followers) == {each.hex() for each in some[:-1]}
    async with house.made.write() as tx:
        assert isinstance(await merging.claim(tx, house.binh.id, some[0], SOON), Done)
    assert {(await house.record(tip)).holder for tip in some} == {house.binh.id.hex()}


async def test_what_is_given_back_or_opened_again_in_danger_can_go_up_again(house: House) -> None:
    tip = await house.held(danger=True, triage_by=NOW + timedelta(minutes=30))
    async with house.made.write() as tx:
        assert await alarms.add_browser(tx, house.up.id, "https://push.example/1") is not None
        assert await accounts.add(tx, "push", "webpush", "-") is not None
    async with house.made.write() as tx:
        assert isinstance(await holding.release(tx, house.an.id, tip, SOON), Done)
    known = await house.record(tip)
    assert (known.behind, known.rises) == ("north", known.triage_by)
    async with house.made.write() as tx:
        assert await cases.hold(tx, house.up.id, tip) is None
    await house.claim(tip, house.binh, SOON)
    assert (await house.record(tip)).behind == ""
    async with house.made.write() as tx:
        assert await stored.open_as(tx, "north", tip) is None
        await cases.close(tx, house.binh.id, tip, Outcome.HANDLED, "Xong.", SOON)
        await staff.revoke(tx, house.binh.id, "north-park", Role.OFFICER)
        today = local_day(SOON)
        dates = clocks.deadlines(SOON, today, danger=True)
        again = Again(today, dates, clocks.next_hour(SOON))
        assert await tips.add_words(tx, house.new[tip].key, "Vẫn còn.", again)
    known = await house.record(tip)
    assert (known.status, known.behind, known.rises) == (Status.TRIAGE, "north", dates.triage_by)
    async with house.made.write() as tx:
        assert await rising.rise(tx, tip, dates.triage_by)
        assert isinstance(await cases.open_case(tx, house.up.id, tip, dates.triage_by), Case)


# --- bundles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["taken out", "passed", "ended", "deleted"])
async def test_who_leads_a_bundle_from_now_on_gets_its_card_in_the_group(
    house: House, way: str
) -> None:
    group = await house.group("north-park")
    some = [await house.held() for _ in range(3)]
    assert len(await house.post_all(group)) == 3
    await house.merged(*some)
    assert [tip for tip in some if (await house.record(tip)).posts] == [some[0]]
    async with house.made.write() as tx:
        key = house.new[some[0]].key
        if way == "taken out":
            assert isinstance(await merging.take_out(tx, house.an.id, some[0], NOW), Done)
        elif way == "ended":
            assert await tips.close(tx, key, NOW)
        elif way == "deleted":
            assert await tips.remove(tx, key, day=NOW.date())
    if way == "passed":
        await house.passed(some[0], "south", house.an)
    assert await house.post_all(group) == [some[1]]
    assert (await house.record(some[1])).followers == (some[2].hex(),)


async def test_a_tip_that_leaves_its_bundle_has_one_card_in_the_group(house: House) -> None:
    group = await house.group("north-park")
    some = [await house.held() for _ in range(3)]
    await house.post_all(group)
    await house.merged(*some)
    async with house.made.write() as tx:
        to = house.binh.id
        assert isinstance(await holding.hand_over(tx, house.an.id, some[1], to, NOW), Done)
        assert isinstance(await holding.release(tx, house.an.id, some[2], NOW), Done)
    assert sorted(await house.post_all(group)) == sorted(some[1:])
    async with house.made.write() as tx:
        assert isinstance(await merging.take_out(tx, house.an.id, some[0], NOW), Refusal)


async def test_the_police_learn_of_no_other_tip_of_a_bundle(house: House) -> None:
    lead = await house.held(may_go_to_police=True)
    other = await house.held(may_go_to_police=True, danger=True)
    group = await house.group("police")
    await house.merged(lead, other)
    await house.released(lead)
    async with house.made.write() as tx:
        theirs = await cases.see(tx, house.cop.id, lead, NOW)
        ours = await cases.see(tx, house.an.id, lead, NOW)
        [letter] = [
            each
            for each in await outbox.waiting(tx)
            if each.kind is LetterKind.POST and each.group == group.id
        ]
        posting = await posts.posting(tx, letter, NOW)
    assert isinstance(theirs, Card)
    assert isinstance(ours, Card)
    assert posting is not None
    assert (ours.beside, ours.danger) == (1, True)
    assert (theirs.beside, theirs.danger) == (0, False)
    assert (posting.card.beside, posting.card.danger) == (0, False)


# --- taken back -----------------------------------------------------------------------------------


async def test_a_note_and_what_the_police_did_do_not_stand_in_the_way_of_an_undo(
    house: House,
) -> None:
    tip = await house.held(may_go_to_police=True)
    await house.released(tip)
    async with house.made.write() as tx:
        await cases.close(tx, house.an.id, tip, Outcome.HANDLED, "Nhầm.", NOW)
    async with house.made.write() as tx:
        assert isinstance(await notes.add(tx, house.binh.id, tip, "Nhầm tin rồi.", NOW), Done)
        assert await police.receive(tx, house.cop.id, tip, NOW) is Stage.RECEIVED
    async with house.made.write() as tx:
        assert isinstance(await undoing.undo(tx, house.an.id, tip, SOON), Done)
    async with house.made.write() as tx:
        opened = await cases.open_case(tx, house.an.id, tip, SOON)
    assert isinstance(opened, Case)
    kinds = [each.kind for each in opened.entries]
    assert kinds == [Kind.STORY, Kind.TOLD, Kind.NOTE, Kind.TOLD, Kind.TOLD]
    assert [each.words for each in opened.entries if each.kind is Kind.NOTE] == ["Nhầm tin rồi."]
    assert opened.card.stage is None
    assert (await house.record(tip)).given[0].stage is Stage.RECEIVED


async def test_who_reads_by_another_unit_alone_takes_no_out_of_scope_back(house: House) -> None:
    async with house.made.write() as tx:
        await staff.grant(tx, house.an.id, "south", Role.OFFICER)
    tip = await house.file("south")
    await house.claim(tip, house.an)
    await house.passed(tip, "north-park", house.an)
    await house.claim(tip, house.an)
    async with house.made.write() as tx:
        removed = await out_of_scope.close(tx, house.an.id, tip, NOW)
        assert not isinstance(removed, Refusal)
        await staff.revoke(tx, house.an.id, "north-park", Role.OFFICER)
        assert await out_of_scope.undo(tx, house.an.id, removed, SOON) == Refusal(No.NOT_YOURS)
    assert (await house.record(tip)).outcome is Outcome.OUT_OF_SCOPE


async def test_an_export_holds_words_as_corrected_and_none_that_were_taken_back(
    house: House,
) -> None:
    tip = await house.held()
    for words in ("Sai.", "Bỏ."):
        async with house.made.write() as tx:
            said = await cases.answer(tx, house.an.id, tip, words, NOW)
            assert isinstance(said, Done)
            assert said.sent is not None
            open_ = corrections.opened(house.an.id, tip, said.sent, NOW)
            if words == "Sai.":
                assert not isinstance(await corrections.correct(tx, open_, "Đúng.", NOW), Refusal)
            else:
                assert isinstance(await corrections.take_back(tx, open_, NOW), Done)
    async with house.made.write() as tx:
        how = (Authority.LABOUR, Reason.IN_WRITING, "Công văn số 12", NOW)
        assert isinstance(await exporting.ask(tx, house.an.id, tip, *how), Request)
        await exporting.decide(tx, house.binh.id, tip, NOW, agreed=True)
        made = await exporting.take(tx, house.an.id, tip, NOW)
    assert isinstance(made, Export)
    assert [(each.kind, each.words) for each in made.items[1:]] == [(Kind.ANSWER, "Đúng.")]
