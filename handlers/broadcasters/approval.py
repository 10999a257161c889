"""Who may let a bulletin be sent: another person than those who wrote it, bound to what it says."""

from handlers.broadcasters.actions import (
    Approve,
    Delete,
    LetGo,
    Propose,
    PutForward,
    Remove,
    Standing,
    StudioTurn,
    agreed,
    refused,
)
from handlers.bulletins import Stage

OPEN = frozenset({Stage.DRAFT, Stage.PROPOSED, Stage.APPROVED})
"""The stages in which a bulletin can still be changed."""


def propose(action: Propose, standing: Standing) -> StudioTurn:
    """An author shows a draft to an approver."""
    if not standing.writes:
        return refused("right_write")
    if standing.stage not in OPEN:
        return refused("over")
    if action.seal != standing.seal:
        return refused("old")
    if standing.stage is not Stage.DRAFT:
        return refused("proposed_already")
    return refused("blocked") if standing.blocked else agreed(PutForward(), "proposed")


def approve(action: Approve, standing: Standing) -> StudioTurn:
    """Somebody lets it be sent: an approver who wrote none of it, or, for a checked text of the
    library that nobody changed, the author alone.
    """
    if standing.stage not in OPEN:
        return refused("over")
    if (turn := _no_right(standing)) is not None:
        return turn
    if action.seal != standing.seal:
        return refused("old")
    if standing.stage is Stage.APPROVED:
        return refused("approved_already")
    if standing.stage is Stage.DRAFT and standing.needed:
        return refused("not_proposed")
    if standing.mine:
        return refused("approved_by_you")
    return refused("blocked") if standing.blocked else agreed(LetGo(), "approved")


def delete(action: Delete, standing: Standing) -> StudioTurn:
    """An author takes a bulletin away; what is being sent of it is cancelled."""
    if not standing.writes:
        return refused("right_write")
    if standing.stage not in OPEN:
        return refused("over")
    if action.seal != standing.seal:
        return refused("old")
    return agreed(Remove(), "deleted")


def may_edit(standing: Standing) -> bool:
    """Whether this member may change the words. What is being sent keeps those it began with."""
    return standing.writes and standing.stage in OPEN


def may_approve(standing: Standing) -> bool:
    """Whether an approval of theirs would count now."""
    waits = standing.stage is Stage.PROPOSED or (standing.needed == 0 and standing.stage in OPEN)
    free = not standing.mine and standing.stage is not Stage.APPROVED
    return waits and free and not standing.blocked and _no_right(standing) is None


def _no_right(standing: Standing) -> StudioTurn | None:
    if standing.needed == 0 and standing.writes:
        return None
    if not standing.approves:
        return refused("right_approve")
    return refused("own") if standing.own and standing.needed else None
