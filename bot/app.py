"""The only place where things are made and joined, started and stopped."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import web

from bot import chat_apps, demo, keyfile
from bot import clock as ticks
from bot.bulletins.mailing import Mailing
from bot.carrying import Carrier
from bot.config import Settings
from bot.facts import Lookups
from bot.inbound import Inbound
from bot.live import DESK, Hub
from bot.locks import only_one
from bot.logs import Event as Log
from bot.logs import note
from bot.media import Cleaner
from bot.outbound import MailRoom
from bot.web.parts import Parts, load_places
from bot.web.server import make_application
from broadcasts import reminder
from broadcasts import tick as plans
from handlers import handbook
from handlers.languages import Language
from handlers.texts import Texts
from storage import bell, installation, migrate
from storage.crypto import Keys, MissingKey, Purpose, Stretcher, TwinKeys, WrongMasterKey
from storage.database import Database, Unreachable, changes
from storage.installation import Installation
from storage.places import Places
from storage.volatile import Memory

if TYPE_CHECKING:
    from bot.channels.telegram.account import Account
    from bot.push.keys import PushKey

STOP_SECONDS = 300
ENDING_SECONDS = 20
_LOOK_SECONDS = 1
_TIDY_SECONDS = 60


class CannotStart(Exception):
    """One readable line on why, and what to do."""


@cache
def load_texts() -> Mapping[Language, Texts]:
    """The words of the screen, read once in a process."""
    return {language: Texts.load(language) for language in Language}


@cache
def load_handbooks() -> Mapping[Language, handbook.Handbook]:
    """The handbook, read once in a process."""
    return {language: handbook.load(language) for language in Language}


def utc_now() -> datetime:
    """The present time; the one place where the house looks at the clock."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock


@dataclass(slots=True)
class House:
    """Everything that is joined, for one process."""

    settings: Settings
    database: Database
    installation: Installation
    volatile: Memory
    hub: Hub
    inbound: Inbound
    mail_room: MailRoom
    mailing: Mailing
    places: Places
    texts: Mapping[Language, Texts] = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    push: "PushKey | None" = field(default=None, repr=False)

    def web_parts(self) -> Parts:
        """What the pages are joined from."""
        return Parts(
            public_url=self.settings.public_url or None,
            trusted_proxy=self.settings.trusted_proxy,
            secure=not self.settings.is_loopback,
            demo=self.installation.demo,
            timezone=self.settings.zone,
            inbound=self.inbound,
            hub=self.hub,
            database=self.database,
            volatile=self.volatile,
            texts=self.texts,
            clock=self.clock,
            places=lambda: self.places,
            push_key=self.push.name if self.push is not None else "",
        )


@asynccontextmanager
async def open_database(
    settings: Settings, *, make_demo: bool = False
) -> AsyncIterator[tuple[Database, Installation]]:
    """The database with its keys opened. With `make_demo`, an empty one becomes a demo if nothing
    but this machine can reach it. Raises CannotStart.
    """
    url = settings.database_url.get_secret_value()
    database = Database(url)
    try:
        yield database, await _opened(settings, database, make_demo=make_demo)
    finally:
        await database.close()


async def _opened(settings: Settings, database: Database, *, make_demo: bool) -> Installation:
    try:
        await database.reach()
        if await is_unmade(database):
            if not make_demo:
                raise CannotStart(
                    "this database is empty; make an installation: python -m bot init"
                )
            return await _make_demo(settings, database)
        if not await migrate.is_current(database):
            raise CannotStart("the database has an older schema; run: python -m bot migrate")
        return await installation.open_with(database, keyfile.read(settings.master_key_file))
    except keyfile.NoKey as error:
        raise CannotStart(str(error)) from None
    except (WrongMasterKey, TwinKeys, MissingKey):
        raise CannotStart(
            f"the key in {settings.master_key_file} does not open this database"
        ) from None
    except Unreachable:
        raise CannotStart("the database cannot be reached") from None


async def is_unmade(database: Database) -> bool:
    """Whether the database is empty, or was left in the middle of being made."""
    return await migrate.is_empty(database) or not await installation.is_made(database)


async def _make_demo(settings: Settings, database: Database) -> Installation:
    if not settings.is_loopback:
        raise CannotStart(
            "an empty database becomes a demo only on 127.0.0.1 without PUBLIC_URL;"
            " for a real installation run: python -m bot init"
        )
    made = await make_installation(settings, database, demo=True)
    await demo.fill(database, load_places(), utc_now())
    return made


async def make_installation(settings: Settings, database: Database, *, demo: bool) -> Installation:
    """A fresh schema and fresh purpose keys under the master key of the settings' file, which is
    made where there is none. Raises NoKey.
    """
    master = keyfile.read_or_make(settings.master_key_file)
    await migrate.upgrade(database)
    await installation.make(database, master, demo=demo)
    return await installation.open_with(database, master)


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    make_demo: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[House]:
    """The whole house without its doors. Raises CannotStart."""
    async with open_database(settings, make_demo=make_demo) as (database, found):
        keys = database.keys
        if keys is None:
            raise CannotStart("the keys are not open")
        stretcher = Stretcher()
        try:
            yield _join(settings, database, found, keys, stretcher, clock)
        finally:
            stretcher.close()


def _join(
    settings: Settings,
    database: Database,
    found: Installation,
    keys: Keys,
    stretcher: Stretcher,
    clock: Callable[[], datetime],
) -> House:
    volatile = Memory(keys.subkey(Purpose.VOLATILE, "memory"), lambda: clock().timestamp())
    hub, places = Hub(), load_places()
    texts = load_texts()
    lookups = Lookups(
        database=database,
        volatile=volatile,
        stretcher=stretcher,
        salt=found.salt,
        places=places,
        texts=texts,
        handbooks=load_handbooks(),
        clock=clock,
        zone=settings.zone,
        public_url=settings.public_url,
    )
    inbound = Inbound(lookups, Carrier(database, volatile), Cleaner())
    mail_room = MailRoom(database, clock)

    def committed(touched: frozenset[bytes]) -> None:
        hub.tell([*touched, DESK])
        mail_room.wake()

    database.on_commit = committed
    return House(
        settings=settings,
        database=database,
        installation=found,
        volatile=volatile,
        hub=hub,
        inbound=inbound,
        mail_room=mail_room,
        mailing=Mailing(database, clock, settings.zone, places),
        places=places,
        texts=texts,
        clock=clock,
        push=_push_key(settings),
    )


def _push_key(settings: Settings) -> "PushKey | None":
    if not settings.has_push:
        return None
    # Imported here, for without a key nothing of Web Push shall be in the process.
    from bot.push import keys  # noqa: PLC0415

    try:
        return keys.read(settings.push_key_file)
    except keyfile.NoKey as error:
        raise CannotStart(str(error)) from None


async def serve(
    settings: Settings,
    roles: frozenset[str],
    stop: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    """Run the house until `stop` is set. Raises CannotStart."""
    begun = time.perf_counter()
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings.database_url.get_secret_value()))
        house = await stack.enter_async_context(open_house(settings, make_demo=True))
        await _tidy(house)
        await _send_pushes(house)
        if "clock" in roles:
            stack.callback(ticks.start(_ticks(house)))
        async with asyncio.TaskGroup() as group:
            mail = group.create_task(house.mail_room.run()) if "send" in roles else None
            account, pace = None, await chat_apps.send_bulletins(house)
            if "send" in roles:
                group.create_task(house.mailing.run())
            if "web" in roles:
                if settings.telegram_token.get_secret_value():
                    account = await stack.enter_async_context(chat_apps.open_telegram(house, pace))
                runner = await _open_door(house, account)
                stack.push_async_callback(runner.cleanup)
                await _greet(house, runner, say)
            note(Log.STARTED, milliseconds=round((time.perf_counter() - begun) * 1000))
            await stop.wait()
            await _let_finish(house, account, say)
            house.mailing.stop()
            if mail is not None:
                mail.cancel()
        note(Log.STOPPED)


async def _send_pushes(house: House) -> None:
    """Let bulletins go out to browsers, where a push key is set. Raises CannotStart."""
    if house.push is None:
        return
    from bot.push.account import CHANNEL, OtherKey, opener  # noqa: PLC0415

    try:
        open_bulk = await opener(house.database, house.push, house.settings.public_url)
    except OtherKey:
        raise CannotStart("people get notices by another push key; put that key back") from None
    house.mailing.send_over(CHANNEL, open_bulk)


async def _open_door(house: House, account: "Account | None") -> web.AppRunner:
    hooks = {account.hook_path: account} if account is not None and account.hook_path else {}
    application = make_application(_parts(house, account), hooks)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, house.settings.web_host, house.settings.web_port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise CannotStart(
            f"port {house.settings.web_port} is taken; set TIENGTHO_WEB_PORT to another"
        ) from None
    return runner


def _parts(house: House, account: "Account | None") -> Parts:
    """The parts of the pages, with the account that sends tests to broadcasters."""
    parts = house.web_parts()
    if account is None:
        return parts
    from bot.channels.telegram.studio import whispering  # noqa: PLC0415

    return replace(parts, whisper=whispering(account.line, house.texts[Language.VI]))


async def _greet(house: House, runner: web.AppRunner, say: Callable[[str], None]) -> None:
    host, port = runner.addresses[0][:2]
    shown = f"[{host}]" if ":" in str(host) else host
    address = f"http://{shown}:{port}"
    say(f"Tiếng Thợ: {house.settings.public_url or address}")
    if house.installation.demo and house.settings.is_loopback:
        for line in await demo.links(house.web_parts(), address):
            say(line)


def _ticks(house: House) -> dict[str, tuple[float, ticks.Tick]]:
    seen = -1

    async def look() -> None:
        # Another process (a chat at a prompt, an import) may have changed something.
        nonlocal seen
        async with house.database.read() as tx:
            version = await changes(tx)
        if version != seen:
            seen = version
            house.hub.tell_all()

    async def tidy() -> None:
        await _tidy(house)

    return {
        "look": (_LOOK_SECONDS, look),
        "tidy": (_TIDY_SECONDS, tidy),
        "due": (_LOOK_SECONDS, _begin_due(house)),
    }


def _begin_due(house: House) -> ticks.Tick:
    last: datetime | None = None
    is_reminding = False

    async def begin_due() -> None:
        nonlocal last, is_reminding
        now, zone = house.clock(), house.settings.zone
        # Units may be imported at any time after the start.
        if not is_reminding:
            is_reminding = await reminder.ensure(house.database, now, zone)
        # At a start, and when the clock went back: what ran ahead of it has put bulletins off.
        if last is None or now < last:
            await plans.mend(house.database, now, zone)
        last = now
        if await plans.tick(house.database, now, zone, house.places):
            house.mailing.wake()

    return begin_due


async def _tidy(house: House) -> None:
    local = house.clock().astimezone(house.settings.zone)
    async with house.database.write() as tx:
        await bell.draw(tx, local)
    await house.database.truncate_log()
    await house.volatile.sweep()


async def _let_finish(house: House, account: "Account | None", say: Callable[[str], None]) -> None:
    """Give open drafts up to five minutes and tell them; the next start knows nothing of them."""
    if not await house.inbound.has_drafts():
        return
    say("Waiting up to five minutes for open drafts; press Ctrl+C again to stop at once.")
    until = house.clock() + timedelta(seconds=STOP_SECONDS)
    house.inbound.close_at(until)
    house.hub.tell_all()
    if account is not None:
        await account.tell_closing()
    # Drafts end in many ways and by time; a look a second is enough.
    while await house.inbound.has_drafts() and house.clock() < until:  # noqa: ASYNC110
        await asyncio.sleep(1)
