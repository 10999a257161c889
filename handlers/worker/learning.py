"""Doors from the handbook to other places of the talk: sums, questions, the first week at work."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.folding import fold
from handlers.screens import MOST_CHOICES, Choice, say
from handlers.states import ChoosingQuiz, ReadingHandbook, ReadingWeek, State
from handlers.worker import calculating
from handlers.worker.step import choice

SHELF = "tools"
"""The shelf of the handbook on which all doors stand, as its talk names it."""


@dataclass(frozen=True, slots=True)
class Door:
    """A choice on that shelf. `label` is the key of its text; `opens` makes the state behind it,
    which gets the page of the handbook that [Back] may lead to; `words` are what people type who
    look for it, in both languages, searched and never shown.
    """

    name: str
    label: str
    opens: Callable[[ReadingHandbook], State]
    words: str = ""


DOORS: tuple[Door, ...] = (
    Door(
        "calculators",
        "calculators.door",
        calculating.opened,
        "tinh tính toán giúp lương tối thiểu vùng lãi suất vay bốc họ tiền làm thêm giờ tăng ca"
        " bảng phiếu bảo hiểm nghỉ việc báo trước ngày phép năm thai sản sinh con calculator sum"
        " work out minimum wage region interest loan overtime pay slip notice annual leave"
        " maternity",
    ),
    Door(
        "quiz",
        "learning.quiz",
        lambda at: ChoosingQuiz(at.back),
        "cau do cau hoi on do vui kiem tra trac nghiem quiz quizzes questions test",
    ),
    Door(
        "week",
        "learning.week",
        lambda at: ReadingWeek(at.back),
        "tuan dau di lam nguoi moi vao lam bay bai first week at work new job seven",
    ),
)
"""All of them in the order of the shelf, at most nine; whoever builds a place adds its door."""


def entry() -> tuple[Choice, ...]:
    """The way to the shelf, from the list of shelves; none as long as it is empty."""
    return (choice(SHELF, "learning.shelf"),) if DOORS else ()


def tools_shelf() -> tuple[Choice, ...]:
    """What stands on the shelf."""
    return tuple(choice(door.name, door.label) for door in DOORS[:MOST_CHOICES])


def door(name: str) -> Door | None:
    """The door of that name."""
    return next((each for each in DOORS if each.name == name), None)


def found(words: str) -> tuple[Choice, ...]:
    """The doors that a search of the handbook finds: all of the words stand among theirs."""
    wanted = set(fold(words).split())
    return tuple(
        choice(each.name, each.label)
        for each in DOORS
        if wanted and wanted <= set(fold(each.words).split())
    )


SAYS = (say("learning.choose"),)
