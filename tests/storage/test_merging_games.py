"""Random merging, taking out, writing, closing, leaving: no tip is ever without a desk, no part is
lost, no worker reads a word of another's, and the police get none that they may not all get.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from handlers.effects import FileTip
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category, Outcome, Status
from storage import cases, merging, out_of_scope, stored, tips, units
from storage.cards import Card
from storage.cases import Done
from storage.database import Database, Tx
from storage.merging import Refused
from storage.readers import NotForPolice
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
TIPS = 4


@dataclass
class Told:
    """What should stand in a worker's thread, and how it stands with their tip."""

    new: FileTip
    words: list[str]
    gone: bool = False


@dataclass
class Game:
    """Two officers of a desk, one above it, one of the police; some tips."""

    made: Database
    officers: list[Member] = field(default_factory=list)
    above: Member | None = None
    police: Member | None = None
    told: dict[bytes, Told] = field(default_factory=dict)
    said: int = 0
    played: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        async with self.made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE), at_once=True)
        for login in ("mot", "hai"):
            member, _ = await desk_world.add(self.made, login, ("north-park", Role.OFFICER))
            self.officers.append(member)
        self.above, _ = await desk_world.add(self.made, "tren", ("north", Role.OFFICER))
        self.police, _ = await desk_world.add(self.made, "ca", ("police", Role.OFFICER))
        for number in range(TIPS):
            new = new_tip(
                "north-park",
                category=Category.THEFT,
                story=f"Chuyện số {number}.",
                bell=f"{number:05}",
                may_go_to_police=number % 2 == 0,
            )
            self.told[await file(self.made, new)] = Told(new, [new.story])

    def words(self) -> str:
        self.said += 1
        return f"Lời số {self.said}."

    async def cards(self, who: Member) -> dict[bytes, Card]:
        async with self.made.read() as tx:
            return {each.tip: each for each in await cases.cards(tx, who.id, NOW)}

    async def bundle(self, tip: bytes) -> list[bytes]:
        """The tip and all with which it is one, its lead first, as the desk's list has it."""
        cards = await self.cards(self.officers[0])
        if tip not in cards:
            return [tip]
        lead = cards[tip].under or tip
        return [lead, *(each for each, card in cards.items() if card.under == lead)]

    async def play(  # noqa: PLR0912 - one case a move
        self, move: str, who: int, at: int, other: int
    ) -> None:
        left = [tip for tip, told in self.told.items() if not told.gone]
        if not left:
            return
        officer, tip = self.officers[who], left[at % len(left)]
        match move:
            case "claim":
                async with self.made.write() as tx:
                    await merging.claim(tx, officer.id, tip, NOW)
            case "merge":
                async with self.made.write() as tx:
                    done = await merging.merge(tx, officer.id, tip, [left[other % len(left)]], NOW)
                if not isinstance(done, Refused):
                    self.played.add("merged")
            case "take out":
                async with self.made.write() as tx:
                    await merging.take_out(tx, officer.id, tip, NOW)
            case "answer":
                await self._write(merging.answer, officer, tip, each=True)
            case "ask each":
                await self._write(merging.ask, officer, tip, each=True)
            case "ask one":
                await self._write(cases.ask, officer, tip, each=False)
            case "close":
                await self._write(_close, officer, tip, each=True)
            case "out of scope":
                async with self.made.write() as tx:
                    removed = await out_of_scope.close(tx, officer.id, tip, NOW)
                if isinstance(removed, out_of_scope.Removed) and other % 2:
                    async with self.made.write() as tx:
                        await out_of_scope.undo(tx, officer.id, removed, NOW)
            case "release":
                await self._release(tip)
            case _:
                await self._worker(move, tip)

    async def _write(
        self, work: Callable[..., Awaitable[object]], officer: Member, tip: bytes, *, each: bool
    ) -> None:
        words, bundle = self.words(), await self.bundle(tip)
        lead, *rest = bundle
        async with self.made.write() as tx:
            done = await work(tx, officer.id, tip, words, NOW)
        if isinstance(done, Done):
            self.told[tip].words.append(words)
            for other in rest if each and tip == lead else ():
                self.told[other].words.append(words)
                self.played.add("to each")

    async def _worker(self, move: str, tip: bytes) -> None:
        told = self.told[tip]
        key, words = told.new.key, self.words()
        async with self.made.write() as tx:
            match move:
                case "add" if await tips.add_words(tx, key, words):
                    told.words.append(words)
                case "withdraw":
                    await tips.close(tx, key, NOW)
                case "consent":
                    await tips.allow_police(tx, key, allowed=True)
                case "no consent":
                    await tips.allow_police(tx, key, allowed=False)
                case "hide":
                    await tips.hide(
                        tx, key, frozenset({"north-park"}), "north", due=NOW, triage_by=NOW
                    )
                    await tips.deliver(tx, tip)
                case "delete":
                    told.gone = await tips.remove(tx, key, day=NOW.date())
                case _:
                    assert move == "add"

    async def _release(self, tip: bytes) -> None:
        bundle = await self.bundle(tip)
        known = await record_of(self.made, tip)
        if "police" in known.readers or not known.readers or known.unit != "north-park":
            return
        agreed = [(await record_of(self.made, each)).may_go_to_police for each in bundle]
        try:
            async with self.made.write() as tx:
                case = await stored.open_as(tx, "north-park", tip)
                assert case is not None
                known = replace(known, readers=(*known.readers, "police"))
                await stored.seal_again(tx, tip, case, known)
                await stored.write_record(tx, tip, known)
        except NotForPolice:
            assert not all(agreed)
        else:
            assert all(agreed), "what one may not, none may"

    async def look(self) -> None:
        """Everything that must always hold."""
        assert self.above is not None
        assert self.police is not None
        seen, above = await self.cards(self.officers[0]), await self.cards(self.above)
        by_police = await self.cards(self.police)
        for tip, told in self.told.items():
            async with self.made.read() as tx:
                found = await tips.read_thread(tx, told.new.key)
            if told.gone:
                assert found is None
                assert tip not in seen
                continue
            assert found is not None
            assert [each.words for each in found.entries] == told.words
            known = await record_of(self.made, tip)
            if known.outcome is Outcome.OUT_OF_SCOPE:
                assert tip not in {**seen, **above}
                continue
            assert tip in (seen if known.unit == "north-park" else above)
            if known.unit != "north-park":
                assert tip not in seen
                continue
            bundle = await self.bundle(tip)
            of_all = [await record_of(self.made, each) for each in bundle]
            assert known.police_may_read is all(each.may_go_to_police for each in of_all)
            assert tip not in by_police or known.police_may_read
            assert len({each.unit for each in of_all}) == 1
            assert len({each.status is Status.CLOSED for each in of_all}) == 1
            assert len({each.holder for each in of_all}) == 1
            under = seen[tip].under
            assert under is None or (seen[under].under is None and seen[under].beside)


async def _close(tx: Tx, officer: bytes, tip: bytes, words: str, now: object) -> object:
    assert now == NOW
    return await merging.close(tx, officer, tip, Outcome.HANDLED, words, NOW)


MOVES = (
    *("claim", "merge", "merge", "merge", "answer", "ask each", "ask one", "close"),
    *("take out", "release", "add", "withdraw", "consent", "no consent", "hide", "delete"),
    "out of scope",
)
PLAYED = st.lists(
    st.tuples(
        st.sampled_from(MOVES),
        st.integers(0, 1),
        st.integers(0, TIPS - 1),
        st.integers(0, TIPS - 1),
    ),
    min_size=8,
    max_size=24,
)
Played = list[tuple[str, int, int, int]]
USUAL: Played = [
    ("claim", 0, 0, 0),
    ("merge", 0, 0, 1),
    ("release", 0, 0, 0),
    ("merge", 0, 0, 2),
    ("answer", 0, 0, 0),
    ("ask one", 0, 1, 0),
    ("add", 0, 1, 0),
    ("consent", 0, 1, 0),
    ("release", 0, 0, 0),
    ("no consent", 0, 2, 0),
    ("merge", 0, 0, 3),
    ("hide", 0, 1, 0),
    ("merge", 0, 0, 2),
    ("out of scope", 0, 0, 1),
    ("close", 0, 2, 0),
    ("delete", 0, 0, 0),
]


async def play(url: str, played: Played) -> Game:
    async with desk_world.database(url) as made:
        game = Game(made)
        await game.begin()
        for move in played:
            await game.play(*move)
            await game.look()
        return game


@pytest.mark.long
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(PLAYED)
def test_whatever_is_played_no_tip_is_lost_and_none_tells_of_another(played: Played) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'tiengtho.db'}"
        asyncio.run(play(url, [("claim", 0, 0, 0), ("merge", 0, 0, 1), *played]))


async def test_the_same_with_a_game_in_which_most_happens(database_url: str) -> None:
    game = await play(database_url, USUAL)
    assert game.played == {"merged", "to each"}
