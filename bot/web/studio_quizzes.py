"""How the quizzes are answered, all rounds together: what workers know, and what not yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.web.desk_pages import guarded
from bot.web.parts import PARTS
from bot.web.studio_pages import broadcaster, page
from handlers import quizzes
from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.quizzes import Quiz
from storage import quiz_tallies
from storage.quiz_tallies import Tally

PATH = "/studio/cau-do"


@dataclass(frozen=True, slots=True)
class _Row:
    """A question and how many of a hundred answered it rightly; None where too few did at all."""

    ask: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A quiz; `players` is 0 below a whole batch."""

    topic: Topic
    players: int
    rows: tuple[_Row, ...]


def add_routes(app: web.Application) -> None:
    """The page, and nothing to take away: it is small enough to be read."""
    app.router.add_get(PATH, guarded(_show))


async def _show(request: web.Request) -> web.Response:
    seat = await broadcaster(request)
    async with request.app[PARTS].database.read() as tx:
        found = {each.quiz: each for each in await quiz_tallies.read(tx, seat.member.id)}
    shown = [_shown(quiz, found, seat.language) for quiz in quizzes.load().values()]
    return page(request, "quizzes", seat, quizzes=shown, least=quiz_tallies.BATCH)


def _shown(quiz: Quiz, found: Mapping[str, Tally], language: Language) -> _Shown:
    tally = found.get(quiz.id)
    if tally is None:
        return _Shown(quiz.topic, 0, ())
    rows = []
    for question in quiz.questions:
        answered = tally.questions.get(question.id)
        percent = answered.percent if answered is not None else None
        rows.append(_Row(question.asked(language).ask, percent))
    return _Shown(quiz.topic, tally.players, tuple(rows))
