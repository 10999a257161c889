"""The studio's page of quizzes: nothing below ten rounds, and nobody from outside."""

from handlers import quizzes
from handlers.roles import Role
from storage import quiz_tallies
from storage.volatile import Memory
from tests import studio_world
from tests.desk_browser import World
from tests.desk_world import add
from tests.redis_store import KEY, Hand
from tests.studio_world import studio_on

PATH = "/studio/cau-do"


async def play(world: World, store: Memory, times: int) -> None:
    """So many rounds on loans, all right but the first question; then the clock of an hour."""
    ids = [each.id for each in quizzes.load()["loans"].questions]
    for _ in range(times):
        answers = [(each, at > 0) for at, each in enumerate(ids)]
        await quiz_tallies.count(store, "loans", answers)
    await quiz_tallies.flush(world.made, store, quizzes.load())


async def test_shares_are_shown_from_ten_rounds_up(sqlite_url: str) -> None:
    async with studio_on(sqlite_url) as world:
        await studio_world.staff(world.made)
        author, store = await world.at_desk("viet"), Memory(KEY, Hand())
        await play(world, store, quiz_tallies.BATCH - 1)
        await author.get(PATH)
        assert "9 lượt chơi" not in author.words
        assert "%" not in author.words
        assert author.words.count("Chưa đủ lượt chơi") == 1
        await play(world, store, 1)
        await author.get(PATH)
        assert "10 lượt chơi" in author.words
        assert author.words.count("100%") == quizzes.QUESTIONS - 1
        await author.get("/studio")
        assert PATH in [link.get("href") for link in author.page.find_all("a")]


async def test_an_officer_has_no_such_page(sqlite_url: str) -> None:
    async with studio_on(sqlite_url) as world:
        await studio_world.staff(world.made)
        await add(world.made, "xa", ("north", Role.OFFICER))
        officer = await world.at_desk("xa")
        await officer.get(PATH)
        assert officer.status != 200
