"""What a sending is, made ready for one account: for whom, in which words, until when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.bulletins.bulk import Bulk, Letter, Noticing
from broadcasts import audience, hours, wording
from broadcasts.audience import Nowhere
from handlers.bell import Listed, last_change
from handlers.bulletins import Content, Stage, Urgency
from handlers.languages import Language
from handlers.screens import Button
from handlers.subscriptions import PartOfDay
from storage import bell, bulletins, units
from storage.database import Tx
from storage.places import Places
from storage.sendings import Sending
from storage.subscribers import Reach

Words = Callable[[Content, Language, str, Listed | None], str]
"""A bulletin's text, from the name of its unit and the bell's list."""


@dataclass(frozen=True, slots=True)
class Job:
    """A sending with all that does not change within a day, and the bell's list of this moment."""

    sending: Sending
    unit: str
    unit_name: str
    content: Content = field(repr=False)
    reach: Reach = field(repr=False)
    bells: Listed | None = None

    @property
    def is_limited(self) -> bool:
        """Whether the weekly limit holds for it."""
        return self.content.urgency is Urgency.ORDINARY

    def is_expired(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether what it says is not valid any more."""
        return hours.is_expired(self.content.expires_on, now, zone)

    def open_parts(self, now: datetime, zone: ZoneInfo) -> Mapping[PartOfDay, datetime]:
        """Who may be sent it now, and the moment from which on they may not any more."""
        return hours.open_parts(self.content.urgency, now, zone)

    def letters(self, bulk: Bulk) -> dict[Language, Letter]:
        """What subscribers get, ready to leave, by language."""
        if isinstance(bulk, Noticing):
            return {
                language: bulk.notice(self.content.wording(language).title, self.sending.bulletin)
                for language in Language
            }
        return {
            language: self._fitting(bulk, wording.text_of, language, buttons)
            for language in Language
            for buttons in [wording.buttons(language, self.sending.bulletin)]
        }

    def post(self, bulk: Bulk, language: Language) -> Letter:
        """What a channel or group gets."""
        return self._fitting(bulk, wording.post_of, language, ())

    def _fitting(
        self, bulk: Bulk, words: Words, language: Language, buttons: Sequence[Button]
    ) -> Letter:
        """With the bell's list, unless the message would fall into more parts for it: where those
        are counted by the month, somebody else would go without.
        """
        plain = bulk.letter(words(self.content, language, self.unit_name, None), buttons)
        whole = bulk.letter(words(self.content, language, self.unit_name, self.bells), buttons)
        return whole if whole.parts == plain.parts else plain


class Jobs:
    """Looks them up, and keeps them for the day."""

    def __init__(self, zone: ZoneInfo, places: Callable[[], Places]) -> None:
        """Joined by `Mailing`."""
        self._zone = zone
        self._places = places
        self._known: dict[tuple[int, int], Job] = {}
        self._map = places()
        self._bells: Listed | None = None

    async def of(self, tx: Tx, sending: Sending, now: datetime) -> Job | None:
        """The job of a sending; None where its bulletin, its unit or its places are gone."""
        day = now.astimezone(self._zone).toordinal()
        if self._map is not (now_holds := self._places()):
            # Whom a sending reaches is said in places, and the map has changed.
            self._map, self._known = now_holds, {}
        known = self._known.get((sending.id, day))
        if known is None:
            known = await self._made(tx, sending, now)
            if known is None:
                return None
            self._known = {key: job for key, job in self._known.items() if key[1] == day}
            self._known[sending.id, day] = known
        return replace(known, sending=sending, bells=await self._listed(tx, now))

    async def _listed(self, tx: Tx, now: datetime) -> Listed:
        """The bell's list, looked up once for each of its changes."""
        local = now.astimezone(self._zone)
        known = self._bells
        if known is None or not known.numbers or known.change != last_change(local):
            known = self._bells = await bell.listed(tx, local)
        return known

    async def _made(self, tx: Tx, sending: Sending, now: datetime) -> Job | None:
        bulletin = await bulletins.by_id(tx, sending.bulletin)
        content = await bulletins.content_of(tx, sending.bulletin, sending.version)
        if bulletin is None or bulletin.stage is Stage.DELETED or content is None:
            return None
        reach = await audience.reach(tx, bulletin.unit, content, now, self._zone, self._places())
        if isinstance(reach, Nowhere):
            return None
        frozen = replace(reach, high_water=sending.high_water)
        name = await units.name_of(tx, bulletin.unit)
        return Job(sending, bulletin.unit, name, content, frozen)
