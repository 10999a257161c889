"""Leads a worker and an officer past every screen there is, for tests and for pictures."""

from collections.abc import Awaitable, Callable

from tests.browser.people import PLACE, STORY, Officer, Receipt, Worker
from tests.browser.photos import photo

At = Callable[[str], Awaitable[None]]


async def pages(worker: Worker, at: At) -> None:
    """What a visitor sees without a talk."""
    await worker.go()
    await at("start")
    for name, path in (
        ("code", "/ma"),
        ("bell", "/chuong"),
        ("handbook", "/so-tay"),
        ("rights", "/quyen"),
        ("privacy", "/quyen-rieng-tu"),
        ("leave", "/thoat"),
        ("lost", "/khong-co"),
    ):
        await worker.go(path)
        await at(name)


async def filing(worker: Worker, at: At) -> Receipt:
    """The road of a tip, with its side roads; gives the receipt."""
    await worker.go()
    await worker.press("Báo tin")
    await at("category")
    await worker.press("Việc khác")
    await at("category-more")
    await worker.press("Quay lại")
    await worker.press("Đọc kỹ hơn trước khi báo")
    await at("notice")
    await worker.press("Tôi hiểu, tiếp tục")
    await worker.press("Mất an toàn lao động")
    await at("danger")
    await worker.press("Không")
    await at("place")
    await worker.say("khu tro cay me")
    await at("place-unknown")
    await worker.say("chau thanh")
    await at("place-pick")
    await worker.say(PLACE)
    await at("story")
    await worker.say(STORY)
    await at("review")
    await _choices(worker, at)
    receipt = await worker.send()
    await at("received")
    return receipt


async def _choices(worker: Worker, at: At) -> None:
    for label, name in (
        ("Ai không được xem", "hide"),
        ("Có cho công an xem không", "police"),
        ("Thử lại mã đã chép", "check"),
        ("Sửa", "change"),
        ("Dừng", "stop"),
    ):
        await worker.press(label)
        await at(name)
        await worker.press("Viết tiếp" if name == "stop" else "Quay lại")
    await worker.press("Thêm ảnh, tệp")
    await worker.bring([photo()])
    await at("pictures")
    await worker.press("Xong, xem lại tin")


async def following(worker: Worker, code: str, at: At) -> None:
    """The thread of a tip in which a question stands, and what can be done there."""
    await worker.come_back("AAAA-AAAA-AAAA-AAAA")
    await at("code-typo")
    await worker.say(code)
    await at("thread")
    for label, name, back in (
        ("Trả lời", "reply", "Quay lại"),
        ("Thêm ảnh, tệp", "add-picture", "Quay lại"),
        ("Kết thúc tin", "close", "Không, giữ nguyên"),
        ("Xóa tin vĩnh viễn", "delete", "Không, giữ nguyên"),
    ):
        await worker.press(label)
        await at(name)
        await worker.press(back)


async def desk(officer: Officer, path: str, at: At) -> None:
    """The list, one tip at each stage, and what is not there."""
    await officer.go("/desk")
    await at("desk-list")
    await officer.go(path)
    await at("desk-card")
    await officer.press("Mở tin")
    await at("desk-tip")
    await officer.press("Nhận tin này")
    await unfold(officer)
    await at("desk-write")
    await officer.write("ask", "Máy nào, ở khu nào? Bạn không cần nói mình là ai.")
    await at("desk-asked")
    await officer.go("/desk/khong-co")
    await at("desk-lost")


async def unfold(officer: Officer) -> None:
    """Show all of the forms."""
    closed = officer.page.locator("details:not([open]) > summary")
    while await closed.count():
        await closed.first.click()
