"""Tips from the worker's side: filing, coming back with the code, adding, closing, deleting."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from handlers.effects import FileTip
from handlers.periods import month_of
from handlers.states import Key
from handlers.tips import (
    MOST_FILES_OF_A_TIP,
    Author,
    Kind,
    Move,
    Outcome,
    Status,
    after,
    kind_of_file,
    police_allowed,
)
from storage import (
    identity,
    knocks,
    moved_since,
    outbox,
    readers,
    record,
    reopening,
    rising,
    stored,
    thread,
    timing,
    units,
)
from storage.chance import random_id
from storage.crypto import CaseKey
from storage.database import Tx
from storage.keys import Purpose, Reporter
from storage.outbox import Letter, LetterKind
from storage.reading import PictureData, files_of_unit, opened_by, read_thread, tip_of
from storage.record import Record
from storage.reopening import Again
from storage.tables import tips
from storage.thread import NewPart

__all__ = [
    "AlreadyFiled",
    "OldPepper",
    "PictureData",
    "add_picture",
    "add_words",
    "allow_police",
    "close",
    "deliver",
    "file",
    "files_of_unit",
    "find",
    "hide",
    "key_of",
    "read_thread",
    "remove",
    "renew",
    "say_who",
    "settle",
    "take_back_who",
    "tell_here",
    "tell_no_more",
    "tip_of",
]


class AlreadyFiled(Exception):
    """A tip with this receipt code is there; the transaction can only be rolled back."""


class OldPepper(Exception):
    """The receipt code was looked up under keys that are not the present ones: look again. Else a
    code could file twice, once under each.
    """


def key_of(reporter: Reporter) -> Key:
    """What a worker's session keeps of a receipt code."""
    return Key(reporter.locator, reporter.public, reporter.secret, reporter.pepper)


async def file(
    tx: Tx,
    new: FileTip,
    pictures: Sequence[PictureData],
    *,
    day: date,
    due: datetime,
    aside: bool = False,
) -> bytes:
    """Store a tip, sealed to its unit and its worker, and write the card to the desk; the tip's id.

    `due` is when the card may leave; `aside`: the desk's lead shall look at it first, which never
    holds where somebody is in danger. Raises UnknownUnit, NotForPolice, ShutOut, OldPepper, and
    AlreadyFiled: one code files once.
    """
    if new.key.pepper != tx.keys.current(Purpose.PEPPER):
        raise OldPepper
    tip, case = random_id(), CaseKey.new()
    story = NewPart(Author.WORKER, Kind.STORY, new.story)
    shown = [_file(each) for each in pictures]
    end = await thread.extend(tx, tip, case, [story, *shown], thread.START)
    filed = Record(
        unit=new.unit,
        readers=(new.unit,),
        excluded=new.excluded,
        nickname=new.nickname,
        category=new.category,
        place=await moved_since.place(tx, new.place),
        danger=new.danger,
        files=len(pictures),
        may_go_to_police=new.may_go_to_police and police_allowed(new.category),
        status=Status.RECEIVED,
        outcome=None,
        holder=None,
        triage_by=new.triage_by,
        answer_on=new.answer_on,
        answered=False,
        result_on=new.result_on,
        end=end,
        pepper=new.key.pepper,
        aside=aside and not new.danger,
        begun=month_of(day),
        closing_on=new.closing_on,
        spans=new.given,
        behind=new.behind,
        rises=new.triage_by if new.behind else None,
    )
    values = {
        "id": tip,
        "locator": new.key.locator,
        "reporter": new.key.public,
        "reporter_wrap": case.wrap(new.key.public),
        "bell": stored.seal_bell(case, tip, new.bell),
        "record": record.seal(tx.keys, tip, filed),
        "day": day,
    }
    # A server writes down the locator of a tip that it refuses, and when: so it is not asked to.
    into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(tips)
    if not await tx.run(into.values(values).on_conflict_do_nothing(index_elements=["locator"])):
        raise AlreadyFiled
    await stored.seal_to(tx, tip, case, filed)
    await knocks.lay(tx, tip)
    await outbox.write(tx, Letter(LetterKind.CARD, tip, new.unit, due))
    tx.touched.add(tip)
    return tip


async def find(tx: Tx, reporters: Sequence[Reporter]) -> Key | None:
    """The key of the tip that one of `reporters` filed, or None."""
    for reporter in reporters:
        row = await tx.row(select(tips.c.id).where(tips.c.locator == reporter.locator))
        if row is not None:
            return key_of(reporter)
    return None


async def renew(tx: Tx, reporters: Sequence[Reporter]) -> Key | None:
    """The key of the tip that one of `reporters` filed, moved to the first of them: what its worker
    typed binds it to the present pepper. None where there is none (any more).
    """
    new = reporters[0]
    for old in reporters[1:]:
        row = await stored.row_where(tx, tips.c.locator == old.locator, lock=True)
        if row is None:
            continue
        tip = bytes(row.id)
        case = CaseKey.unwrap(old.public, old.secret, row.reporter_wrap)
        moved = replace(record.unseal(tx.keys, tip, row.record), pepper=new.pepper)
        values = {
            "locator": new.locator,
            "reporter": new.public,
            "reporter_wrap": case.wrap(new.public),
            "record": record.seal(tx.keys, tip, moved),
        }
        await stored.find_wraps_anew(tx, tip, moved.sealed_to)
        # Nobody who watches the tip is told: that somebody typed its code is not theirs to know.
        await tx.run(update(tips).where(tips.c.id == tip).values(**values))
    return await find(tx, reporters[:1])


async def add_words(tx: Tx, key: Key, words: str, again: Again | None = None) -> bool:
    """Add the worker's words; False when the tip is gone, or closed: with `again`, one that was
    closed within thirty days is opened by them.
    """
    return await _add(tx, key, NewPart(Author.WORKER, Kind.ADDITION, words), 0, again)


async def add_picture(tx: Tx, key: Key, picture: PictureData, again: Again | None = None) -> bool:
    """Add a clean file, as `add_words`; False also when the tip holds as many as it may."""
    return await _add(tx, key, _file(picture), 1, again)


async def say_who(tx: Tx, key: Key, words: str) -> bool:
    """Add who the worker is, for who holds the tip; False when it is closed or gone."""
    return await _add(tx, key, identity.new_part(words), 0)


async def take_back_who(tx: Tx, key: Key) -> bool:
    """Destroy those words; False when somebody has read them, or they are gone."""
    opened = await opened_by(tx, key, lock=True)
    if opened is None:
        return False
    found = opened.record
    waiting = identity.unread(await thread.load(tx, opened.tip, opened.case, found.end))
    if not waiting:
        return False
    await identity.destroy(tx, opened.tip, waiting)
    mark = NewPart(Author.WORKER, Kind.IDENTITY_BACK)
    end = await thread.extend(tx, opened.tip, opened.case, [mark], found.end)
    await stored.change(tx, opened.tip, replace(found, end=end), None)
    return True


async def close(tx: Tx, key: Key, now: datetime) -> bool:
    """The worker ends the work on the tip; it is counted as ended by them."""
    opened = await opened_by(tx, key, lock=True)
    if opened is None:
        return False
    if after(opened.record.status, Move.WITHDRAW) is not Status.CLOSED:
        return False
    ended = await rising.stay_down(tx, opened.tip, opened.record, for_good=True)
    closed = await timing.closed(tx, ended, None, now)
    await stored.change(tx, opened.tip, closed, None)
    await knocks.forget(tx, opened.tip)
    return True


async def tell_here(tx: Tx, key: Key, chat: str) -> bool:
    """Let `chat` ("channel|address") be told of news from now on; False when the tip is closed or
    gone. Nobody who reads the tip sees that.
    """
    opened = await opened_by(tx, key, lock=True)
    if opened is None or opened.record.status is Status.CLOSED:
        return False
    await knocks.keep(tx, opened.tip, opened.case, chat)
    return True


async def tell_no_more(tx: Tx, key: Key) -> bool:
    """Tell nobody of news any more, and forget who it was; False when the tip is gone."""
    opened = await opened_by(tx, key, lock=True)
    if opened is None:
        return False
    await knocks.forget(tx, opened.tip)
    return True


async def remove(tx: Tx, key: Key, *, day: date) -> bool:
    """Delete the tip for good: keys, words, files, letters; a tombstone remains."""
    row = await stored.row_where(tx, tips.c.locator == key.locator, lock=True)
    if row is None:
        return False
    tip = bytes(row.id)
    await stored.destroy(tx, {tip: record.unseal(tx.keys, tip, row.record)}, day)
    return True


async def hide(
    tx: Tx,
    key: Key,
    excluded: frozenset[str],
    unit: str,
    *,
    due: datetime,
    triage_by: datetime,
    minutes: int = 0,
) -> bool:
    """Take the tip away from `excluded`; `unit` is responsible from now on, and where that is
    another one, its card leaves at `due` and its clock runs to `triage_by`, which gives it so many
    `minutes` (0: as many as the house does). A tip that was closed as out of scope has no reader,
    and gets none here: False.
    """
    opened = await opened_by(tx, key, lock=True)
    if opened is None or opened.record.outcome is Outcome.OUT_OF_SCOPE:
        return False
    found = opened.record
    excluded |= found.excluded
    out = excluded | await readers.shut_out(tx, excluded)
    staying = tuple(each for each in found.readers if each not in out and each != unit)
    changed = replace(found, unit=unit, readers=(unit, *staying), excluded=excluded)
    if unit != found.unit:
        # An hour before the card leaves at the latest: when its worker was here is not told.
        changed = timing.moved(changed, due - timedelta(hours=1))
    if unit != found.unit and found.status is not Status.CLOSED:
        changed = replace(changed, status=Status.RECEIVED, triage_by=triage_by, triage=None)
        changed = replace(changed, spans=(minutes, found.spans[1]))
        await outbox.drop_of(tx, opened.tip)
        await outbox.write(tx, Letter(LetterKind.CARD, opened.tip, unit, due))
    changed = await rising.planned(tx, changed, moved=unit != found.unit)
    await stored.seal_again(tx, opened.tip, opened.case, changed)
    changed = await stored.take_from_groups(tx, changed, frozenset(changed.readers))
    await stored.change(tx, opened.tip, changed, None)
    return True


async def allow_police(tx: Tx, key: Key, *, allowed: bool) -> bool:
    """The worker's own consent; refused where the category never goes to the police. Taken back,
    a police unit that reads the tip loses it at once.
    """
    opened = await opened_by(tx, key, lock=True)
    if opened is None or (allowed and not police_allowed(opened.record.category)):
        return False
    changed = replace(opened.record.answered_about_police(), may_go_to_police=allowed)
    police = await units.police_among(tx, changed.readers) if not allowed else frozenset()
    if police:
        staying = tuple(each for each in changed.readers if each not in police)
        await stored.take_wraps(tx, opened.tip, police)
        changed = replace(changed, readers=staying)
        changed = await stored.take_from_groups(tx, changed, frozenset(staying))
    if changed.status is opened.record.status:
        await stored.write_record(tx, opened.tip, changed)
    else:
        await stored.change(tx, opened.tip, changed, None)
    return True


async def deliver(tx: Tx, tip: bytes) -> bool:
    """The card reached the desk: officers see the tip from now on, the unit's groups get a card
    each, and whoever reads there is rung. False when the tip is gone.
    """
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    if row is None:
        return False
    found = record.unseal(tx.keys, tip, row.record)
    status = after(found.status, Move.DELIVER)
    if status is not None:
        delivered = replace(found, status=status)
        await stored.change(tx, tip, delivered, outbox.AT_ONCE)
        await stored.call_groups(tx, tip, delivered)
        await stored.call_officers(tx, tip, delivered)
    return True


async def settle(tx: Tx, letter: Letter) -> bool:
    """Take a letter out and do what it asks for; False when it is settled or void by now."""
    # The tip first, as everybody does who takes both: else two would wait for each other.
    await stored.row_where(tx, tips.c.id == letter.tip, lock=True)
    if not await outbox.settle(tx, letter):
        return False
    return await rising.arrive(tx, letter) or await deliver(tx, letter.tip)


async def _add(tx: Tx, key: Key, part: NewPart, files: int, again: Again | None = None) -> bool:
    opened = await opened_by(tx, key, lock=True)
    if opened is None:
        return False
    tip, files = opened.tip, files + opened.record.files
    if files > MOST_FILES_OF_A_TIP:
        return False
    known = await reopening.after_addition(tx, tip, opened.record, again)
    if known is None:
        return False
    end = await thread.extend(tx, tip, opened.case, [part], known.end)
    changed = replace(known, files=files, end=end)
    if again is None or opened.record.status is not Status.CLOSED:
        await stored.change(tx, tip, changed, None)
        return True
    # As at its filing: in danger the unit above stands behind it.
    changed = await rising.planned(tx, changed, moved=False)
    await stored.seal_again(tx, tip, opened.case, changed)
    await stored.change(tx, tip, changed, None)
    await reopening.call(tx, tip, changed, again)
    return True


def _file(clean: PictureData) -> NewPart:
    return NewPart(Author.WORKER, kind_of_file(clean.mime), mime=clean.mime, data=clean.data)
