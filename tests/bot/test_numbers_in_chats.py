"""Numbers that officers ask for in their own chats: a picture on Telegram, a few lines on Zalo."""

import io
from pathlib import Path

from PIL import Image

from bot.numbers import chat, picture
from handlers.languages import Language
from handlers.roles import Role
from storage import staff
from tests.bot.test_desk_numbers import fill
from tests.telegram_desk import TEXTS, scene_on
from tests.world import texts
from tests.zalo_scene import DESK, UNIT, officer, scene


async def test_an_officer_gets_the_picture_of_their_own_unit(sqlite_url: str) -> None:
    async with scene_on(sqlite_url) as on:
        await fill(on.made, 9)
        person = await on.officer("An")
        await person.say("/thongke")
        await on.run()
        assert len(on.fake.calls("sendPhoto", chat=person.id)) == 1
        await person.say("/thongke 2026-q1")
        await on.run()
        assert "Chưa đủ số liệu" in on.private(person)[-1]
        assert "Quý 1 năm 2026" in on.private(person)[-1]
        assert on.passed_on == []
        found = await chat.find(on.made, on.members["An"], "2026-q4", on.clock())
        assert found is not None
        words = chat.words_of(on.made, found, TEXTS)
    assert words.unit == "Công đoàn phía bắc", "an officer's numbers are without the units below"
    for language in Language:
        made = picture.png(words, texts()[language])
        with Image.open(io.BytesIO(made)) as drawn:
            assert drawn.width == 900
            assert drawn.height > 600


async def test_a_worker_who_types_it_is_a_worker(sqlite_url: str) -> None:
    async with scene_on(sqlite_url) as on:
        person = on.fake.person("Worker")
        await person.say("/thongke")
        await on.run()
        assert len(on.passed_on) == 1


async def test_who_may_see_no_numbers_is_told_so(sqlite_url: str) -> None:
    async with scene_on(sqlite_url) as on:
        person = await on.officer("Binh")
        async with on.made.write() as tx:
            key = on.members["Binh"].id
            await staff.revoke(tx, key, "north", Role.OFFICER)
            await staff.grant(tx, key, "north", Role.ADMINISTRATOR)
        await person.say("/thongke")
        await on.run()
        assert "chưa được xem số liệu" in on.private(person)[-1]
        assert on.fake.calls("sendPhoto", chat=person.id) == []


async def test_on_zalo_it_is_a_few_lines_and_the_page(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.employ_officers()
        _, person = await officer(at)
        told = await at.says(person, "thống kê")
        assert "Chưa đủ số liệu" in told
        assert f"{DESK}/so-lieu" in told
        await fill(at.house.database, 11, UNIT)
        told = await at.says(person, "Thong ke")
        assert "Đã đóng trong kỳ: 11" in told
        assert "Đúng hẹn: 11" in told
        assert "ẩn" in told
        worker = await at.says(at.worker, "thống kê")
        assert "Đã đóng trong kỳ" not in worker
