"""Cards of tips in groups: which there are, what has to be done about them, what came of it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select

from handlers.tips import Category, Status
from storage import bundles, desk_groups, outbox, readers, record, staff, stored, units
from storage.cards import Card, bundled, card_of, records
from storage.chance import random_bytes
from storage.database import Tx
from storage.desk_groups import Group
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.record import Post, Record
from storage.tables import tips

HANDLE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Posting:
    """A card that is to be shown in a group: what stands on it, and where it stands already."""

    group: Group
    card: Card
    post: Post = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many cards of tips that are gone still stand in a group: `waiting` could not be taken
    away yet and will be tried again, `left` were given up.
    """

    group: Group
    waiting: int
    left: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What decides whether a tip's words may be read in an officer's chat: `allowed` is the choice
    of the unit, for any of its groups; `shuts_out`: somebody is named who must not see it.
    """

    unit: str
    category: Category
    allowed: bool
    shuts_out: bool


async def by_handle(tx: Tx, group: Group, handle: str) -> bytes | None:
    """The tip whose card in `group` carries this handle."""
    for tip, known, _ in await records(tx):
        if any((post.group, post.handle) == (group.id.hex(), handle) for post in known.posts):
            return tip
    return None


async def catch_up(tx: Tx, group: Group) -> int:
    """Write letters for the cards of all tips that the unit of `group` has open, to a group that
    has just become its desk; how many. A tip whose hour has not come yet is not among them.
    """
    called = 0
    for tip, known, _ in await records(tx):
        is_open = known.status not in (Status.RECEIVED, Status.CLOSED)
        if known.lead or await stored.waits_for_lead(tx, known):
            continue
        if is_open and known.unit == group.unit and post_in(known, group.id) is None:
            letter = Letter(LetterKind.POST, tip, group.unit, AT_ONCE, group=group.id)
            await outbox.write(tx, letter)
            called += 1
    return called


async def take_all(tx: Tx, group: Group) -> None:
    """Take every card out of a group that is about to be nobody's desk."""
    for _, known, _ in await records(tx):
        post = post_in(known, group.id)
        if post is not None and post.message:
            # Nobody will know then where the group was.
            erasure = stored.erasure(group.unit, group.id, post)
            await outbox.write(tx, replace(erasure, to=group.chat))


async def reach(tx: Tx, tip: bytes) -> Reach | None:
    """Where the tip's words may be read."""
    row = await tx.row(select(tips.c.record).where(tips.c.id == tip))
    if row is None:
        return None
    known = record.unseal(tx.keys, tip, row.record)
    groups = await desk_groups.of_unit(tx, known.unit)
    allowed = any(group.reading for group in groups)
    return Reach(known.unit, known.category, allowed, bool(known.excluded))


async def posting(tx: Tx, letter: Letter, now: datetime) -> Posting | None:
    """What a POST or REFRESH letter has to show; a POST gets its handle here, before it is sent, so
    that a card whose arrival is unknown can still be pressed. None when there is nothing (any more)
    to show in that group.
    """
    group = await desk_groups.by_id(tx, letter.group)
    row = await stored.row_where(tx, tips.c.id == letter.tip, lock=True)
    if group is None or row is None:
        return None
    known = record.unseal(tx.keys, letter.tip, row.record)
    may_read = await readers.reading(tx, known, (group.unit,))
    if not may_read or await stored.waits_for_lead(tx, known):
        return None
    post = post_in(known, group.id)
    # At its own desk the card of its lead stands for it.
    is_under = bool(known.lead) and group.unit == known.unit
    if post is None and (is_under or letter.kind is LetterKind.REFRESH):
        return None
    if post is not None and post.message and letter.kind is LetterKind.POST:
        # It was called for twice, and stands there.
        return None
    if post is None:
        post = Post(group.id.hex(), random_bytes(HANDLE_BYTES).hex())
        await _keep(tx, letter.tip, known, post)
    holder = await staff.by_id(tx, bytes.fromhex(known.holder)) if known.holder else None
    people = {known.holder: holder} if known.holder and holder else {}
    reads = frozenset({group.unit})
    card = card_of(letter.tip, known, row.day, b"", people, now, reads=reads)
    rest = {
        each: other
        for each, other in (await bundles.others(tx, letter.tip, known)).items()
        if await readers.reading(tx, other, reads)
    }
    return Posting(group, bundled(card, known, rest | {letter.tip: known}, now), post)


async def standing(tx: Tx) -> tuple[Standing, ...]:
    """For each group what is left there of tips that are gone. What nobody has tried yet to take
    away is not counted.
    """
    tried = [
        letter
        for letter in await outbox.waiting(tx)
        if letter.kind is LetterKind.ERASE and letter.due != AT_ONCE
    ]
    return tuple(
        Standing(group, sum(len(e.messages) for e in tried if e.group == group.id), group.left)
        for group in await desk_groups.every(tx)
    )


async def is_urgent(tx: Tx, letter: Letter) -> bool:
    """Whether a card of this tip may leave at any minute."""
    row = await tx.row(select(tips.c.record).where(tips.c.id == letter.tip))
    known = record.unseal(tx.keys, letter.tip, row.record) if row is not None else None
    return known is not None and (known.danger or await units.shows_at_once(tx, letter.unit))


async def in_danger(tx: Tx, wanted: Collection[bytes]) -> frozenset[bytes]:
    """Those of the tips that tell of somebody in danger."""
    rows = await tx.rows(select(tips.c.id, tips.c.record).where(tips.c.id.in_(wanted)))
    return frozenset(
        bytes(row.id) for row in rows if record.unseal(tx.keys, row.id, row.record).danger
    )


async def place(tx: Tx, tip: bytes, post: Post) -> bool:
    """Keep where the card stands; False when its group may not have it (any more)."""
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    known = record.unseal(tx.keys, tip, row.record) if row is not None else None
    if known is None or post_in(known, bytes.fromhex(post.group)) is None:
        return False
    await _keep(tx, tip, known, post)
    return True


async def place_pressed(tx: Tx, tip: bytes, group: bytes, message: int) -> None:
    """A card was pressed: so it stands there, should that not be known."""
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    known = record.unseal(tx.keys, tip, row.record) if row is not None else None
    post = post_in(known, group) if known is not None else None
    if known is not None and post is not None and not post.message:
        await _keep(tx, tip, known, replace(post, message=message))


async def lose(tx: Tx, tip: bytes, unit: str, group: bytes) -> None:
    """The card is not there any more: a new one has to be posted."""
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    if row is None:
        return
    known = record.unseal(tx.keys, tip, row.record)
    left = tuple(post for post in known.posts if post.group != group.hex())
    if left != known.posts:
        await stored.write_record(tx, tip, replace(known, posts=left))
        await outbox.write(tx, Letter(LetterKind.POST, tip, unit, AT_ONCE, group=group))


def post_in(known: Record, group: bytes) -> Post | None:
    """The card of a tip in this group."""
    return next((post for post in known.posts if post.group == group.hex()), None)


async def _keep(tx: Tx, tip: bytes, known: Record, post: Post) -> None:
    others = tuple(each for each in known.posts if each.group != post.group)
    await stored.write_record(tx, tip, replace(known, posts=(*others, post)))
