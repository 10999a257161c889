"""An officer's browser is rung through a push service: what it is told, what every answer means."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path as File

import pytest

from bot.channels import Gone, Refused, Sent, TryLater, Unknown
from bot.outbound import MailRoom
from bot.push import keys
from bot.push.bulk import PAYLOAD_BYTES
from bot.push.ringer import PushRinger
from handlers.languages import Language
from handlers.roles import Role
from storage import alarms
from storage.alarms import Path
from tests import desk_world
from tests.fakes.push_service import Browser, PushService
from tests.staff_world import enrolled
from tests.tip_world import Clock, file, new_tip
from tests.world import texts


@dataclass
class Line:
    """A ringer and the push service that it calls."""

    ringer: PushRinger
    service: PushService


@pytest.fixture
async def line(tmp_path: File) -> AsyncIterator[Line]:
    key = keys.make(tmp_path / "push.key")
    async with (
        PushService(key.name) as service,
        PushRinger(
            key, "postmaster@example.org", texts()[Language.VI], route=service.route
        ) as ringer,
    ):
        yield Line(ringer, service)


async def test_a_ring_says_a_nickname_and_whether_it_is_urgent_and_leads_to_the_desk(
    line: Line,
) -> None:
    one, tip = Browser("one"), b"\x01" * 16
    for danger in (False, True):
        rung = await line.ringer.ring(one.end.address, tip, "Trúc Xanh", danger)
        assert rung == Sent()
    assert await line.ringer.trial(one.end.address) == Sent()
    assert line.service.opened(one) == [
        {"title": "Tin mới: Trúc Xanh", "url": "/desk"},
        {"title": "Tin mới: Trúc Xanh, khẩn", "url": "/desk"},
        {"title": "Chuông thử: máy này sẽ báo khi có tin mới.", "url": "/desk"},
    ]
    for each in line.service.got:
        assert each.headers["urgency"] == "high"
        assert len(one.open(each.body)) == PAYLOAD_BYTES
    assert len({len(each.body) for each in line.service.got}) == 1, "all are of one size"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (410, Gone()),
        (404, Gone()),
        (400, Refused("refused")),
        (403, Refused("refused")),
        (429, TryLater(7)),
        (503, TryLater(7)),
        (0, Unknown()),
    ],
)
async def test_every_answer_means_what_it_means_for_bulletins(
    line: Line, status: int, outcome: object
) -> None:
    line.service.answer = lambda _: (status, {"Retry-After": "7"})
    assert await line.ringer.ring(Browser("one").end.address, b"", "Trúc Xanh", False) == outcome


async def test_what_is_no_address_of_a_push_service_is_never_called(line: Line) -> None:
    for address in ("https://10.0.0.1/", "", '["https://10.0.0.1/x","p","a"]'):
        rung = await line.ringer.ring(address, b"", "Trúc Xanh", False)
        assert rung == Refused("address")
    assert line.service.got == []


async def test_a_tip_rings_the_closed_desks_through_the_house(
    line: Line, database_url: str
) -> None:
    async with desk_world.database(database_url) as made:
        mail = MailRoom(made, Clock())
        mail.ring_over(Path.PUSH, line.ringer)
        an = await enrolled(made, "an", ("north", Role.OFFICER))
        well, gone = Browser("well"), Browser("gone")
        async with made.write() as tx:
            for each in (well, gone):
                await alarms.add_browser(tx, an.id, each.end.address)
        line.service.answer = lambda path: (410, {}) if path.endswith("gone") else None
        for danger, name in ((True, "Trúc Xanh"), (False, "Sen Hồng")):
            await file(made, new_tip(danger=danger, nickname=name), delivered=False)
            await mail.deliver_due()
            await mail.ring_due()
        assert [each["title"] for each in line.service.opened(well)] == [
            "Tin mới: Trúc Xanh, khẩn",
            "Tin mới: Sen Hồng",
        ]
        async with made.read() as tx:
            left = await alarms.of_member(tx, an.id)
        assert [each.address for each in left] == [well.end.address]
        assert len(line.service.got) == 3, "who is gone is not called again"
