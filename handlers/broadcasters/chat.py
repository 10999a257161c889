"""The studio in a private chat: what is shown of bulletins, and where a press leads. Pure.

There are only buttons here, so that nobody's words are taken for something else. What is done about
a bulletin is decided by `handlers.broadcasters.respond`, as on the web.
"""

from dataclasses import dataclass, field

from handlers.broadcasters.actions import Action, Approve, Offer, Steer
from handlers.broadcasters.changes import Fact
from handlers.broadcasters.schedule import STEERING
from handlers.bulletins import Run, Stage
from handlers.screens import MOST_CHOICES, Choice, Say, Screen, say

REPORT = "report"
_LIST, _YES = "list", "yes"


@dataclass(frozen=True, slots=True)
class Listing:
    """Before the list; `bulletins` as they are numbered on the screen."""

    bulletins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looking:
    """Before one bulletin; `sending` is the one that the buttons are about, 0 for none."""

    bulletin: str
    seal: str = ""
    sending: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Has the whole wording before them, and may approve exactly that."""

    bulletin: str
    seal: str = field(repr=False)


State = Listing | Looking | Reading


@dataclass(frozen=True, slots=True)
class Step:
    """Where a press leads: `action` is to be tried on the state's bulletin; `report` is the sending
    whose report is to be sent, 0 for none.
    """

    state: State
    action: Action | None = None
    report: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A bulletin on the list."""

    bulletin: str
    title: Say
    stage: Stage
    run: Run | None = None


def step(state: State, name: str) -> Step:
    """What a press leads to; a button that is none of this screen's leads nowhere."""
    if name == _LIST:
        return Step(Listing())
    match state:
        case Listing(bulletins):
            number = name.removeprefix("b")
            is_number = number.isascii() and number.isdigit() and len(number) < 3
            at = int(number) if is_number else 0
            return Step(Looking(bulletins[at - 1]) if 0 < at <= len(bulletins) else Listing())
        case Looking():
            return _looking(state, name)
        case Reading(bulletin, seal):
            is_yes = name == _YES
            return Step(Looking(bulletin), Approve(seal)) if is_yes else Step(Looking(bulletin))


def listing(rows: tuple[Row, ...]) -> Screen:
    """The bulletins, what waits for somebody's word first."""
    shown = rows[:MOST_CHOICES]
    says = [say("studio.chat.list" if rows else "studio.chat.empty")]
    says += [_line(number, row) for number, row in enumerate(shown, start=1)]
    if len(rows) > len(shown):
        says.append(say("studio.chat.more", count=len(rows) - len(shown)))
    choices = tuple(
        Choice(f"b{number}", say("studio.chat.press_one", number=number, title=row.title))
        for number, row in enumerate(shown, start=1)
    )
    return Screen(tuple(says), choices)


def looking(
    head: tuple[Say, ...], offers: tuple[Offer, ...], steers: tuple[Offer, ...], *, reports: bool
) -> Screen:
    """One bulletin, with what this member can do about it here."""
    names = [offer for offer in offers if offer in {Offer.APPROVE, Offer.SCHEDULE}]
    choices = [Choice(str(name), say(f"studio.do.{name}")) for name in (*names, *steers)]
    if reports:
        choices.append(Choice(REPORT, say("studio.one.report")))
    return Screen(head, tuple(choices), _BACK)


def reading(chats: tuple[str, ...], facts: tuple[Fact, ...]) -> Screen:
    """Everything that is approved by [yes]: both wordings, then what else it says."""
    says = [say("raw", text=words) for words in chats]
    says += [told(fact) for fact in facts]
    choice = Choice(_YES, say("studio.chat.press_yes"))
    return Screen((*says, say("studio.chat.sure")), (choice,), _BACK)


def told(fact: Fact) -> Say:
    """A fact as a line."""
    return say("studio.chat.fact", name=say(f"studio.fact.{fact.name}"), value=fact.value)


def _looking(state: Looking, name: str) -> Step:
    if name in {Offer.APPROVE, Offer.SCHEDULE}:
        return Step(Reading(state.bulletin, state.seal))
    if name == REPORT:
        return Step(state, report=state.sending)
    offer = next((each for each in STEERING if each == name), None)
    return Step(state, Steer(offer, state.sending)) if offer is not None else Step(state)


def _line(number: int, row: Row) -> Say:
    stage = say(f"studio.run.{row.run}" if row.run else f"studio.stage.{row.stage}")
    return say("studio.chat.line", number=number, title=row.title, stage=stage)


_BACK = (Choice(_LIST, say("studio.chat.press_list")),)
