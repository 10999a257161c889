"""Letters that are sent over a chat app: each is claimed, rendered, sent, settled by outcome."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.channels import Gone, Refused, Sent, TryLater, Unknown
from bot.logs import Event as Log
from bot.logs import note, note_failure
from bot.postman import Barred, Lost, Moved, Posted, Postman, Result
from handlers.clocks import card_leaves_at
from handlers.moderators import cards as faces
from handlers.moderators.cards import Face
from handlers.texts import Texts
from storage import desk_groups, outbox, posts, stored
from storage.cards import Card
from storage.database import Database, Tx
from storage.desk_groups import Group, Trouble
from storage.outbox import Letter, LetterKind
from storage.posts import Posting
from storage.record import Post

LEASE_SECONDS = 120
BARRED_SECONDS = 600
BARRED_ERASURE_SECONDS = 3600
AGAIN_SECONDS = 30
KEPT_FOR_CARDS = 3
"""How much of a group's minute edits leave to new cards."""

# What takes away goes first, new cards before those that only changed.
_ORDER = (LetterKind.WIPE, LetterKind.ERASE, LetterKind.POST, LetterKind.REFRESH)


def face_of(card: Card, zone: ZoneInfo) -> Face:
    """What a chat may show of a card."""
    return Face(
        nickname=card.nickname,
        category=card.category,
        province=card.province,
        danger=card.danger,
        files=card.files,
        day=card.day,
        due=card.due.astimezone(zone) if card.due else None,
        overdue=card.overdue,
        status=card.status,
        outcome=card.outcome,
        holder=card.holder,
        theirs=card.theirs,
    )


class GroupMail:
    """The letters to groups and officers' chats, over one account."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        texts: Texts,
        postman: Postman,
    ) -> None:
        """Joined by `bot/app.py`; `texts` in the language of the desks."""
        self._database = database
        self._clock = clock
        self._zone = zone
        self._texts = texts
        self._postman = postman

    async def send_due(self) -> None:
        """Send what is due, each group after its own pace."""
        now = self._clock()
        async with self._database.read() as tx:
            places: dict[bytes | str, list[Letter]] = defaultdict(list)
            for letter in await outbox.waiting(tx):
                if letter.kind in _ORDER and _is_due(letter, now):
                    places[letter.group or letter.to].append(letter)
        async with asyncio.TaskGroup() as group:
            for letters in places.values():
                group.create_task(self._serve(letters))

    async def _serve(self, letters: Sequence[Letter]) -> None:
        try:
            for letter in await self._without_digest(
                sorted(letters, key=lambda letter: _ORDER.index(letter.kind))
            ):
                await self._send(letter)
        except Exception as error:  # noqa: BLE001 - one group's failure is no other group's
            note_failure(Log.LETTER_FAILED, error)

    async def _without_digest(self, letters: Sequence[Letter]) -> Sequence[Letter]:
        """The letters that are sent one by one now: calm cards that the group's minute has no room
        for were told in one message, changes that it has no room for wait.
        """
        group = await self._group_of(letters[0])
        if group is None:
            return letters
        room = self._postman.room(group.chat)
        new = [each for each in letters if each.kind is LetterKind.POST and each.lease is None]
        if len(new) > room:
            async with self._database.read() as tx:
                urgent = await posts.in_danger(tx, [each.tip for each in new])
            calm = [each for each in new if each.tip not in urgent]
            left = room - (len(new) - len(calm))
            if len(calm) > 1 and left > 0:
                await self._digest(group, calm)
            letters = [each for each in letters if each not in calm]
        if room <= KEPT_FOR_CARDS:
            letters = [each for each in letters if each.kind is not LetterKind.REFRESH]
        return letters

    async def _digest(self, group: Group, letters: Sequence[Letter]) -> None:
        until = self._clock() + timedelta(seconds=LEASE_SECONDS)
        async with self._database.write() as tx:
            tried = [await outbox.claim(tx, each, until) for each in letters]
        claimed = [each for each in tried if each is not None]
        if not claimed:
            return
        told = self._texts.render(faces.digest(len(claimed)))
        result = await self._postman.tell(group.chat, told)
        async with self._database.write() as tx:
            for letter in claimed:
                await self._conclude(tx, letter, result, None)

    async def _send(self, letter: Letter) -> None:
        if letter.due is None:
            dated = await self._dated(letter)
            if dated is None:
                return
            letter = dated
        if letter.lease is not None and letter.kind is LetterKind.POST:
            # Whoever sent it did not come back: it may stand there, and is not sent again.
            async with self._database.write() as tx:
                await self._conclude(tx, letter, Unknown(), None)
            return
        now = self._clock()
        async with self._database.write() as tx:
            # The tip first, as everybody does who takes both: else two would wait for each other.
            posting = await self._posting(tx, letter, now)
            claimed = await outbox.claim(tx, letter, now + timedelta(seconds=LEASE_SECONDS))
            if claimed is None:
                return
            group = await desk_groups.by_id(tx, letter.group) if letter.group else None
            chat = group.chat if group is not None else letter.to
            if not chat or (posting is None and not letter.messages):
                await outbox.settle(tx, claimed)
                return
        result = await self._bring(claimed, chat, posting)
        async with self._database.write() as tx:
            await self._conclude(tx, claimed, result, posting)
        if isinstance(result, Posted | Sent):
            note(Log.LETTER_SETTLED, letters=1)

    async def _dated(self, letter: Letter) -> Letter | None:
        """The letter with the time at which it may leave; None when that is later."""
        now = self._clock()
        async with self._database.write() as tx:
            urgent = await posts.is_urgent(tx, letter)
            due = card_leaves_at(now, danger=urgent, at_once=False)
            dated = await outbox.postpone(tx, letter, due)
        return dated if due <= now else None

    async def _posting(self, tx: Tx, letter: Letter, now: datetime) -> Posting | None:
        if letter.messages:
            return None
        posting = await posts.posting(tx, letter, now)
        if posting is None or posting.group.trouble is Trouble.REMOVED:
            return None
        nowhere = letter.kind is LetterKind.REFRESH and not posting.post.message
        return None if nowhere else posting

    async def _bring(self, letter: Letter, chat: str, posting: Posting | None) -> Result:
        if posting is None:
            gone = self._texts.render(faces.gone())
            return await self._postman.take_away(chat, letter.messages, gone, letter.topic)
        today = self._clock().astimezone(self._zone).date()
        card = self._texts.render(faces.card(face_of(posting.card, self._zone), today))
        handle = posting.post.handle
        if letter.kind is LetterKind.REFRESH:
            return await self._postman.show(chat, posting.post.message, card, handle)
        topic = posting.card.nickname if posting.group.topics else ""
        return await self._postman.post(chat, card, handle, topic)

    async def _conclude(
        self, tx: Tx, letter: Letter, result: Result, posting: Posting | None
    ) -> None:
        """Settle a letter by what came of it."""
        now = self._clock()
        match result:
            case Posted():
                await _placed(tx, letter, result, posting)
            case Lost():
                await posts.lose(tx, letter.tip, letter.unit, letter.group)
                await outbox.settle(tx, letter)
            case Sent():
                await _untroubled(tx, letter)
                await outbox.settle(tx, letter)
            case Moved(to):
                group = await desk_groups.by_id(tx, letter.group)
                if group is not None:
                    await desk_groups.move(tx, group.chat, to)
                await outbox.postpone(tx, letter, now)
            case Barred() if not letter.messages:
                await desk_groups.set_trouble(tx, letter.group, Trouble.RIGHTS)
                await outbox.postpone(tx, letter, now + timedelta(seconds=BARRED_SECONDS))
            case Barred():
                await _barred(tx, letter, now)
            case Gone():
                await desk_groups.set_trouble(tx, letter.group, Trouble.REMOVED)
                await _given_up(tx, letter)
            case TryLater(seconds):
                await outbox.postpone(tx, letter, now + timedelta(seconds=max(seconds, 1)))
            case Unknown() if letter.kind is not LetterKind.POST:
                # Showing or deleting once more than needed does no harm.
                await outbox.postpone(tx, letter, now + timedelta(seconds=AGAIN_SECONDS))
            case Unknown() | Refused():
                await desk_groups.set_trouble(tx, letter.group, Trouble.UNSURE)
                await _given_up(tx, letter)
            case _:
                assert_never(result)

    async def _group_of(self, letter: Letter) -> Group | None:
        if not letter.group:
            return None
        async with self._database.read() as tx:
            return await desk_groups.by_id(tx, letter.group)


def _is_due(letter: Letter, now: datetime) -> bool:
    is_free = letter.lease is None or letter.lease <= now
    return is_free and (letter.due is None or letter.due <= now)


async def _placed(tx: Tx, letter: Letter, posted: Posted, posting: Posting | None) -> None:
    """Keep where the new card stands; where its tip was deleted meanwhile, take it away again."""
    handle = posting.post.handle if posting is not None else ""
    post = Post(letter.group.hex(), handle, posted.message, posted.topic)
    if not await posts.place(tx, letter.tip, post):
        await outbox.write(tx, stored.erasure(letter.unit, letter.group, post))
    await outbox.settle(tx, letter)
    if posted.flat:
        await desk_groups.set_trouble(tx, letter.group, Trouble.TOPICS)
    else:
        await _untroubled(tx, letter, topics=bool(posted.topic))


async def _barred(tx: Tx, letter: Letter, now: datetime) -> None:
    """What may not be taken away is tried again until the bot has the right to: the tip is gone,
    and its card shall not outlive it.
    """
    if await desk_groups.by_id(tx, letter.group) is None:
        await _given_up(tx, letter)
        return
    await desk_groups.set_trouble(tx, letter.group, Trouble.RIGHTS)
    await outbox.postpone(tx, letter, now + timedelta(seconds=BARRED_ERASURE_SECONDS))


async def _given_up(tx: Tx, letter: Letter) -> None:
    """Nobody will try again; cards of tips that are gone, which stay for that, are counted."""
    if letter.kind is LetterKind.ERASE:
        await desk_groups.leave(tx, letter.group, len(letter.messages))
        note(Log.CARDS_LEFT, cards=len(letter.messages))
    await outbox.settle(tx, letter)


async def _untroubled(tx: Tx, letter: Letter, *, topics: bool = False) -> None:
    """What is over is forgotten; that a card may be missing is not over with the next one."""
    over = {Trouble.RIGHTS, Trouble.REMOVED} | ({Trouble.TOPICS} if topics else set())
    group = await desk_groups.by_id(tx, letter.group) if letter.group else None
    if group is not None and group.trouble in over:
        await desk_groups.set_trouble(tx, group.id, None)
