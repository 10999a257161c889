"""Who releases a draft of the library, and how it stands after: on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest

from broadcasts import library
from handlers.bulletins import Topic
from handlers.roles import Role
from storage import audit, editors, released_texts, staff
from storage.audit import Act
from storage.database import Database
from storage.released_texts import Release
from tests import planning_world
from tests.desk_world import add
from tests.planning_world import NOW, who

SEAL = "a" * 64


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with planning_world.database(database_url) as opened:
        yield opened


async def acts(made: Database) -> list[tuple[Act, str]]:
    async with made.read() as tx:
        return [(each.act, each.note) for each in await audit.entries(tx, limit=9)]


async def test_only_an_approver_of_the_highest_unit_releases_and_takes_back(
    made: Database,
) -> None:
    for login, *grants in (
        ("duyet3", ("city", Role.APPROVER)),
        ("lead", ("root", Role.LEAD)),
        ("admin", ("root", Role.ADMINISTRATOR)),
    ):
        await add(made, login, *grants)
    for login in ("tacgia", "duyet3", "lead", "admin"):
        member = await who(made, login)
        async with made.write() as tx:
            assert not await editors.is_editor(tx, member)
            refused = await released_texts.release(tx, member, "text", SEAL, NOW)
            assert refused is Release.NO_RIGHT
            assert await released_texts.take_back(tx, member, "text", NOW) is Release.NO_RIGHT
    async with made.read() as tx:
        assert await released_texts.every(tx) == ()
    assert not {act for act, _ in await acts(made)} & {Act.TEXT_RELEASED, Act.TEXT_TAKEN_BACK}


async def test_a_release_is_kept_with_its_seal_its_editor_and_its_day(made: Database) -> None:
    member = await who(made, "duyet1")
    async with made.write() as tx:
        assert await released_texts.release(tx, member, "text", SEAL, NOW) is Release.DONE
        assert await released_texts.release(tx, member, "text", SEAL, NOW) is Release.TWICE
    async with made.read() as tx:
        [kept] = await released_texts.every(tx)
        assert await released_texts.seals(tx) == {"text": SEAL}
    assert (kept.text, kept.staff, kept.day) == ("text", member, date(2026, 11, 23))
    async with made.write() as tx:
        again = await released_texts.release(tx, member, "text", "b" * 64, NOW)
        assert again is Release.DONE
        assert await released_texts.seals(tx) == {"text": "b" * 64}
        assert await released_texts.take_back(tx, member, "text", NOW) is Release.DONE
        assert await released_texts.take_back(tx, member, "text", NOW) is Release.TWICE
        assert await released_texts.seals(tx) == {}
    newest = [(Act.TEXT_TAKEN_BACK, "text"), *[(Act.TEXT_RELEASED, "text")] * 2]
    assert (await acts(made))[:3] == newest


async def test_two_editors_at_once_release_it_once(made: Database) -> None:
    async def release(login: str) -> Release:
        member = await who(made, login)
        async with made.write() as tx:
            return await released_texts.release(tx, member, "text", SEAL, NOW)

    both = await asyncio.gather(release("duyet1"), release("duyet2"))
    assert Release.DONE in both
    assert set(both) <= {Release.DONE, Release.TWICE}
    async with made.read() as tx:
        assert await released_texts.seals(tx) == {"text": SEAL}


async def test_a_right_that_is_gone_releases_nothing(made: Database) -> None:
    member = await who(made, "duyet1")
    async with made.write() as tx:
        await staff.revoke(tx, member, "root", Role.APPROVER)
        assert await released_texts.release(tx, member, "text", SEAL, NOW) is Release.NO_RIGHT


def test_a_draft_is_usable_only_in_the_words_that_were_released() -> None:
    draft = library.texts()["overtime_limits"]
    assert draft.id not in library.load()
    assert draft in library.waiting({})
    assert not library.is_unedited(draft.content)
    assert library.honest(draft.content).library == ""
    given = {draft.id: draft.seal}
    assert library.usable(given)[draft.id] == draft.content
    assert draft not in library.waiting(given)
    assert library.is_unedited(draft.content, given)
    assert library.honest(draft.content, given) == draft.content
    for stale in ({draft.id: SEAL}, {"another": draft.seal}):
        assert draft.id not in library.usable(stale)
        assert not library.is_unedited(draft.content, stale)
    assert {text.content.topic for text in library.waiting({})} <= set(Topic)
