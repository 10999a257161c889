"""What subscribers chose follows a change of the map: nobody loses a place."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from handlers.subscriptions import number_of
from storage.database import Tx
from storage.places.changes import Changes, kept_as
from storage.tables import subscribers

_PLACES = (subscribers.c.place_1, subscribers.c.place_2, subscribers.c.place_3)
_AT_ONCE = 300


async def follow(tx: Tx, changes: Changes, *, is_real: bool) -> int:
    """How many subscribers are at places that change."""
    codes = {number_of(kept_as(place)): kept_as(place) for place in changes.before.values()}
    moved = sorted(number for number, code in codes.items() if changes.chosen((code,)) != (code,))
    met: dict[int, Sequence[int]] = {}
    for at in range(0, len(moved), _AT_ONCE):
        some = moved[at : at + _AT_ONCE]
        asked = select(subscribers.c.id, *_PLACES).where(or_(*(p.in_(some) for p in _PLACES)))
        for row in await tx.rows(asked):
            met[row.id] = _numbers(row)
    if is_real:
        await tx.run(_ANEW, [_values(key, held, codes, changes) for key, held in met.items()])
    return len(met)


def _numbers(row: Row[Any]) -> list[int]:
    held: tuple[int | None, ...] = (row.place_1, row.place_2, row.place_3)
    return [each for each in held if each is not None]


_ANEW = (
    update(subscribers)
    .where(subscribers.c.id == bindparam("at"))
    .values(place_1=bindparam("first"), place_2=bindparam("second"), place_3=bindparam("third"))
)


def _values(
    key: int, held: Sequence[int], codes: dict[int, str], changes: Changes
) -> dict[str, int | None]:
    # What was no place before stays as it is: the person is told so, and chooses again.
    chosen = [number for number in held if number in codes]
    now = [number_of(code) for code in changes.chosen(tuple(codes[each] for each in chosen))]
    rest = [number for number in held if number not in codes]
    first, second, third = (*(*now, *rest)[:3], None, None)[:3]
    return {"at": key, "first": first, "second": second, "third": third}
