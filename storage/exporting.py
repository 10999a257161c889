"""One tip for an authority: its holder asks, a second person agrees, the first fetches it once.

The request stands in the tip's sealed record and goes with it. It counts only while everything is
as it was: the same holder and responsible unit, the police only where they may read the tip.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from handlers import alphabet, routing
from handlers.exports import EXPORT_HOURS, MOST_LETTERS, Authority, Reason, Request
from handlers.folding import clean
from handlers.moderators.actions import HELD
from handlers.replies import Change
from handlers.roles import READERS_OF_TIPS
from handlers.routing import Tree, UnitKind
from handlers.tips import FILES, Author, Category, Kind, Status, police_allowed
from storage import audit, cases, readers, record, staff, stored, stranded, thread, units
from storage.audit import Act
from storage.cards import records
from storage.cases import Held
from storage.database import Tx
from storage.days import local_day
from storage.record import Record
from storage.staff import Member
from storage.tables import tips
from storage.tips import PictureData

MOST_BYTES = 64 * 1024 * 1024
"""Files beyond are named, and left out: the export is made in memory."""

_TAKEN = frozenset({Kind.STORY, Kind.ADDITION, Kind.QUESTION, Kind.ANSWER, Kind.CLOSING, *FILES})
"""Whatever else stands in a thread stays: who the worker is, notes, what the house said; and what
an officer took back.
"""


class Why(StrEnum):
    """Why something was refused. NOT_YOURS: no right or no such tip."""

    NOT_YOURS = "not_yours"
    NOT_HOLDER = "not_holder"
    NO_POLICE = "no_police"
    EMPTY = "empty"
    LONG = "long"
    PENDING = "pending"
    NOBODY = "nobody"
    NONE = "none"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True, slots=True)
class View:
    """What the holder's page shows: the request, if one counts, and the names of who may agree (or
    who did). `police` says whether an export for the police can be asked for.
    """

    request: Request | None
    names: tuple[str, ...] = field(repr=False)
    police: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for somebody: nothing of the tip but its nickname and category."""

    tip: bytes = field(repr=False)
    nickname: str
    category: Category
    by: str = field(repr=False)
    unit: str
    request: Request


@dataclass(frozen=True, slots=True)
class Item:
    """One part of the thread as it is exported. `day` stands in what the unit wrote only; `file` is
    the number of a file, 0 for words.
    """

    kind: Kind
    author: Author
    words: str = field(repr=False)
    day: date | None
    file: int = 0


@dataclass(frozen=True, slots=True)
class Export:
    """What goes into the file. `files` by number; one that was too large is named without bytes."""

    nickname: str
    unit: str
    category: Category
    place: str = field(repr=False)
    day: date
    danger: bool
    request: Request
    items: tuple[Item, ...] = field(repr=False)
    files: Mapping[int, PictureData | None] = field(repr=False)


async def look(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> View | Why:
    """How it stands with the export of a tip, for its holder."""
    held = await _held(tx, officer, tip)
    if isinstance(held, Why):
        return held
    known = held.record
    request = await _standing(tx, known, now)
    people: tuple[Member, ...]
    if request is not None and request.agreed:
        agreed = await staff.by_id(tx, bytes.fromhex(request.agreed))
        people = (agreed,) if agreed is not None else ()
    else:
        people = await _seconds(tx, known, officer.hex())
    names = tuple(sorted((each.name for each in people), key=alphabet.key))
    return View(request, names, _police_may(known))


async def ask(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    authority: Authority,
    reason: Reason,
    words: str,
    now: datetime,
) -> Request | Why:
    """Ask for it; only who holds the tip, and for the police only where they may read it."""
    words = clean(words)
    held = await _held(tx, officer, tip, lock=True)
    if isinstance(held, Why):
        return held
    known = held.record
    if authority is Authority.POLICE and not _police_may(known):
        return Why.NO_POLICE
    if not words or len(words) > MOST_LETTERS:
        return Why.LONG if words else Why.EMPTY
    if _counting(known, now) is not None:
        return Why.PENDING
    if not await _seconds(tx, known, officer.hex()):
        return Why.NOBODY
    until = now + timedelta(hours=EXPORT_HOURS)
    request = Request(officer.hex(), known.unit, authority, reason, words, until)
    await _write(tx, tip, known, request)
    await _note(tx, Act.EXPORT_ASKED, officer, tip, request, now)
    return request


async def withdraw(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Request | Why:
    """The holder needs it no more."""
    held = await _held(tx, officer, tip, lock=True)
    if isinstance(held, Why):
        return held
    request = _counting(held.record, now)
    if request is None:
        return Why.NONE
    await _write(tx, tip, held.record, None)
    await _note(tx, Act.EXPORT_REFUSED, officer, tip, request, now)
    return request


async def waiting(tx: Tx, officer: bytes, now: datetime) -> tuple[Waiting, ...]:
    """The requests that this officer may agree to, the oldest first. Whether they may read the tip
    does not matter: nothing of it is shown.
    """
    found = []
    for tip, known, _ in await records(tx):
        request = await _standing(tx, known, now)
        if request is None or request.agreed:
            continue
        if officer in {each.id for each in await _seconds(tx, known, request.by)}:
            asker = await staff.by_id(tx, bytes.fromhex(request.by))
            name, unit = asker.name if asker else "", await units.name_of(tx, known.unit)
            found.append(Waiting(tip, known.nickname, known.category, name, unit, request))
    return tuple(sorted(found, key=lambda each: each.request.until))


async def decide(
    tx: Tx, officer: bytes, tip: bytes, now: datetime, *, agreed: bool
) -> Request | Why:
    """The second person agrees, or does not: then the request is gone."""
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    known = record.unseal(tx.keys, tip, row.record) if row is not None else None
    request = await _standing(tx, known, now) if known is not None else None
    if known is None or request is None or request.agreed:
        return Why.NOT_YOURS
    if officer not in {each.id for each in await _seconds(tx, known, request.by)}:
        return Why.NOT_YOURS
    await _write(tx, tip, known, replace(request, agreed=officer.hex()) if agreed else None)
    act = Act.EXPORT_CONFIRMED if agreed else Act.EXPORT_REFUSED
    await _note(tx, act, officer, tip, request, now)
    return request


async def take(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Export | Why:
    """What goes into the file, once: the request is gone with it."""
    held = await _held(tx, officer, tip, lock=True)
    if isinstance(held, Why):
        return held
    known = held.record
    request = await _standing(tx, known, now)
    if request is None or not request.agreed:
        return Why.NOT_AGREED if request is not None else Why.NONE
    items, files = await _content(tx, held)
    await _write(tx, tip, known, None)
    await _note(tx, Act.EXPORTED, officer, tip, request, now)
    return Export(
        nickname=known.nickname,
        unit=await units.name_of(tx, known.unit),
        category=known.category,
        place=known.place.label if known.place else "",
        day=held.day,
        danger=known.danger,
        request=request,
        items=items,
        files=files,
    )


async def void(tx: Tx, now: datetime) -> tuple[bytes, ...]:
    """The tips with a request that does not count any more."""
    found = await records(tx)
    return tuple(tip for tip, known, _ in found if known.export and not _counting(known, now))


async def forget(tx: Tx, now: datetime) -> int:
    """Take requests out that do not count any more; how many they were."""
    over = await void(tx, now)
    for tip in sorted(over):
        row = await stored.row_where(tx, tips.c.id == tip, lock=True)
        known = record.unseal(tx.keys, tip, row.record) if row is not None else None
        if known is not None and _counting(known, now) is None:
            await _write(tx, tip, known, None)
    return len(over)


def _counting(known: Record, now: datetime) -> Request | None:
    """The request of a tip, unless its time is over or something changed since."""
    request = known.export
    if request is None or now >= request.until:
        return None
    if known.holder != request.by or known.unit != request.unit:
        return None
    if request.authority is Authority.POLICE and not _police_may(known):
        return None
    return request


async def _standing(tx: Tx, known: Record, now: datetime) -> Request | None:
    """The same; it waits for somebody again where who agreed reads no more where they did."""
    request = _counting(known, now)
    if request is None or not request.agreed:
        return request
    second = await staff.by_id(tx, bytes.fromhex(request.agreed))
    tree = await units.tree(tx)
    near = _line(tree, known) if tree is not None else ()
    holds = second is not None and any(_reads_at(second, unit) for unit in near)
    return request if holds else replace(request, agreed="")


def _police_may(known: Record) -> bool:
    return known.police_may_read and police_allowed(known.category)


async def _held(tx: Tx, officer: bytes, tip: bytes, *, lock: bool = False) -> Held | Why:
    """The tip, if this officer holds (or held, when it was closed) it at the responsible unit."""
    held = await cases.hold(tx, officer, tip, lock=lock)
    if held is None:
        return Why.NOT_YOURS
    known = held.record
    is_held = known.status in (*HELD, Status.CLOSED) and known.holder == officer.hex()
    if not is_held or known.unit not in await staff.units_read_by(tx, officer):
        return Why.NOT_HOLDER
    return held


async def _seconds(tx: Tx, known: Record, asker: str) -> tuple[Member, ...]:
    """Who may agree: the others who read at the responsible unit; where there are none, those of
    the nearest unit above that has some and is not shut out.
    """
    can_enter, tree = await stranded.staff_can_enter(tx), await units.tree(tx)
    if tree is None:
        return ()
    others = [
        member
        for member in await staff.members(tx)
        if can_enter(member)
        and member.id.hex() != asker
        and not readers.has_stepped_back(known, member.id)
    ]
    for unit in _line(tree, known):
        found = tuple(each for each in others if _reads_at(each, unit))
        if found:
            return found
    return ()


def _line(tree: Tree, known: Record) -> tuple[str, ...]:
    """The responsible unit, and those above that may learn of the tip."""
    out = routing.barred(tree, known.excluded)
    above = [
        unit.id
        for unit in tree.ancestors(known.unit)
        if unit.kind is UnitKind.UNION and not tree.is_inside(unit) and unit.id not in out
    ]
    return (known.unit, *above)


def _reads_at(member: Member, unit: str) -> bool:
    return any(at == unit and role in READERS_OF_TIPS for at, role in member.grants)


async def _content(tx: Tx, held: Held) -> tuple[tuple[Item, ...], Mapping[int, PictureData | None]]:
    items: list[Item] = []
    files: dict[int, PictureData | None] = {}
    room = MOST_BYTES
    for part in await thread.load(tx, held.tip, held.case, held.record.end):
        if part.kind not in _TAKEN or part.change is Change.WITHDRAWN:
            continue
        number = 0
        if part.kind in FILES:
            number = len(files) + 1
            data = await thread.file(tx, held.tip, held.case, part)
            files[number] = PictureData(part.mime, data) if len(data) <= room else None
            room -= len(data) if len(data) <= room else 0
        day = local_day(part.minute) if part.minute else None
        items.append(Item(part.kind, part.author, part.words, day, number))
    return tuple(items), files


async def _write(tx: Tx, tip: bytes, known: Record, request: Request | None) -> None:
    await stored.write_record(tx, tip, replace(known, export=request), quiet=True)


async def _note(tx: Tx, act: Act, by: bytes, tip: bytes, request: Request, now: datetime) -> None:
    note = f"{request.authority} {request.reason}"
    await audit.write(tx, act, staff=by, tip=tip, unit=request.unit, minute=now, note=note)
