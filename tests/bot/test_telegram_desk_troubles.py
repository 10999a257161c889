"""What goes wrong with desks on Telegram is survived, and told to the lead of the unit."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.effects import FileTip
from storage import cases, desk_groups, outbox, posts, tips
from storage.desk_codes import CodeKind
from storage.desk_groups import Trouble
from storage.tables import letters
from tests.desk_world import NOW
from tests.fakes.telegram import (
    Cut,
    Refuse,
    kicked,
    too_many,
)
from tests.telegram_desk import QUICK, Scene, scene_on
from tests.tip_world import count, file, new_tip, record_of


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_on(database_url) as made:
        yield made


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Scene]:
    """On SQLite only, for what does not depend on the database."""
    async with scene_on(sqlite_url) as made:
        yield made


async def test_many_cards_at_once_become_a_digest_and_danger_gets_its_card(
    sqlite_url: str,
) -> None:
    limits = replace(QUICK, group_per_minute=6, group_kept=0)
    async with scene_on(sqlite_url, limits=limits) as scene:
        for number in range(12):
            await file(scene.made, new_tip(nickname=f"Tre {number}", danger=number == 7))
        await scene.run()
        shown = [one.text for one in scene.group.holds() if not one.is_service]
        assert any("Có 11 tin mới" in each for each in shown)
        assert [each for each in shown if "Tin “" in each and "NGUY HIỂM" in each]
        assert len(scene.cards()) == 1
        assert await count(scene.made, letters) == 0


async def test_a_group_that_became_a_supergroup_is_found_again(one: Scene) -> None:
    group = await one.fake.group("Small", one.owner, one.fake.bot(), supergroup=False)
    await one.owner.say(f"/ketnoi {await one.code(CodeKind.GROUP, 'south')}", to=group)
    await one.run()
    await group.migrate()
    await file(one.made, new_tip("south"))
    # The card leaves before the update is read: the answer tells where the group is now.
    await one.mail.send_due()
    one.clock.turn(seconds=1)
    await one.run()
    assert any("Tin “" in each.text for each in group.holds())
    async with one.made.read() as tx:
        [south] = await desk_groups.of_unit(tx, "south")
    assert south.chat == str(group.id)


async def test_a_removed_bot_and_lost_rights_are_told_to_the_lead(one: Scene) -> None:
    await one.group.restrict_bot()
    await one.run()
    assert (await one.kept()).trouble is Trouble.RIGHTS
    await one.group.promote_bot()
    await one.run()
    assert (await one.kept()).trouble is None
    one.fake.fail(kicked(), "sendMessage", chat=one.group.id)
    await file(one.made, new_tip())
    await one.run()
    assert (await one.kept()).trouble is Trouble.REMOVED
    assert await count(one.made, letters) == 0


async def test_a_deleted_card_is_posted_anew(one: Scene) -> None:
    await one.officer("An")
    tip = await file(one.made, new_tip())
    await one.run()
    first = one.card()
    one.group.delete(first)
    async with one.made.write() as tx:
        await cases.claim(tx, one.members["An"].id, tip, NOW)
    await one.run()
    await one.run()
    assert one.card().id != first.id
    assert "Người giữ" in one.card().text


async def test_a_card_that_may_have_arrived_is_not_sent_again_and_still_works(one: Scene) -> None:
    an = await one.officer("An")
    one.fake.fail(Cut(after=True), "sendMessage", chat=one.group.id)
    tip = await file(one.made, new_tip())
    await one.run()
    one.clock.turn(minutes=10)
    await one.run()
    card = one.card()
    assert (await one.kept()).trouble is Trouble.UNSURE
    assert "Bạn đã nhận" in await one.press(an, card, "Nhận")
    assert "Người giữ" in one.card().text
    assert (await record_of(one.made, tip)).posts[0].message == card.id


async def test_a_topic_is_made_where_wanted_and_cards_lie_flat_where_that_fails(
    sqlite_url: str,
) -> None:
    async with scene_on(sqlite_url, forum=True) as scene:
        await scene.choose(topics=True)
        await file(scene.made, new_tip())
        await scene.run()
        assert scene.card().topic is not None
        assert (await scene.kept()).trouble is None
        await scene.group.promote_bot("can_delete_messages")
        await scene.run()
        await file(scene.made, new_tip(nickname="Mưa rào"))
        await scene.run()
        [flat] = scene.cards("Mưa rào")
        assert flat.topic is None
        assert (await scene.kept()).trouble is Trouble.TOPICS
        await scene.group.promote_bot()
        await file(scene.made, new_tip(nickname="Gió nhẹ"))
        # That the bot was given rights again is heard of before its next card.
        await scene.run()
        assert scene.cards("Gió nhẹ")[0].topic is not None
        assert (await scene.kept()).trouble is None


async def test_a_deleted_topic_brings_the_card_back(sqlite_url: str) -> None:
    async with scene_on(sqlite_url, forum=True) as scene:
        await scene.officer("An")
        await scene.choose(topics=True)
        tip = await file(scene.made, new_tip())
        await scene.run()
        topic = scene.card().topic
        assert topic is not None
        scene.group.delete_topic(topic)
        async with scene.made.write() as tx:
            await cases.claim(tx, scene.members["An"].id, tip, NOW)
        await scene.run()
        await scene.run()
        assert "Người giữ" in scene.card().text
        assert scene.card().topic != topic


async def test_a_deleted_tip_leaves_no_card_even_when_it_is_too_old_to_delete(one: Scene) -> None:
    first, second = new_tip(), new_tip(nickname="Mưa rào")
    for new in (first, second):
        await file(one.made, new)
    await one.run()
    for new in (first, second):
        async with one.made.write() as tx:
            await tips.remove(tx, new.key, day=NOW.date())
        too_old = Refuse(400, "Bad Request: message can't be deleted for everyone")
        if new is second:
            one.fake.fail(too_old, "deleteMessage", chat=one.group.id)
        await one.run()
    assert one.cards() == []
    assert "không còn nữa" in one.group.holds()[-1].text
    assert one.group.holds()[-1].labels == ()
    assert await count(one.made, letters) == 0


async def test_a_flooded_group_is_waited_for_and_holds_up_nobody(one: Scene) -> None:
    one.fake.fail(too_many(30), "sendMessage", chat=one.group.id)
    other = await one.fake.group("South", one.owner, one.fake.bot())
    await one.owner.say(f"/ketnoi {await one.code(CodeKind.GROUP, 'south')}", to=other)
    await one.run()
    await file(one.made, new_tip())
    await file(one.made, new_tip("south"))
    await one.run()
    assert one.cards() == []
    assert [each for each in other.holds() if "Tin “" in each.text]
    [letter] = await letters_of(one)
    assert letter.lease is None


async def letters_of(scene: Scene) -> list[outbox.Letter]:
    async with scene.made.read() as tx:
        return [
            each for each in await outbox.waiting(tx) if each.kind is not outbox.LetterKind.CARD
        ]


async def test_a_letter_whose_sender_died_is_not_sent_twice(scene: Scene) -> None:
    async with scene.made.write() as tx:
        tip = await tips.file(tx, new_tip(), (), day=NOW.date(), due=NOW)
    await scene.mail.deliver_due()
    [letter] = await letters_of(scene)
    async with scene.made.write() as tx:
        await posts.posting(tx, letter, NOW)
        await outbox.claim(tx, letter, NOW + timedelta(minutes=2))
    await scene.run()
    assert len(await letters_of(scene)) == 1
    scene.clock.turn(minutes=3)
    await scene.run()
    assert await letters_of(scene) == []
    assert scene.cards() == []
    assert (await scene.kept()).trouble is Trouble.UNSURE
    assert (await record_of(scene.made, tip)).posts[0].message == 0


async def test_two_mail_rooms_post_one_card(scene: Scene) -> None:
    await file(scene.made, new_tip())
    await asyncio.gather(*(scene.mail.send_due() for _ in range(4)))
    assert len(scene.cards()) == 1


async def remove(scene: Scene, *gone: FileTip) -> None:
    """Their workers delete them."""
    for new in gone:
        async with scene.made.write() as tx:
            await tips.remove(tx, new.key, day=NOW.date())
    await scene.run()


async def standing(scene: Scene) -> tuple[int, int]:
    """How many cards of tips that are gone wait to be taken away, and were given up."""
    async with scene.made.read() as tx:
        [only] = await posts.standing(tx)
    return only.waiting, only.left


TOO_OLD = Refuse(400, "Bad Request: message can't be deleted for everyone")
NO_RIGHT = Refuse(400, "Bad Request: not enough rights to send text messages to the chat")


async def test_a_card_that_can_neither_go_nor_be_emptied_is_told_until_the_bot_may(
    scene: Scene,
) -> None:
    new = new_tip()
    await file(scene.made, new)
    await scene.run()
    scene.fake.fail(TOO_OLD, "deleteMessage", chat=scene.group.id)
    scene.fake.fail(NO_RIGHT, "editMessageText", chat=scene.group.id)
    await remove(scene, new)
    assert "Cây tre xanh" in scene.card().text
    assert (await scene.kept()).trouble is Trouble.RIGHTS
    assert await standing(scene) == (1, 0)
    # Not asked all the time, and not forgotten: once the right is there, the card goes.
    await scene.run()
    assert await standing(scene) == (1, 0)
    scene.clock.turn(hours=1)
    await scene.run()
    assert scene.cards() == []
    assert await standing(scene) == (0, 0)
    assert (await scene.kept()).trouble is None
    assert await count(scene.made, letters) == 0


async def test_a_card_of_another_bot_of_ours_counts_as_one_that_stands(one: Scene) -> None:
    new = new_tip()
    await file(one.made, new)
    await one.run()
    not_ours = Refuse(400, "Bad Request: message can't be deleted")
    one.fake.fail(not_ours, "deleteMessage", chat=one.group.id)
    one.fake.fail(
        Refuse(400, "Bad Request: message can't be edited"), "editMessageText", chat=one.group.id
    )
    await remove(one, new)
    assert await standing(one) == (1, 0)


async def test_cards_in_a_group_that_put_the_bot_out_are_counted_until_it_is_linked_anew(
    one: Scene,
) -> None:
    several = [new_tip(nickname=name) for name in ("Mưa rào", "Gió nhẹ")]
    for new in several:
        await file(one.made, new)
    await one.run()
    await one.group.kick_bot()
    await remove(one, *several)
    assert await standing(one) == (0, 2)
    assert await count(one.made, letters) == 0
    await one.group.add(one.fake.bot())
    await one.owner.say(f"/ketnoi {await one.code(CodeKind.GROUP, 'north')}", to=one.group)
    await one.run()
    assert await standing(one) == (0, 0)


async def test_the_topic_of_a_tip_that_is_gone_goes_with_its_name(sqlite_url: str) -> None:
    async with scene_on(sqlite_url, forum=True) as scene:
        await scene.choose(topics=True)
        first, second = new_tip(nickname="Mưa rào"), new_tip(nickname="Gió nhẹ")
        await file(scene.made, first)
        await file(scene.made, second)
        await scene.run()
        await remove(scene, first)
        [left] = [each for each in scene.group.chat.topics.values() if not each.is_deleted]
        assert left.name == "Gió nhẹ"
        await scene.group.promote_bot("can_manage_topics")
        await remove(scene, second)
        # How it was called when it was opened still stands in it: the bot needs the right.
        assert left.name == "Tin này không còn nữa."
        assert await standing(scene) == (1, 0)
        await scene.group.promote_bot()
        scene.clock.turn(hours=1)
        await scene.run()
        assert left.is_deleted
        assert await standing(scene) == (0, 0)
        assert not [each for each in scene.group.holds() if "Gió nhẹ" in each.text]


async def test_a_group_that_is_no_desk_any_more_keeps_no_card(one: Scene) -> None:
    for nickname in ("Mưa rào", "Gió nhẹ"):
        await file(one.made, new_tip(nickname=nickname))
    await one.run()
    assert len(one.cards()) == 2
    async with one.made.write() as tx:
        group = await desk_groups.by_id(tx, (await desk_groups.every(tx))[0].id)
        assert group is not None
        await posts.take_all(tx, group)
        await desk_groups.unlink(tx, group.id)
    await one.run()
    assert one.cards() == []
    assert await count(one.made, letters) == 0


async def test_who_presses_a_card_whose_tip_is_gone_is_told_so(one: Scene) -> None:
    an = await one.officer("An")
    new = new_tip()
    await file(one.made, new)
    await one.run()
    card = one.card()
    async with one.made.write() as tx:
        await tips.remove(tx, new.key, day=NOW.date())
    assert "Tin này không còn nữa" in await one.press(an, card, "Nhận")
