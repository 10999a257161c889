"""One arrival, one turn, one transaction: load the talk, look up, decide, carry out, answer."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import subscribing
from bot.carrying import Carrier, Overtaken
from bot.channels import Arrival
from bot.facts import Lookups
from bot.flood import Flood, Speed
from bot.logs import Event as Log
from bot.logs import note, note_failure
from bot.media import Cleaner, CleanFile, Refusal
from bot.subscribing import READ_ON_A_PAGE
from bot.talks import IDLE_SECONDS, Known, Talks
from handlers import worker
from handlers.effects import ForgetChat, ShowFiles
from handlers.events import Ending, Event, Looked, Picture, Said, Showed, Unusable
from handlers.folding import clean
from handlers.languages import Language
from handlers.screens import Rendered, say
from handlers.states import Talk
from handlers.tips import kind_of_file
from handlers.turn import Facts, Needs, Turn
from handlers.worker import leaving
from handlers.worker.step import MOST_BYTES, given_back
from storage import tips
from storage.database import Unreachable
from storage.tips import PictureData
from storage.volatile import Away, Full

WARN_SECONDS = 120
MOST_FILES = 5
"""How many files a draft may hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a chat is shown after a turn. `ends` is when the draft ends, None where nothing would be
    lost; `live` is the topic to watch for news of an open thread. `repeated`: the arrival was there
    before, and nothing was done. `forgotten`: the person wants nothing to be left of the talk.
    `files` are those of the unit that the chat shall show now. The first `remarks` lines are about
    this turn; below them stands the screen.
    """

    rendered: Rendered
    language: Language
    turn: int
    ends: datetime | None = None
    live: bytes | None = field(default=None, repr=False)
    repeated: bool = False
    forgotten: bool = False
    files: tuple[PictureData, ...] = field(default=(), repr=False)
    remarks: int = 0


class Inbound:
    """The door of every worker's channel."""

    def __init__(self, lookups: Lookups, carrier: Carrier, cleaner: Cleaner, flood: Flood) -> None:
        """Joined by `bot/app.py`."""
        self._flood = flood
        self._lookups = lookups
        self._carrier = carrier
        self._cleaner = cleaner
        self._talks = Talks(lookups.volatile)
        self._closing: datetime | None = None

    async def receive(self, arrival: Arrival, *, comes_again: bool = False) -> Answer:
        """Make one turn; a button of another turn changes nothing.

        Never raises for what a person does; a failure is apologised for once, and everything is as
        before. Where the app itself brings what was not taken once more (`comes_again`), a database
        that cannot be reached raises Unreachable instead, and the arrival counts as never seen.
        """
        chat = _chat(arrival.channel, arrival.address)
        try:
            async with self._talks.alone(chat):
                return await self._receive(chat, arrival, comes_again=comes_again)
        except Away as error:
            note_failure(Log.TURN_FAILED, error)
            if comes_again:
                raise
            # Not even the language of the talk is known.
            return self._sorry(Talk())

    async def look(
        self, channel: str, address: str, *, stale: bool = False, words: str = ""
    ) -> Answer:
        """The present screen; nothing changes and no turn is counted."""
        chat = _chat(channel, address)
        async with self._talks.alone(chat):
            return await self._look(chat, Looked(stale, words))

    async def turn_of(self, channel: str, address: str) -> int:
        """The number of the present turn; 0 before a talk begins and after it was forgotten."""
        return (await self._load(_chat(channel, address))).talk.turn

    async def language_of(self, channel: str, address: str) -> Language:
        """The language of that chat's talk."""
        return (await self._load(_chat(channel, address))).talk.language

    async def has_enough(self, channel: str, address: str) -> bool:
        """Whether the draft of that chat holds as many files as it may: then one more is not even
        fetched.
        """
        state = (await self._load(_chat(channel, address))).talk.state
        given = leaving.gathered(state)
        return given is not None and len(given.pictures) >= MOST_FILES

    async def clean(self, data: bytes) -> CleanFile | Unusable:
        """Clean a file, whoever sent it; it is kept nowhere."""
        cleaned = await self._cleaner.clean(data)
        if isinstance(cleaned, Refusal):
            note(Log.PICTURE_REFUSED)
            return unusable(cleaned)
        note(Log.PICTURE_CLEANED)
        return cleaned

    async def look_up(self, needs: Needs) -> Facts:
        """What an officer needs to know who enters a tip for somebody."""
        return await self._lookups.facts("desk|", needs)

    async def keep_picture(self, channel: str, address: str, data: bytes) -> Picture | Unusable:
        """Clean a file and keep it for the draft of that chat."""
        if await self._flood.is_one_file_too_many(_chat(channel, address)):
            return Unusable.TOO_MANY
        cleaned = await self.clean(data)
        if isinstance(cleaned, Unusable):
            return cleaned
        loud = cleaned.with_sound or b""
        if len(cleaned.data) + len(loud) > MOST_BYTES:
            # Both together would fit no draft: better silent than not at all.
            loud = b""
        name = secrets.token_hex(8)
        clean = PictureData(cleaned.kind, cleaned.data)
        try:
            await self._carrier.keep_picture(
                _chat(channel, address), name, clean, loud, IDLE_SECONDS
            )
        except Full:
            note(Log.STORE_FULL)
            return Unusable.STORE_FULL
        return Picture(name, len(cleaned.data), kind_of_file(cleaned.kind), len(loud))

    async def unit_file(self, channel: str, address: str, number: int) -> PictureData | None:
        """A file that the unit laid into the thread which is open in that chat, by its number."""
        key = worker.key_of((await self._load(_chat(channel, address))).talk.state)
        if key is None:
            return None
        async with self._lookups.database.read() as tx:
            found = await tips.files_of_unit(tx, key, number)
        return found[0] if found else None

    async def forget(self, channel: str, address: str) -> None:
        """Drop everything that is known of a chat."""
        chat = _chat(channel, address)
        async with self._talks.alone(chat):
            known = await self._load(chat)
            await self._carrier.drop_pictures(chat, leaving.pictures_in(known.talk.state))
            await self._talks.drop(chat)

    async def left(self, channel: str, address: str) -> None:
        """The person blocked this chat: nothing is sent to it any more. Raises Unreachable."""
        chat = _chat(channel, address)
        async with self._talks.alone(chat), self._lookups.database.write() as tx:
            await subscribing.left(tx, chat)

    async def endings(self, channel: str) -> list[tuple[str, Answer]]:
        """The drafts of a channel that end in two minutes: address and what to say; each once."""
        return await self._ending(channel, WARN_SECONDS, Ending())

    async def closings(self, channel: str) -> list[tuple[str, Answer]]:
        """After `close_at`: all chats of a channel with a draft that would be lost, as `endings`
        gives them.
        """
        return await self._ending(channel, IDLE_SECONDS + 1, Looked())

    async def has_drafts(self) -> bool:
        """Whether stopping would lose something."""
        return await self._talks.has_drafts()

    def close_at(self, moment: datetime) -> None:
        """From now on every answer says that drafts end at `moment`, because the service stops."""
        self._closing = moment

    async def _receive(self, chat: str, arrival: Arrival, *, comes_again: bool) -> Answer:
        seen = f"{chat}|{arrival.number}"
        if not await self._talks.is_first(seen):
            await self._drop_picture(chat, arrival.event)
            return replace(await self._look(chat, Looked()), repeated=True)
        try:
            speed = await self._flood.turn(chat)
            if speed is not Speed.FINE:
                return await self._slow_down(chat, arrival, speed)
            if await self._is_stale(chat, arrival):
                return await self._look(chat, Looked(stale=True))
            turn, facts, ends = await self._turn(chat, arrival)
        except Exception as error:
            note_failure(Log.TURN_FAILED, error)
            await self._talks.unsee(seen)
            if comes_again and isinstance(error, Unreachable):
                await self._drop_picture(chat, arrival.event)
                raise
            return await self._apologise(chat)
        try:
            return await self._answer(chat, turn, facts, ends=ends)
        except Exception as error:  # noqa: BLE001 - it was done, and a repeat must not redo it
            note_failure(Log.TURN_FAILED, error)
            return self._shown(turn, facts, ends)

    async def _slow_down(self, chat: str, arrival: Arrival, speed: Speed) -> Answer:
        """Nothing was done with what came too fast, and words are given back. A chat that goes on
        so is told once a minute: more answers than questions help nobody.
        """
        await self._drop_picture(chat, arrival.event)
        known = await self._load(chat)
        if speed is Speed.MORE and arrival.channel not in READ_ON_A_PAGE:
            return Answer(Rendered(()), known.talk.language, known.talk.turn, repeated=True)
        turn, facts = await self._decide(chat, known, Looked())
        words = arrival.event.words if isinstance(arrival.event, Said) else ""
        told = (say("too_fast"), *given_back(clean(words)))
        return await self._answer(chat, Turn(turn.talk, (), told), facts, ends=known.ends)

    async def _ending(
        self, channel: str, within: float, event: Looked | Ending
    ) -> list[tuple[str, Answer]]:
        answers = []
        for chat in await self._talks.ending(_chat(channel, ""), within):
            async with self._talks.alone(chat):
                answers.append((chat.partition("|")[2], await self._look(chat, event)))
        return answers

    async def _turn(self, chat: str, arrival: Arrival) -> tuple[Turn, Facts, datetime]:
        """Decide, carry out, remember; the turn, its facts, and when the talk ends."""
        known = await self._load(chat)
        turn, facts = await self._decide(chat, known, arrival.event)
        try:
            await self._carrier.carry_out(chat, turn.effects, facts)
        except Overtaken:
            # Somebody else was faster (a tip closed, or filed by another form): decide again.
            turn, facts = await self._decide(chat, known, arrival.event)
            await self._carrier.carry_out(chat, turn.effects, facts)
        if turn.wrong_code:
            await self._lookups.count_wrong(chat)
        note(Log.TURN)
        if any(isinstance(effect, ForgetChat) for effect in turn.effects):
            await self._talks.drop(chat)
            return turn, facts, self._now()
        ends = self._now() + timedelta(seconds=IDLE_SECONDS)
        try:
            await self._talks.keep(chat, Known(turn.talk, ends))
            pictures = leaving.pictures_in(turn.talk.state)
            await self._carrier.touch_pictures(chat, pictures, IDLE_SECONDS)
        except (Away, Full) as error:
            if not turn.effects:
                raise
            # It was done: the talk stays where it was, and a repeat must not redo it.
            note_failure(Log.TURN_FAILED, error)
        if code := worker.code_read_over(turn.talk.state):
            self._lookups.ready(code)
        return turn, facts, ends

    async def _decide(self, chat: str, known: Known, event: Event) -> tuple[Turn, Facts]:
        needs = worker.needs(known.talk, event)
        facts = await self._lookups.facts(chat, needs)
        return worker.respond(known.talk, event, facts, self._lookups.texts), facts

    async def _look(self, chat: str, event: Looked | Ending) -> Answer:
        known = await self._load(chat)
        turn, facts = await self._decide(chat, known, event)
        return await self._answer(chat, turn, facts, ends=known.ends)

    async def _apologise(self, chat: str) -> Answer:
        known = await self._load(chat)
        try:
            turn, facts = await self._decide(chat, known, Looked())
        except Exception as error:  # noqa: BLE001 - the database may be away altogether
            note_failure(Log.TURN_FAILED, error)
            return self._sorry(known.talk)
        failed = Turn(turn.talk, (), (say("failed"), *turn.notes))
        return await self._answer(chat, failed, facts, ends=known.ends)

    def _sorry(self, talk: Talk) -> Answer:
        line = self._lookups.texts[talk.language].line(say("failed"))
        return Answer(Rendered((line,)), talk.language, talk.turn)

    async def _answer(self, chat: str, turn: Turn, facts: Facts, *, ends: datetime) -> Answer:
        after = worker.needs(turn.talk, Looked())
        shown = facts
        is_old = turn.effects or after.key != (facts.thread and facts.thread.key)
        if after.bell or after.subscription or (after.key and is_old):
            shown = await self._lookups.facts(chat, after)
        answer = self._shown(turn, shown, ends, await self._topic(turn.talk))
        return replace(answer, files=await self._files(turn))

    def _shown(self, turn: Turn, facts: Facts, ends: datetime, live: bytes | None = None) -> Answer:
        keeps = leaving.holds_draft(turn.talk.state)
        notes = turn.notes
        if keeps and self._closing is not None:
            notes, ends = (say("closing"), *notes), min(ends, self._closing)
        screen = worker.show(turn.talk, notes, facts)
        rendered = self._lookups.texts[turn.talk.language].render(screen)
        forgotten = any(isinstance(effect, ForgetChat) for effect in turn.effects)
        return Answer(
            rendered,
            turn.talk.language,
            turn.talk.turn,
            ends if keeps else None,
            live,
            forgotten=forgotten,
            remarks=len(notes) + leaving.is_practice(turn.talk.state),
        )

    async def _files(self, turn: Turn) -> tuple[PictureData, ...]:
        wanted = next((each for each in turn.effects if isinstance(each, ShowFiles)), None)
        if wanted is None:
            return ()
        async with self._lookups.database.read() as tx:
            return await tips.files_of_unit(tx, wanted.key)

    async def _topic(self, talk: Talk) -> bytes | None:
        key = worker.key_of(talk.state)
        if key is None:
            return None
        async with self._lookups.database.read() as tx:
            return await tips.tip_of(tx, key)

    async def _is_stale(self, chat: str, arrival: Arrival) -> bool:
        """Whether a button of another turn was pressed: its choice may mean something else now."""
        return arrival.turn is not None and arrival.turn != (await self._load(chat)).talk.turn

    async def _drop_picture(self, chat: str, event: Event) -> None:
        """The file of an arrival that makes no turn is not kept."""
        if isinstance(event, Showed):
            await self._carrier.drop_pictures(chat, [event.picture])

    async def _load(self, chat: str) -> Known:
        return await self._talks.load(chat, self._now())

    def _now(self) -> datetime:
        return self._lookups.clock()


def unusable(refusal: Refusal) -> Unusable:
    """What the worker is told about a refused file. A child that was taken over is not their doing:
    to them that file is broken.
    """
    if refusal is Refusal.BUSY:
        return Unusable.STORE_FULL
    return Unusable.BROKEN if refusal is Refusal.UNSAFE else Unusable(refusal.value)


def _chat(channel: str, address: str) -> str:
    return f"{channel}|{address}"
