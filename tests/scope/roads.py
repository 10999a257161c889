"""The ways by which words get into a tip, walked on the core by somebody who always says yes to the
police and keeps what they wrote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from handlers.events import Chose, Event, Picture, Said, Showed
from handlers.languages import Language
from handlers.screens import Button
from handlers.states import (
    Aside,
    AskingWhose,
    AskingWhoseLater,
    ConfirmingAddition,
    LeavingOut,
    LeavingOutLater,
    ReadingThread,
    Received,
    Reviewing,
    TellingStory,
)
from handlers.tips import Author
from tests.world import Chat, World

OTHER = "Kho bị cạy khóa đêm qua, mất hai máy khoan."


@dataclass(frozen=True, slots=True)
class End:
    """What became of a text: it stands in a tip, the police may get that, its writer was asked."""

    stored: bool
    police: bool
    asked: bool


@dataclass(slots=True)
class Walker:
    """One worker in a world of their own."""

    chat: Chat = field(default_factory=lambda: Chat(World()))
    asked: bool = False

    def do(self, *events: Event) -> None:
        """Do it, and keep the words where that is asked, by the rule of scope or by the coach."""
        for event in events:
            self.chat.receive(event)
            if isinstance(self.chat.talk.state, LeavingOut | LeavingOutLater):
                self.asked = True
                self.chat.receive(Chose("keep_all"))
            while isinstance(self.chat.talk.state, AskingWhose | AskingWhoseLater):
                self.chat.receive(Chose("keep_theirs"))

    def press(self, *names: str) -> None:
        self.do(*map(Chose, names))

    def to_story(self) -> None:
        self.press("report", "theft", "danger_no", "no_place")
        assert isinstance(self.chat.talk.state, TellingStory)

    def agree(self) -> None:
        """Say yes to the police where it is offered."""
        offered = {each.name for each in self._offered()}
        if "police" in offered:
            self.press("police", "police_yes")
        elif "police_later" in offered:
            self.press("police_later")
            if "police_yes" in {each.name for each in self._offered()}:
                self.press("police_yes")
            else:
                self.press("police_no")

    def send(self) -> None:
        if isinstance(self.chat.talk.state, Aside):
            self.press("go_on")
        if isinstance(self.chat.talk.state, Reviewing):
            self.agree()
        self.press("send")

    def open(self) -> None:
        assert isinstance(self.chat.talk.state, Received)
        self.press("open_thread")
        assert isinstance(self.chat.talk.state, ReadingThread)

    def end(self, text: str) -> End:
        """What is kept of `text` at the end."""
        found = [
            filed
            for filed in self.chat.world.tips.values()
            if any(text in each.words for each in filed.entries if each.author is Author.WORKER)
        ]
        return End(bool(found), any(filed.police for filed in found), self.asked)

    def _offered(self) -> tuple[Button, ...]:
        turn = self.chat.turn(Said("/x"))
        return self.chat.show(turn, Language.VI).choices


def told(text: str) -> End:
    """As the story."""
    one = Walker()
    one.to_story()
    one.do(Said(text))
    one.send()
    return one.end(text)


def first(text: str) -> End:
    """Before anything was asked."""
    one = Walker()
    one.do(Said(text))
    one.press("theft", "danger_no", "no_place")
    one.send()
    return one.end(text)


def added(text: str) -> End:
    """At the review, when the police were agreed to."""
    one = Walker()
    one.to_story()
    one.do(Said(OTHER))
    one.agree()
    one.do(Said(text))
    one.send()
    return one.end(text)


def captioned(text: str) -> End:
    """Beneath a picture."""
    one = Walker()
    one.to_story()
    one.do(Said(OTHER))
    one.agree()
    one.press("pictures")
    one.do(Showed(Picture("one", 1000), text))
    one.send()
    return one.end(text)


def rewritten(text: str) -> End:
    """In place of another story that the police could have had."""
    one = Walker()
    one.to_story()
    one.do(Said(OTHER))
    one.agree()
    one.press("change", "change_story")
    one.do(Said(text))
    one.send()
    return one.end(text)


def later(text: str) -> End:
    """With the code, to a tip that the police may have; then they are agreed to again."""
    one = Walker()
    one.to_story()
    one.do(Said(OTHER))
    one.send()
    one.open()
    one.press("add_words")
    one.do(Said(text))
    if isinstance(one.chat.talk.state, Aside):
        one.press("go_on")
    one.agree()
    return one.end(text)


def confirmed(text: str) -> End:
    """Typed over an open thread, and confirmed."""
    one = Walker()
    one.to_story()
    one.do(Said(OTHER))
    one.send()
    one.open()
    one.do(Said(text))
    if isinstance(one.chat.talk.state, ConfirmingAddition):
        one.press("add_yes")
    if isinstance(one.chat.talk.state, Aside):
        one.press("go_on")
    one.agree()
    return one.end(text)


Road = Callable[[str], End]
ROADS: Mapping[str, Road] = {
    each.__name__: each for each in (told, first, added, captioned, rewritten, later, confirmed)
}
