"""What an officer's private chat does with words that did not go yet, or have just gone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import correcting, ready_words
from handlers.languages import Language
from handlers.moderators import chat_words
from handlers.moderators.actions import Action
from handlers.moderators.chat import State, Step, WithTip
from handlers.moderators.chat_drafts import Correcting, Previewing, Templates
from handlers.moderators.templates import Ready
from handlers.screens import Say, Screen, say
from handlers.texts import Texts
from storage.database import Database, Tx
from storage.volatile import Volatile


class Drafts:
    """Of all officers; nothing of them is kept here."""

    def __init__(
        self,
        database: Database,
        volatile: Volatile,
        wording: Mapping[Language, Texts],
        clock: Callable[[], datetime],
        zone: ZoneInfo,
    ) -> None:
        """`wording` is what ready words are filled from, in each language."""
        self._database = database
        self._volatile = volatile
        self._wording = wording
        self._clock = clock
        self._zone = zone

    @property
    def today(self) -> date:
        """The day where the desks are."""
        return self._clock().astimezone(self._zone).date()

    async def follow(
        self, officer: bytes, state: WithTip, step: Step
    ) -> tuple[State, tuple[Say, ...]] | None:
        """Fill in a template, or change words that have just gone, where the step wants that: where
        the officer is afterwards, and what they read.
        """
        tip, now = bytes.fromhex(state.tip), self._clock()
        if isinstance(state, Templates) and step.template:
            return await self._filled(officer, tip, state, step.template)
        if step.corrects is not None:
            words = step.corrects
            changed = await correcting.correct(
                self._database, self._volatile, officer, tip, words, now
            )
            return Correcting(state.tip) if changed.doubts else state, changed.says
        if step.takes_back:
            back = await correcting.take_back(self._database, self._volatile, officer, tip, now)
            return state, back.says
        return None

    async def with_wording(self, tx: Tx, officer: bytes, tip: bytes, action: Action) -> Action:
        """The action with all that its words bring along."""
        return await ready_words.with_wording(tx, officer, tip, action, self._wording, self.today)

    async def templates(
        self, tx: Tx, officer: bytes, state: Templates, nickname: str
    ) -> tuple[Templates, Screen]:
        """The list of ready words, and the state that knows their order."""
        fit = chat_words.offered(state, await self._ready(tx, officer, bytes.fromhex(state.tip)))
        numbered = replace(state, ids=tuple(each.id for each in fit))
        return numbered, chat_words.templates(nickname, fit)

    async def _filled(
        self, officer: bytes, tip: bytes, state: Templates, wanted: str
    ) -> tuple[State, tuple[Say, ...]]:
        async with self._database.read() as tx:
            ready = await self._ready(tx, officer, tip)
        found = next((each for each in ready if each.id == wanted), None)
        if found is None:
            return state, (say("desk.reply.no.no_template"),)
        return Previewing(state.tip, state.offer, found.words, state.outcome), ()

    async def _ready(self, tx: Tx, officer: bytes, tip: bytes) -> tuple[Ready, ...]:
        return await ready_words.of_tip(tx, officer, tip, self._wording, self.today, Language.VI)
