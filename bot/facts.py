"""Looks up what a turn needs: one tip by its code, a place, the bell's list, the tree of units."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import placing, subscribing
from handlers.forms import Form
from handlers.handbook import Handbook
from handlers.languages import Language
from handlers.laws.changes import NO_CHANGES, Changes, replaced_by
from handlers.routing import Tree
from handlers.states import Key
from handlers.subscriptions import Subscription
from handlers.texts import Texts
from handlers.tips import Category
from handlers.turn import Facts, Meant, Needs, Room, Thread
from storage import atlas, bell, law_changes, tips, units
from storage.chance import fresh_code, random_digits
from storage.database import Database
from storage.places import Places
from storage.stretching import Stretcher
from storage.volatile import Full, Volatile

TREE_SECONDS = 5
WRONG_CODES_FREE = 3
_WAIT_SECONDS = 15
_LONGEST_WAIT_SECONDS = 600
_FORGET_WRONG_SECONDS = 3600


class NoUnits(Exception):
    """No units were imported yet, so no tip could find a reader."""


@dataclass(slots=True)
class Lookups:
    """Everything that facts are made of."""

    database: Database
    volatile: Volatile
    stretcher: Stretcher
    salt: bytes = field(repr=False)
    places: Callable[[], Places]
    texts: Mapping[Language, Texts]
    handbooks: Mapping[Language, Handbook]
    clock: Callable[[], datetime]
    zone: ZoneInfo
    room_of: Callable[[str], Room] = field(default=lambda _: Room(), repr=False)
    public_url: str = ""
    data_contact: str = ""
    forms: Mapping[Category, Form] = field(default_factory=dict, repr=False)
    regions: Mapping[str, str] = field(default_factory=dict, repr=False)
    _tree: tuple[datetime, Tree] | None = None
    _changes: Changes = field(default_factory=lambda: NO_CHANGES)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def facts(self, chat: str, needs: Needs) -> Facts:
        """The facts for one turn in `chat`, which is "channel|address"."""
        now = self.clock()
        local = now.astimezone(self.zone)
        tree = await self.tree()
        wait = await self._wait(chat) if needs.codes else 0
        key = needs.key if wait else await self._key(needs.codes) or needs.key
        filing, filed = await self._filing(needs.filing)
        return Facts(
            now=now,
            today=local.date(),
            tree=tree,
            fresh_code=fresh_code() if needs.fresh_code else "",
            fresh_bell=random_digits(bell.DIGITS),
            dice=secrets.randbits(32),
            service=tree.root.name,
            handbooks=self.handbooks,
            public_url=self.public_url,
            data_contact=self.data_contact,
            forms=self.forms,
            regions=self.regions,
            thread=await self.thread(key) if key else None,
            filing=filing,
            filed=filed,
            places=placing.look_up(self.places(), needs.place, needs.within),
            bells=await self._bells(local) if needs.bell else (),
            wait_seconds=wait,
            places_of_today=self.places().of_today,
            may_subscribe=chat.partition("|")[0] not in subscribing.READ_ON_A_PAGE,
            subscription=await self._subscription(chat) if needs.subscription else None,
            meant=await self._meant(needs.bulletin, tree) if needs.bulletin else None,
            room=self.room_of(chat),
            is_full=await self._is_full(chat) if needs.subscription else False,
            in_week=await self._in_week(chat) if needs.subscription else False,
            replaced=replaced_by(local.date(), self._changes),
        )

    async def tree(self) -> Tree:
        """The tree of units, at most a few seconds old. Raises NoUnits."""
        if self._tree is None or self._is_old(self._tree[0]):
            # Of many turns that find it old, one loads it and the others wait.
            async with self._loading:
                if self._tree is None or self._is_old(self._tree[0]):
                    self._tree = (self.clock(), await self._loaded())
        return self._tree[1]

    def _is_old(self, loaded: datetime) -> bool:
        return self.clock() - loaded > timedelta(seconds=TREE_SECONDS)

    async def _loaded(self) -> Tree:
        async with self.database.read() as tx:
            # At a prompt nobody else looks whether the map has changed.
            await atlas.current(tx)
            loaded = await units.tree(tx)
            self._changes = await law_changes.known(tx)
        if loaded is None:
            raise NoUnits
        return loaded

    def ready(self, code: str) -> None:
        """A draft with this code may be sent soon."""
        self.stretcher.prepare(code, self.salt)

    async def thread(self, key: Key) -> Thread | None:
        """The thread that `key` opens."""
        async with self.database.read() as tx:
            return await tips.read_thread(tx, key)

    async def count_wrong(self, chat: str) -> None:
        """A code was tried that opens nothing: after three, this chat waits longer each time. Never
        counted by network address: a factory shares one.
        """
        try:
            wrong = await self.volatile.count("wrong", chat, seconds=_FORGET_WRONG_SECONDS)
            if wrong >= WRONG_CODES_FREE:
                seconds = _WAIT_SECONDS * 2 ** (wrong - WRONG_CODES_FREE)
                seconds = min(seconds, _LONGEST_WAIT_SECONDS)
                ends = self.clock() + timedelta(seconds=seconds)
                value = str(ends.timestamp()).encode()
                await self.volatile.put("wait", chat, value, seconds=seconds)
        except Full:
            # The counters are full: the check symbol and two Argon2id jobs at once still hold.
            return

    async def _wait(self, chat: str) -> int:
        ends = await self.volatile.get("wait", chat)
        if ends is None:
            return 0
        return max(int(float(ends) - self.clock().timestamp()), 1)

    async def _key(self, codes: tuple[str, ...]) -> Key | None:
        for code in codes:
            found, _ = await self._found(code)
            if found is not None:
                return found
        return None

    async def _filing(self, code: str) -> tuple[Key | None, Thread | None]:
        if not code:
            return None, None
        found, fresh = await self._found(code, first=True)
        return fresh, await self.thread(found) if found else None

    async def _found(self, code: str, *, first: bool = False) -> tuple[Key | None, Key]:
        """The key of the tip that this code filed, and the one that it would file with; `first`
        goes before those who wait.
        """
        stretched = await self.stretcher.stretch(code, self.salt, first=first)
        async with self.database.read() as tx:
            reporters = tx.keys.reporters(stretched)
            found = await tips.find(tx, reporters)
        if found is not None and found.pepper != reporters[0].pepper:
            async with self.database.write() as tx:
                reporters = tx.keys.reporters(stretched)
                found = await tips.renew(tx, reporters)
        return found, tips.key_of(reporters[0])

    async def _subscription(self, chat: str) -> Subscription | None:
        async with self.database.read() as tx:
            return await subscribing.subscription_of(tx, chat)

    async def _in_week(self, chat: str) -> bool:
        async with self.database.read() as tx:
            return await subscribing.in_week(tx, chat)

    async def _is_full(self, chat: str) -> bool:
        async with self.database.read() as tx:
            return await subscribing.is_full(tx, chat)

    async def _meant(self, bulletin: str, tree: Tree) -> Meant | None:
        async with self.database.read() as tx:
            return await subscribing.meant_by(tx, bulletin, tree, self.places())

    async def _bells(self, local: datetime) -> tuple[str, ...]:
        async with self.database.read() as tx:
            return await bell.shown(tx, local)
