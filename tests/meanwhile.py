"""What happens to a tip while an officer has an old page or an old button before them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from handlers.effects import FileTip
from handlers.passing import PassReason
from handlers.roles import Role
from handlers.tips import Outcome
from storage import cases, holding, out_of_scope, passing, staff, stepping_back, stranded, tips
from storage.database import Database, Tx
from tests import desk_world
from tests.desk_world import NOW


@dataclass(frozen=True)
class Scene:
    """A tip of `north` that `one` holds; `two` reads there, `lead` leads the desk."""

    made: Database
    new: FileTip
    tip: bytes
    one: bytes
    two: bytes
    lead: bytes


Event = Callable[[Tx, Scene], Awaitable[object]]


async def neighbours(made: Database) -> dict[str, bytes]:
    """The other people of a scene, by their names there; and somebody in the south and above."""
    found = {}
    for name, unit, role in (
        ("two", "north", Role.OFFICER),
        ("lead", "north", Role.LEAD),
        ("south", "south", Role.OFFICER),
        ("up", "root", Role.OFFICER),
    ):
        member, _ = await desk_world.add(made, name, (unit, role))
        found[name] = member.id
    return found


async def _moved_up(tx: Tx, scene: Scene) -> object:
    for member in (scene.one, scene.two, scene.lead):
        for role in (Role.OFFICER, Role.LEAD):
            await staff.revoke(tx, member, "north", role)
    return await stranded.move_up(tx, scene.tip, NOW)


EVENTS: Mapping[str, Event] = {
    "released": lambda tx, s: holding.release(tx, s.one, s.tip, NOW),
    "handed over": lambda tx, s: holding.hand_over(tx, s.one, s.tip, s.two, NOW),
    "taken over": lambda tx, s: holding.take_over(tx, s.lead, s.tip, NOW),
    "passed on": lambda tx, s: passing.pass_on(
        tx, s.lead, s.tip, "south", PassReason.COMPETENCE, NOW
    ),
    "passed on, concerned": lambda tx, s: passing.pass_on(
        tx, s.lead, s.tip, "south", PassReason.CONCERNED, NOW
    ),
    "stepped back": lambda tx, s: stepping_back.step_back(tx, s.one, s.tip, NOW),
    "lead stepped back": lambda tx, s: stepping_back.step_back(tx, s.lead, s.tip, NOW),
    "closed": lambda tx, s: cases.close(tx, s.one, s.tip, Outcome.HANDLED, "Xong.", NOW),
    "out of scope": lambda tx, s: out_of_scope.close(tx, s.one, s.tip, NOW),
    "moved up": _moved_up,
    "withdrawn": lambda tx, s: tips.close(tx, s.new.key, NOW),
    "shut out": lambda tx, s: tips.hide(
        tx, s.new.key, frozenset({"north"}), "root", due=NOW, triage_by=NOW
    ),
    "deleted": lambda tx, s: tips.remove(tx, s.new.key, day=NOW.date()),
}
"""By what an officer would call them."""

GONE = frozenset(
    {
        "passed on, concerned",
        "stepped back",
        "lead stepped back",
        "out of scope",
        "moved up",
        "shut out",
        "deleted",
    }
)
"""After these `one` sees nothing of the tip any more."""


async def happen(scene: Scene, name: str) -> None:
    """Let it happen; and it did."""
    async with scene.made.write() as tx:
        done = await EVENTS[name](tx, scene)
    assert done is True or type(done).__name__ in {"Done", "Gone", "Removed", "Stepped"}, done


async def written(scene: Scene) -> list[str]:
    """All words of the thread as its worker reads it; none where it is gone."""
    async with scene.made.read() as tx:
        found = await tips.read_thread(tx, scene.new.key)
    return [each.words for each in found.entries] if found is not None else []
