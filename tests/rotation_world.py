"""A house in which something lies under every key, and what must be readable at all times."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import LargeBinary, insert, select

from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.states import Key
from handlers.subscriptions import Subscription
from storage import (
    accounts,
    agreements,
    alarms,
    audit,
    bots,
    cases,
    desk_codes,
    desk_groups,
    desk_links,
    installation,
    migrate,
    outbox,
    outlets,
    practices,
    series,
    staff,
    subscribers,
    tips,
    units,
)
from storage.audit import Act
from storage.chance import random_bytes
from storage.crypto import new_master
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.keys import Purpose
from storage.sealings import HOLDS
from storage.staff import Member
from storage.tables import agreements as signed_table
from storage.tables import metadata, tallies, tombstones
from storage.tips import PictureData
from tests import databases
from tests.desk_world import NOW, add
from tests.staff_world import enrolled
from tests.tip_world import PHOTO, file, new_key, new_tip

GROUP, ACCOUNT, CHAT = "-100123", "telegram:77", "zalo_bot:3|6ab1f0c2d"
BROWSER = '["https://fcm.googleapis.com/fcm/send/one","p256dh","auth"]'
READER, CHANNEL = "4711", "-100999"
TOKEN, BOT_TOKEN = "123456:token", "456:zalo"
PRACTICE = {Language.VI: "Cửa mở từ bên trong.", Language.EN: "The door opens from inside."}
AGREEMENT: dict[str, str | list[str] | None] = {
    "unit": "north",
    "police": "ward",
    "categories": [],
    "document": "QC 12",
    "contact": "Trực ban",
    "hours": "",
    "backup": "",
    "review_on": "2027-03-01",
    "ended_on": None,
}
TALLY = b'{"unit": "north"}'
LATER = NOW + timedelta(days=4)
"""When every link and code of the beginning is too old."""


@dataclass(frozen=True, slots=True)
class World:
    """What was put in. `stretched` is a receipt code after its Argon2id."""

    stretched: bytes
    tip: bytes
    officer: Member
    enrolment: str
    code: str
    gone: bytes
    author: bytes


@asynccontextmanager
async def database(url: str) -> AsyncIterator[tuple[Database, World]]:
    """A fresh one, opened."""
    master, world = await databases.prepare(url, _prepare)
    made = Database(url)
    try:
        await installation.open_with(made, master)
        yield made, world
    finally:
        await made.close()


async def _prepare(url: str) -> tuple[bytes, World]:
    made, master = Database(url), new_master()
    try:
        # By its migrations, so that the house's own programs take it for theirs.
        await migrate.upgrade(made)
        await installation.make(made, master, demo=False)
        await installation.open_with(made, master)
        async with made.write() as tx:
            root = Unit("root", None, UnitKind.UNION, "Tổng liên đoàn")
            north = Unit("north", "root", UnitKind.UNION, "Công đoàn phía bắc")
            await units.import_all(tx, [root, north], at_once=True)
        return master, await fill(made)
    finally:
        await made.close()


async def fill(made: Database) -> World:
    """Put a row into every table that is sealed."""
    officer = await enrolled(made, "officer", ("north", Role.OFFICER))
    author = await enrolled(made, "author", ("north", Role.AUTHOR))
    _, enrolment = await add(made, "newcomer", ("north", Role.OFFICER))
    async with made.write() as tx:
        group = await desk_codes.make(tx, CodeKind.GROUP, "north", NOW)
        await desk_groups.link(tx, group, GROUP, NOW)
        account = await desk_codes.make(tx, CodeKind.ACCOUNT, officer.id.hex(), NOW)
        await desk_links.link(tx, account, ACCOUNT, NOW)
        alarm = await desk_codes.make(tx, CodeKind.ALARM, officer.id.hex(), NOW)
        await alarms.link(tx, alarm, alarms.Path.ZALO, CHAT, NOW)
        await alarms.add_browser(tx, officer.id, BROWSER)
        code = await desk_codes.make(tx, CodeKind.OUTLET, "north", NOW)
        first = await accounts.add(tx, "telegram", "telegram", TOKEN)
        assert first is not None
        await bots.add(tx, "zalo", BOT_TOKEN, "north", bots.Mode.POLLING)
        wanted = Subscription(frozenset({Topic.WAGES}))
        await subscribers.keep(tx, first.id, READER, wanted, NOW.date())
        await series.begin(tx, first.id, READER, Language.VI, following=2, today=NOW.date())
        await outlets.add(tx, first.id, "north", "channel", CHANNEL, "Bản tin miền bắc")
        key = random_bytes(16)
        body = tx.keys.seal(Purpose.METADATA, TALLY, b"tally" + key, size=512)
        await tx.run(insert(tallies).values(id=key, body=body))
        row = random_bytes(16)
        about = b"agreement" + row
        signed = tx.keys.seal(Purpose.STAFF, json.dumps(AGREEMENT).encode(), about, size=8192)
        await tx.run(insert(signed_table).values(id=row, body=signed))
        proposed = await practices.propose(tx, author.id, "north", PRACTICE, NOW)
        assert proposed is practices.Done.DONE
        for _ in range(3):
            await audit.write(tx, Act.SIGNED_IN, staff=officer.id, minute=NOW)
    stretched = random_bytes(32)
    tip = await file_by(made, stretched, PHOTO)
    removed = replace(new_tip(), key=new_key())
    gone = await file(made, removed)
    async with made.write() as tx:
        await tips.add_words(tx, await key_of(made, stretched), "Thêm.")
        assert await tips.remove(tx, removed.key, day=NOW.date())
    return World(stretched, tip, officer, enrolment, code, gone, author.id)


async def file_by(made: Database, stretched: bytes, *pictures: PictureData) -> bytes:
    """File a tip under the code that was stretched to this; its id."""
    async with made.read() as tx:
        key = tips.key_of(tx.keys.reporters(stretched)[0])
    return await file(made, new_tip(key=key), pictures)


async def key_of(made: Database, stretched: bytes) -> Key:
    """What the code opens now, without moving its tip."""
    async with made.read() as tx:
        key = await tips.find(tx, tx.keys.reporters(stretched))
    assert key is not None
    return key


async def typed(made: Database, stretched: bytes) -> Key:
    """The worker types the code."""
    async with made.write() as tx:
        key = await tips.renew(tx, tx.keys.reporters(stretched))
    assert key is not None
    return key


async def check(made: Database, world: World) -> None:
    """All that was put in can be found and read."""
    async with made.read() as tx:
        found = await tips.read_thread(tx, await key_of(made, world.stretched))
        assert found is not None
        assert [entry.words for entry in found.entries if entry.words][-1] == "Thêm."
        member = await staff.by_login(tx, "officer")
        assert member is not None
        assert member.id == world.officer.id
        assert await desk_links.member_of(tx, ACCOUNT) == member
        assert await desk_links.account_of(tx, member.id) == ACCOUNT
        group = await desk_groups.by_chat(tx, GROUP)
        assert group is not None
        assert group.chat == GROUP
        for path, address in ((alarms.Path.ZALO, CHAT), (alarms.Path.PUSH, BROWSER)):
            alarm = await alarms.by_address(tx, path, address)
            assert alarm is not None
            assert alarm.address == address
        assert await audit.verify(tx)
        assert len(await audit.entries(tx, limit=10)) >= 3
        [account, bot] = await accounts.every(tx)
        assert await accounts.token_of(tx, account.id) == TOKEN
        assert await accounts.token_of(tx, bot.id) == BOT_TOKEN
        assert [each.name for each in await bots.every(tx)] == ["zalo"]
        assert await subscribers.of(tx, account.id, READER) is not None
        assert await series.goes_on(tx, account.id, READER)
        [followed] = await series.of_day(tx, account.id, (NOW + timedelta(days=1)).date())
        assert followed.course.address == READER
        outlet = await outlets.by_address(tx, account.id, CHANNEL)
        assert outlet is not None
        assert outlet.language is Language.VI
        assert await outlets.address_of(tx, outlet.id) == CHANNEL
        for row in await tx.rows(select(tallies)):
            about = b"tally" + bytes(row.id)
            assert tx.keys.open_sealed(Purpose.METADATA, row.body, about) == TALLY
        [signed] = await agreements.every(tx)
        assert signed.agreement.contact == AGREEMENT["contact"]
        [note] = await practices.of_member(tx, world.author)
        assert note.words == PRACTICE
        letters = await outbox.waiting(tx)
        assert {each.kind for each in letters} >= {outbox.LetterKind.PING}
        for letter in letters:
            if letter.kind is outbox.LetterKind.PING:
                assert await alarms.by_id(tx, bytes.fromhex(letter.to)) is not None
        marks = [bytes(row.id) for row in await tx.rows(select(tombstones.c.id))]
        assert set(marks) & set(tx.keys.macs(Purpose.TOMBSTONES, world.gone))
    async with made.write() as tx:
        opened = await cases.open_case(tx, world.officer.id, world.tip, NOW)
        assert isinstance(opened, cases.Case)


async def numbers(made: Database, purpose: Purpose) -> set[int]:
    """The numbers of the keys that rows are sealed with."""
    found = set()
    async with made.read() as tx:
        for table in metadata.sorted_tables:
            for column in table.columns:
                name = f"{table.name}.{column.name}"
                if not isinstance(column.type, LargeBinary) or HOLDS[name] is not purpose:
                    continue
                values = [bytes(row[0]) for row in await tx.rows(select(column)) if row[0]]
                found |= {each[2] for each in values if len(each) > 32}
    return found
