"""Which bulletins expire within a month, and whose authors are to be told of it now: once each.

Nothing is kept of a single bulletin. A day is: whoever's thirtieth day before the end lies after it
was not told yet.
"""

from datetime import date, timedelta

from broadcasts.checks import WARNING_DAYS, expires_soon
from handlers.bulletins import Bulletin
from storage import bulletins, expiry_days, units
from storage.database import Tx

_AHEAD = timedelta(days=WARNING_DAYS)


async def ending(tx: Tx, today: date) -> tuple[Bulletin, ...]:
    """Every bulletin that is not deleted and whose last day is one of the next thirty, or today;
    the earliest first. What was sent is among them: it stands on our pages until then.
    """
    tree = await units.tree(tx)
    every = await bulletins.of_units(tx, [each.id for each in tree.all] if tree is not None else [])
    found = [each for each in every if expires_soon(each.content, today)]
    return tuple(sorted(found, key=lambda each: (_last(each), each.id)))


async def take_untold(tx: Tx, today: date) -> tuple[Bulletin, ...]:
    """Those of them whose authors were not told yet. Whoever takes them tells: they do not come
    again, neither here nor in another process.
    """
    before = await expiry_days.advance(tx, today)
    if before is None:
        return ()
    # Whoever's thirty days had begun by then was told, or saw it when it was written.
    return tuple(each for each in await ending(tx, today) if _last(each) - _AHEAD > before)


def _last(bulletin: Bulletin) -> date:
    return bulletin.content.expires_on or date.max
