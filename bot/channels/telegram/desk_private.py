"""An officer's private chat with the bot while they are at the desk: volatile, 30 idle minutes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardMarkup

from bot import held
from bot.acting import act, holding_standing, undo
from bot.attaching import Clean, attachment, refused
from bot.channels.telegram.desk_post import Post, key, lines
from bot.channels.telegram.fetching import fetch
from bot.channels.telegram.sending import Notice
from bot.group_mail import face_of
from bot.patience import told
from bot.postman import Posted
from bot.splitting import split
from handlers import moderators, telling
from handlers.events import Unusable
from handlers.moderators import chat
from handlers.moderators import holding as about_holding
from handlers.moderators.actions import Action, Offer
from handlers.moderators.cards import may_be_read_in_chat
from handlers.moderators.chat import (
    Attached,
    Doubting,
    Ending,
    Giving,
    LastWords,
    Listing,
    Looking,
    Parted,
    Pressed,
    State,
    Typed,
    Weighing,
    WithTip,
    Writing,
)
from handlers.screens import Say, Screen, say
from handlers.texts import Texts
from handlers.tips import FILES, OF_IDENTITY, Kind, Status
from storage import aside, cases, holding, out_of_scope, outbox, posts
from storage.cards import Card
from storage.cases import Case, Refusal
from storage.chance import random_bytes
from storage.database import Database, Tx
from storage.out_of_scope import Removed
from storage.outbox import Letter, LetterKind
from storage.tips import PictureData
from storage.volatile import Volatile

IDLE_SECONDS = 30 * 60
WIPE_MINUTES = 10
MOST_MESSAGES = 8
_MESSAGE_LETTERS = 4000
_KIND = "desk chat"
_PLACES: dict[str, Callable[..., State]] = {
    each.__name__: each
    for each in (Listing, Looking, Writing, Ending, LastWords, Doubting, Weighing, Parted, Giving)
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an officer is; `screen` is the mark of the screen that their buttons belong to."""

    state: State
    screen: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is shown of a tip."""

    card: Card = field(repr=False)
    reads: bool
    offers: tuple[Offer, ...]


class Private:
    """The private desks of all officers."""

    def __init__(
        self,
        post: Post,
        database: Database,
        volatile: Volatile,
        texts: Texts,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        clean: Clean,
    ) -> None:
        """Joined by `Desk`."""
        self._post = post
        self._database = database
        self._volatile = volatile
        self._texts = texts
        self._clock = clock
        self._zone = zone
        self._clean = clean

    async def place_of(self, account: str) -> Place | None:
        """Where the officer is; None outside the desk."""
        kept = await self._volatile.get(_KIND, account)
        if kept is None:
            return None
        read = json.loads(kept)
        made = _PLACES[read["state"]]
        inside = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in read["with"].items()
        }
        return Place(made(**inside), read["screen"])

    async def leave(self, account: str, *, aloud: bool) -> None:
        """Out of the desk; with `aloud`, say so."""
        await self._volatile.drop(_KIND, account)
        if aloud:
            await self.say(account, chat.said("left"))

    async def say(self, account: str, screen: Screen) -> None:
        """A saying that leaves everything as it is."""
        await self._post.write(account, lines(self._texts.render(screen)))

    async def attach(
        self, account: str, officer: bytes, state: State, file: str, words: str
    ) -> None:
        """A file that an officer sends to be laid beside the answer that stands under it."""
        step = chat.step(state, Attached(words))
        if step.action is None:
            await self.show(account, officer, step.state, step.says)
            return
        notice = Notice(self._post.line, account)
        tell = partial(notice.say, self._texts.get("cleaning"))
        try:
            found = await told(self._cleaned(file), tell)
        finally:
            await notice.take_back()
        if isinstance(found, Unusable):
            await self.show(account, officer, state, (refused(found),))
        else:
            await self.do(account, officer, state, Attached(words), found)

    async def do(
        self,
        account: str,
        officer: bytes,
        state: State,
        event: Pressed | Typed | Attached,
        attached: PictureData | None = None,
    ) -> None:
        """One press or message of an officer at the desk, and the screen after it."""
        step = chat.step(state, event)
        after, says = step.state, step.says
        if step.action is not None and not isinstance(after, Listing):
            after, says = await self._acted(account, officer, after, step.action, attached)
        if step.undoes and not isinstance(after, Listing):
            tip = bytes.fromhex(after.tip)
            undone = await undo(self._database, self._volatile, officer, tip, self._clock())
            after, says = Looking(after.tip) if undone.well else Listing(), undone.says
            await self._keep(account, Place(after, ""))
        if step.reads and not isinstance(after, Listing):
            read = await self.read(account, officer, bytes.fromhex(after.tip))
            says = (say("desk.chat.read_sent" if read else "desk.chat.read_on_web"),)
        await self.show(account, officer, after, says)

    async def _acted(
        self,
        account: str,
        officer: bytes,
        state: WithTip,
        action: Action,
        attached: PictureData | None,
    ) -> tuple[State, tuple[Say, ...]]:
        """Where the officer is after what they did, and what they read."""
        taken: list[Removed] = []
        tip = bytes.fromhex(state.tip)
        after: State = state
        if attached is None and isinstance(state, Doubting):
            attached = await held.recall(self._volatile, officer, tip)
        elif attached is None:
            # Left from words that were given up: it goes with no others.
            await held.forget(self._volatile, officer, tip)
        async with self._database.write() as tx:
            turn = await act(
                tx,
                officer,
                tip,
                action,
                self._clock(),
                removed=taken.append,
                attached=attached,
            )
        says = turn.says if turn is not None else (say("desk.chat.no_right"),)
        if turn is None or turn.effects:
            after = Looking(state.tip) if turn is not None else Listing()
        elif turn.doubts:
            # The screen of that place says why.
            after, says = chat.doubting(state.tip, action), ()
            if attached is not None:
                kept = await held.keep(self._volatile, officer, tip, attached)
                says = (say("desk.file.held" if kept else "desk.file.again"),)
        if turn is None or not turn.doubts:
            await held.forget(self._volatile, officer, tip)
        # At most one.
        for removed in taken:
            kept = await out_of_scope.remember(self._volatile, removed)
            until = removed.ends.astimezone(self._zone)
            after = Parted(state.tip, f"{until:%H:%M}") if kept else Listing()
            says = says if kept else (*says, say("desk.outside.no_room"))
        if turn is None or turn.effects:
            # At once: should the screen fail and the message come again, it writes no more.
            await self._keep(account, Place(after, ""))
        return after, says

    async def _cleaned(self, file: str) -> PictureData | Unusable:
        data = await fetch(self._post.line.bot, file)
        return data if isinstance(data, Unusable) else await attachment(self._clean, data)

    async def show(
        self, account: str, officer: bytes, state: State, says: tuple[Say, ...] = ()
    ) -> bool:
        """Show the screen of `state`; False when it does not reach the officer's chat."""
        async with self._database.read() as tx:
            found = await cases.cards(tx, officer, self._clock())
            waiting = await aside.waiting(tx, officer, self._clock())
            if isinstance(state, Giving):
                people = await holding.colleagues(tx, officer, bytes.fromhex(state.tip))
                ids = tuple(each.id.hex() for each in people)
                state = Giving(state.tip, ids, tuple(each.name for each in people))
            offers = await self._offers(tx, officer, found, state)
            state, screen = await self._screen(tx, found, state, len(waiting), offers)
        mark = random_bytes(6).hex()
        await self._keep(account, Place(state, mark))
        rendered = self._texts.render(Screen((*says, *screen.says), screen.choices, screen.ways))
        rows = [[key(each.label, each.name, mark)] for each in rendered.choices]
        rows += [[key(way.label, way.name, mark)] for way in rendered.ways]
        keys = InlineKeyboardMarkup(rows) if rows else None
        parts = split(lines(rendered), _MESSAGE_LETTERS)
        sent = True
        for number, part in enumerate(parts, start=1):
            last = keys if number == len(parts) else None
            sent = isinstance(await self._post.write(account, part, last), Posted) and sent
        return sent

    async def read(self, account: str, officer: bytes, tip: bytes) -> bool:
        """Send a tip's words where that is allowed; False where it is not, or they do not arrive.

        A message without words goes first, and the letter that deletes it is written with the audit
        entry: whatever happens then, no words stay.
        """
        async with self._database.read() as tx:
            if not await may_read(tx, tip):
                return False
        first = await self._post.write(
            account, self._texts.get("desk.chat.opening"), protected=True
        )
        if not isinstance(first, Posted):
            return False
        now = self._clock()
        async with self._database.write() as tx:
            allowed = await may_read(tx, tip)
            case = await cases.open_case(tx, officer, tip, now, where="telegram")
            await self._write_wipe(tx, account, first.message)
        if isinstance(case, Refusal) or not allowed:
            await self._post.change(account, first.message, self._texts.get("desk.chat.no_right"))
            return False
        parts = self._words(case)
        messages = [first.message]
        for _ in parts[1:]:
            more = await self._post.write(
                account, self._texts.get("desk.chat.opening"), protected=True
            )
            if isinstance(more, Posted):
                messages.append(more.message)
                async with self._database.write() as tx:
                    await self._write_wipe(tx, account, more.message)
        for message, part in zip(messages, parts, strict=False):
            await self._post.change(account, message, part)
        return True

    async def _write_wipe(self, tx: Tx, account: str, message: int) -> None:
        due = self._clock() + timedelta(minutes=WIPE_MINUTES)
        letter = Letter(LetterKind.WIPE, b"", "", due, to=account, messages=(message,))
        await outbox.write(tx, letter)

    def _words(self, case: Case) -> list[str]:
        """The tip's words in messages; never its files, never who the worker is, and no place."""
        get = self._texts.get
        blocks = [get("desk.chat.read_head", name=case.card.nickname)]
        files = 0
        for entry in case.entries:
            if entry.kind in FILES:
                files += 1
            elif entry.told is not None:
                words = self._texts.say(telling.said(entry.told, self._texts.language))
                blocks.append(f"{get('desk.entry.told')}:\n{words}")
            elif entry.kind not in OF_IDENTITY:
                blocks.append(f"{self._label(entry)}:\n{entry.words}")
        if files:
            blocks.append(get("desk.chat.read_files", count=files))
        if case.who in (Kind.IDENTITY, Kind.IDENTITY_READ):
            blocks.append(get("desk.chat.read_who"))
        parts = split("\n\n".join(blocks), _MESSAGE_LETTERS)
        if len(parts) > MOST_MESSAGES:
            parts = [*parts[: MOST_MESSAGES - 1], get("desk.chat.read_cut")]
        return parts

    def _label(self, entry: cases.Entry) -> str:
        if entry.kind in (Kind.STORY, Kind.ADDITION):
            return self._texts.get(f"desk.entry.{entry.kind}")
        if entry.by:
            return self._texts.get(f"desk.entry.{entry.kind}", by=entry.by)
        return self._texts.get(f"desk.entry.{entry.kind}_nameless")

    async def _offers(
        self, tx: Tx, officer: bytes, found: tuple[Card, ...], state: State
    ) -> tuple[Offer, ...]:
        """What this officer can do about the tip that they look at."""
        tip = bytes.fromhex(state.tip) if isinstance(state, Looking) else None
        card = next((each for each in found if each.tip == tip), None)
        if card is None:
            return ()
        stands = await holding_standing(tx, officer, card, self._clock())
        return (*moderators.offered(stands), *about_holding.offered(stands))

    async def _screen(
        self,
        tx: Tx,
        found: tuple[Card, ...],
        state: State,
        waiting: int,
        offers: tuple[Offer, ...],
    ) -> tuple[State, Screen]:
        if isinstance(state, Parted):
            return state, chat.parted(state)
        if not isinstance(state, Listing):
            tip = bytes.fromhex(state.tip)
            card = next((each for each in found if each.tip == tip), None)
            if card is not None:
                reads = await may_read(tx, tip)
                return state, self._screen_of(state, _Seen(card, reads, offers))
        still = [card for card in found if card.status is not Status.CLOSED]
        mine = [card for card in still if card.mine]
        faces = tuple(face_of(card, self._zone) for card in mine)
        free = sum(card.holder is None for card in still)
        return Listing(tuple(card.tip.hex() for card in mine)), chat.listing(faces, free, waiting)

    def _screen_of(self, state: State, seen: _Seen) -> Screen:
        match state:
            case Writing() | LastWords():
                return chat.writing(state, seen.card.nickname)
            case Doubting():
                return chat.doubted(state)
            case Ending():
                return chat.ending(seen.card.nickname)
            case Weighing():
                return chat.weighing(seen.card.nickname)
            case Giving():
                return chat.giving(state, seen.card.nickname)
            case _:
                today = self._clock().astimezone(self._zone).date()
                face = face_of(seen.card, self._zone)
                return chat.looking(face, today, seen.offers, reads=seen.reads)

    async def _keep(self, account: str, place: Place) -> None:
        inside = {each.name: getattr(place.state, each.name) for each in fields(place.state)}
        packed = {"state": type(place.state).__name__, "with": inside, "screen": place.screen}
        await self._volatile.put(_KIND, account, json.dumps(packed).encode(), seconds=IDLE_SECONDS)


async def may_read(tx: Tx, tip: bytes) -> bool:
    """Whether the tip's words may be sent to an officer's private chat."""
    reach = await posts.reach(tx, tip)
    return reach is not None and may_be_read_in_chat(
        reach.category, allowed=reach.allowed, shuts_out=reach.shuts_out
    )
