"""The unit's files on the worker's page: only for who has the thread open, and never in a tab."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage import cases
from storage.tips import PictureData
from tests import clips
from tests.players import PagePlayer, on_the_page, open_house

PHOTO = PictureData("image/jpeg", clips.photo())


@asynccontextmanager
async def before_the_thread(folder: Path) -> AsyncIterator[PagePlayer]:
    """A thread with a paper and a picture of the unit, open on the page."""
    async with (
        open_house(f"sqlite+aiosqlite:///{folder}/tiengtho.db", folder) as (house, clock),
        on_the_page(house, clock) as player,
    ):
        await player.bring("look")
        for name in ("report", "wages", "danger_no", "no_place"):
            await player.press(name)
        await player.type("Công ty nợ lương.")
        await player.press("skip_all")
        await player.press("send")
        await player.claim()
        await player.attach("Mẫu đơn.")
        officer, tip = await player._holding()
        async with house.database.write() as tx:
            await cases.answer(tx, officer, tip, "Ảnh bảng lương.", clock.now, PHOTO)
        await player.press("open_thread")
        yield player


async def test_a_paper_is_kept_and_a_picture_shown_where_the_worker_is(tmp_path: Path) -> None:
    async with before_the_thread(tmp_path) as player:
        paper = player.page.select_one(".line.officer a[href^='/tep/']")
        shown = player.page.select_one(".line.officer img[src^='/tep/']")
        assert paper is not None
        assert shown is not None
        assert not player.page.select("#lines [target]")
        answer = await player._http.get(str(paper["href"]))
        assert answer.headers["Content-Disposition"] == 'attachment; filename="tep.pdf"'
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["Cache-Control"].startswith("no-store")
        assert (await answer.read()).startswith(b"%PDF")
        answer = await player._http.get(str(shown["src"]))
        assert (answer.status, await answer.read()) == (200, PHOTO.data)


async def test_without_the_thread_a_number_says_nothing(tmp_path: Path) -> None:
    async with before_the_thread(tmp_path) as player:
        addresses = [f"/tep/{number}" for number in range(8)]
        found = [(await player._http.get(each)).status for each in addresses]
        # The story, the answers: only what the unit sent as a file is one.
        assert sorted(found) == [200, 200, *[404] * 6]
        foreign = {"Sec-Fetch-Site": "cross-site"}
        answers = [await player._http.get(each, headers=foreign) for each in addresses]
        assert {each.status for each in answers} == {404}
        await player.press("home")
        assert {(await player._http.get(each)).status for each in addresses} == {404}
        player._http.session.cookie_jar.clear()
        assert {(await player._http.get(each)).status for each in addresses} == {404}


async def test_a_form_with_many_files_says_once_that_the_sound_is_gone(tmp_path: Path) -> None:
    async with (
        open_house(f"sqlite+aiosqlite:///{tmp_path}/tiengtho.db", tmp_path) as (house, clock),
        on_the_page(house, clock) as player,
    ):
        await player.bring("look")
        for name in ("report", "wages", "danger_no", "no_place"):
            await player.press(name)
        await player.type("Công ty nợ lương.")
        await player.press("skip_all")
        await player.press("pictures")
        shown = await player.bring_together(
            clips.video(sound=True), clips.photo(), clips.pdf(), b"PK\x03\x04 zip"
        )
        assert "Đã nhận 3 tệp" in shown.text
        assert "Chưa nhận 1 tệp" in shown.text
        assert shown.text.count("đã bỏ âm thanh") == 1
        assert "Giữ âm thanh của video" in {each.label for each in shown.choices}
