"""What everybody may read: sent, not deleted, in the words that were sent last."""

from datetime import timedelta

from handlers.bulletins import Run
from storage import bulletins, published, sendings
from tests.bulletin_world import NOON, content, database


async def test_what_was_sent_is_published_once_and_in_its_last_words(database_url: str) -> None:
    async with database(database_url) as made:
        async with made.write() as tx:
            first = await bulletins.create(tx, "root", b"a" * 16, content(source="1"), NOON.date())
            other = await bulletins.create(tx, "hanoi", b"a" * 16, content(), NOON.date())
            await bulletins.create(tx, "root", b"a" * 16, content(source="unsent"), NOON.date())
            one = await sendings.start(tx, first, NOON, 0)
            two = await sendings.start(tx, other, NOON + timedelta(hours=1), 0)
            assert one is not None
            assert two is not None
            assert await published.newest(tx, 10) == ()
            await sendings.set_stage(tx, one.id, Run.DONE, now=NOON)
            await sendings.set_stage(tx, two.id, Run.DONE, now=NOON)
            edited = await bulletins.edit(tx, first.id, content(source="2"), 1)
            assert edited is not None
            found = await published.newest(tx, 10)
            assert [(each.id, each.unit) for each in found] == [
                (other.id, "hanoi"),
                (first.id, "root"),
            ]
            assert found[1].content.source == "1"
            assert await published.newest(tx, 1) == found[:1]
            again = await sendings.start(tx, edited, NOON + timedelta(days=1), 0)
            assert again is not None
            await sendings.set_stage(tx, again.id, Run.DONE, now=NOON)
        async with made.write() as tx:
            found = await published.newest(tx, 10)
            assert [each.content.source for each in found] == ["2", ""]
            assert found[0].at == NOON + timedelta(days=1)
            assert await published.one(tx, first.id) == found[0]
            await bulletins.delete(tx, first.id)
            assert await published.one(tx, first.id) is None
            assert [each.id for each in await published.newest(tx, 10)] == [other.id]
            assert await published.one(tx, "nothing") is None
