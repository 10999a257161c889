"""Draws `docs/talk-map.md` from the code: `python -m tests.talk_map` writes it.

A step declares in its return type every state that it may lead to, and mypy holds it to that: the
map cannot promise what the code does not do.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_type_hints

from handlers import states
from handlers.forms import Form, reading
from handlers.languages import Language
from handlers.texts import Texts
from handlers.worker import dispatch

PAGE = Path(__file__).parents[1] / "docs" / "talk-map.md"

# What is drawn together, in the order of a talk. A state that is left out here is an error.
PARTS: dict[str, tuple[str, ...]] = {
    "The short road": (
        "Resting",
        "ChoosingCategory",
        "ReadingNotice",
        "AskingDanger",
        "AskingPlace",
        "PickingPlace",
        "NarrowingPlace",
        "AtDoorway",
        "TellingStory",
        "ChoosingDetail",
        "TellingDetail",
        "KnownToFew",
        "Reviewing",
        "Received",
    ),
    "What may be added or changed before sending": (
        "AddingPictures",
        "KeepingSound",
        "HidingFrom",
        "PickingInsider",
        "AskingPolice",
        "CheckingCode",
        "Changing",
        "ChangingCategory",
        "ChangingPlace",
        "ChangingStory",
        "ChangingDetails",
        "LeavingOut",
        "AskingWhose",
    ),
    "Coming back with the code": (
        "TypingCode",
        "ReadingThread",
        "AddingWords",
        "AddingPicture",
        "AddingVideo",
        "TellingWho",
        "ConfirmingWho",
        "TakingBackWho",
        "ConfirmingAddition",
        "LeavingOutLater",
        "AskingWhoseLater",
        "ConfirmingClose",
        "ConfirmingDelete",
        "ConfirmingTold",
        "HidingLater",
        "PoliceLater",
        "AskingAbove",
        "SendingUp",
    ),
    "Bulletins": (
        "ReadingSubscription",
        "ChoosingTopics",
        "ChoosingPlaces",
        "ChoosingOften",
        "ChoosingPart",
    ),
    "Asides and questions back": (
        "ReadingHandbook",
        "ChoosingCalculator",
        "Calculating",
        "ChoosingQuiz",
        "PlayingQuiz",
        "ReadingWeek",
        "AskingWeek",
        "Aside",
        "ConfirmingCancel",
        "ConfirmingWord",
    ),
}
ANYWHERE = "where the worker was"

INTRODUCTION = """\
# The map of the worker's talk

Drawn from the code by `python -m tests.talk_map`; a test fails when it is not fresh. An arrow is a
state that a step of `handlers/worker/` declares in its return type, and mypy refuses a step that
goes anywhere else.

What works everywhere is not drawn: the commands (`/start`, `/ma`, `/chuong`, `/bantin`, `/quyen`,
`/quyencuatoi`, `/so-tay`, `/tinh`, `/caudo`, `/tuandau`, `/thu`, the language, help), back
(`handlers/worker/leaving.py`), stop, a receipt code, and the buttons under a bulletin. None of them
throws a draft away: where one is held, it is asked first. Only `dừng` with its marks and `stop` act
at once: they end a draft, and where there is none the bulletins.

Nor is the gate drawn through which words come in (`handlers/worker/reading_over.py`): from wherever
they do, words that this channel does not take lead to the answer about rights (Aside), and a story
that also has such words to LeavingOut, in a thread to LeavingOutLater. Then the coach reads: what
may tell who the worker is leads to AskingWhose, in a thread to AskingWhoseLater.
"""

QUESTIONS = """\
## The questionnaires

Drawn from `handlers/forms/*.toml`; an operator may have others asked in their place. They are asked
one at a time after the story, in ChoosingDetail or TellingDetail. Every question also has
[Không rõ], [Bỏ qua] and [Bỏ qua hết, xem lại tin]; one that hangs on an answer is passed by
otherwise. In danger, and where the way to the story was long already, they are offered at the
review and not asked by themselves.
"""


def leads_to() -> dict[str, tuple[str, ...]]:
    """For each state the names of the states that its step declares, itself left out, sorted by
    their order in `handlers/states`; ANYWHERE where a step returns to where the worker was.
    """
    order = names()
    found: dict[str, tuple[str, ...]] = {}
    for name, step in steps().items():
        reached = reached_by(step)
        if set(order) <= reached:
            found[name] = (ANYWHERE,)
        else:
            found[name] = tuple(each for each in order if each in reached - {name})
    return found


def names() -> list[str]:
    """All states, in the order in which they are written down."""
    return [each.__name__ for each in get_args(states.State)]


def steps() -> dict[str, Callable[..., Any]]:
    """The step of each state, read from the cases of `dispatch.step`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(dispatch.step)))
    found = {}
    for case in ast.walk(tree):
        if isinstance(case, ast.match_case) and isinstance(case.pattern, ast.MatchClass):
            [called] = [node.func for node in ast.walk(case) if isinstance(node, ast.Call)]
            assert isinstance(case.pattern.cls, ast.Name)
            assert isinstance(called, ast.Attribute)
            assert isinstance(called.value, ast.Name)
            module = getattr(dispatch, called.value.id)
            found[case.pattern.cls.id] = getattr(module, called.attr)
    return found


def reached_by(step: Callable[..., Any]) -> set[str]:
    """The states in the return type `Step[A | B]` of a step."""
    [reached] = get_args(get_type_hints(step)["return"])
    return {each.__name__ for each in get_args(reached) or (reached,)}


def draw() -> str:
    """The whole page."""
    arrows = leads_to()
    pieces = [INTRODUCTION]
    for title, members in PARTS.items():
        pieces.append(f"## {title}\n\n{_diagram(members, arrows)}\n\n{_table(members, arrows)}\n")
    pieces.append(QUESTIONS)
    pieces += [_form(each) for each in reading.with_own({}).forms.values()]
    return "\n".join(pieces)


def _form(form: Form) -> str:
    """A category's questions in their order, and what a question hangs on."""
    lines = ["```mermaid", "flowchart LR", "    story([the story])"]
    lines += [f'    {each.name}["{each.label.vi}"]' for each in form.questions]
    for one, other in pairwise(["story", *(each.name for each in form.questions), "review"]):
        lines.append(f"    {one} --> {other}")
    lines += ["    review([the review])", "```", "", "| | Question | Answers | Asked |"]
    lines.append("|---|---|---|---|")
    for at, question in enumerate(form.questions, 1):
        answers = " · ".join(each.label.vi for each in question.options) or "(free words)"
        asked = "always"
        if question.when is not None:
            on = form.question(question.when.question)
            assert on is not None
            among = [each.label.vi for each in on.options if each.name in question.when.among]
            asked = f"if {on.label.vi}: {', '.join(among)}"
        lines.append(f"| {at} | {question.ask.vi} | {answers} | {asked} |")
    drawn = "\n".join(lines)
    texts = Texts.load(Language.VI)
    return f"### {texts.get(f'category.{form.category}')} (`{form.category}`)\n\n{drawn}\n"


def _diagram(members: tuple[str, ...], arrows: dict[str, tuple[str, ...]]) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {members[0]}"] if members[0] == "Resting" else []
    lines += [
        f"    {name} --> {after}" if after != ANYWHERE else f"    {name} --> [*] : {ANYWHERE}"
        for name in members
        for after in arrows[name]
    ]
    return "\n".join([*lines, "```"])


def _table(members: tuple[str, ...], arrows: dict[str, tuple[str, ...]]) -> str:
    lines = ["| Where the worker is | | May lead to |", "|---|---|---|"]
    for name in members:
        meaning = (inspect.getdoc(getattr(states, name)) or "").replace("\n", " ")
        lines.append(f"| {name} | {meaning} | {', '.join(arrows[name]) or '(stays)'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(draw(), encoding="utf-8")
