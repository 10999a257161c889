"""Rings an officer's browser: one sealed push of the one size, which opens the desk."""

from collections.abc import Callable, Sequence
from types import TracebackType

from bot.bulletins.bulk import Delivered
from bot.channels import Outcome, Sent
from bot.pace import Limits, Pace
from bot.push import bulk
from bot.push.bulk import PushBulk
from bot.push.keys import PushKey
from handlers.moderators import cards
from handlers.screens import Screen
from handlers.texts import Texts
from storage.pings import Ping

DESK = "/desk"
PER_SECOND = 50


class PushRinger:
    """Use with `async with`. `contact` and `route` as for `PushBulk`; `texts` in the language of
    the desks.
    """

    def __init__(
        self, key: PushKey, contact: str, texts: Texts, *, route: Callable[[str], str] = str
    ) -> None:
        # Of its own: what bulletins have used up of their pace holds up no alarm.
        pace = Pace(Limits(bulk_per_second=PER_SECOND))
        self._bulk = PushBulk(key, contact, pace, PER_SECOND, route=route, urgent=True)
        self._texts = texts

    async def __aenter__(self) -> "PushRinger":
        await self._bulk.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._bulk.__aexit__(kind, error, trace)

    async def ring(self, address: str, tip: bytes, nickname: str, danger: bool) -> Outcome:  # noqa: ARG002 - a notice of the desk leads to the desk
        """Let the browser at `address` show that there is a new tip."""
        return await self._show(address, cards.ping(nickname, danger=danger))

    async def ring_for_several(self, address: str, rung: Sequence[Ping]) -> Outcome:
        """Let it show how many new tips there are."""
        urgent = sum(each.danger for each in rung)
        return await self._show(address, cards.ping_of_several(len(rung), urgent))

    async def tell(self, address: str, shown: Screen) -> Outcome:
        """Let it show how many tips wait."""
        return await self._show(address, shown)

    async def trial(self, address: str) -> Outcome:
        """Let it show that it would ring."""
        return await self._show(address, cards.trial_ping())

    async def _show(self, address: str, screen: Screen) -> Outcome:
        letter = bulk.letter_to(self._texts.render(screen).text, DESK)
        result = await self._bulk.send(address, letter)
        return Sent() if isinstance(result, Delivered) else result
