"""Who receives bulletins: one sealed address each, and beside it in clear what they chose.

Nothing here is shared with tips: no key, no column, no counter. Who stops is forgotten at once, and
their number never comes back.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, false, func, insert, or_, select, update

from handlers.languages import Language
from handlers.subscriptions import (
    MOST_PLACES,
    WHOLE_COUNTRY,
    PartOfDay,
    Span,
    Subscription,
    mask_of,
    number_of,
    province_of,
    span_of,
    topics_of,
)
from storage import moved_since
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.tables import subscribers

BUCKET = 1_000
"""How many numbers of subscribers make a bucket of `buckets`."""

_LANGUAGES, _PARTS = tuple(Language), tuple(PartOfDay)
_PLACES = (subscribers.c.place_1, subscribers.c.place_2, subscribers.c.place_3)
# An address of a chat app is a short number: padded to one size, which a million rows can afford.
_SHORT_BYTES = 32
_STOPPED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reach:
    """Who a sending is for: who chose one of the topics (as bits), has a place within one of the
    spans (both ends included), is not paused on that day, and is numbered up to `high_water`.
    """

    topic_bits: int
    spans: tuple[Span, ...]
    today: date
    high_water: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How many subscribers there are; accounts and parts of the day without any are left out."""

    total: int
    by_account: dict[int, int]
    by_part: dict[PartOfDay, int]


@dataclass(frozen=True, slots=True)
class Bucket:
    """`count` subscribers of one account and part, numbered `number * BUCKET` and on."""

    account: int
    part: PartOfDay
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody a bulletin goes to. `province` is that of the place for which it does; 0 stands for
    the whole country.
    """

    id: int
    address: str = field(repr=False)
    language: Language
    province: int
    per_week: int


async def of(tx: Tx, account: int, address: str) -> Subscription | None:
    """What this chat chose; None when it does not subscribe."""
    row = await tx.row(select(subscribers).where(_is(tx, account, address)))
    return _opened(row) if row is not None else None


async def keep(tx: Tx, account: int, address: str, subscription: Subscription, today: date) -> None:
    """Subscribe, or change what was chosen. Of `today` only the month is kept, and only the first
    time. Raises ValueError unless there are one to three places.
    """
    if not 1 <= len(subscription.places) <= MOST_PLACES:
        raise ValueError("a subscription has one to three places")
    places = await moved_since.chosen_places(tx, subscription.places)
    subscription = replace(subscription, places=places)
    key = tx.keys.mac(Purpose.SUBSCRIBERS, _named(account, address))
    values = _values(subscription) | {"fingerprint": key, "address": _sealed(tx, key, address)}
    if await tx.run(update(subscribers).where(_is(tx, account, address)).values(**values)):
        return
    joined = today.replace(day=1)
    await tx.run(insert(subscribers).values(account=account, joined=joined, **values))


async def pause(tx: Tx, account: int, address: str, until: date | None) -> bool:
    """Send nothing before that day; None: go on at once. False for who does not subscribe."""
    where = _is(tx, account, address)
    return await tx.run(update(subscribers).where(where).values(paused_until=until)) > 0


async def stop(tx: Tx, account: int, address: str) -> bool:
    """Forget the subscription; False when there was none."""
    return await tx.run(delete(subscribers).where(_is(tx, account, address))) > 0


async def stop_all(tx: Tx, ids: Collection[int]) -> int:
    """Forget those whose chats are gone; how many there were."""
    numbers, gone = sorted(ids), 0
    for at in range(0, len(numbers), _STOPPED_AT_ONCE):
        some = numbers[at : at + _STOPPED_AT_ONCE]
        gone += await tx.run(delete(subscribers).where(subscribers.c.id.in_(some)))
    return gone


async def high_water(tx: Tx) -> int:
    """The highest number of a subscriber, 0 when there are none."""
    row = await tx.row(select(func.max(subscribers.c.id).label("highest")))
    return int(row.highest or 0) if row is not None else 0


async def count(tx: Tx, reach: Reach, *, without: Collection[int] = ()) -> Counted:
    """How many a bulletin would go to, as it stands now; the accounts `without` do not count."""
    grouped = (subscribers.c.account, subscribers.c.part)
    asked = select(*grouped, func.count().label("many")).where(where(reach)).group_by(*grouped)
    if without:
        asked = asked.where(subscribers.c.account.not_in(without))
    by_account, by_part = Counter[int](), Counter[PartOfDay]()
    for row in await tx.rows(asked):
        by_account[row.account] += row.many
        by_part[part_of(row.part)] += row.many
    return Counted(by_account.total(), dict(by_account), dict(by_part))


async def by_place(tx: Tx) -> Counter[str]:
    """How many chose each place, by its code of two or five digits, or `*`; whoever chose three
    counts at each.
    """
    found = Counter[str]()
    for column in _PLACES:
        asked = select(column.label("place"), func.count().label("many")).group_by(column)
        for row in await tx.rows(asked.where(column.is_not(None))):
            found[_code_of(row.place).rpartition("/")[2]] += row.many
    return found


async def of_account(tx: Tx, account: int) -> int:
    """How many subscribe over an account, those who pause too."""
    asked = select(func.count()).where(subscribers.c.account == account)
    row = await tx.row(asked)
    return int(row[0]) if row is not None else 0


async def page(
    tx: Tx, reach: Reach, *, account: int, part: PartOfDay | None, first: int, last: int, limit: int
) -> tuple[Reader, ...]:
    """The first `limit` of the subscribers `first` to `last` of an account, by number; of one part
    of the day, or of all. Go on with the last one's number plus one. Raises Unopenable.
    """
    asked = select(subscribers).where(
        subscribers.c.id.between(first, last), subscribers.c.account == account, where(reach)
    )
    if part is not None:
        asked = asked.where(subscribers.c.part == number_of_part(part))
    rows = await tx.rows(asked.order_by(subscribers.c.id).limit(limit))
    return tuple(_reader(tx, row, reach.spans) for row in rows)


async def buckets(tx: Tx, reach: Reach, first: int, last: int) -> tuple[Bucket, ...]:
    """How the subscribers `first` to `last` are spread, by account, part and bucket."""
    number = (subscribers.c.id // BUCKET).label("number")
    asked = (
        select(subscribers.c.account, subscribers.c.part, number, func.count().label("many"))
        .where(subscribers.c.id.between(first, last), where(reach))
        # By its name: PostgreSQL takes the same division with another parameter for another one.
        .group_by(subscribers.c.account, subscribers.c.part, "number")
        .order_by(subscribers.c.account, subscribers.c.part, "number")
    )
    rows = await tx.rows(asked)
    return tuple(Bucket(row.account, part_of(row.part), row.number, row.many) for row in rows)


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    old = bytes(row.fingerprint)
    address = keys.open_sealed(Purpose.SUBSCRIBERS, row.address, old).decode()
    new = keys.mac(Purpose.SUBSCRIBERS, _named(row.account, address))
    return {
        "fingerprint": new,
        "address": keys.reseal(Purpose.SUBSCRIBERS, row.address, old, new),
    }


def where(reach: Reach) -> ColumnElement[bool]:
    """Who a sending is for, as a condition; for storage alone."""
    spans, until = merged(reach.spans), subscribers.c.paused_until
    if not spans or not reach.topic_bits:
        return false()
    everywhere = span_of(WHOLE_COUNTRY)
    conditions = [
        subscribers.c.id <= reach.high_water,
        subscribers.c.topics.bitwise_and(reach.topic_bits) != 0,
        until.is_(None) | (until <= reach.today),
    ]
    if spans != (everywhere,):
        # Intervals and not a list of places: with a list SQLite takes fifty times as long.
        within = [place.between(span.first, span.last) for place in _PLACES for span in spans]
        conditions.append(or_(*within))
    return and_(*conditions)


def merged(spans: Collection[Span]) -> tuple[Span, ...]:
    """The same places in as few spans as can be, in order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: each.first):
        if found and span.first <= found[-1].last + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return tuple(found)


def number_of_part(part: PartOfDay) -> int:
    """How a part of the day is stored, here and in slices."""
    return _PARTS.index(part)


def part_of(number: int) -> PartOfDay:
    """The part of the day that is stored so."""
    return _PARTS[number]


def _values(subscription: Subscription) -> dict[str, Any]:
    numbers = [*map(number_of, subscription.places), None, None]
    return {
        "language": _LANGUAGES.index(subscription.language),
        "topics": mask_of(subscription.topics, bell=subscription.bell),
        "place_1": numbers[0],
        "place_2": numbers[1],
        "place_3": numbers[2],
        "per_week": subscription.per_week,
        "part": number_of_part(subscription.part),
        "paused_until": subscription.paused_until,
    }


def _opened(row: Row[Any]) -> Subscription:
    topics, bell = topics_of(row.topics)
    return Subscription(
        topics=topics,
        places=tuple(map(_code_of, _numbers(row))),
        per_week=row.per_week,
        part=part_of(row.part),
        language=_LANGUAGES[row.language],
        bell=bell,
        paused_until=row.paused_until,
    )


def _reader(tx: Tx, row: Row[Any], spans: tuple[Span, ...]) -> Reader:
    key = bytes(row.fingerprint)
    address = tx.keys.open_sealed(Purpose.SUBSCRIBERS, row.address, key).decode()
    meant = next(
        number for number in _numbers(row) for span in spans if span.first <= number <= span.last
    )
    return Reader(row.id, address, _LANGUAGES[row.language], province_of(meant), row.per_week)


def _numbers(row: Row[Any]) -> list[int]:
    return [each for each in (row.place_1, row.place_2, row.place_3) if each is not None]


def _code_of(number: int) -> str:
    if number == 0:
        return WHOLE_COUNTRY
    commune = number - span_of(f"{province_of(number):02}").first
    return f"{province_of(number):02}" + (f"/{commune:05}" if commune else "")


def _is(tx: Tx, account: int, address: str) -> ColumnElement[bool]:
    keys = tx.keys.macs(Purpose.SUBSCRIBERS, _named(account, address))
    return subscribers.c.fingerprint.in_(keys)


def _sealed(tx: Tx, key: bytes, address: str) -> bytes:
    plain = address.encode()
    size = _SHORT_BYTES if len(plain) < _SHORT_BYTES else None
    return tx.keys.seal(Purpose.SUBSCRIBERS, plain, key, size=size)


def _named(account: int, address: str) -> bytes:
    return account.to_bytes(4) + address.encode()
