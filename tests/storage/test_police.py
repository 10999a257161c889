"""A tip and the police: released only with its worker's consent, received, passed; they read it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from handlers.effects import FileTip
from handlers.languages import Language
from handlers.passing import MOST_STEPS, PassReason, PoliceReason, ReleaseReason, Stage
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import OF_IDENTITY, Category, Kind, Move, Outcome, Status
from storage import (
    alarms,
    audit,
    cases,
    desk_codes,
    desk_groups,
    out_of_scope,
    outbox,
    passing,
    pings,
    police,
    posts,
    record,
    stored,
    tally,
    telling,
    tips,
    unit_rules,
    units,
)
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.outbox import LetterKind
from storage.passing import Declined, Gone, Why
from storage.police import AtPolice, Release
from storage.staff import Member
from storage.unit_rules import Topic
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.tip_world import file, new_tip, record_of

LATER = NOW + timedelta(hours=1)
WARD = Unit("ward", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
CITY = Unit("city", "root", UnitKind.POLICE, "Công an thành phố", frozenset({"79"}))
EMPTY = Unit("empty", "root", UnitKind.POLICE, "Công an chưa có ai", frozenset({"79"}))
NAMES = {"ward": "Công an phường", "city": "Công an thành phố"}


@dataclass
class House:
    """A tip of `north` that `one` holds and whose worker agreed; `ward` and `city` are police."""

    made: Database
    new: FileTip
    tip: bytes
    one: Member
    ward: Member
    city: Member

    async def release(
        self, to: str = "ward", by: Member | None = None, tip: bytes = b""
    ) -> Gone | Declined:
        async with self.made.write() as tx:
            who, which = (by or self.one).id, tip or self.tip
            return await police.release(tx, who, which, to, ReleaseReason.CRIME, LATER)

    async def receive(self, by: Member) -> Stage | Declined:
        async with self.made.write() as tx:
            return await police.receive(tx, by.id, self.tip, LATER)

    async def further(self, to: str, by: Member) -> Gone | Declined:
        async with self.made.write() as tx:
            return await police.pass_further(tx, by.id, self.tip, to, PoliceReason.PLACE, LATER)

    async def ask(self, tip: bytes = b"") -> Status | Declined:
        async with self.made.write() as tx:
            return await police.ask(tx, self.one.id, tip or self.tip, LATER)

    async def allow(self, allowed: bool) -> None:
        async with self.made.write() as tx:
            assert await tips.allow_police(tx, self.new.key, allowed=allowed)

    async def open(self, by: Member) -> Case | Refusal:
        async with self.made.write() as tx:
            return await cases.open_case(tx, by.id, self.tip, LATER)

    async def look(self, by: Member) -> Release | AtPolice | Declined:
        async with self.made.read() as tx:
            return await police.look(tx, by.id, self.tip)

    async def file(self, **changes: object) -> bytes:
        """One more tip that `one` holds."""
        tip = await file(self.made, new_tip("north", **{"category": Category.THEFT, **changes}))
        async with self.made.write() as tx:
            await cases.claim(tx, self.one.id, tip, NOW)
        return tip


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, WARD, CITY, EMPTY), at_once=True)
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        ward, _ = await desk_world.add(made, "phuong", ("ward", Role.OFFICER))
        city, _ = await desk_world.add(made, "thanhpho", ("city", Role.LEAD))
        await desk_world.add(made, "nam", ("south", Role.OFFICER))
        new = new_tip("north", category=Category.THEFT, may_go_to_police=True)
        tip = await file(made, new)
        async with made.write() as tx:
            assert await cases.claim(tx, one.id, tip, NOW) == Done(Status.CLAIMED)
        yield House(made, new, tip, one, ward, city)


async def test_the_police_read_what_was_released_and_nothing_else(house: House) -> None:
    assert await house.open(house.ward) == Refusal(No.NOT_YOURS)
    assert await house.release() == Gone("Công an phường", reads_on=True)
    case = await house.open(house.ward)
    assert isinstance(case, Case)
    assert case.entries[0].words == STORY
    assert (case.card.theirs, case.card.stage) == (False, Stage.WAITING)
    assert await house.open(house.city) == Refusal(No.NOT_YOURS)
    known = await record_of(house.made, house.tip)
    assert (known.unit, known.status, known.holder) == (
        "north",
        Status.CLAIMED,
        house.one.id.hex(),
    )


async def test_they_neither_take_it_nor_write_to_its_worker(house: House) -> None:
    await house.release()
    officer, tip = house.ward.id, house.tip
    async with house.made.write() as tx:
        assert await cases.claim(tx, officer, tip, NOW) == Refusal(No.TAKEN, "Người mot")
        assert isinstance(await cases.ask(tx, officer, tip, "Ai viết?", NOW), Refusal)
        assert isinstance(await cases.answer(tx, officer, tip, "Chào.", NOW), Refusal)
        done = await cases.close(tx, officer, tip, Outcome.HANDLED, "Xong.", NOW)
        assert isinstance(done, Refusal)
        assert isinstance(await out_of_scope.close(tx, officer, tip, NOW), Refusal)
        assert isinstance(await cases.read_who(tx, officer, tip, NOW), Refusal)
        passed = await passing.pass_on(tx, officer, tip, "south", PassReason.PLACE, NOW)
        assert passed == Declined(Why.NOT_YOURS)
        assert await police.ask(tx, officer, tip, NOW) == Declined(Why.NOT_YOURS)
    assert await house.release("city", by=house.ward) == Declined(Why.NOT_YOURS)


async def test_they_do_not_even_learn_that_the_worker_said_who_they_are(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.say_who(tx, house.new.key, "Tôi là Lan, tổ ba.")
    await house.release()
    case, own = await house.open(house.ward), await house.open(house.one)
    assert isinstance(case, Case)
    assert isinstance(own, Case)
    assert case.who is None
    assert not OF_IDENTITY & {each.kind for each in case.entries}
    assert own.who is Kind.IDENTITY


async def test_not_even_while_the_union_has_not_taken_it(house: House) -> None:
    await house.release()
    async with house.made.write() as tx:
        await passing.pass_on(tx, house.one.id, house.tip, "south", PassReason.PLACE, NOW)
        assert await cases.claim(tx, house.ward.id, house.tip, NOW) == Refusal(No.ELSEWHERE)
    case = await house.open(house.ward)
    assert isinstance(case, Case), "what was released stays so with the next union unit"


async def test_without_consent_nothing_is_released_and_no_reason_is_told(house: House) -> None:
    await house.allow(False)
    assert await house.release() == Declined(Why.CONSENT)
    wages = await house.file(category=Category.WAGES, may_go_to_police=True)
    assert await house.release(tip=wages) == Declined(Why.CONSENT)
    assert (await record_of(house.made, house.tip)).given == ()


async def test_what_never_goes_there_is_not_released_whatever_its_record_says(
    house: House,
) -> None:
    tip = await house.file(category=Category.WAGES)
    async with house.made.write() as tx:
        changed = replace(await record_of(house.made, tip), may_go_to_police=True)
        await stored.write_sealed(tx, tip, record.seal(tx.keys, tip, changed))
    assert await house.release(tip=tip) == Declined(Why.CONSENT)


@pytest.mark.parametrize("to", ["empty", "south", "north", "nowhere"])
async def test_it_goes_only_to_a_police_unit_where_somebody_reads(house: House, to: str) -> None:
    assert await house.release(to) == Declined(Why.IMPOSSIBLE)


@pytest.mark.parametrize("excluded", ["ward", "north-park"])
async def test_it_never_goes_to_a_police_unit_that_is_shut_out(house: House, excluded: str) -> None:
    tip = await house.file(may_go_to_police=True, excluded=frozenset({excluded}))
    wanted = Declined(Why.IMPOSSIBLE) if excluded == "ward" else Gone("Công an phường", True)
    assert await house.release(tip=tip) == wanted


async def test_only_who_holds_it_releases_it_and_each_unit_gets_it_once(house: House) -> None:
    lead, _ = await desk_world.add(house.made, "truong", ("north", Role.LEAD))
    assert await house.release(by=lead) == Declined(Why.NOT_HELD, "Người mot")
    assert isinstance(await house.release(), Gone)
    assert await house.release() == Declined(Why.ALREADY)
    assert isinstance(await house.release("city"), Gone)
    looked = await house.look(house.one)
    assert isinstance(looked, Release)
    assert looked.given == (
        ("Công an phường", Stage.WAITING),
        ("Công an thành phố", Stage.WAITING),
    )


async def test_a_closed_tip_is_not_released(house: House) -> None:
    async with house.made.write() as tx:
        await cases.close(tx, house.one.id, house.tip, Outcome.HANDLED, "Xong.", NOW)
    assert await house.release() == Declined(Why.STATUS)


async def test_they_say_that_they_received_it_and_the_worker_reads_it(house: House) -> None:
    await house.release()
    assert await house.receive(house.city) == Declined(Why.NOT_YOURS)
    assert await house.receive(house.one) == Declined(Why.NOT_YOURS)
    assert await house.receive(house.ward) is Stage.RECEIVED
    assert await house.receive(house.ward) == Declined(Why.ALREADY)
    async with house.made.read() as tx:
        thread = await tips.read_thread(tx, house.new.key)
        entries = await audit.entries(tx, limit=10)
    assert thread is not None
    told = [each.told for each in thread.entries if each.told is not None]
    assert [(each.move, each.unit) for each in told] == [
        (Move.RELEASE_TO_POLICE, "Công an phường"),
        (Move.POLICE_RECEIVED, "Công an phường"),
    ]
    kept = {each.act: (each.unit, each.note, each.tip) for each in entries}
    assert kept[Act.RELEASED_TO_POLICE] == ("north", "ward crime", house.tip)
    assert kept[Act.POLICE_RECEIVED] == ("ward", "", house.tip)


async def test_what_they_would_write_of_their_own_reaches_no_worker(house: House) -> None:
    """The police do not speak with who is anonymous: not even by words that a unit sets itself."""
    words = {Language.VI: "Gọi cho đồng chí Ba."}
    lead, _ = await desk_world.add(house.made, "truong", ("north", Role.LEAD))
    async with house.made.write() as tx:
        assert not await telling.write_own(
            tx, house.city.id, "city", Move.POLICE_RECEIVED, words, NOW
        )
        assert await telling.own(tx, "city") == {}
        # Nor do words that are there already.
        rule = {Move.POLICE_RECEIVED: dict(words)}
        await unit_rules.write(tx, "city", Topic.TOLD, rule)
        own = {Language.VI: "{unit} đã nhận, công đoàn vẫn theo."}
        assert await telling.write_own(tx, lead.id, "north", Move.POLICE_RECEIVED, own, NOW)
    await house.release("city")
    assert await house.receive(house.city) is Stage.RECEIVED
    async with house.made.read() as tx:
        thread = await tips.read_thread(tx, house.new.key)
    assert thread is not None
    told = thread.entries[-1].told
    assert told is not None
    assert told.own == {Language.VI: "Công an thành phố đã nhận, công đoàn vẫn theo."}


async def test_they_pass_it_to_the_competent_unit_and_read_it_no_more(house: House) -> None:
    await house.release()
    assert await house.further("south", house.ward) == Declined(Why.IMPOSSIBLE)
    assert await house.further("empty", house.ward) == Declined(Why.IMPOSSIBLE)
    assert await house.further("ward", house.ward) == Declined(Why.ALREADY)
    assert await house.further("city", house.one) == Declined(Why.NOT_YOURS)
    assert await house.further("city", house.ward) == Gone("Công an thành phố", reads_on=False)
    assert await house.open(house.ward) == Refusal(No.NOT_YOURS)
    assert await house.further("city", house.ward) == Declined(Why.NOT_YOURS)
    assert isinstance(await house.open(house.city), Case)
    assert await house.receive(house.city) is Stage.RECEIVED
    async with house.made.read() as tx:
        thread = await tips.read_thread(tx, house.new.key)
    assert thread is not None
    moves = [each.told.move for each in thread.entries if each.told is not None]
    assert moves == [Move.RELEASE_TO_POLICE, Move.POLICE_PASSED, Move.POLICE_RECEIVED]


async def test_it_does_not_wander_among_the_police_for_ever(house: House) -> None:
    await house.release()
    here, there = (house.ward, "ward"), (house.city, "city")
    for _ in range(MOST_STEPS - 1):
        assert isinstance(await house.further(there[1], here[0]), Gone)
        here, there = there, here
    assert await house.further(there[1], here[0]) == Declined(Why.TOO_OFTEN)


async def test_consent_that_is_taken_back_takes_it_from_every_police_unit(house: House) -> None:
    await house.release()
    await house.further("city", house.ward)
    await house.release()
    await house.allow(False)
    for member in (house.ward, house.city):
        assert await house.open(member) == Refusal(No.NOT_YOURS)
        assert await house.look(member) == Declined(Why.NOT_YOURS)
        assert await house.receive(member) == Declined(Why.NOT_YOURS)
    looked = await house.look(house.one)
    assert isinstance(looked, Release)
    assert (looked.allowed, looked.given) == (False, ())
    await house.allow(True)
    assert await house.open(house.ward) == Refusal(No.NOT_YOURS)
    assert isinstance(await house.release(), Gone)


async def test_the_police_officers_are_rung_until_it_is_received(house: House) -> None:
    async with house.made.write() as tx:
        alarm = await alarms.add_browser(tx, house.ward.id, "https://push.example/1")
        code = await desk_codes.make(tx, CodeKind.GROUP, "ward", NOW)
        group = await desk_groups.link(tx, code, "-1", NOW)
    await house.release()
    assert alarm is not None
    assert group is not None
    async with house.made.write() as tx:
        called = [each for each in await outbox.waiting(tx) if each.unit == "ward"]
        assert {each.kind for each in called} == {LetterKind.PING, LetterKind.POST}
        [ping] = [each for each in called if each.kind is LetterKind.PING]
        [post] = [each for each in called if each.kind is LetterKind.POST]
        rung = await pings.ping(tx, ping)
        assert rung is not None
        assert rung.alarm == alarm
        posting = await posts.posting(tx, post, NOW)
        assert posting is not None
        assert not posting.card.theirs
    await house.receive(house.ward)
    async with house.made.write() as tx:
        assert await pings.ping(tx, ping) is None


async def test_passing_on_leaves_the_call_to_the_police(house: House) -> None:
    async with house.made.write() as tx:
        await alarms.add_browser(tx, house.ward.id, "https://push.example/1")
    await house.release()
    async with house.made.write() as tx:
        await passing.pass_on(tx, house.one.id, house.tip, "south", PassReason.PLACE, NOW)
        [ping] = [each for each in await outbox.waiting(tx) if each.kind is LetterKind.PING]
        assert await pings.ping(tx, ping) is not None


async def test_a_tip_that_was_given_is_counted_so(house: House) -> None:
    await house.release()
    async with house.made.write() as tx:
        await cases.close(tx, house.one.id, house.tip, Outcome.HANDLED, "Xong.", NOW)
        [counted] = await tally.every(tx)
    assert counted.given_to_police
    assert counted.unit == "north"


async def test_the_worker_is_asked_and_their_yes_is_the_consent(house: House) -> None:
    assert await house.ask() == Declined(Why.ALREADY)
    await house.allow(False)
    looked = await house.look(house.one)
    assert isinstance(looked, Release)
    assert (looked.asks, looked.waiting) == (True, False)
    assert await house.ask() is Status.ASKED
    assert await house.ask() == Declined(Why.ASKED)
    async with house.made.read() as tx:
        thread = await tips.read_thread(tx, house.new.key)
    assert thread is not None
    assert thread.asks_police
    assert (thread.entries[-1].kind, thread.entries[-1].words) == (Kind.POLICE_ASKED, "")
    assert await house.release() == Declined(Why.CONSENT)
    await house.allow(True)
    known = await record_of(house.made, house.tip)
    assert (known.status, known.asks_police) == (Status.WORKING, False)
    assert isinstance(await house.release(), Gone)


async def test_a_no_leaves_nothing_behind_and_is_asked_about_only_once_more(house: House) -> None:
    await house.allow(False)
    for _ in range(2):
        before = await record_of(house.made, house.tip)
        assert await house.ask() is Status.ASKED
        await house.allow(False)
        after = await record_of(house.made, house.tip)
        assert (after.status, after.may_go_to_police) == (Status.WORKING, False)
        assert after.end.count == before.end.count + 1, "the question, and no answer"
    assert await house.ask() == Declined(Why.ASKED)


async def test_whoever_writes_instead_of_choosing_can_be_asked_again(house: House) -> None:
    await house.allow(False)
    await house.ask()
    async with house.made.write() as tx:
        assert await tips.add_words(tx, house.new.key, "Để tôi nghĩ.")
    assert await house.ask() is Status.ASKED


async def test_about_wages_nobody_is_asked(house: House) -> None:
    wages = await house.file(category=Category.WAGES)
    assert await house.ask(wages) == Declined(Why.CONSENT)
    known = await record_of(house.made, wages)
    assert (known.status, known.police_asked) == (Status.CLAIMED, 0)


async def test_a_new_unit_does_not_wait_for_the_answer_to_an_old_question(house: House) -> None:
    await house.allow(False)
    await house.ask()
    async with house.made.write() as tx:
        await passing.pass_on(tx, house.one.id, house.tip, "south", PassReason.PLACE, NOW)
    assert not (await record_of(house.made, house.tip)).asks_police
