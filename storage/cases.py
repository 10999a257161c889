"""Tips from the desk's side; every function re-checks, in its transaction, the officer's right."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from handlers import telling
from handlers.folding import clean
from handlers.moderators.actions import HELD
from handlers.replies import NOTHING, Change, Extras, Pick
from handlers.telling import Telling
from handlers.tips import (
    FILES,
    OF_IDENTITY,
    Author,
    Kind,
    Move,
    Outcome,
    Status,
    after,
    kind_of_file,
    moves_from,
    said_who,
)
from storage import (
    audit,
    bell,
    bundles,
    identity,
    knocks,
    record,
    rising,
    staff,
    stored,
    thread,
    timing,
    units,
)
from storage.audit import Act
from storage.cards import Card, bundled, card_of, cards, holder_of, mark_of, sight_of
from storage.crypto import CaseKey
from storage.database import Tx
from storage.days import VIETNAM, local_day
from storage.outbox import AT_ONCE
from storage.record import Record
from storage.staff import Member
from storage.tables import tips
from storage.thread import NewPart, Part
from storage.tips import PictureData

__all__ = [
    "Card",
    "Case",
    "Done",
    "Entry",
    "Held",
    "No",
    "Refusal",
    "answer",
    "ask",
    "cards",
    "claim",
    "close",
    "hold",
    "holder_name",
    "mark_of",
    "not_held",
    "open_case",
    "picture",
    "read_who",
    "reads_at_desk",
    "see",
]


class No(StrEnum):
    """Why something was refused. NOT_YOURS means no right or no such tip: the same answer. TOO_LATE
    and CHANGED are for an undo. ELSEWHERE: another unit is responsible by now; NOT_YET: its holder
    was here a short while ago; NO_READER: whoever shall get it does not read at its desk.
    """

    NOT_YOURS = "not_yours"
    TAKEN = "taken"
    WRONG_STATUS = "wrong_status"
    EMPTY = "empty"
    TOO_LATE = "too_late"
    CHANGED = "changed"
    ELSEWHERE = "elsewhere"
    NOT_YET = "not_yet"
    NO_READER = "no_reader"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal; `by` is the name of who holds the tip, `when` from when on it can be done."""

    why: No
    by: str = field(default="", repr=False)
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Words that went to a worker: the tip's record as it was `before` and `after` them, sealed."""

    before: bytes = field(repr=False)
    after: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """It happened; the status after it. `sent` is what a correction of words needs."""

    status: Status
    sent: Sent | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of the thread. `by` is an officer's name; `picture` the part's id, where it is a
    file; `told` what the worker was told of a move, the last three as in `handlers.turn.Entry`. Of
    who the worker is there are never words here.
    """

    kind: Kind
    author: Author
    words: str = field(repr=False)
    by: str = field(default="", repr=False)
    when: date | None = None
    picture: bytes | None = None
    told: Telling | None = None
    english: str = field(default="", repr=False)
    picks: tuple[Pick, ...] = field(default=(), repr=False)
    change: Change = Change.NONE


@dataclass(frozen=True, slots=True)
class Case:
    """An opened tip. `who` is how it stands with who the worker is; None where nothing was said.
    `held_back`: its worker agreed to the police, and one of those with whose tips it was merged did
    not.
    """

    card: Card
    unit_name: str
    entries: tuple[Entry, ...] = field(repr=False)
    may_go_to_police: bool
    who: Kind | None = None
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A tip that the officer may read: its case key is open. `unit` is the one that reads it."""

    tip: bytes = field(repr=False)
    case: CaseKey = field(repr=False)
    record: Record
    bell: str = field(repr=False)
    day: date
    unit: str

    def by(self, officer: bytes) -> bool:
        """Whether this officer looks after it, for the unit that is responsible."""
        return self.record.holder == officer.hex() and self.unit == self.record.unit


async def see(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Card | Refusal:
    """The card of one tip; nothing is opened."""
    held = await hold(tx, officer, tip)
    if held is None:
        return Refusal(No.NOT_YOURS)
    return await _card_of(tx, held, officer, now)


async def open_case(
    tx: Tx, officer: bytes, tip: bytes, now: datetime, *, where: str = ""
) -> Case | Refusal:
    """The words of a tip; that they were opened stands in the audit, with a note on `where` unless
    it was on the web desk.
    """
    held = await hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    await audit.write(
        tx, Act.OPENED, staff=officer, tip=tip, unit=held.unit, minute=now, note=where
    )
    loaded = await thread.load(tx, tip, held.case, held.record.end)
    if held.unit != held.record.unit:
        # That a worker said who they are is not even known to who only reads, as the police do.
        loaded = tuple(part for part in loaded if part.kind not in OF_IDENTITY)
    return Case(
        await _card_of(tx, held, officer, now),
        await units.name_of(tx, held.record.unit),
        tuple(_entry(part) for part in loaded),
        held.record.police_may_read,
        said_who(part.kind for part in loaded),
        held.record.may_go_to_police and held.record.held_back,
    )


async def read_who(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> str | Refusal:
    """Who the worker says they are, for the officer who holds the tip and nobody else. That it was
    read stands in the audit and in the thread, where the worker sees it.
    """
    held = await hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    if not held.by(officer) or held.record.status not in HELD:
        return await not_held(tx, held.record)
    parts = await thread.load(tx, tip, held.case, held.record.end)
    told = identity.said(parts)
    if not told:
        return Refusal(No.CHANGED)
    await audit.write(tx, Act.WHO_READ, staff=officer, tip=tip, unit=held.unit, minute=now)
    reader = await staff.by_id(tx, officer)
    name = reader.name if reader is not None else ""
    since = parts[parts.index(told[-1]) :]
    if not any(each.kind is Kind.IDENTITY_READ and each.by == name for each in since):
        mark = NewPart(Author.OFFICER, Kind.IDENTITY_READ, by=name, minute=now)
        end = await thread.extend(tx, tip, held.case, [mark], held.record.end)
        await stored.change(tx, tip, replace(held.record, end=end), None)
    return await identity.words(tx, tip, held.case, told)


async def picture(
    tx: Tx, officer: bytes, tip: bytes, part: bytes, now: datetime, *, again: bool = False
) -> PictureData | Refusal:
    """One file of a tip; that it was opened stands in the audit, unless it is opened `again`: a
    player that fetches a video piece by piece opens it once.
    """
    held = await hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    for each in await thread.load(tx, tip, held.case, held.record.end):
        if each.id == part and each.kind in FILES:
            act = Act.PHOTO_OPENED if each.kind is Kind.PHOTO else Act.FILE_OPENED
            if not again:
                await audit.write(tx, act, staff=officer, tip=tip, unit=held.unit, minute=now)
            return PictureData(each.mime, await thread.file(tx, tip, held.case, each))
    return Refusal(No.NOT_YOURS)


async def claim(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Done | Refusal:
    """Take a tip of a desk where the officer reads; of two who try, one gets it and the other is
    told who. A tip whose holder may not read it any more can be taken over.
    """
    held = await hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    known = held.record
    if held.by(officer):
        return Done(known.status)
    holder = holder_of(known, await _people(tx, known))
    if holder is not None:
        return Refusal(No.TAKEN, holder.name)
    if not await reads_at_desk(tx, officer, known):
        return Refusal(No.ELSEWHERE)
    status = after(known.status, Move.CLAIM)
    if status is None and Move.ANSWER in moves_from(known.status):
        status = known.status
    if status is None:
        return Refusal(No.WRONG_STATUS)
    taken = replace(timing.claimed(known, now), status=status, holder=officer.hex())
    # Somebody came: the unit above never sees it.
    taken = await rising.stay_down(tx, tip, timing.acted(taken, now))
    await stored.change(tx, tip, taken, AT_ONCE)
    await audit.write(tx, Act.CLAIMED, staff=officer, tip=tip, unit=held.unit, minute=now)
    return Done(status)


async def ask(
    tx: Tx, officer: bytes, tip: bytes, words: str, now: datetime, extras: Extras = NOTHING
) -> Done | Refusal:
    """Ask the worker; only who holds the tip. The bell rings."""
    return await _write(tx, officer, tip, words, now, Move.ASK, extras=extras)


async def answer(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    words: str,
    now: datetime,
    attached: PictureData | None = None,
    extras: Extras = NOTHING,
) -> Done | Refusal:
    """Answer the worker, perhaps with a clean picture or PDF; only who holds the tip. The bell
    rings.
    """
    return await _write(tx, officer, tip, words, now, Move.ANSWER, attached=attached, extras=extras)


async def close(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    outcome: Outcome,
    words: str,
    now: datetime,
    extras: Extras = NOTHING,
) -> Done | Refusal:
    """Close with an outcome and a word to the worker; only who holds the tip. The bell rings.

    Raises ValueError for OUT_OF_SCOPE: that one takes the readers away, see storage.out_of_scope.
    """
    if outcome is Outcome.OUT_OF_SCOPE:
        raise ValueError("out_of_scope is closed by storage.out_of_scope")
    return await _write(tx, officer, tip, words, now, Move.CLOSE, outcome, extras=extras)


async def hold(tx: Tx, officer: bytes, tip: bytes, *, lock: bool = False) -> Held | None:
    """The tip, opened with the key of a unit where this officer reads, or None. `lock` holds its
    row until the transaction ends.
    """
    sight = await sight_of(tx, officer)
    row = await stored.row_where(tx, tips.c.id == tip, lock=lock) if sight.reads else None
    if row is None:
        return None
    known = record.unseal(tx.keys, tip, row.record)
    if known.status is Status.RECEIVED:
        return None
    # By the responsible one first: who reads in two units acts for that.
    for unit in sorted(sight.through(known), key=lambda each: (each != known.unit, each)):
        # The record says who reads; the wrap is what lets them.
        case = await stored.open_as(tx, unit, tip)
        if case is not None:
            number = stored.open_bell(case, tip, row.bell)
            return Held(tip, case, known, number, row.day, unit)
    return None


async def reads_at_desk(tx: Tx, officer: bytes, known: Record) -> bool:
    """Whether they read the tip at the unit that is responsible for it."""
    return known.unit in (await sight_of(tx, officer)).through(known)


async def not_held(tx: Tx, known: Record) -> Refusal:
    """Why somebody who does not hold the tip is refused: somebody else does, or nobody."""
    holder = await holder_name(tx, known)
    return Refusal(No.TAKEN, holder) if holder else Refusal(No.WRONG_STATUS)


async def holder_name(tx: Tx, known: Record) -> str | None:
    """The name of who holds the tip, if somebody does."""
    holder = holder_of(known, await _people(tx, known))
    return holder.name if holder else None


_KINDS = {
    Move.ASK: (Kind.QUESTION, Act.ASKED),
    Move.ANSWER: (Kind.ANSWER, Act.ANSWERED),
    Move.CLOSE: (Kind.CLOSING, Act.CLOSED),
}


async def _write(  # noqa: PLR0913, PLR0917 - what an officer sends, and how
    tx: Tx,
    officer: bytes,
    tip: bytes,
    words: str,
    now: datetime,
    move: Move,
    outcome: Outcome | None = None,
    attached: PictureData | None = None,
    extras: Extras = NOTHING,
) -> Done | Refusal:
    words = clean(words)
    if not words:
        return Refusal(No.EMPTY)
    held = await hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    status = after(held.record.status, move)
    if status is None:
        return Refusal(No.WRONG_STATUS)
    if not held.by(officer):
        return await not_held(tx, held.record)
    kind, act = _KINDS[move]
    name = (await _people(tx, held.record))[officer.hex()].name
    told = NewPart(Author.OFFICER, kind, words, name, now)
    new = [replace(told, english=extras.english, picks=extras.picks)]
    if attached is not None:
        new.append(_attachment(attached, name, now))
    end = await thread.extend(tx, tip, held.case, new, held.record.end)
    written = replace(held.record, status=status, end=end)
    if move is Move.ANSWER:
        written = timing.resulted(written, now)
    changed = timing.acted(timing.answered(written, now), now)
    if outcome is not None:
        changed = await timing.closed(tx, changed, outcome, now)
        changed = replace(changed, ending=timing.ending(held.record, now))
    await stored.change(tx, tip, changed, AT_ONCE)
    await bell.ring(tx, held.bell, now.astimezone(VIETNAM))
    await knocks.tell(tx, tip, held.case)
    if move is Move.CLOSE:
        await knocks.forget(tx, tip)
    note = outcome.value if outcome else new[-1].kind.value if attached else ""
    await audit.write(tx, act, staff=officer, tip=tip, unit=held.unit, minute=now, note=note)
    sealed = [record.seal(tx.keys, tip, each) for each in (held.record, changed)]
    return Done(status, Sent(*sealed))


def _attachment(clean_file: PictureData, name: str, now: datetime) -> NewPart:
    """A file as an officer's part. Raises ValueError for a video: officers send none."""
    kind, mime = kind_of_file(clean_file.mime), clean_file.mime
    if kind is Kind.VIDEO:
        raise ValueError("an officer answers with a picture or a PDF")
    return NewPart(Author.OFFICER, kind, "", name, now, mime, clean_file.data)


async def _card_of(tx: Tx, held: Held, officer: bytes, now: datetime) -> Card:
    people = await _people(tx, held.record)
    reads = frozenset({held.unit})
    card = card_of(held.tip, held.record, held.day, officer, people, now, reads=reads)
    rest = await bundles.others(tx, held.tip, held.record)
    if rest:
        # Who reads this one alone learns nothing of those with which its desk merged it.
        sight = await sight_of(tx, officer)
        rest = {each: known for each, known in rest.items() if sight.through(known)}
    return bundled(card, held.record, rest | {held.tip: held.record}, now)


async def _people(tx: Tx, known: Record) -> dict[str, Member]:
    """The holder, by id (hex)."""
    if known.holder is None:
        return {}
    member = await staff.by_id(tx, bytes.fromhex(known.holder))
    return {known.holder: member} if member is not None else {}


def _entry(part: Part) -> Entry:
    when = local_day(part.minute) if part.minute else None
    shown = part.id if part.kind in FILES else None
    if part.kind is Kind.TOLD:
        return Entry(part.kind, part.author, "", when=when, told=telling.unpack(part.words))
    return Entry(
        kind=part.kind,
        author=part.author,
        words=part.words,
        by=part.by,
        when=when,
        picture=shown,
        english=part.english,
        picks=part.picks,
        change=part.change,
    )
