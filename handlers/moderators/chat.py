"""The officer's private desk in a chat: where they are in it, and what a press or words lead to.

Pure. What is done about a tip is decided by `handlers.moderators.respond`, as on the web desk; what
takes a tip from its desk is explained and asked once more here too.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from handlers.coach import Doubt
from handlers.folding import clean, has_letters
from handlers.moderators.actions import (
    OUTCOMES,
    Action,
    Answer,
    Ask,
    Claim,
    Close,
    CloseOutside,
    HandOver,
    Note,
    Offer,
    Release,
    Relieve,
)
from handlers.moderators.cards import READ, Face, card
from handlers.moderators.chat_drafts import Correcting, Previewing, Templates, written
from handlers.moderators.picks import at_the_end, typed_with
from handlers.moderators.replies import as_read, warned
from handlers.screens import MOST_CHOICES, Accepts, Choice, Say, Screen, say
from handlers.tips import Outcome


@dataclass(frozen=True, slots=True)
class Listing:
    """Before the list of their open tips; `tips` as they are numbered on the screen, in hex."""

    tips: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Looking:
    """Before the card of one tip."""

    tip: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Writing:
    """About to write a question or an answer."""

    tip: str = field(repr=False)
    offer: Offer


@dataclass(frozen=True, slots=True)
class Ending:
    """About to choose how the tip ended."""

    tip: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LastWords:
    """About to write what the worker reads at the end."""

    tip: str = field(repr=False)
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Doubting:
    """Told that the `words` may lead to the worker, and asked whether they shall go. `outcome` is
    that of the last words, else empty; `plain`: no line of them is an answer to press.
    """

    tip: str = field(repr=False)
    offer: Offer
    words: str = field(repr=False)
    outcome: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Weighing:
    """Told what closing as out of scope means, and asked whether they are sure."""

    tip: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parted:
    """The tip was closed as out of scope; it can be taken back until that time of the day."""

    tip: str = field(repr=False)
    until: str


@dataclass(frozen=True, slots=True)
class Giving:
    """About to choose the colleague who gets the tip; `to` are their ids in hex, and `names`, as
    they are numbered on the screen.
    """

    tip: str = field(repr=False)
    to: tuple[str, ...] = field(default=(), repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)


WithTip = (
    Looking
    | Writing
    | Ending
    | LastWords
    | Doubting
    | Templates
    | Previewing
    | Correcting
    | Weighing
    | Parted
    | Giving
)
State = Listing | WithTip


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Words; None for what is none (a photo, a voice)."""

    words: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture or a file, with what was written under it."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """Where it leads: `action` is to be tried on the state's tip, `reads` to send its words,
    `undoes` to take the tip back, `template` to be filled in for it; `corrects` takes the place of
    the words that have just gone, `takes_back` them. Where the action is done, the tip's card
    follows; where it is refused, `state` stays.
    """

    state: State
    action: Action | None = None
    reads: bool = False
    undoes: bool = False
    says: tuple[Say, ...] = ()
    template: str = ""
    corrects: str | None = field(default=None, repr=False)
    takes_back: bool = False


def step(state: State, event: Pressed | Typed | Attached) -> Step:
    """What an officer's press, words or file lead to; everything has an answer. With a file only an
    answer may be written, and the words under it are that answer.
    """
    match event:
        case Typed(words):
            return _typed(state, words)
        case Attached(words) if not (isinstance(state, Writing) and state.offer == Offer.ANSWER):
            return Step(state, says=(say("desk.chat.file_where"),))
        case Attached(words) if not has_letters(words):
            return Step(state, says=(say("desk.chat.file_words"),))
        case Attached(words):
            return Step(state, Answer(words))
        case Pressed(name):
            return _pressed(state, name)
        case _:
            assert_never(event)


def enter(offer: str, tip: str) -> State:
    """Where a button of a group's card leads to in the private chat."""
    match offer:
        case Offer.ASK | Offer.ANSWER | Offer.NOTE:
            return Writing(tip, Offer(offer))
        case Offer.CLOSE:
            return Ending(tip)
        case _:
            return Looking(tip)


def listing(faces: tuple[Face, ...], free: int, aside: int = 0) -> Screen:
    """The officer's open tips, numbered; `free` tips are nobody's yet, and `aside` wait for this
    officer alone, who leads the desk.
    """
    shown = faces[:MOST_CHOICES]
    says = [say("desk.chat.list" if faces else "desk.chat.list_empty")]
    says += [_numbered(number, face) for number, face in enumerate(shown, start=1)]
    if len(faces) > len(shown):
        says.append(say("desk.chat.list_more", count=len(faces) - len(shown)))
    if free:
        says.append(say("desk.chat.list_free", count=free))
    if aside:
        says.append(say("desk.aside.chat", count=aside))
    says.append(say("desk.chat.leave_hint"))
    choices = tuple(
        Choice(f"card{number}", say("desk.chat.press_card", number=number, name=face.nickname))
        for number, face in enumerate(shown, start=1)
    )
    return Screen(tuple(says), choices)


def looking(
    face: Face, today: date, offers: tuple[Offer, ...], *, reads: bool, sent: bool = False
) -> Screen:
    """One card with what this officer can do about it here; `sent`: what they sent last can still
    be changed.
    """
    changes = ["correct", "take_back"] if sent else []
    names = [*changes, *([READ] if reads else []), *offers, Offer.NOTE]
    choices = tuple(Choice(str(name), say(f"desk.chat.press_{name}")) for name in names)
    on_web = (say("desk.pass.on_web"),) if Offer.CLOSE in offers else ()
    return Screen((*card(face, today).says, *on_web), choices, BACK)


def writing(state: Writing | LastWords, nickname: str, beside: int = 0) -> Screen:
    """Asks for the words; where the tip leads others, tells to whom they go."""
    if isinstance(state, LastWords):
        told = say("desk.chat.write_close", name=nickname)
    elif state.offer == Offer.NOTE:
        return Screen((say("desk.chat.write_note", name=nickname),), (), BACK, Accepts.WORDS)
    elif state.offer == Offer.ASK:
        told = say("desk.chat.write_ask", name=nickname)
    else:
        told = say("desk.chat.write_answer", name=nickname)
    several: tuple[Say, ...] = ()
    if beside and isinstance(state, Writing) and state.offer == Offer.ASK:
        several = (say("desk.merge.chat_one"),)
    elif beside:
        several = (say("desk.merge.several", count=beside + 1),)
    picks = (say("desk.chat.write_picks"),) if told.key == "desk.chat.write_ask" else ()
    templates = (Choice("templates", say("desk.chat.press_templates")),)
    says = (told, *several, *picks, say("desk.tip.anonymous"))
    return Screen(says, templates, BACK, Accepts.WORDS)


def doubting(tip: str, action: Action) -> State:
    """Where an officer is whose `action` is doubted."""
    match action:
        case Ask(words, _, extras):
            plain = not extras.picks
            return Doubting(tip, Offer.ASK, typed_with(words, extras.picks), plain=plain)
        case Answer(words):
            return Doubting(tip, Offer.ANSWER, words)
        case Close(outcome, words):
            return Doubting(tip, Offer.CLOSE, words, outcome)
        case Note(words):
            return Doubting(tip, Offer.NOTE, words)
        case _:
            return Looking(tip)


def doubted(state: Doubting) -> Screen:
    """What was found in the words, the words, and what can be done."""
    words = clean(state.words)
    return Screen(
        (say("desk.coach.title"), *warned(words), as_read(words)),
        (
            Choice("rewrite", say("desk.coach.rewrite")),
            Choice("anyway", say("desk.coach.anyway")),
        ),
        BACK,
        Accepts.WORDS,
    )


def ending(nickname: str) -> Screen:
    """Asks how the tip ended."""
    offered = (*OUTCOMES, Outcome.OUT_OF_SCOPE)
    choices = tuple(Choice(str(each), say(f"desk.outcome.{each}")) for each in offered)
    return Screen((say("desk.chat.choose", name=nickname),), choices, BACK)


def weighing(nickname: str) -> Screen:
    """What closing as out of scope means, before it is done."""
    told = ("what", "lose", "worker", "counted", "back")
    says = (say("desk.chat.weigh", name=nickname), *(say(f"desk.outside.{each}") for each in told))
    return Screen(says, (Choice("let_go", say("desk.chat.press_let_go")),), BACK)


def parted(state: Parted) -> Screen:
    """The way back, as long as it is open."""
    says = (say("desk.outside.until", time=state.until), say("desk.outside.restart"))
    return Screen(says, (Choice("undo", say("desk.chat.press_undo")),), BACK)


def giving(state: Giving, nickname: str) -> Screen:
    """Asks which colleague shall get the tip."""
    shown = state.names[: MOST_CHOICES - 1]
    if not shown:
        return Screen((say("desk.life.nobody_else"),), (), BACK)
    more = len(state.names) - len(shown)
    says = [say("desk.life.choose", name=nickname)]
    says += [say("desk.life.more", count=more)] if more else []
    choices = tuple(
        Choice(f"to{number}", say("desk.life.press_to", name=name))
        for number, name in enumerate(shown, start=1)
    )
    return Screen(tuple(says), choices, BACK)


def said(key: str, **fields: str | int) -> Screen:
    """One saying of the desk's chat by its last word, and nothing to press."""
    return Screen((Say(f"desk.chat.{key}", tuple(fields.items())),))


def _typed(state: State, words: str | None) -> Step:
    if words is None:
        return Step(state, says=(say("desk.chat.only_words"),))
    match state:
        case Correcting(tip):
            return Step(Looking(tip), corrects=words)
        case Writing(tip, Offer.ASK) | Doubting(tip, Offer.ASK) if at_the_end(words)[1]:
            # A list may have been meant: it is shown as buttons before it goes.
            return Step(Previewing(tip, Offer.ASK, words))
        case Previewing(tip, Offer.CLOSE, outcome=outcome):
            return Step(LastWords(tip, Outcome(outcome)), written(Offer.CLOSE, words, outcome))
        case Previewing(tip, offer):
            return _typed(Writing(tip, offer), words)
        case Writing(offer=offer):
            return Step(state, written(offer, words))
        case LastWords(outcome=outcome):
            return Step(state, Close(outcome, words))
        case Doubting(offer=offer, outcome=outcome):
            return Step(state, written(offer, words, outcome))
        case Listing(tips) if (chosen := _at(tips, words.strip())) is not None:
            return Step(Looking(chosen))
        case _:
            return Step(state, says=(say("desk.chat.press_first"),))


def _pressed(state: State, name: str) -> Step:
    if isinstance(state, Listing):
        tip = _at(state.tips, name.removeprefix("card"))
        return Step(Listing() if tip is None else Looking(tip))
    tip = state.tip
    if isinstance(state, Parted):
        return Step(state, undoes=True) if name == "undo" else Step(Listing())
    if isinstance(state, Giving) and (to := _at(state.to, name.removeprefix("to"))) is not None:
        return Step(Looking(tip), HandOver(to, state.names[state.to.index(to)]))
    if (drafted := _of_draft(state, name)) is not None:
        return drafted
    match name:
        case "list":
            return Step(Listing())
        case Offer.CLAIM:
            return Step(Looking(tip), Claim())
        case Offer.ASK | Offer.ANSWER | Offer.CLOSE | Offer.NOTE:
            return Step(enter(name, tip))
        case "read":
            return Step(Looking(tip), reads=True)
        case _:
            return _about_holding(tip, name) or _ended(state, name)


def _about_holding(tip: str, name: str) -> Step | None:
    """What a press about who holds the tip leads to."""
    match name:
        case Offer.RELEASE:
            return Step(Looking(tip), Release())
        case Offer.HAND_OVER:
            return Step(Giving(tip))
        case Offer.TAKE_OVER:
            return Step(Looking(tip), Relieve())
        case Offer.UNDO:
            return Step(Looking(tip), undoes=True)
        case _:
            return None


def _of_draft(state: WithTip, name: str) -> Step | None:
    """A press about words that did not go yet, or have just gone; None for any other."""
    match state, name:
        case Doubting(), "rewrite" | "anyway":
            return _decided(state, anyway=name == "anyway")
        case Templates(ids=ids), _ if name != "list":
            return Step(state, template=_at(ids, name.removeprefix("template")) or "")
        case Previewing(), "send" | "send_plain" | "edit":
            return _looked_at(state, name)
        case Writing(tip, offer), "templates":
            return Step(Templates(tip, offer))
        case LastWords(tip, outcome), "templates":
            return Step(Templates(tip, Offer.CLOSE, outcome))
        case Looking(tip), "correct":
            return Step(Correcting(tip))
        case Looking(), "take_back":
            return Step(state, takes_back=True)
        case _:
            return None


def _decided(state: Doubting, *, anyway: bool) -> Step:
    if anyway:
        # The words are those that they were told about.
        every = frozenset(each.value for each in Doubt)
        action = written(state.offer, state.words, state.outcome, every, plain=state.plain)
        return Step(state, action)
    return Step(_box(state))


def _looked_at(state: Previewing, name: str) -> Step:
    if name == "edit":
        return Step(_box(state), says=(say("desk.chat.preview_edit"),))
    plain = name == "send_plain"
    return Step(_box(state), written(state.offer, state.words, state.outcome, plain=plain))


def _box(state: Doubting | Previewing) -> WithTip:
    """Where words like these are written."""
    if state.offer == Offer.CLOSE:
        return LastWords(state.tip, Outcome(state.outcome))
    return Writing(state.tip, state.offer)


def _ended(state: WithTip, name: str) -> Step:
    if isinstance(state, Ending) and name == Outcome.OUT_OF_SCOPE:
        return Step(Weighing(state.tip))
    if isinstance(state, Weighing) and name == "let_go":
        return Step(state, CloseOutside(sure=True))
    outcome = next((each for each in OUTCOMES if each == name), None)
    if isinstance(state, Ending) and outcome is not None:
        return Step(LastWords(state.tip, outcome))
    return Step(state)


def _at(tips: tuple[str, ...], number: str) -> str | None:
    is_number = number.isascii() and number.isdigit() and len(number) < 3
    place = int(number) if is_number else 0
    return tips[place - 1] if 0 < place <= len(tips) else None


def _numbered(number: int, face: Face) -> Say:
    what = say(f"category.{face.category}")
    key = "desk.chat.list_danger" if face.danger else "desk.chat.list_line"
    return Say(key, (("number", number), ("name", face.nickname), ("category", what)))


BACK = (Choice("list", say("desk.chat.press_list")),)
