"""The only place where things are made and joined, started and stopped."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import web

from bot import clock as ticks
from bot import demo, keyfile
from bot.carrying import Carrier
from bot.config import Mode, Settings
from bot.facts import Lookups
from bot.group_mail import GroupMail
from bot.inbound import Inbound
from bot.live import DESK, Hub
from bot.locks import only_one
from bot.logs import Event as Log
from bot.logs import note
from bot.media import Cleaner
from bot.outbound import MailRoom
from bot.web.parts import Parts
from bot.web.server import make_application
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
    from bot.channels.telegram.account import Account, Connection
    from bot.channels.telegram.sending import Line

STOP_SECONDS = 300
ENDING_SECONDS = 20
_LOOK_SECONDS = 1
_TIDY_SECONDS = 60


class CannotStart(Exception):
    """One readable line on why, and what to do."""


@cache
def load_places() -> Places:
    """The tables of places: the same for everybody, so read once in a process."""
    return Places.load()


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
    places: Places
    texts: Mapping[Language, Texts] = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)

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
    return House(settings, database, found, volatile, hub, inbound, mail_room, places, texts, clock)


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
        if "clock" in roles:
            stack.callback(ticks.start(_ticks(house)))
        async with asyncio.TaskGroup() as group:
            mail = group.create_task(house.mail_room.run()) if "send" in roles else None
            account = None
            if "web" in roles:
                if settings.telegram_token.get_secret_value():
                    account = await stack.enter_async_context(_open_telegram(house))
                runner = await _open_door(house, account)
                stack.push_async_callback(runner.cleanup)
                await _greet(house, runner, say)
            note(Log.STARTED, milliseconds=round((time.perf_counter() - begun) * 1000))
            await stop.wait()
            await _let_finish(house, account, say)
            if mail is not None:
                mail.cancel()
        note(Log.STOPPED)


@asynccontextmanager
async def _open_telegram(house: House) -> AsyncIterator["Account"]:
    # Imported here, for without a token nothing of Telegram shall be in the process.
    from bot.channels.telegram.account import Behind, open_account  # noqa: PLC0415
    from bot.channels.telegram.desk import Desk  # noqa: PLC0415
    from bot.channels.telegram.desk_post import Post  # noqa: PLC0415

    zone, texts = house.settings.zone, house.texts[Language.VI]

    def desk(line: "Line") -> Desk:
        post = Post(line, texts, house.settings.public_url)
        house.mail_room.send_over(GroupMail(house.database, house.clock, zone, texts, post))
        return Desk(post, house.database, house.volatile, texts, house.clock, zone)

    behind = Behind(house.inbound, house.volatile, house.texts, house.clock)
    async with open_account(telegram_connection(house.settings), behind, desk) as account:
        yield account


def telegram_connection(settings: Settings) -> "Connection":
    """How the settings reach the bot's account."""
    from bot.channels.telegram.account import HOOK_PATH, Connection  # noqa: PLC0415

    is_webhook = settings.telegram_mode is Mode.WEBHOOK
    return Connection(
        settings.telegram_token.get_secret_value(),
        settings.telegram_api_url,
        f"{settings.public_url}{HOOK_PATH}" if is_webhook else "",
        settings.telegram_webhook_secret.get_secret_value() if is_webhook else "",
    )


async def _open_door(house: House, account: "Account | None") -> web.AppRunner:
    hooks = {account.hook_path: account} if account is not None and account.hook_path else {}
    application = make_application(house.web_parts(), hooks)
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
    }


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
