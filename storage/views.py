"""Saved views of the desk's list: up to ten of each officer, of closed values only, sealed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers.folding import clean, has_letters
from handlers.listing import Choice, Facet, read
from storage.chance import random_id, shuffled
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.tables import views

MOST = 10
NAME_LETTERS = 40
UNDO_MINUTES = 10


@dataclass(frozen=True, slots=True)
class View:
    """A choice with a name. `gone` is the minute in which it was deleted: for ten minutes it can
    be taken back.
    """

    id: str
    name: str = field(repr=False)
    choice: Choice
    default: bool = False
    gone: datetime | None = None


async def of_member(tx: Tx, staff: bytes, now: datetime) -> tuple[View, ...]:
    """The views of a member in the order in which they were kept, those among them that can still
    be taken back.
    """
    row = await tx.row(select(views).where(views.c.staff == staff))
    return _opened(tx, staff, row, now)


def living(found: Sequence[View]) -> tuple[View, ...]:
    """Those that were not deleted."""
    return tuple(view for view in found if view.gone is None)


async def keep(tx: Tx, staff: bytes, name: str, choice: Choice, now: datetime) -> View | None:
    """Keep a choice under a name, in the place of a view that is called so; None where the name is
    none or too long, or there are ten already.
    """
    name = clean(name).replace("\n", " ")
    if not has_letters(name) or len(name) > NAME_LETTERS:
        return None
    found = await _held(tx, staff, now)
    called = next((view for view in living(found) if view.name == name), None)
    if called is not None:
        kept = replace(called, choice=choice)
        await _write(tx, staff, [kept if view.id == called.id else view for view in found])
        return kept
    if len(living(found)) >= MOST:
        return None
    kept = View(random_id().hex(), name, choice)
    await _write(tx, staff, [*found, kept])
    return kept


async def open_with(tx: Tx, staff: bytes, key: str | None, now: datetime) -> bool:
    """Let the list open with this view; None: with all tips. False for a view that is not there."""
    found = await _held(tx, staff, now)
    if key is not None and all(view.id != key for view in living(found)):
        return False
    await _write(tx, staff, [replace(view, default=view.id == key) for view in found])
    return True


async def drop(tx: Tx, staff: bytes, key: str, now: datetime) -> View | None:
    """Delete a view; None where there is none. It can be taken back for ten minutes."""
    found = await _held(tx, staff, now)
    gone = next((view for view in living(found) if view.id == key), None)
    if gone is None:
        return None
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    dropped = replace(gone, gone=minute)
    await _write(tx, staff, [dropped if view.id == key else view for view in found])
    return dropped


async def take_back(tx: Tx, staff: bytes, key: str, now: datetime) -> View | None:
    """Have a deleted view again; None where it is too late, or there are ten others by now."""
    found = await _held(tx, staff, now)
    gone = next((view for view in found if view.id == key and view.gone is not None), None)
    if gone is None or len(living(found)) >= MOST:
        return None
    other = any(view.default for view in living(found))
    back = replace(gone, gone=None, default=gone.default and not other)
    await _write(tx, staff, [back if view.id == key else view for view in found])
    return back


async def follow(tx: Tx, moved: Callable[[str], str]) -> None:
    """Let views that narrow to a place that is no more narrow to the one that it is now. All are
    sealed anew, in an order of chance, where one has to be.
    """
    rows = await tx.rows(select(views).with_for_update())
    held = {row.staff: _held_in(tx, row.staff, row.body) for row in rows}
    anew = {staff: [_moved(view, moved) for view in told] for staff, told in held.items()}
    if anew == held:
        return
    for staff in shuffled(list(anew)):
        body = _sealed(tx, staff, anew[staff])
        await tx.run(update(views).where(views.c.staff == staff).values(body=body))


def renewed(keys: Keys, row: Row[Any]) -> Mapping[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    return {"body": keys.reseal(Purpose.STAFF, row.body, _about(row.staff))}


async def _held(tx: Tx, staff: bytes, now: datetime) -> tuple[View, ...]:
    held = select(views).where(views.c.staff == staff).with_for_update()
    return _opened(tx, staff, await tx.row(held), now)


async def _write(tx: Tx, staff: bytes, found: Sequence[View]) -> None:
    told = [
        {
            "id": view.id,
            "name": view.name,
            "pairs": view.choice.pairs,
            "default": view.default,
            "gone": view.gone.isoformat() if view.gone else None,
        }
        for view in found
    ]
    mine = views.c.staff == staff
    if not told:
        await tx.run(delete(views).where(mine))
        return
    body = _sealed(tx, staff, told)
    if not await tx.run(update(views).where(mine).values(body=body)):
        await tx.run(insert(views).values(staff=staff, body=body))


def _opened(tx: Tx, staff: bytes, row: Row[Any] | None, now: datetime) -> tuple[View, ...]:
    if row is None:
        return ()
    earliest = now - timedelta(minutes=UNDO_MINUTES)
    found = []
    for told in _held_in(tx, staff, row.body):
        gone = datetime.fromisoformat(told["gone"]) if told["gone"] else None
        # What a view means is read as an address is: a value that is none any more is left out.
        choice = read(dict(told["pairs"]))
        if gone is None or gone > earliest:
            found.append(View(told["id"], told["name"], choice, told["default"], gone))
    return tuple(found)


def _held_in(tx: Tx, staff: bytes, body: bytes) -> list[dict[str, Any]]:
    plain = tx.keys.open_sealed(Purpose.STAFF, body, _about(staff))
    told: list[dict[str, Any]] = json.loads(plain)["views"]
    return told


def _moved(view: dict[str, Any], moved: Callable[[str], str]) -> dict[str, Any]:
    """What a view says after a change of the map."""
    pairs = [
        [name, moved(value) if name == Facet.PLACE else value] for name, value in view["pairs"]
    ]
    return view | {"pairs": pairs}


def _sealed(tx: Tx, staff: bytes, told: list[dict[str, Any]]) -> bytes:
    plain = json.dumps({"views": told}, ensure_ascii=False).encode()
    return tx.keys.seal(Purpose.STAFF, plain, _about(staff))


def _about(staff: bytes) -> bytes:
    return b"views" + bytes(staff)
