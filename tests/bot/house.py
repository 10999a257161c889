"""A small house for the tests of the worker's page: the doors of the real one, a short talk."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import cast
from zoneinfo import ZoneInfo

from bot.channels import Arrival
from bot.inbound import Answer, Inbound
from bot.live import Hub
from bot.web.parts import Parts
from handlers.events import (
    Brought,
    Chose,
    Command,
    Commanded,
    Event,
    Looked,
    Picture,
    Said,
    Showed,
    Unusable,
)
from handlers.languages import Language
from handlers.screens import Accepts, Button, Line, Rendered, Tone
from storage.database import Database
from storage.volatile import Memory
from tests import world

NOW = datetime(2026, 11, 21, 5, 5, tzinfo=UTC)
BACK = (Button("back", "Quay lại"), Button("stop", "Dừng"))
CODE = "7K3M 9Q2V XW4T 8HJR"


def buttons(*labels: str) -> tuple[Button, ...]:
    """Choices whose names are made from their labels' places."""
    return tuple(Button(f"choice{place}", label) for place, label in enumerate(labels, 1))


SCREENS = {
    "start": Rendered(
        (
            Line("Xin chào. Đây là kênh của Liên đoàn Lao động. Bạn có thể báo tin ẩn danh."),
            Line("Kênh này không trực khẩn cấp.", Tone.NOTE),
        ),
        (
            Button("report", "Báo tin"),
            Button("try", "Dùng thử, không gửi gì"),
            Button("code", "Tra cứu mã"),
        ),
        accepts=Accepts.WORDS,
    ),
    "notice": Rendered(
        (Line("Chúng tôi không hỏi tên bạn và không báo cho công ty bạn."),),
        buttons("Tôi hiểu, tiếp tục", "Đọc thêm"),
        BACK,
        step=(1, 8),
    ),
    "category": Rendered(
        (Line("Việc bạn muốn báo thuộc nhóm nào?"),),
        buttons("Mất an toàn lao động", "Nợ lương, hợp đồng, làm thêm giờ", "Việc khác"),
        BACK,
        step=(2, 8),
    ),
    "danger": Rendered(
        (Line("Hãy gọi ngay 113 (công an), 114 (cháy), 115 (cấp cứu).", Tone.DANGER),),
        buttons("Đã an toàn"),
        BACK,
    ),
    "place": Rendered(
        (Line("Chuyện xảy ra ở đâu?"),),
        buttons("Không muốn nêu"),
        BACK,
        Accepts.PLACE,
        (4, 8),
    ),
    "story": Rendered(
        (Line("Bạn kể giúp: chuyện gì, khi nào, bạn biết bằng cách nào."),),
        buttons("Gửi như vậy"),
        BACK,
        Accepts.WORDS,
        (5, 8),
    ),
    "pictures": Rendered(
        (Line("Bạn có ảnh không?"),), buttons("Bỏ qua"), BACK, Accepts.PICTURE, (6, 8)
    ),
    "review": Rendered(
        (
            Line("Cửa thoát hiểm bị khóa từ thứ hai.", Tone.OWN),
            Line("Liên đoàn Lao động tỉnh sẽ đọc tin này."),
            Line(f"Mã biên nhận: {CODE}\nSố chuông: 48213", Tone.KEEP),
        ),
        (Button("send", "Gửi"), Button("edit", "Sửa")),
        BACK,
        step=(8, 8),
    ),
    "code": Rendered((Line("Bạn gõ mã biên nhận vào đây."),), (), BACK, Accepts.CODE),
    "thread": Rendered(
        (
            Line("Đang xử lý. Đến lượt bạn trả lời.", Tone.NOTE),
            Line("Cửa thoát hiểm bị khóa từ thứ hai.", Tone.OWN),
            Line("Cửa nào, ở tầng mấy? Bạn không cần nói bạn là ai.", Tone.OFFICER),
        ),
        buttons("Thêm ảnh", "Kết thúc"),
        BACK,
        Accepts.WORDS,
    ),
    "bell": Rendered((Line("10234  20991  48213"),), (), BACK),
    "handbook": Rendered((Line("Sổ tay"),), buttons("Lương", "An toàn"), BACK),
    "rights": Rendered((Line("Quyền của bạn"),), (), BACK),
    "privacy": Rendered((Line("Dữ liệu của bạn"),), (Button("code", "Tra cứu mã"),), BACK),
    "help": Rendered((Line("Trợ giúp"),), (), BACK),
}
PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG")


@dataclass
class Chat:
    """One chat of the house."""

    place: str = "start"
    language: Language = Language.VI
    turn: int = 0
    told: str = ""
    news: str = ""
    numbers: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)


class House:
    """Remembers what arrived; `broken` makes every turn fail."""

    def __init__(self) -> None:
        self.chats: dict[str, Chat] = {}
        self.kept: defaultdict[str, list[int]] = defaultdict(list)
        self.forgotten: list[str] = []
        self.ends: datetime | None = NOW + timedelta(hours=2)
        self.topic: bytes | None = None
        self.broken = False

    async def look(
        self, channel: str, address: str, *, stale: bool = False, words: str = ""
    ) -> Answer:
        assert channel == "web"
        chat = self.chats.get(address, Chat())
        if not stale:
            return self._answer(chat)
        given_back = (Line(words, Tone.OWN),) if words else ()
        return self._answer(chat, (Line("Trang cũ.", Tone.NOTE), *given_back))

    async def turn_of(self, channel: str, address: str) -> int:
        return (await self.look(channel, address)).turn

    async def receive(self, arrival: Arrival) -> Answer:
        if self.broken:
            raise RuntimeError(f"a bug near {arrival.event!r}")
        chat = self.chats.setdefault(arrival.address, Chat())
        if arrival.number not in chat.numbers:
            chat.numbers.add(arrival.number)
            chat.turn += not isinstance(arrival.event, Looked)
            chat.events.append(arrival.event)
            self._move(chat, arrival.event)
        if arrival.event in FORGETS:
            del self.chats[arrival.address]
            chat.told = "forgotten"
        return self._answer(chat)

    async def has_enough(self, channel: str, address: str) -> bool:
        return False

    async def keep_picture(self, channel: str, address: str, data: bytes) -> Picture | Unusable:
        if not data.startswith(PICTURE_STARTS):
            return Unusable.NOT_A_PICTURE
        self.kept[address].append(len(data))
        return Picture(f"picture{len(self.kept[address])}", len(data))

    async def forget(self, channel: str, address: str) -> None:
        self.chats.pop(address, None)
        self.forgotten.append(address)

    def only_chat(self) -> Chat:
        """The one chat there is."""
        [chat] = self.chats.values()
        return chat

    def go(self, place: str) -> None:
        """Put the one chat somewhere."""
        self.only_chat().place = place

    def _move(self, chat: Chat, event: Event) -> None:
        chat.told = ""
        match event:
            case Commanded(Command.LANGUAGE, language):
                chat.language = language or Language.EN
            case Commanded(command) if command in SCREENS:
                chat.place = str(command)
            case Chose("report") | Said(_) if chat.place == "start":
                chat.place = "notice"
            case Chose("code"):
                chat.place = "code"
            case Chose("choice1") if chat.place in STEPS:
                chat.place = STEPS[STEPS.index(chat.place) + 1]
            case Brought(why):
                chat.told = f"refused: {why}"
            case Showed(picture):
                chat.told = f"kept: {picture.name}"
            case _:
                chat.told = "heard"

    def _answer(self, chat: Chat, before: tuple[Line, ...] = ()) -> Answer:
        shown = SCREENS[chat.place]
        told = (Line(chat.told, Tone.NOTE),) if chat.told else ()
        news = (Line(chat.news, Tone.OFFICER),) if chat.news else ()
        shown = replace(shown, lines=before + told + shown.lines + news)
        has_draft = chat.turn and chat.place in STEPS
        return Answer(shown, chat.language, chat.turn, self.ends if has_draft else None, self.topic)


FORGETS = (Commanded(Command.FORGET), Chose("forget"), Said("/forget"))
STEPS = ("notice", "category", "place", "story", "pictures", "review", "thread")


def parts(house: House, *, secure: bool = False, demo: bool = True, onion: str = "") -> Parts:
    """Parts whose talk is `house`; the database is never opened by the worker's pages."""
    return Parts(
        public_url=None,
        trusted_proxy=False,
        secure=secure,
        demo=demo,
        timezone=ZoneInfo("Asia/Ho_Chi_Minh"),
        inbound=cast(Inbound, house),
        hub=Hub(),
        database=Database("sqlite+aiosqlite://"),
        volatile=Memory(bytes(32), monotonic),
        texts=world.texts(),
        handbooks=world.handbooks(),
        clock=lambda: NOW,
        onion=onion,
    )
