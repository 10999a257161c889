"""Who a worker says they are: the holder of the tip reads it, nobody else, and it leaves no trace
of what it is.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from handlers.effects import FileTip
from handlers.roles import Role
from handlers.tips import Kind, Outcome, Status
from storage import audit, cases, identity, record, tips
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.database import Database
from storage.staff import Member
from storage.tables import chunks, parts
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import bodies, count, file, new_tip, record_of

WHO = "Chị Ba, tổ may 2, gọi tôi sau bảy giờ tối."
OTHER = "Anh Tư, xưởng đột dập."


@dataclass
class World:
    """A tip whose worker said who they are, two officers of its unit and one of another."""

    made: Database
    new: FileTip
    tip: bytes
    one: Member
    two: Member
    stranger: Member

    async def claims(self, who: Member) -> None:
        async with self.made.write() as tx:
            assert isinstance(await cases.claim(tx, who.id, self.tip, NOW), Done)

    async def say(self, words: str) -> bool:
        async with self.made.write() as tx:
            return await tips.say_who(tx, self.new.key, words)

    async def take_back(self) -> bool:
        async with self.made.write() as tx:
            return await tips.take_back_who(tx, self.new.key)

    async def reads(self, who: Member) -> str | Refusal:
        async with self.made.write() as tx:
            return await cases.read_who(tx, who.id, self.tip, NOW)

    async def opens(self, who: Member) -> Case:
        async with self.made.write() as tx:
            found = await cases.open_case(tx, who.id, self.tip, NOW)
        assert isinstance(found, Case)
        return found

    async def kinds(self) -> list[Kind]:
        """What the worker sees of the thread."""
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new.key)
        assert found is not None
        assert all(WHO not in entry.words for entry in found.entries)
        return [entry.kind for entry in found.entries]

    async def acts(self) -> list[tuple[Act, bytes | None]]:
        async with self.made.read() as tx:
            return [(each.act, each.staff) for each in await audit.entries(tx, limit=50)]


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        two, _ = await desk_world.add(made, "hai", ("north", Role.LEAD))
        stranger, _ = await desk_world.add(made, "ba", ("south", Role.OFFICER))
        new = new_tip()
        made_world = World(made, new, await file(made, new), one, two, stranger)
        assert await made_world.say(WHO)
        yield made_world


async def test_the_holder_reads_it_and_audit_and_worker_learn_of_it(world: World) -> None:
    await world.claims(world.one)
    assert await world.reads(world.one) == WHO
    assert (Act.WHO_READ, world.one.id) in await world.acts()
    assert await world.kinds() == [Kind.STORY, Kind.IDENTITY, Kind.IDENTITY_READ]
    assert await world.reads(world.one) == WHO
    assert await world.kinds() == [Kind.STORY, Kind.IDENTITY, Kind.IDENTITY_READ]
    assert [each for each, _ in await world.acts()].count(Act.WHO_READ) == 2


async def test_nobody_else_reads_it_whatever_they_may_read_otherwise(world: World) -> None:
    assert await world.reads(world.one) == Refusal(No.WRONG_STATUS)
    await world.claims(world.one)
    assert await world.reads(world.two) == Refusal(No.TAKEN, world.one.name)
    assert await world.reads(world.stranger) == Refusal(No.NOT_YOURS)
    assert await world.kinds() == [Kind.STORY, Kind.IDENTITY]
    assert Act.WHO_READ not in [each for each, _ in await world.acts()]


async def test_once_the_tip_is_closed_nobody_reads_it_any_more(world: World) -> None:
    await world.claims(world.one)
    async with world.made.write() as tx:
        await cases.close(tx, world.one.id, world.tip, Outcome.HANDLED, "Đã xong.", NOW)
    assert await world.reads(world.one) == Refusal(No.TAKEN, world.one.name)
    assert not await world.say(OTHER)


async def test_an_opened_tip_tells_that_it_was_said_and_never_what(world: World) -> None:
    await world.claims(world.one)
    for who in (world.one, world.two):
        opened = await world.opens(who)
        assert opened.who is Kind.IDENTITY
        assert [entry.words for entry in opened.entries if entry.kind is Kind.IDENTITY] == [""]
        assert all(entry.picture is None for entry in opened.entries)
        assert WHO not in repr(opened)


async def test_the_words_are_no_file_that_could_be_asked_for(world: World) -> None:
    await world.claims(world.one)
    async with world.made.read() as tx:
        ids = [bytes(row.id) for row in await tx.rows(select(parts.c.id))]
    for part in ids:
        async with world.made.write() as tx:
            found = await cases.picture(tx, world.one.id, world.tip, part, NOW)
        assert found == Refusal(No.NOT_YOURS)


async def test_what_nobody_read_is_destroyed_when_it_is_taken_back(world: World) -> None:
    assert await count(world.made, chunks) > 0
    assert await world.take_back()
    assert await count(world.made, chunks) == 0
    assert await world.kinds() == [Kind.STORY, Kind.IDENTITY, Kind.IDENTITY_BACK]
    await world.claims(world.one)
    assert await world.reads(world.one) == Refusal(No.CHANGED)
    assert (await world.opens(world.one)).who is Kind.IDENTITY_BACK
    assert not await world.take_back()


async def test_what_was_read_is_not_taken_back(world: World) -> None:
    await world.claims(world.one)
    await world.reads(world.one)
    before = await count(world.made, chunks)
    assert not await world.take_back()
    assert await count(world.made, chunks) == before
    assert await world.reads(world.one) == WHO


async def test_only_what_is_unread_goes_and_the_rest_stays_readable(world: World) -> None:
    await world.claims(world.one)
    await world.reads(world.one)
    assert await world.say(OTHER)
    assert await world.take_back()
    assert await world.reads(world.one) == WHO
    assert await world.say(OTHER)
    assert await world.reads(world.one) == f"{WHO}\n\n{OTHER}"


async def test_another_holder_reads_it_and_that_is_told_again(world: World) -> None:
    await world.claims(world.one)
    await world.reads(world.one)
    found = await record_of(world.made, world.tip)
    passed = replace(found, status=Status.CLAIMED, holder=world.two.id.hex())
    async with world.made.write() as tx:
        sealed = record.seal(tx.keys, world.tip, passed)
        await tx.run(update(tips_table).values(record=sealed))
    assert await world.reads(world.one) == Refusal(No.TAKEN, world.two.name)
    assert await world.reads(world.two) == WHO
    assert (await world.kinds()).count(Kind.IDENTITY_READ) == 2


async def test_its_size_is_that_of_some_small_picture(world: World) -> None:
    sizes = {len(each) for each in await bodies(world.made, chunks)}
    for words in ("A", "Ă" * 2000):
        assert await world.say(words)
    sizes |= {len(each) for each in await bodies(world.made, chunks)}
    assert all(identity.LEAST_BYTES < size < 2 * identity.MOST_BYTES for size in sizes)


def test_the_longest_words_fit_below_their_filling() -> None:
    part = identity.new_part("Ă" * 2000)
    assert part.words == ""
    assert identity.LEAST_BYTES <= len(part.data) <= identity.MOST_BYTES
    assert part.data.startswith("Ă".encode() * 2000 + bytes(1))
