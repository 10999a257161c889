"""What is sealed, looked at in plain just before: a short life of a desk, a tip and a subscription.

Every place in `storage` that seals is met here, and the fields that it seals are those of the
register, no more and no less.
"""

import json
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from handlers.agreements import Agreement
from handlers.bulletins import Topic
from handlers.effects import FileTip
from handlers.languages import Language
from handlers.listing import read
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.subscriptions import Subscription
from handlers.tips import Author, Outcome
from storage import (
    accounts,
    agreements,
    alarms,
    bots,
    cases,
    corrections,
    desk_codes,
    desk_groups,
    desk_links,
    outlets,
    posts,
    practices,
    series,
    staff,
    subscribers,
    tips,
    units,
    views,
)
from storage.alarms import Path
from storage.bots import Mode
from storage.crypto import CaseKey
from storage.database import Database, Tx
from storage.desk_codes import CodeKind
from storage.keys import Keys
from storage.outbox import LetterKind, waiting
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.leaks import reading, sealed
from tests.leaks.test_no_sender import compared
from tests.leaks.what import Kind
from tests.staff_world import enrolled
from tests.tip_world import PHOTO, new_tip

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_MAY_HOLD_A_MOMENT = {Kind.DEADLINE, Kind.STAFF, Kind.HOUSE}


@dataclass(frozen=True, slots=True)
class Sealed:
    """One thing that was sealed: where, and its fields; `author` of a part only."""

    site: str
    fields: dict[str, Any]
    author: str = ""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Sealed]:
    """All that is sealed from now on. It is sealed as ever; we only look on."""
    found: list[Sealed] = []
    seal, seal_part, seal_file = Keys.seal, CaseKey.seal_part, CaseKey.seal_file

    def whole(self: Keys, purpose: Any, plain: bytes, *rest: Any, **more: Any) -> bytes:
        found.append(Sealed(_site(), _fields(plain)))
        return seal(self, purpose, plain, *rest, **more)

    def part(self: CaseKey, plain: bytes, **more: Any) -> bytes:
        found.append(Sealed(_site(), _fields(plain), more["author"]))
        return seal_part(self, plain, **more)

    def file(self: CaseKey, data: bytes, **more: Any) -> list[bytes]:
        found.append(Sealed(f"{_site()}:file", {}))
        return seal_file(self, data, **more)

    monkeypatch.setattr(Keys, "seal", whole)
    monkeypatch.setattr(CaseKey, "seal_part", part)
    monkeypatch.setattr(CaseKey, "seal_file", file)
    return found


@pytest.fixture
async def lived(sqlite_url: str, heard: list[Sealed]) -> AsyncIterator[list[Sealed]]:
    """What was sealed in a short life."""
    async with desk_world.database(sqlite_url) as made:
        async with made.write() as tx:
            await _house(tx)
        officer = await _officer(made)
        await _tip(made, officer)
        yield heard


async def test_what_is_sealed_has_the_fields_of_the_register(lived: list[Sealed]) -> None:
    for site, fields in sealed.REGISTER.items():
        seen = [set(each.fields) for each in lived if each.site == site]
        assert seen, f"{site} did not seal anything here: let the short life come by"
        for names in seen:
            assert compared(fields, names, kind=f"field {site}.") == []


async def test_every_place_that_seals_is_known(lived: list[Sealed]) -> None:
    assert compared(sealed.REGISTER, reading.seals(), kind="seal") == []
    strange = {each.site.partition(":")[0] for each in lived} - set(sealed.REGISTER)
    assert not strange, f"seals without being in the register: {strange}"


async def test_no_hour_is_sealed_but_deadlines_and_those_of_staff(lived: list[Sealed]) -> None:
    for each in lived:
        for name, value in each.fields.items():
            what = sealed.REGISTER[each.site][name]
            if what.kind is Kind.WORDS or not _MOMENT.search(json.dumps(value)):
                continue
            assert what.kind in _MAY_HOLD_A_MOMENT, f"{each.site}.{name} holds a time of the day"
            # The same fields stand empty in what a worker wrote.
            assert each.author != Author.WORKER.value, f"{each.site}.{name} in a worker's part"


async def test_a_worker_s_part_says_neither_who_nor_when(lived: list[Sealed]) -> None:
    parts = [each for each in lived if each.site == "storage.thread.extend" and each.fields]
    theirs = [each.fields for each in parts if each.author == Author.WORKER.value]
    assert len(theirs) == 3
    assert {(each["by"], each["minute"]) for each in theirs} == {("", None)}
    # The control: an officer's part says both.
    assert all(
        each.fields["by"] and each.fields["minute"]
        for each in parts
        if each.author == Author.OFFICER.value
    )


async def test_a_letter_holds_no_words(lived: list[Sealed]) -> None:
    letters = [each.fields for each in lived if each.site == "storage.outbox._sealed"]
    assert {each["kind"] for each in letters} >= {LetterKind.CARD, LetterKind.POST, LetterKind.PING}
    for each in letters:
        assert STORY[:20] not in json.dumps(each, ensure_ascii=False)


def _site() -> str:
    frame = sys._getframe(2)
    return f"{frame.f_globals['__name__']}.{frame.f_code.co_name}"


def _fields(plain: bytes) -> dict[str, Any]:
    try:
        read = json.loads(plain)
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {sealed.WHOLE: ""}


async def _house(tx: Tx) -> None:
    """What an operator sets up."""
    new = Unit("east", "root", UnitKind.UNION, "Công đoàn phía đông")
    police = Unit("police", "root", UnitKind.POLICE, "Công an")
    await units.import_all(tx, [*desk_world.UNITS, new, police])
    admin, _ = await staff.add(tx, "qt", "Quản trị", {("north", Role.ADMINISTRATOR)}, NOW)
    day = date(2027, 3, 1)
    signed = Agreement("north", "police", frozenset(), "QC 12", "Trực ban", "", "", day)
    assert await agreements.add(tx, admin.id, signed, NOW) is agreements.Kept.DONE
    await accounts.add(tx, "telegram", "telegram", "token")
    assert isinstance(await bots.add(tx, "zalo", "7:token", "east", Mode.POLLING), bots.Bot)
    await outlets.add(tx, 1, "north", "channel", "-1001", "Kênh")
    chosen = Subscription(topics=frozenset({Topic.WAGES}))
    author, _ = await staff.add(tx, "viet", "Người viết", {("north", Role.AUTHOR)}, NOW)
    note = dict.fromkeys(Language, "…")
    assert await practices.propose(tx, author.id, "north", note, NOW) is practices.Done.DONE
    await subscribers.keep(tx, 1, "telegram:77", chosen, date(2026, 11, 30))
    today = date(2026, 11, 30)
    await series.begin(tx, 1, "telegram:77", Language.VI, following=2, today=today)


async def _officer(made: Database) -> bytes:
    """An officer with an account in a chat app, a group and a chat that rings."""
    officer = (await enrolled(made, "lan", ("north", Role.OFFICER))).id
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.ACCOUNT, officer.hex(), NOW)
        assert await desk_links.link(tx, code, "telegram:5", NOW)
        code = await desk_codes.make(tx, CodeKind.ALARM, officer.hex(), NOW)
        assert await alarms.link(tx, code, Path.ZALO, "zalo_bot:3|6ab1", NOW)
        code = await desk_codes.make(tx, CodeKind.GROUP, "north", NOW)
        assert await desk_groups.link(tx, code, "-1002", NOW)
        assert await views.keep(tx, officer, "Lương", read({"loai": "wages"}), NOW)
    return officer


async def _tip(made: Database, officer: bytes) -> None:
    """A tip with a picture, its card in the group, everything that an officer does, an addition."""
    new: FileTip = new_tip(danger=True)
    async with made.write() as tx:
        tip = await tips.file(tx, new, [PHOTO], day=NOW.date(), due=NOW)
        await tips.deliver(tx, tip)
    async with made.write() as tx:
        [letter] = [each for each in await waiting(tx) if each.kind is LetterKind.POST]
        assert await posts.posting(tx, letter, NOW)
    async with made.write() as tx:
        await cases.open_case(tx, officer, tip, NOW)
        await cases.claim(tx, officer, tip, NOW)
        await cases.ask(tx, officer, tip, "Ở đâu?", NOW)
        assert await tips.add_words(tx, new.key, "Ở tầng hai.")
        answered = await cases.answer(tx, officer, tip, "Cảm ơn bạn.", NOW)
        assert isinstance(answered, cases.Done)
        assert answered.sent is not None
        open_ = corrections.opened(officer, tip, answered.sent, NOW)
        assert isinstance(await corrections.correct(tx, open_, "Cảm ơn.", NOW), tuple)
        done = await cases.close(tx, officer, tip, Outcome.HANDLED, "Đã xong.", NOW)
        assert isinstance(done, cases.Done)
