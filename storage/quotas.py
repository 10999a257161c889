"""How many messages of its month a bot has used: taken in blocks before they are sent."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Tx
from storage.tables import quotas


async def take(tx: Tx, account: int, month: date, block: int) -> int:
    """Count `block` messages of the month that begins on the day `month`; how many are counted
    now. Several processes that take at once each get their own. A block that was not used up is
    given back by taking less than none.
    """
    into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(quotas)
    added = into.values(account=account, month=month, used=block, told=0)
    taken = added.on_conflict_do_update(
        index_elements=["account", "month"],
        set_={"used": quotas.c.used + added.excluded.used},
    ).returning(quotas.c.used)
    row = await tx.row(taken)
    if row is None:
        raise RuntimeError("a quota that was just written is not there")
    return int(row.used)


async def used(tx: Tx, account: int, month: date) -> int:
    """How many are counted, 0 where nothing was sent yet."""
    where = (quotas.c.account == account) & (quotas.c.month == month)
    row = await tx.row(select(quotas.c.used).where(where))
    return int(row.used) if row is not None else 0


async def tell(tx: Tx, account: int, month: date, level: int) -> bool:
    """Keep that the operator is told of `level` (per cent): True for the first who asks, False for
    everybody after that, and once a higher level was told. Only after something was taken.
    """
    where = (quotas.c.account == account) & (quotas.c.month == month) & (quotas.c.told < level)
    return await tx.run(update(quotas).where(where).values(told=level)) > 0
