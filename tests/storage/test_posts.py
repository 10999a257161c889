"""Cards in groups: which letters a tip's changes write, how they are leased, what they leave."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from handlers.effects import FileTip
from handlers.roles import Role
from handlers.tips import Outcome
from storage import cases, desk_codes, desk_groups, outbox, posts, record, tips
from storage.chance import random_id
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.desk_groups import Group
from storage.keys import Purpose
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.record import Post
from storage.tables import letters
from storage.tips import PictureData
from tests import desk_world
from tests.desk_world import NOW, add
from tests.tip_world import bodies, count, file, new_tip, record_of

PHOTO = PictureData("image/png", b"\x89PNG")


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def group(made: Database, unit: str = "north", chat: str = "-1001") -> Group:
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, unit, NOW)
        linked = await desk_groups.link(tx, code, chat, NOW)
    assert linked is not None
    return linked


async def waiting(made: Database) -> list[Letter]:
    async with made.read() as tx:
        return list(await outbox.waiting(tx))


async def filed(made: Database, new: FileTip) -> bytes:
    """A tip whose card has reached the web desk."""
    tip = await file(made, new, delivered=False)
    async with made.write() as tx:
        [card] = await outbox.waiting(tx)
        assert await tips.settle(tx, card)
    return tip


async def posted(made: Database, tip: bytes, message: int = 77) -> Post:
    """Send the POST letter of a tip, as the mail room does."""
    [letter] = [each for each in await waiting(made) if each.kind is LetterKind.POST]
    async with made.write() as tx:
        posting = await posts.posting(tx, letter, NOW)
        claimed = await outbox.claim(tx, letter, NOW + timedelta(minutes=2))
    assert posting is not None
    assert claimed is not None
    post = replace(posting.post, message=message)
    async with made.write() as tx:
        assert await posts.place(tx, tip, post)
        assert await outbox.settle(tx, claimed)
    return post


async def test_a_delivered_tip_writes_one_letter_for_each_group_of_its_unit(
    made: Database,
) -> None:
    one, two = await group(made), await group(made, chat="-1002")
    await group(made, "south", "-1003")
    tip = await file(made, new_tip(), delivered=False)
    assert [each.kind for each in await waiting(made)] == [LetterKind.CARD]
    async with made.write() as tx:
        await tips.deliver(tx, tip)
    new = [each for each in await waiting(made) if each.kind is LetterKind.POST]
    assert {each.group for each in new} == {one.id, two.id}
    assert {(each.tip, each.unit, each.due) for each in new} == {(tip, "north", AT_ONCE)}


async def test_a_new_desk_gets_the_cards_of_the_tips_that_its_unit_has_open(made: Database) -> None:
    officer, _ = await add(made, "an", ("north", Role.OFFICER))
    tip, closed = await filed(made, new_tip()), await filed(made, new_tip())
    async with made.write() as tx:
        await cases.claim(tx, officer.id, closed, NOW)
        await cases.close(tx, officer.id, closed, Outcome.HANDLED, "Xong.", NOW)
    await file(made, new_tip(), delivered=False)
    before, here = await waiting(made), await group(made)
    async with made.write() as tx:
        assert await posts.catch_up(tx, here) == 1
    [letter] = [each for each in await waiting(made) if each not in before]
    assert (letter.kind, letter.tip, letter.group) == (LetterKind.POST, tip, here.id)


async def test_many_changes_are_one_letter_and_an_officers_does_not_wait(made: Database) -> None:
    here = await group(made)
    officer, _ = await add(made, "an", ("north", Role.OFFICER))
    new = new_tip()
    tip = await filed(made, new)
    await posted(made, tip)
    async with made.write() as tx:
        await tips.add_picture(tx, new.key, PHOTO)
        await tips.add_words(tx, new.key, "Thêm lời.")
    [letter] = await waiting(made)
    assert (letter.kind, letter.group, letter.due) == (LetterKind.REFRESH, here.id, None)
    async with made.write() as tx:
        await cases.claim(tx, officer.id, tip, NOW)
    [letter] = await waiting(made)
    assert letter.due == AT_ONCE
    async with made.write() as tx:
        await tips.add_words(tx, new.key, "Và thêm.")
    assert await waiting(made) == [letter]


async def test_a_change_while_the_card_is_being_shown_is_a_letter_of_its_own(
    made: Database,
) -> None:
    await group(made)
    officer, _ = await add(made, "an", ("north", Role.OFFICER))
    tip = await filed(made, new_tip())
    await posted(made, tip)
    async with made.write() as tx:
        await cases.claim(tx, officer.id, tip, NOW)
    [letter] = await waiting(made)
    async with made.write() as tx:
        sending = await outbox.claim(tx, letter, NOW + timedelta(minutes=2))
        assert await outbox.claim(tx, letter, NOW) is None
    assert sending is not None
    async with made.write() as tx:
        await cases.ask(tx, officer.id, tip, "Cửa nào?", NOW)
    async with made.write() as tx:
        assert not await outbox.settle(tx, sending)
    [left] = await waiting(made)
    assert left.lease is None
    async with made.write() as tx:
        later = await outbox.postpone(tx, left, NOW)
        assert later is not None
        assert await outbox.settle(tx, later)
    assert await count(made, letters) == 0


async def test_a_card_whose_arrival_is_unknown_has_its_handle_already(made: Database) -> None:
    here = await group(made)
    tip = await filed(made, new_tip())
    [letter] = await waiting(made)
    async with made.write() as tx:
        posting = await posts.posting(tx, letter, NOW)
    assert posting is not None
    async with made.write() as tx:
        again = await posts.posting(tx, letter, NOW)
        assert again is not None
        assert again.post == posting.post
        assert posting.post.message == 0
        await posts.place_pressed(tx, tip, here.id, 901)
    async with made.read() as tx:
        assert await posts.by_handle(tx, here, posting.post.handle) == tip
        assert await posts.by_handle(tx, here, "0" * 24) is None
        other = replace(here, id=random_id())
        assert await posts.by_handle(tx, other, posting.post.handle) is None
    assert (await record_of(made, tip)).posts == (replace(posting.post, message=901),)


async def test_a_lost_card_is_posted_anew_and_only_once(made: Database) -> None:
    here = await group(made)
    tip = await filed(made, new_tip())
    await posted(made, tip)
    for _ in range(2):
        async with made.write() as tx:
            await posts.lose(tx, tip, "north", here.id)
    [letter] = await waiting(made)
    assert letter.kind is LetterKind.POST
    assert (await record_of(made, tip)).posts == ()


async def test_a_deleted_tip_leaves_letters_that_take_its_cards_away(made: Database) -> None:
    here = await group(made)
    new = new_tip()
    tip = await filed(made, new)
    post = await posted(made, tip)
    async with made.write() as tx:
        await tips.add_words(tx, new.key, "Thêm lời.")
        assert await tips.remove(tx, new.key, day=NOW.date())
    [letter] = await waiting(made)
    assert (letter.kind, letter.tip, letter.group, letter.messages) == (
        LetterKind.ERASE, b"", here.id, (77,),
    )  # fmt: skip
    async with made.write() as tx:
        assert not await posts.place(tx, tip, post)


async def test_who_may_not_see_a_tip_any_more_loses_its_card(made: Database) -> None:
    here, above = await group(made), await group(made, "root", "-1002")
    new = new_tip()
    tip = await filed(made, new)
    await posted(made, tip)
    async with made.write() as tx:
        await tips.hide(
            tx, new.key, frozenset({"north"}), "root", due=NOW, triage_by=NOW + timedelta(hours=1)
        )
    kinds = {(each.kind, each.group) for each in await waiting(made)}
    assert kinds == {(LetterKind.ERASE, here.id), (LetterKind.CARD, b"")}
    async with made.write() as tx:
        await tips.deliver(tx, tip)
    kinds = {(each.kind, each.group) for each in await waiting(made)}
    assert (LetterKind.POST, above.id) in kinds


async def test_letters_of_every_kind_have_one_size(made: Database) -> None:
    here = await group(made)
    await file(made, new_tip(), delivered=False)
    async with made.write() as tx:
        for kind in LetterKind:
            await outbox.write(
                tx, Letter(kind, b"", "n", None, group=here.id, to="5" * 12, messages=(1, 10**9))
            )
    assert len({len(body) for body in await bodies(made, letters)}) == 1


async def test_a_letter_and_a_record_of_the_first_version_are_still_read(made: Database) -> None:
    key, tip = random_id(), await filed(made, new_tip())
    told = f'{{"kind": "card", "tip": "{tip.hex()}", "unit": "north", "due": "{NOW.isoformat()}"}}'
    async with made.write() as tx:
        body = tx.keys.seal(Purpose.LETTERS, told.encode(), b"letter" + key)
        await tx.run(insert(letters).values(id=key, body=body))
    [letter] = await waiting(made)
    assert (letter.kind, letter.tip, letter.due, letter.lease) == (
        LetterKind.CARD, tip, NOW, None,
    )  # fmt: skip
    known = await record_of(made, tip)
    async with made.write() as tx:
        sealed = record.seal(tx.keys, tip, known)
        plain = tx.keys.open_sealed(Purpose.METADATA, sealed, b"record" + tip)
        old = plain.replace(b',"posts":[]', b"")
        assert old != plain
        again = tx.keys.seal(Purpose.METADATA, old, b"record" + tip, size=record.RECORD_BYTES)
        assert record.unseal(tx.keys, tip, again) == known
