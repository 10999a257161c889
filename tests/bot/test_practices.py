"""Good practice, from the first word at a desk to the page that everybody reads."""

from datetime import timedelta

from handlers.roles import Role
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import add

HERE = "/desk/viec-tot"
VI = "Cửa thoát hiểm từng bị khóa trong giờ làm. Nay cửa mở từ bên trong."
EN = "An exit was locked during work. Now it opens from inside."
SEND = "Gửi để người khác đăng"
MONTH = timedelta(days=61)


async def people(world: World) -> None:
    await add(world.made, "truong", ("north", Role.LEAD))
    await add(world.made, "viet", ("north", Role.AUTHOR))
    await add(world.made, "mot", ("north", Role.OFFICER))


async def written(world: World) -> Browser:
    await people(world)
    author = await (await world.at_desk("viet")).get(HERE)
    assert "Chưa có ghi chú nào." in author.words
    await author.send(SEND, vi=VI, en=EN)
    assert "Đợi một người khác đăng" in author.words
    return author


async def test_one_writes_another_publishes_and_everybody_reads_it_later(world: World) -> None:
    author = await written(world)
    assert "Đăng" not in author.buttons
    lead = await (await world.at_desk("truong")).get(HERE)
    await lead.send("Đăng")
    assert "Đã đăng. Ghi chú hiện từ ngày" in lead.words
    everybody = await (await world.browser()).get("/viec-tot")
    assert "Chưa có ghi chú nào" in everybody.words
    world.clock.moment += MONTH
    await everybody.get("/viec-tot")
    assert VI in everybody.words
    assert "Công đoàn phía bắc" not in everybody.words
    assert everybody.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in everybody.headers
    await everybody.get("/viec-tot?lang=en")
    assert EN in everybody.words
    assert "waits for at least 30 days" in everybody.words
    acts = [act for act in await world.acts() if act.startswith("practice")]
    assert acts == [Act.PRACTICE_PROPOSED, Act.PRACTICE_PUBLISHED]


async def test_what_is_taken_back_is_gone_from_the_page_at_once(one: World) -> None:
    author = await written(one)
    lead = await (await one.at_desk("truong")).get(HERE)
    await lead.send("Đăng")
    one.clock.moment += MONTH
    everybody = await (await one.browser()).get("/viec-tot")
    assert VI in everybody.words
    author = await (await one.at_desk("viet")).get(HERE)
    await author.send("Rút lại")
    assert "Đã rút lại." in author.words
    assert VI not in (await everybody.get("/viec-tot")).words


async def test_nothing_that_leads_to_somebody_is_taken_and_nothing_typed_is_lost(
    one: World,
) -> None:
    await people(one)
    author = await (await one.at_desk("viet")).get(HERE)
    await author.send(SEND, vi=f"{VI} Gọi 0912 345 678.", en=EN)
    assert author.status == 409
    assert "“0912 345 678” có thể dẫn đến một người" in author.words
    assert "0912 345 678" in author.page.select_one("textarea[name=vi]").text  # type: ignore[union-attr]
    await author.send(SEND, vi="Nhờ một tin báo, cửa đã mở.", en=EN)
    assert "“tin báo” nhắc đến người kể hay tin báo" in author.words
    await author.send(SEND, vi=VI, en="")
    assert "Tiếng Anh: còn trống" in author.words
    assert "PRACTICE" not in str(await one.acts())


async def test_what_reads_like_a_name_is_asked_about_and_may_be_none(one: World) -> None:
    await people(one)
    author = await (await one.at_desk("viet")).get(HERE)
    words = f"{VI} Đèn do Nguyễn Văn Ba lắp."
    await author.send(SEND, vi=words, en=EN)
    assert author.status == 409
    assert "Trong lời có chữ giống tên riêng: Nguyễn Văn Ba." in author.words
    await author.send(SEND, sure="1")
    assert "Đợi một người khác đăng" in author.words


async def test_a_preview_keeps_nothing(one: World) -> None:
    await people(one)
    author = await (await one.at_desk("viet")).get(HERE)
    await author.send("Xem trước", vi=VI, en=EN)
    assert "Mọi người sẽ đọc" in author.words
    assert "Chưa có ghi chú nào." in (await author.get(HERE)).words


async def test_words_that_were_changed_meanwhile_are_read_again(one: World) -> None:
    author = await written(one)
    lead = await (await one.at_desk("truong")).get(HERE)
    key = author.page.select_one("li input[name=key]")
    assert key is not None
    await author.get(f"{HERE}?sua={key['value']}")
    await author.send(SEND, vi=f"{VI} Đèn chỉ lối đã sáng.")
    await lead.send("Đăng")
    assert lead.status == 409
    assert "Bạn đọc lại ở dưới" in lead.words
    await lead.send("Đăng")
    assert "Đã đăng." in lead.words


async def test_only_whoever_may_write_is_sent_to_the_form_below(one: World) -> None:
    await people(one)
    lead = await (await one.at_desk("truong")).get(HERE)
    author = await (await one.at_desk("viet")).get(HERE)
    for each in (lead, author):
        assert ("ghi chú đầu tiên ở dưới" in each.words) == (SEND in each.buttons)
    assert SEND in author.buttons


async def test_a_note_is_destroyed_after_a_second_look(one: World) -> None:
    author = await written(one)
    await author.send("Xóa hẳn")
    assert author.status == 409
    assert "Ghi chú vẫn còn." in author.words
    await author.send("Xóa hẳn", sure="1")
    assert "Chưa có ghi chú nào." in author.words


async def test_an_officer_finds_no_such_page_and_a_bad_form_changes_nothing(one: World) -> None:
    author = await written(one)
    assert (await (await one.at_desk("mot")).get(HERE)).status == 404
    guard = {"guard": author.guard}
    assert (await author.post(HERE, guard | {"do": "publish", "key": "zz"})).status == 400
    await author.get(HERE)
    guard = {"guard": author.guard}
    assert (await author.post(HERE, guard | {"do": "x"})).status == 400
    await author.get(HERE)
    guard = {"guard": author.guard}
    assert (await author.post(HERE, guard | {"do": "take_back", "key": "00" * 16})).status == 404


async def test_the_page_is_found_from_every_public_page(one: World) -> None:
    browser = await one.browser()
    for path in ("/", "/so-lieu", "/viec-tot"):
        await browser.get(path)
        assert browser.page.select('footer a[href^="/viec-tot"]'), path
