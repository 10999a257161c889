"""What somebody chose before the map changed, and sends only now, follows as the rest did."""

from collections.abc import Iterator

from handlers.places import Place
from handlers.subscriptions import WHOLE_COUNTRY
from storage import atlas, place_tables
from storage.database import Tx
from storage.places import Places
from storage.places.changes import Changes, bare_of, kept_as


async def place(tx: Tx, chosen: Place | None) -> Place | None:
    """The place of a tip as it is called now."""
    places = await atlas.current(tx)
    if chosen is None or _is_of_today(chosen, places):
        return chosen
    for changes in await _changes(tx):
        if (now := changes.place(chosen)) != chosen:
            return now
    return chosen


async def chosen_places(tx: Tx, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The places of a subscription as they are now."""
    places = await atlas.current(tx)
    if all(_is_kept(code, places) for code in chosen):
        return chosen
    for changes in await _changes(tx):
        if (now := changes.chosen(chosen)) != chosen:
            return now
    return chosen


def _is_of_today(chosen: Place, places: Places) -> bool:
    known = [places.by_code(code) for code in (chosen.codes or (chosen.code,))]
    return all(each and each.province_code == chosen.province_code for each in known)


def _is_kept(code: str, places: Places) -> bool:
    known = places.by_code(bare_of(code))
    return code == WHOLE_COUNTRY or (known is not None and kept_as(known) == code)


async def _changes(tx: Tx) -> Iterator[Changes]:
    """From each older version to the present one, the newest first."""
    held = await place_tables.newest(tx)
    before = await place_tables.before(tx) if held is not None else ()
    return (Changes.between(older, held) for older in before if held is not None)
