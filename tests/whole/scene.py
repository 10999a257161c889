"""What happens before the seizure: workers of many kinds, and officers, on the real product."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
from PIL import Image

from handlers.receipt import ALPHABET, check_symbol, show
from handlers.tips import Outcome
from tests import corpus
from tests.corpus import drawn, hostile
from tests.drive import Officer, Picture, Unexpected, Worker
from tests.product import Server
from tests.whole import desk_door, zalo_scene
from tests.whole.canaries import Cage, Canary, writings_of
from tests.whole.desk_door import Entry, Visitor
from tests.whole.telegram_scene import UNIT, TelegramScene
from tests.whole.zalo_scene import ZaloScene

CATEGORIES = ("wages", "unsafe", "loans", "theft", "violence", "harassment", "drugs", "forced")
PLACES = ("phường Bàn Thạch", "bàn thạch", "tam kỳ, quảng nam", "Dĩ An", "Thạnh Xuân", "")
_OUTCOMES = (Outcome.HANDLED, Outcome.PASSED, Outcome.INSUFFICIENT)


@dataclass(slots=True)
class Scene:
    """One product, and everybody who comes to it. All that they say is a canary of `cage`."""

    server: Server
    http: aiohttp.ClientSession
    cage: Cage
    dice: random.Random
    codes: list[str] = field(default_factory=list, repr=False)
    filed: int = 0
    entry: Entry | None = None
    approver: Entry | None = None

    def talks(self) -> Sequence[Callable[[], Coroutine[None, None, None]]]:
        """Every kind of talk, once each."""
        return (
            self.files_and_comes_back,
            self.leaves_a_draft,
            self.is_refused_a_file,
            self.files_with_pictures,
            self.types_wrong_codes,
            self.goes_by_the_quick_exit,
            self.covers_own_words,
            self.says_who_they_are,
            self.deletes,
            self.cancels,
            self.practises,
            self.learns,
            self.reads_public_pages,
            self.closes,
            self.is_no_browser,
            self.tries_the_desk,
        )

    async def files_and_comes_back(self) -> None:
        """A whole road with everything that can be chosen, then the code from another browser."""
        worker = await self._at_review(danger=True)
        await worker.press("hide")
        await worker.say(self._words("words while hiding"))
        await worker.press("done")
        await worker.press("check")
        await worker.say(self.cage.plain("words instead of a code"))
        await worker.press("skip")
        worker = await self._came_back(await self._send(worker))
        await worker.press("add_words")
        await worker.say(self._words("addition"))
        await worker.press("add_picture")
        await worker.show(self.photo())
        await worker.say(self._words("words beside a thread"))
        await worker.press("add_yes")

    async def files_with_pictures(self) -> None:
        """Pictures with all that cameras and programs write into them."""
        worker = await self._at_review()
        await worker.press("pictures")
        await worker.show(self.photo(), self.photo())
        await worker.show(self._corpus("jpeg", "png"))
        await worker.show(self._corpus("pdf", "film"))
        await self._send(worker)

    async def covers_own_words(self) -> None:
        """An address that was the worker's own was typed, asked about and covered."""
        worker = await self._worker()
        await worker.reach_story("wages", "")
        story, own = self._words("story"), self.cage.plain("covered words")
        await worker.say(f"{story}, thư {own}@example.com")
        asks = await worker.press("cover_mine")
        await self._answers(worker)
        if own in asks.text + worker.page.text or "[đã che]" not in worker.page.text:
            raise Unexpected("what was covered is shown")
        await self._send(worker)

    async def says_who_they_are(self) -> None:
        """Once the tip is sent: said for whoever holds it; or written, and not sent after all."""
        worker = await self._came_back(await self._send(await self._at_review()))
        for choice in ("tell_not", "tell_who"):
            await worker.press("say_who")
            await worker.say(self._words("who they are"))
            page = await worker.press(choice)
        if "take_who_back" not in page.choices:
            raise Unexpected("who they are was not taken")

    async def leaves_a_draft(self) -> None:
        """Nothing is sent; the page is just left open."""
        worker = await self._at_review()
        await worker.press("pictures")
        await worker.show(self.photo())
        self.cage.keep("code of a draft", (await worker.press("done")).code)

    async def cancels(self) -> None:
        """The draft is dropped."""
        worker = await self._at_review()
        await worker.press("stop")
        await worker.press("drop")

    async def goes_by_the_quick_exit(self) -> None:
        """In the middle of the story; and a block is kept as a file before."""
        worker = await self._at_review()
        text = self._words("kept block")
        await worker.post({"text": text}, "/giu")
        await worker.open("/")
        await worker.leave()

    async def practises(self) -> None:
        """A practice run with words of its own."""
        worker = await self._worker()
        await worker.open()
        await worker.press("try")
        await worker.press("wages")
        await worker.press("danger_no")
        await worker.press("no_place")
        self.cage.keep("code of a practice", (await worker.tell(self._words("practice"))).code)
        await worker.press("send")

    async def learns(self) -> None:
        """The handbook in the talk: a search, sums, a quiz to its end, the first week at work."""
        worker = await self._worker()
        await worker.open()
        await worker.press("handbook")
        await worker.say(self._words("search in the handbook"))
        for name in ("tools", "calculators", "c_payslip"):
            await self._finds(worker, name)
        await worker.say(self._words("words in a calculator"))
        await worker.say(self._sum())
        await worker.open()
        for name in ("home", "handbook", "tools", "quiz", "quiz_loans"):
            await self._finds(worker, name)
        while answers := [each for each in worker.page.choices if each.startswith("q")][:4]:
            if "quiz_again" in answers:
                break
            await worker.press(self.dice.choice(answers))
        if "quiz_again" not in worker.page.choices:
            raise Unexpected("a quiz came to no end")
        for name in ("home", "handbook", "tools", "week"):
            await self._finds(worker, name)

    async def reads_public_pages(self) -> None:
        """What everybody reads without a talk, and a search there."""
        worker = await self._worker()
        for path in ("/so-tay/doc", "/so-tay/doc/tu-kiem-tra/nha-tro", "/viec-tot", "/ban-tin"):
            if (await worker.open(path)).status != HTTPStatus.OK:
                raise Unexpected("a public page is not there")
        page = await worker.post({"words": self._words("search on a page")}, "/so-tay/doc")
        if page.status != HTTPStatus.OK:
            raise Unexpected("a public page does not search")
        await worker.open(f"/so-tay/doc/{self.cage.plain('address of an article')}")
        await worker.open(f"/ban-tin?near={self.cage.plain('place of bulletins')}")

    async def types_wrong_codes(self) -> None:
        """Codes that open nothing, with and without a right check symbol."""
        worker = await self._worker()
        await worker.open("/ma")
        await worker.press("code")
        for right in (True, False, True, True, True):
            symbols = "".join(self.dice.choices(ALPHABET, k=15))
            code = show(symbols + check_symbol(symbols))
            code = code if right else code[:-1] + ("0" if code[-1] != "0" else "1")
            self.cage.keep("wrong code", code)
            await worker.say(code.lower())

    async def deletes(self) -> None:
        """A tip that is deleted by its code; its words are gone as well."""
        code = await self._send(await self._at_review())
        self.codes.remove(code)
        worker = await self._came_back(code)
        await worker.press("delete")
        await worker.press("delete_yes")

    async def closes(self) -> None:
        """The worker ends it."""
        worker = await self._came_back(await self._send(await self._at_review()))
        await worker.press("close")
        await worker.press("close_yes")

    async def is_refused_a_file(self) -> None:
        """Files that are no pictures, a picture cut off, a whole flood of them."""
        worker = await self._at_review()
        await worker.press("pictures")
        word = self._words("words in a file").encode()
        await worker.show(self._named(b"%PDF-1.7 " + word, "application/pdf"))
        await worker.show(self._named(word * 1000, "image/jpeg"))
        await worker.show(self._named(self.photo().data[:900], "image/jpeg"))
        await worker.show(self._named(hostile.jpeg_and_zip() + word, "image/png"))
        await worker.show(*(self.photo() for _ in range(7)))
        await worker.show(self._named(word + bytes(11 * 1024 * 1024), "image/webp"))

    async def is_no_browser(self) -> None:
        """Requests that no page of ours makes."""
        worker = await self._worker()
        for path in ("/{}", "/?q={}", "/so-tay?lang={}", "/desk/{}", "/hooks/telegram/{}"):
            await worker.open(path.format(self.cage.plain("address")))
        await worker.post({"choice": self._words("choice"), "turn": self._words("turn")})
        await worker.post({self._words("field name"): "x", "words": self._words("loose words")})
        await worker.post({"words": self._words("huge words") * 400_000})
        host, _, port = self.server.address.removeprefix("http://").partition(":")
        word = self.cage.plain("raw request")
        for raw in (
            f"GET /{word} HTTP/1.1\r\nHost: {word}\r\n{word}\r\n\r\n",
            f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {word}\r\n\r\n{word}",
            f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/{word};boundary={word}\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(raw.encode())
            writer.write_eof()
            await reader.read(2000)
            writer.close()
            await writer.wait_closed()

    async def tries_the_desk(self) -> None:
        """Somebody guesses names, passwords and links of officers."""
        officer = Officer(self.http, self.server.address)
        await officer.guess(self.cage.plain("login"), self._words("password"))
        await officer.guess("canbo1", self._words("password"))
        await officer.enter_by(f"/desk/thu/{self.cage.plain('demo link')}")
        await officer.enter_by(f"/desk/moi/{self.cage.plain('enrolment link')}")

    async def talks_at_the_prompt(self) -> None:
        """`python -m bot chat`: files a tip, then leaves a draft."""
        said = [self._words("prompt") for _ in range(4)]
        screen = await self.server.chat(
            [
                "1",
                "1",
                "2",
                said[0],
                "1",
                said[1],
                "1",
                "/start",
                "1",
                "1",
                "2",
                "1",
                said[2],
                said[3],
            ]
        )
        for code in _codes(screen):
            self.cage.keep("code at the prompt", code)

    async def opens_chats(self, over: TelegramScene, on_zalo: ZaloScene) -> None:
        """An administrator adds two officers: one whose account on Telegram is joined, and a group;
        one who is rung on Zalo. And a second approver, for what is urgent needs two.
        """
        administrator = Visitor(self.http, self.server.address)
        await administrator.get(self.server.links[3])
        await administrator.get("/desk/nguoi")
        self.entry, member = await desk_door.new_officer(
            administrator, self.cage, UNIT, "ban-thach", "tong"
        )
        of_account = await desk_door.account_code(administrator, self.cage, member)
        of_group = await desk_door.group_code(administrator, self.cage, UNIT)
        await over.opens_desk(of_group, of_account)
        await desk_door.let_group_read(administrator)
        _, member = await desk_door.new_officer(administrator, self.cage, zalo_scene.UNIT)
        await on_zalo.opens_desk(await desk_door.alarm_code(administrator, self.cage, member))
        self.approver, _ = await desk_door.new_officer(
            administrator, self.cage, "tong", role="approver"
        )

    async def desk_works(self) -> None:
        """Officers open everything; claim, ask, answer, close."""
        for officer in await self._officers():
            self.cage.keep("officer's session", officer.cookie.partition("=")[2])
            for tip in await officer.cards():
                shown = await officer.open(tip)
                for photo in await officer.photos():
                    self.cage.keep_bytes("clean picture", photo)
                if 'value="claim"' in shown:
                    await self._works_on(officer, tip)

    async def come_back_all(self) -> None:
        """Every code still opens its tip."""
        for code in self.codes[-6:]:
            await self._came_back(code)

    async def _officers(self) -> list[Officer]:
        """Who comes by the demo's links; where none are shown, by password and code."""
        if self.server.links:
            officers = [Officer(self.http, self.server.address) for _ in range(2)]
            for officer, link in zip(officers, self.server.links[:3:2], strict=True):
                await officer.enter(link)
            return officers
        if self.entry is None:
            raise Unexpected("there is no way into the desk")
        return [await self.entry.enter(self.http, self.server.address)]

    async def _works_on(self, officer: Officer, tip: str) -> None:
        steps = self.dice.randrange(1, 5)
        if 'value="who"' in await officer.do(tip, "claim"):
            await officer.do(tip, "who")
        if steps > 1:
            await officer.do(tip, "ask", self._words("question"))
        if steps > 2:
            await officer.do(tip, "answer", self._words("answer"))
        if steps > 3:
            await officer.do(tip, "close", self._words("closing"), self.dice.choice(_OUTCOMES))

    async def _worker(self) -> Worker:
        return Worker(
            self.http,
            self.server.address,
            {
                "User-Agent": f"Mozilla/5.0 {self.cage.plain('user agent')}",
                "X-Forwarded-For": f"{self.cage.network('network address')}, 198.51.100.7",
                "X-Real-IP": self.cage.network("network address"),
                "Forwarded": f'for="[{self.cage.network("network address")}]"',
                "Referer": f"https://example.org/{self.cage.plain('referrer')}",
                "Accept-Language": f"vi, x-{self.cage.plain('language')};q=0.1",
                "X-Request-ID": str(self.cage.number("request number")),
            },
        )

    async def _at_review(self, *, danger: bool = False) -> Worker:
        """A worker who has told the story and sees the receipt code."""
        worker = await self._worker()
        category, place = self.dice.choice(CATEGORIES), self.dice.choice(PLACES)
        await worker.reach_story(category, place, danger=danger)
        self.cage.keep("session", worker.cookie.partition("=")[2])
        self.cage.keep("form token", worker.page.fields["csrf"])
        story = f"{self._words('story')}, số {self.cage.number('number in a story')}. " * 3
        await worker.tell(story)
        await worker.press("police")
        if "police_yes" in worker.page.choices:
            await worker.press("police_yes")
        return worker

    async def _answers(self, worker: Worker) -> None:
        """The questions of the form: what is told in free words is the worker's own."""
        while "skip" in worker.page.choices:
            pressed = [each for each in worker.page.choices if each.startswith("is_")]
            if len(pressed) > 1:
                await worker.press(self.dice.choice(pressed))
            else:
                await worker.say(self._words("answer to a question"))
            if "keep_details" in worker.page.choices:
                await worker.press("keep_details")

    async def _finds(self, worker: Worker, name: str) -> None:
        if name not in worker.page.choices:
            raise Unexpected(f"no button {name} on a screen with {worker.page.choices}")
        await worker.press(name)

    def _sum(self) -> str:
        """Some money as people type it."""
        money = self.dice.randrange(10**10, 10**11)
        self.cage.keep_number("sum in a calculator", money)
        self.cage.keep("sum in a calculator, said back", f"{money:,}".replace(",", "."))
        return str(money)

    async def _send(self, worker: Worker) -> str:
        page = await worker.press("send")
        if "open_thread" not in page.choices:
            raise Unexpected("a tip was not received")
        self.cage.keep("receipt code", page.code)
        self.codes.append(page.code)
        self.filed += 1
        return page.code

    async def _came_back(self, code: str) -> Worker:
        worker = await self._worker()
        await worker.open("/ma")
        await worker.press("code")
        page = await worker.say(code.lower().replace("-", " "))
        if "delete" not in page.choices:
            raise Unexpected("a receipt code did not open its tip")
        return worker

    def _words(self, kind: str) -> str:
        return self.cage.words(kind)

    def photo(self) -> Picture:
        """A photo whose EXIF, comment and XMP hold canaries, with a name that somebody gave it."""
        word = self.cage.plain("words in a photo")
        image = Image.effect_noise((160, 120), self.dice.uniform(20, 90)).convert("RGB")
        jpeg = drawn.encoded(image, "JPEG", exif=drawn.exif(1, word))
        jpeg = drawn.with_segment(jpeg, 0xFE, self.cage.plain("comment").encode())
        xmp = b"http://ns.adobe.com/xap/1.0/\0" + self._words("xmp").encode()
        jpeg = drawn.with_segment(jpeg, 0xE1, xmp) + self.cage.plain("trailer").encode()
        return self._named(jpeg, "image/jpeg")

    def _corpus(self, *families: str) -> Picture:
        """One of the metadata corpus; its canary is always the same."""
        planted = self.dice.choice([each for name in families for each in corpus.family(name)])
        self.cage.canaries.append(Canary("corpus", writings_of(corpus.CANARY)))
        return self._named(planted.data, "image/jpeg")

    def _named(self, data: bytes, mime: str) -> Picture:
        return Picture(f"{self._words('file name')}.jpg", data, mime)


def _codes(screen: str) -> list[str]:
    words = screen.replace("│", " ").split()
    return [word for word in words if len(word) == 19 and word.count("-") == 3]
