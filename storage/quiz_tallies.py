"""How quizzes were answered by all who played them, in batches that tell nothing of one of them.

A round is counted in the volatile store, without who, where and when. Once there are ten rounds of
the very same questions, the clock of the house adds them to the table together, so what lies on a
disk has never grown by fewer; a restart without a shared store loses the rest, and so it shall be.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update

from handlers.roles import Role
from storage import staff
from storage.database import Database, Tx
from storage.tables import quiz_tallies
from storage.volatile import Volatile

BATCH = 10
"""The fewest rounds that are written down together, and that a question has to have to be shown."""
PENDING_SECONDS = 30 * 24 * 3600.0
"""How long rounds wait for others after the last one."""

_KIND = "quiz rounds"


@dataclass(frozen=True, slots=True)
class Answered:
    """How often a question was answered, and how often rightly."""

    asked: int
    right: int

    @property
    def percent(self) -> int:
        """The share of right answers, in whole per cent."""
        return round(self.right * 100 / self.asked)


@dataclass(frozen=True, slots=True)
class Tally:
    """All that is known of a quiz: rounds played to their end, and by id its questions."""

    quiz: str
    players: int
    questions: Mapping[str, Answered]


async def count(volatile: Volatile, quiz: str, answers: Sequence[tuple[str, bool]]) -> None:
    """Count one round. Raises Away, Full; then it is not counted."""
    async with volatile.hold(_KIND, quiz):
        waiting = await _waiting(volatile, quiz)
        asked = {question for question, _ in answers}
        if waiting is None or set(waiting.questions) != asked:
            # Another set of questions would make a batch in which some were answered by few.
            waiting = Tally(quiz, 0, dict.fromkeys(asked, Answered(0, 0)))
        await volatile.put(_KIND, quiz, _packed(_with(waiting, answers)), seconds=PENDING_SECONDS)


async def flush(database: Database, volatile: Volatile, quizzes: Collection[str]) -> int:
    """Write down what has become a whole batch; how many quizzes that were. Raises Away,
    Unreachable; then what was not written waits on.
    """
    done = 0
    for quiz in quizzes:
        async with volatile.hold(_KIND, quiz):
            waiting = await _waiting(volatile, quiz)
            if waiting is None or waiting.players < BATCH:
                continue
            # Dropped first: rather never counted than twice.
            await volatile.drop(_KIND, quiz)
            try:
                async with database.write() as tx:
                    await _add(tx, waiting)
            except Exception:
                await volatile.put(_KIND, quiz, _packed(waiting), seconds=PENDING_SECONDS)
                raise
            done += 1
    return done


async def read(tx: Tx, member: bytes) -> tuple[Tally, ...]:
    """What is known of all quizzes, for whoever writes or approves bulletins somewhere; for anybody
    else nothing. A question that was answered fewer than ten times is left out.
    """
    for role in (Role.AUTHOR, Role.APPROVER):
        if await staff.units_under(tx, member, role):
            rows = await tx.rows(select(quiz_tallies).order_by(quiz_tallies.c.quiz))
            return tuple(found for row in rows if (found := _shown(row)).players >= BATCH)
    return ()


async def _waiting(volatile: Volatile, quiz: str) -> Tally | None:
    packed = await volatile.get(_KIND, quiz)
    if packed is None:
        return None
    tree = json.loads(packed)
    return Tally(quiz, tree["players"], _read(tree["questions"]))


def _with(waiting: Tally, answers: Sequence[tuple[str, bool]]) -> Tally:
    questions = dict(waiting.questions)
    for question, is_right in answers:
        before = questions[question]
        questions[question] = Answered(before.asked + 1, before.right + is_right)
    return Tally(waiting.quiz, waiting.players + 1, questions)


async def _add(tx: Tx, batch: Tally) -> None:
    mine = quiz_tallies.c.quiz == batch.quiz
    row = await tx.row(select(quiz_tallies).where(mine).with_for_update())
    if row is None:
        values = {"players": batch.players, "body": _body(batch.questions)}
        await tx.run(insert(quiz_tallies).values(quiz=batch.quiz, **values))
        return
    questions = dict(_read(json.loads(row.body)))
    for question, more in batch.questions.items():
        had = questions.get(question, Answered(0, 0))
        questions[question] = Answered(had.asked + more.asked, had.right + more.right)
    values = {"players": row.players + batch.players, "body": _body(questions)}
    await tx.run(update(quiz_tallies).where(mine).values(**values))


def _shown(row: Row[Any]) -> Tally:
    found = _read(json.loads(row.body))
    enough = {question: each for question, each in found.items() if each.asked >= BATCH}
    return Tally(row.quiz, row.players, enough)


def _packed(tally: Tally) -> bytes:
    tree = {"players": tally.players, "questions": json.loads(_body(tally.questions))}
    return json.dumps(tree).encode()


def _body(questions: Mapping[str, Answered]) -> str:
    """By id: how often answered, how often rightly; in the order of the ids, which tells nothing of
    any round.
    """
    return json.dumps({each: [had.asked, had.right] for each, had in sorted(questions.items())})


def _read(tree: Mapping[str, Any]) -> dict[str, Answered]:
    return {question: Answered(asked, right) for question, (asked, right) in tree.items()}
