"""The whole road: filed on Zalo, claimed by a ping, answered on the web, read on Telegram."""

from pathlib import Path

from bot.channels.zalo_bot.account import Account
from bot.channels.zalo_bot.officers import House as Behind
from bot.channels.zalo_bot.officers import Officers, Ringer
from handlers.languages import Language
from storage import audit, desk_codes
from storage.alarms import Path as AlarmPath
from storage.audit import Act
from storage.desk_codes import CodeKind
from tests.fakes.zalo_bot import FakeZalo, Person
from tests.players import open_house
from tests.telegram_house import TelegramPlayer, in_telegram
from tests.telegram_house import clock_of as telegram_clock
from tests.whole.test_telegram_road import ANSWER, CODE, STORY, answered_on_the_web, enrolled
from tests.zalo_house import ZaloPlayer, clock_of, on_zalo

DESK = "https://tin.example.org/desk"


async def test_the_whole_road_of_a_tip_over_zalo(database_url: str, tmp_path: Path) -> None:
    async with (
        open_house(database_url, tmp_path) as (house, clock),
        clock_of(clock) as zalo,
        on_zalo(house, zalo) as account,
    ):
        behind = Behind(house.database, house.volatile, house.texts[Language.VI], house.clock, DESK)
        account.officers = Officers(account.workers, account.channel, behind)
        house.mail_room.ring_over(AlarmPath.ZALO, Ringer({account.channel: account.officers}))
        member = await enrolled(house)
        async with house.database.write() as tx:
            linking = await desk_codes.make(tx, CodeKind.ALARM, member.id.hex(), clock())
        officer = zalo.person("Officer")
        await says(zalo, account, officer, f"/ketnoi {linking}")
        assert "Đã nối chuông cho Cán bộ trực số 1" in last(officer)

        worker = ZaloPlayer(house, clock, account.channel, zalo=zalo, account=account)
        code = await filed(worker)
        await house.mail_room.deliver_due()
        await house.mail_room.ring_due()
        ping = last(officer)
        name = ping.partition("\n")[0].removeprefix("Tin mới: ")
        assert ping == f"Tin mới: {name}\n\n1. Nhận tin “{name}”\n2. Mở bàn trên web"
        await says(zalo, account, officer, "1")
        assert "Bạn đã nhận tin này." in last(officer)
        assert DESK in last(officer)
        async with house.database.read() as tx:
            acts = [each.act for each in await audit.entries(tx, limit=50)]
        assert acts.count(Act.CLAIMED) == 1

        await answered_on_the_web(house)
        async with telegram_clock(clock) as telegram, in_telegram(house, telegram) as other:
            reader = TelegramPlayer(house, clock, telegram=telegram, account=other)
            await reader.bring("look")
            assert ANSWER in (await reader.type(code)).text
        # On Zalo as well, and nothing of the tip stood in the officer's chat.
        assert ANSWER in (await worker.type(code)).text
        told = "\n".join(each.text for each in officer.sees())
        for words in ("lối thoát hiểm", ANSWER, "Bàn Thạch", "Đà Nẵng", "an toàn", code):
            assert words not in told


async def says(zalo: FakeZalo, account: Account, person: Person, words: str) -> None:
    """Somebody writes, and what comes back has arrived."""
    await person.say(words)
    await zalo.settled()
    await account.answers.sent()


def last(person: Person) -> str:
    """The newest message of the bot."""
    return [each.text for each in person.sees() if not each.is_mine][-1]


async def filed(worker: ZaloPlayer) -> str:
    """A tip, filed by typing eight times at most; its code."""
    typed = ["/start", "Mất an toàn lao động", "2", "phường Bàn Thạch, Đà Nẵng"]
    await worker.bring("look")
    for words in ("báo tin", *typed[1:], STORY, "Bỏ qua hết"):
        shown = await worker.type(words)
    found = CODE.search(shown.text)
    assert found is not None, shown.text
    assert "Đã nhận" in (await worker.type("1")).text
    return found.group()
