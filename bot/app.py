"""The only place where things are made and joined, started and stopped."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot import demo, forms, keyfile, regions
from bot.bulletins.mailing import Mailing
from bot.carrying import Carrier
from bot.config import Settings
from bot.facts import Lookups
from bot.flood import Flood
from bot.inbound import Inbound
from bot.live import DESK, Hub
from bot.media import Cleaner
from bot.news import News
from bot.outbound import MailRoom
from bot.rooms import room_of
from bot.store import Unfit, open_store
from bot.web.parts import Parts, RingTrial
from handlers import handbook
from handlers.address import Address
from handlers.languages import Language
from handlers.texts import Texts
from storage import atlas, following, installation, migrate, restored
from storage.database import Database, Unreachable
from storage.following import NotSaid
from storage.installation import Installation
from storage.keys import MissingKey, TwinKeys, WrongMasterKey
from storage.places import Places
from storage.stretching import Stretcher
from storage.volatile import Volatile

if TYPE_CHECKING:
    from bot.push.keys import PushKey

STOP_SECONDS = 300
ENDING_SECONDS = 20
_LOOK_SECONDS = 1
_TIDY_SECONDS = 60


class CannotStart(Exception):
    """One readable line on why, and what to do."""


@cache
def load_texts(address: Address = Address.BAN) -> Mapping[Language, Texts]:
    """The words of the screen, read once in a process."""
    return {language: Texts.load(language, address) for language in Language}


@cache
def load_handbooks(address: Address = Address.BAN) -> Mapping[Language, handbook.Handbook]:
    """The handbook, read once in a process."""
    return {language: handbook.load(language, address) for language in Language}


NEWER = "this database was made by a newer version of the program; install that one"


def utc_now() -> datetime:
    """The present time; the one place where the house looks at the clock."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock


@dataclass(slots=True)
class House:
    """Everything that is joined, for one process."""

    settings: Settings
    database: Database
    installation: Installation
    volatile: Volatile
    hub: Hub
    inbound: Inbound
    mail_room: MailRoom
    news: News
    mailing: Mailing
    texts: Mapping[Language, Texts] = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    push: "PushKey | None" = field(default=None, repr=False)
    ring_trial: RingTrial | None = field(default=None, repr=False)

    @property
    def places(self) -> Places:
        """The places as far as this process has seen."""
        return atlas.known(self.database)

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
            handbooks=load_handbooks(),
            clock=self.clock,
            places=lambda: atlas.known(self.database),
            neutral=self.settings.exit_url,
            onion=self.settings.onion_url,
            data_contact=self.settings.data_contact,
            hosted_in=self.settings.hosted_in,
            push_key=self.push.name if self.push is not None else "",
            ring_trial=self.ring_trial,
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
        if not await restored.is_whole(database):
            raise CannotStart(
                "a restore into this database stopped half-way; run the same"
                " `python -m bot restore …` once more"
            )
        if not await migrate.is_current(database):
            made = await migrate.revision(database)
            if made is not None and not migrate.knows(made):
                raise CannotStart(NEWER)
            raise CannotStart("the database has an older schema; run: python -m bot migrate")
        return await open_keys(settings, database)
    except Unreachable:
        raise CannotStart("the database cannot be reached") from None


async def _follow_the_map(database: Database, now: datetime) -> None:
    """Bring everything to the tables of places of this version of the program. Where these do not
    say what became of a place, the older ones go on to hold, and `doctor` tells.
    """
    async with database.read() as tx:
        if not await following.program_is_newer(tx):
            return
    with suppress(NotSaid):
        async with database.write(alone=True) as tx:
            await following.follow_the_program(tx, now)


async def open_keys(settings: Settings, database: Database) -> Installation:
    """The database's keys, opened with the master key of the settings' file. Raises CannotStart
    with what is wrong with a key, and what to do.
    """
    path = settings.master_key_file
    if settings.has_push and path.resolve() == settings.push_key_file.resolve():
        raise CannotStart(
            "TIENGTHO_MASTER_KEY_FILE and TIENGTHO_PUSH_KEY_FILE name the same file; each key"
            " needs a file of its own"
        )
    try:
        master = keyfile.read(path)
        return await installation.open_with(database, master, lambda: keyfile.candidates(path))
    except keyfile.NoKey as error:
        raise CannotStart(str(error)) from None
    except WrongMasterKey:
        if await _is_half_changed(database, path):
            raise CannotStart(
                "a change of the master key was not finished; run: python -m bot keys rotate master"
            ) from None
        raise CannotStart(
            f"the key in {path} does not open this database; put the right file back, or move this"
            " one away and run: python -m bot keys enter-paper"
        ) from None
    except TwinKeys:
        raise CannotStart(
            "two keys of this database are equal, or one is the master key: somebody changed the"
            " keyring; restore it from a backup"
        ) from None
    except MissingKey:
        raise CannotStart(
            "a key is missing from the keyring of this database; restore it from a backup"
        ) from None


async def _is_half_changed(database: Database, path: Path) -> bool:
    try:
        return await installation.opens(database, keyfile.read(keyfile.next_of(path)))
    except keyfile.NoKey:
        return False


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
    await demo.fill(database, atlas.of_the_program(), utc_now())
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
    shared: bool = True,
) -> AsyncIterator[House]:
    """The whole house without its doors. Not `shared`: its talks are nobody else's, whatever the
    settings say. Raises CannotStart, WrongSettings.
    """
    async with open_database(settings, make_demo=make_demo) as (database, found):
        keys = database.keys
        if keys is None:
            raise CannotStart("the keys are not open")
        await _follow_the_map(database, clock())
        async with AsyncExitStack() as stack:
            try:
                volatile = await stack.enter_async_context(
                    open_store(settings, keys, clock, shared=shared)
                )
            except Unfit as error:
                raise CannotStart(str(error)) from None
            stretcher = Stretcher()
            stack.callback(stretcher.close)
            yield _join(settings, database, found, volatile, stretcher, clock)


def _join(
    settings: Settings,
    database: Database,
    found: Installation,
    volatile: Volatile,
    stretcher: Stretcher,
    clock: Callable[[], datetime],
) -> House:
    hub = Hub()

    def places() -> Places:
        return atlas.known(database)

    texts = load_texts(settings.address)
    lookups = Lookups(
        database=database,
        volatile=volatile,
        stretcher=stretcher,
        salt=found.salt,
        places=places,
        texts=texts,
        handbooks=load_handbooks(settings.address),
        clock=clock,
        zone=settings.zone,
        room_of=room_of,
        public_url=settings.public_url,
        data_contact=settings.data_contact,
        forms=forms.load(settings.forms_dir, settings.address),
        regions=regions.load(settings.regions_file, places().of_today),
    )
    flood = Flood(volatile, settings.ceilings)
    inbound = Inbound(lookups, Carrier(database, volatile, flood), Cleaner(), flood)
    mail_room = MailRoom(database, clock)

    def committed(touched: frozenset[bytes]) -> None:
        hub.tell([*touched, DESK])
        mail_room.wake()

    news = News()
    database.on_commit, database.on_news = committed, news.tell
    return House(
        settings=settings,
        database=database,
        installation=found,
        volatile=volatile,
        hub=hub,
        inbound=inbound,
        mail_room=mail_room,
        news=news,
        mailing=Mailing(database, clock, settings.zone, places),
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
