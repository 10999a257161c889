"""Draws `docs/life-of-a-tip.md` from the table of moves: `python -m tests.life_map` writes it."""

from pathlib import Path

from handlers.languages import Language
from handlers.tips import LIFE, REOPEN_DAYS, Move, Outcome, Rule, Status, Told, Who, told_of
from storage.holding import AWAY_HOURS
from storage.timing import UNDO_SECONDS
from tests.world import texts

PAGE = Path(__file__).parents[1] / "docs" / "life-of-a-tip.md"

MEANS: dict[Move, str] = {
    Move.DELIVER: "its card reaches the desk",
    Move.CLAIM: "an officer takes it",
    Move.RELEASE: "the holder gives it back",
    Move.HAND_OVER: "a named colleague of the unit gets it",
    Move.TAKE_OVER: (
        f"a colleague takes it after {AWAY_HOURS} hours (or as the unit decided) without an act of "
        "its holder; whoever leads the desk, at once"
    ),
    Move.ASK: "a question to the worker",
    Move.ANSWER: "an answer to the worker",
    Move.PASS_ON: "another unit is responsible",
    Move.RETURN: "back to the unit before, with a reason",
    Move.RELEASE_TO_POLICE: "a police unit reads it too; only where its worker agreed",
    Move.POLICE_RECEIVED: "the police have it",
    Move.POLICE_PASSED: "the police pass it to whoever is competent",
    Move.CLOSE: f"it ends: {', '.join(each.value for each in Outcome)}",
    Move.UNDO_CLOSE: f"whoever closed it takes that back, for {UNDO_SECONDS // 60} minutes",
    Move.THANK: "it was valuable: its worker is thanked, once",
    Move.MERGE: "it follows a lead tip of the same unit",
    Move.ADD: "its worker adds words or a file",
    Move.REOPEN: f"its worker adds something within {REOPEN_DAYS} days of its closing",
    Move.WITHDRAW: "its worker ends it",
    Move.MOVE_UP: "a clock was missed, or nobody reads at the desk: the unit above is responsible",
}

WHO: dict[Who, str] = {
    Who.HOLDER: "who holds it",
    Who.READER: "who reads at the responsible unit",
    Who.LEAD: "who leads its desk",
    Who.POLICE: "an officer of the police unit",
    Who.WORKER: "its worker",
    Who.HOUSE: "the house",
}

INTRODUCTION = f"""\
# The life of a tip

Drawn from the table in `handlers/tips.py` by `python -m tests.life_map`; a test fails when it is
not fresh. A tip has one responsible unit and one status; earlier units may go on reading. Every
right is asked again in storage, in the transaction that makes the move.

A closing can be undone for {UNDO_SECONDS // 60} minutes, whatever the outcome. One as out of scope
leaves nobody at the desk who could open the tip, so there the way back is kept in memory alone; all
others keep it sealed in the tip's record. What a worker adds opens a closed tip for {REOPEN_DAYS}
days, those that they ended themselves too; one that was closed as out of scope has a second look in
its place. What workers do stands in no audit, for that holds minutes.
"""


def draw() -> str:
    """The whole page."""
    return f"{INTRODUCTION}\n{_diagram()}\n\n{_table()}\n\n{_told()}\n"


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.RECEIVED}"]
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for move, rule in LIFE.items():
        for before, afters in rule.ways.items():
            for after in afters:
                if after is not before:
                    arrows.setdefault((before, after), []).append(_name(move))
    for (before, after), moves in arrows.items():
        lines.append(f"    {before} --> {after} : {', '.join(moves)}")
    return "\n".join([*lines, f"    {Status.CLOSED} --> [*] : retention", "```"])


def _table() -> str:
    lines = ["| Move | | From → to | Who may | In the audit |", "|---|---|---|---|---|"]
    for move, rule in LIFE.items():
        who = ", ".join(WHO[each] for each in Who if each in rule.who)
        act = f"`{rule.act}`" if rule.act else "–"
        lines.append(f"| {_name(move)} | {MEANS[move]} | {_ways(rule)} | {who} | {act} |")
    return "\n".join(lines)


def _ways(rule: Rule) -> str:
    staying = [before for before, afters in rule.ways.items() if afters == (before,)]
    shown: dict[tuple[Status, ...], list[Status]] = {}
    for before, afters in rule.ways.items():
        if before not in staying:
            others = tuple(each for each in afters if each is not before)
            shown.setdefault(others, []).append(before)
    told = [f"{_joined(befores)} → {_joined(afters)}" for afters, befores in shown.items()]
    return "; ".join([*told, *([f"{_joined(staying)} stays"] if staying else [])])


def _told() -> str:
    """What its worker is told of each move."""
    title = "What the worker reads, unless the unit wrote words of its own"
    lines = [f"| Move | {title} |", "|---|---|"]
    for move, rule in LIFE.items():
        match rule.told:
            case Told.NOTHING:
                words = "nothing beside the status"
            case Told.OFFICERS_WORDS:
                words = "what the officer wrote"
            case Told.HOUSE_WORDS:
                words = texts()[Language.VI].by_key[told_of(move)]
        lines.append(f"| {_name(move)} | {words} |")
    return "\n".join(lines)


def _joined(statuses: tuple[Status, ...] | list[Status]) -> str:
    return ", ".join(each.value for each in statuses)


def _name(move: Move) -> str:
    return move.value.replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(draw(), encoding="utf-8")
