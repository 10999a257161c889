"""A broadcaster's private chat with the bot: screens with buttons, kept for half an hour."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram import Message as TelegramMessage

from bot import broadcasting
from bot.broadcasting import Ground, Seen
from bot.channels.telegram.desk_calls import Answered, tried
from bot.channels.telegram.desk_post import Post, lines
from bot.splitting import split
from broadcasts import picture, report, wording
from handlers import broadcasters
from handlers.broadcasters import changes, chat, schedule
from handlers.broadcasters.chat import Listing, Looking, Reading, Row, State
from handlers.bulletins import Bulletin, Run, Stage
from handlers.languages import Language
from handlers.roles import Role
from handlers.screens import Say, Screen, say
from handlers.texts import Texts
from storage import bulletins, sendings, staff, units
from storage.chance import random_bytes
from storage.database import Database, Tx
from storage.sendings import Progress
from storage.volatile import Volatile

MARK = "s:"
"""How the data of every button of the studio begins."""
SCREEN_SECONDS = 30 * 60
_MESSAGE_LETTERS = 4000
_KIND = "studio chat"
_STATES: dict[str, Callable[..., State]] = {
    each.__name__: each for each in (Listing, Looking, Reading)
}
_ORDER = (Stage.PROPOSED, Stage.APPROVED, Stage.DRAFT, Stage.ENDED)


class Private:
    """The private chats of all broadcasters."""

    def __init__(
        self, post: Post, database: Database, volatile: Volatile, texts: Texts, ground: Ground
    ) -> None:
        """Joined by `Studio`."""
        self._post = post
        self._database = database
        self._volatile = volatile
        self._texts = texts
        self._ground = ground

    async def state_of(self, account: str, screen: str) -> State | None:
        """Where somebody is whose newest screen this is; None for an older one."""
        kept = await self._volatile.get(_KIND, account)
        told = json.loads(kept) if kept is not None else {}
        if not screen or told.get("screen") != screen:
            return None
        inside = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in told["with"].items()
        }
        return _STATES[told["state"]](**inside)

    async def do(self, account: str, member: bytes, state: State, name: str) -> None:
        """One press, and the screen after it."""
        step = chat.step(state, name)
        says: tuple[Say, ...] = ()
        if step.action is not None and not isinstance(step.state, Listing):
            key = step.state.bulletin
            async with self._database.write() as tx:
                turn = await broadcasting.act(tx, member, key, step.action, self._ground)
            says = turn.says if turn is not None else (say("studio.chat.gone"),)
        if step.report and not await self._send_report(account, member, step.state, step.report):
            says = (say("studio.chat.no_report"),)
        await self.show(account, member, step.state, says)

    async def show(
        self, account: str, member: bytes, state: State, says: tuple[Say, ...] = ()
    ) -> None:
        """Show the screen of `state`; of a bulletin that is gone, the list."""
        async with self._database.read() as tx:
            state, screen = await self._screen(tx, member, state)
        mark = random_bytes(6).hex()
        inside = {each.name: getattr(state, each.name) for each in fields(state)}
        told = {"state": type(state).__name__, "with": inside, "screen": mark}
        kept = json.dumps(told).encode()
        await self._volatile.put(_KIND, account, kept, seconds=SCREEN_SECONDS)
        shown = self._texts.render(Screen((*says, *screen.says), screen.choices, screen.ways))
        rows = [
            [InlineKeyboardButton(each.label, callback_data=f"{MARK}{each.name}:{mark}")]
            for each in (*shown.choices, *shown.ways)
        ]
        keys = InlineKeyboardMarkup(rows) if rows else None
        parts = split(lines(shown), _MESSAGE_LETTERS)
        for number, part in enumerate(parts, start=1):
            await self._post.write(account, part, keys if number == len(parts) else None)

    async def _screen(self, tx: Tx, member: bytes, state: State) -> tuple[State, Screen]:
        if not isinstance(state, Listing):
            seen = await broadcasting.see(tx, member, state.bulletin, self._ground)
            if seen is not None and isinstance(state, Reading):
                return await self._reading(tx, state, seen)
            if seen is not None:
                return await self._looking(tx, seen)
        return await self._listing(tx, member)

    async def _listing(self, tx: Tx, member: bytes) -> tuple[State, Screen]:
        reach = await staff.units_under(tx, member, Role.AUTHOR)
        reach |= await staff.units_under(tx, member, Role.APPROVER)
        found = []
        for each in await bulletins.of_units(tx, reach):
            run = await self._run(tx, each.id)
            found.append(
                Row(each.id, title_of(each), each.stage, run.sending.stage if run else None)
            )
        found.sort(key=lambda row: (row.run is None, _ORDER.index(row.stage)))
        screen = chat.listing(tuple(found))
        return Listing(tuple(row.bulletin for row in found[: len(screen.choices)])), screen

    async def _looking(self, tx: Tx, seen: Seen) -> tuple[State, Screen]:
        bulletin, standing = seen.bulletin, seen.standing
        unit = await units.name_of(tx, bulletin.unit)
        stage = say(f"studio.stage.{bulletin.stage}")
        head = [title_of(bulletin), say("studio.chat.head", unit=unit, stage=stage)]
        head += [chat.told(fact) for fact in self._facts(bulletin) if fact.name == "when"]
        progress = await self._run(tx, bulletin.id)
        latest = await sendings.of_bulletin(tx, bulletin.id)
        if progress is not None:
            head.append(self._running(progress))
        sending = progress.sending if progress is not None else latest[0] if latest else None
        steers = schedule.offered(sending.stage) if sending is not None else ()
        screen = chat.looking(
            tuple(head), broadcasters.offered(standing), steers, reports=sending is not None
        )
        return Looking(bulletin.id, bulletin.seal, sending.id if sending else 0), screen

    async def _reading(self, tx: Tx, state: Reading, seen: Seen) -> tuple[State, Screen]:
        """The whole wording. It may have changed since the screen before: this one counts."""
        bulletin = seen.bulletin
        unit = await units.name_of(tx, bulletin.unit)
        chats = tuple(wording.text_of(bulletin.content, each, unit) for each in Language)
        return Reading(state.bulletin, bulletin.seal), chat.reading(chats, self._facts(bulletin))

    def _facts(self, bulletin: Bulletin) -> tuple[changes.Fact, ...]:
        places, content = self._ground.places(), bulletin.content
        found = {code: places.by_code(code.rpartition("/")[2]) for code in content.scope}
        labels = {code: place.label if place else code for code, place in found.items()}
        return changes.facts(content, labels, self._ground.zone)

    async def _run(self, tx: Tx, key: str) -> Progress | None:
        """What is being sent of it now."""
        for each in await sendings.of_bulletin(tx, key):
            if schedule.offered(each.stage):
                return await sendings.progress(tx, each.id, self._ground.clock())
        return None

    def _running(self, progress: Progress) -> Say:
        sending = progress.sending
        told = say("studio.one.progress", done=progress.settled, planned=sending.planned)
        if sending.stage is Run.LATE:
            told = say("studio.one.late")
        return say(
            "studio.chat.running",
            when=self._moment(sending.due),
            run=say(f"studio.run.{sending.stage}"),
            progress=told,
        )

    def _moment(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._ground.zone):%H:%M, %d/%m/%Y}"

    async def _send_report(self, account: str, member: bytes, state: State, number: int) -> bool:
        """Send the report as a picture; False where there is none, or it did not arrive."""
        if isinstance(state, Listing):
            return False
        now, places = self._ground.clock(), self._ground.places()
        async with self._database.read() as tx:
            seen = await broadcasting.see(tx, member, state.bulletin, self._ground)
            found = await report.of_sending(tx, number, now, places) if seen else None
        if found is None or found.sending.bulletin != state.bulletin:
            return False
        made = await asyncio.to_thread(picture.png, found, self._texts, self._ground.zone)

        async def send() -> TelegramMessage:
            return await self._post.line.bot.send_photo(account, made)

        return isinstance(await tried(self._post.line, account, send), Answered)


def title_of(bulletin: Bulletin) -> Say:
    """How a bulletin is called in a chat."""
    title = bulletin.content.vi.title or bulletin.content.en.title
    return say("raw", text=title) if title else say("studio.list.no_title")
