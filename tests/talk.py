"""Reads the scripts of `tests/talks/` and plays them: what the person does, what the bot says.

    # a remark
    > words as they are typed           > /command
    > [Label, or its beginning]         > <photo>  <broken file>  <sticker>  <voice>  <look>
                                        > <pdf>  <video> (it has sound)  <silent video>
                                        > <withheld> (the app keeps back what was sent)
    < words that must stand in the answer: a text or the label of a button
    <! words that must not stand there
    ! what else is so, or happens, all of it in `happen` of `tests/players.py`; and here:
      "answers <= 8", "count from here", "also on the page" (the page offers all of it),
      "in a chat that keeps everything", "in a chat that can be told" (there alone it can be
      played)

`{code}` and `{bell}` are what an answer has shown; `{code:lower}`, `{code:telex}`, `{code:vni}`,
`{code:typo}`, `{code:swapped}`, `{code:tail}` what fingers and keyboards make of the code. In typed
words `{5 x 😀}` is repeated so many times, and `\\u202e` stands for that character.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from handlers import receipt
from handlers.folding import fold
from handlers.receipt import ALPHABET
from handlers.screens import MOST_CHOICES, Rendered
from tests.handlers.test_receipt import TELEX, VNI

ON_THE_PAGE = "also on the page"
KEPT = "in a chat that keeps everything"
TOLD = "in a chat that can be told"
FOLDER = Path(__file__).parent / "talks"
NO_PICTURES = ("<pdf>", "<video>", "<silent video>")
_CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b")
_BELL = re.compile(r"(?:Số chuông|Bell number): (\d+)")
_REPEATED = re.compile(r"\{(\d+) x (.+?)\}")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script: its number, its sign (`>`, `<`, `<!`, `!`) and the rest."""

    number: int
    sign: str
    rest: str


@dataclass(frozen=True, slots=True)
class Script:
    """A talk, ready to be played."""

    name: str
    lines: tuple[Line, ...]

    @property
    def on_the_page(self) -> bool:
        """Whether the page offers all that the person does (a box where words are typed)."""
        return any(line.rest == ON_THE_PAGE for line in self.lines)

    @property
    def brings_files(self) -> bool:
        """Whether somebody sends a file that is no picture: Zalo's Bot Platform passes none on."""
        return any(line.sign == ">" and line.rest in NO_PICTURES for line in self.lines)

    @property
    def is_kept(self) -> bool:
        """Whether it can be played only where the app's history keeps everything, on Zalo."""
        return any(line.rest == KEPT for line in self.lines)

    @property
    def is_told(self) -> bool:
        """Whether it can be played only where a chat can be told of news, in Telegram."""
        return any(line.rest == TOLD for line in self.lines)


class Player(Protocol):
    """Who carries a script out: on the pure core, or through the whole house."""

    async def type(self, words: str) -> Rendered:
        """The person types words and sends them."""
        ...

    async def press(self, name: str) -> Rendered:
        """The person presses the choice of that name, which is on the screen."""
        ...

    async def bring(self, what: str) -> Rendered:
        """The person sends something else: `photo`, `broken file`, `sticker`, `voice`, `look`."""
        ...

    async def happen(self, what: str, words: str) -> Rendered | None:
        """Something happens, or is checked: `officer asks`, `time`, `tips` … Raises AssertionError.
        Gives the answer where the person is told something.
        """
        ...


@dataclass(slots=True)
class Played:
    """How a talk stands while it is played."""

    answer: Rendered
    answers: int = 0
    known: dict[str, str] = field(default_factory=dict)
    typed: str = ""


def read(path: Path) -> Script:
    """The script of a file. Raises ValueError with file and line where it is not one."""
    lines = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        sign, _, rest = text.partition(" ")
        if not text.strip() or sign.startswith("#"):
            continue
        if sign not in (">", "<", "<!", "!"):
            raise ValueError(f"{path.name}:{number}: a line begins with # > < <! or !")
        lines.append(Line(number, sign, rest.strip()))
    return Script(path.stem, tuple(lines))


def has_turn(name: str, place: int, of: int) -> bool:
    """Whether the script of that name is played in the manner at `place` in a list of `of` such
    manners: each script has one of them, for ever the same, and the scripts share them out.
    """
    return zlib.crc32(name.encode()) % of == place


def scripts(*, kept: bool = False, told: bool = False) -> dict[str, Script]:
    """The scripts that can be played anywhere, by name; with `kept`, those for Zalo instead, with
    `told` those for Telegram.
    """
    found = (read(path) for path in sorted(FOLDER.glob("*.talk")))
    return {each.name: each for each in found if (each.is_kept, each.is_told) == (kept, told)}


async def play(script: Script, player: Player) -> None:
    """Play a script to its end. Raises AssertionError that names the line and shows the answer."""
    played = Played(await player.bring("look"))
    for line in script.lines:
        try:
            await _play(line, player, played)
        except AssertionError as error:
            place = f"{script.name}.talk:{line.number}: {line.sign} {line.rest}"
            raise AssertionError(f"{place}\n{error}\n\n{_shown(played.answer)}") from error


async def _play(line: Line, player: Player, played: Played) -> None:
    match line.sign:
        case ">":
            played.answers += 1
            _take(await _act(line.rest, player, played), played)
        case "<":
            assert _has(played, _filled(line.rest, played)), "the answer does not say this"
        case "<!":
            assert not _has(played, _filled(line.rest, played)), "the answer says this"
        case _:
            await _happen(_filled(line.rest, played), player, played)


async def _act(rest: str, player: Player, played: Played) -> Rendered:
    if rest.startswith("[") and rest.endswith("]"):
        return await player.press(_named(rest[1:-1], played.answer))
    if rest.startswith("<") and rest.endswith(">"):
        return await player.bring(rest[1:-1])
    played.typed = _typed(_filled(rest, played))
    return await player.type(played.typed)


def _named(label: str, shown: Rendered) -> str:
    """The name of the button whose label is, or begins with, `label`."""
    buttons = [*shown.choices, *shown.ways]
    wanted = fold(label)
    exact = [each.name for each in buttons if fold(each.label) == wanted]
    begun = [each.name for each in buttons if fold(each.label).startswith(wanted)]
    found = exact or begun
    assert found, "there is no such button"
    assert len(found) == 1, "several buttons begin like this"
    return found[0]


async def _happen(rest: str, player: Player, played: Played) -> None:
    counted = re.fullmatch(r"answers <= (\d+)", rest)
    if counted:
        assert played.answers <= int(counted[1]), f"{played.answers} answers were given"
        return
    if rest == "count from here":
        played.answers = 0
        return
    if rest in (ON_THE_PAGE, KEPT, TOLD):
        return
    what, _, words = rest.partition('"')
    told = await player.happen(what.strip(), words.removesuffix('"'))
    if told is not None:
        _take(told, played)


def _take(answer: Rendered, played: Played) -> None:
    """What must hold for every answer of every talk, and what it shows that is needed later."""
    played.answer = answer
    assert any(line.text.strip() for line in answer.lines), "nothing was answered"
    assert len(answer.choices) <= MOST_CHOICES, "too many choices"
    text = answer.text
    # A code that was typed and is given back, perhaps a wrong one, is not a new one.
    if (found := _CODE.search(text)) and found.group() not in played.typed:
        played.known["code"] = found.group()
    if found := _BELL.search(text):
        played.known["bell"] = found[1]


def _has(played: Played, wanted: str) -> bool:
    return _squeezed(wanted) in _squeezed(_shown(played.answer))


def _shown(answer: Rendered) -> str:
    buttons = " ".join(f"[{each.label}]" for each in (*answer.choices, *answer.ways))
    return f"{answer.text}\n{buttons}"


def _squeezed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _typed(words: str) -> str:
    words = _REPEATED.sub(lambda found: found[2] * int(found[1]), words)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), words).replace("\\n", "\n")


def _filled(text: str, played: Played) -> str:
    for name, value in _variables(played.known).items():
        text = text.replace("{" + name + "}", value)
    return text


def _variables(known: Mapping[str, str]) -> dict[str, str]:
    values = dict(known)
    if "code" in known:
        values |= {f"code:{name}": mangle(known["code"]) for name, mangle in _MANGLED.items()}
    return values


def _on(keyboard: Callable[[str], str]) -> Callable[[str], str]:
    def type_it(code: str) -> str:
        shown = keyboard(code)
        # A few codes cannot be told from a neighbour; how few, the test of the codes counts.
        return shown if code.replace("-", "") in receipt.read(shown) else code

    return type_it


def _with_typo(code: str) -> str:
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


def _with_swap(code: str) -> str:
    plain = code.replace("-", "")
    at = next(at for at in range(15) if plain[at] != plain[at + 1])
    return receipt.show(plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :])


_MANGLED: Mapping[str, Callable[[str], str]] = {
    "lower": lambda code: code.lower().replace("-", " "),
    "telex": _on(TELEX.type),
    "vni": _on(VNI.type),
    "typo": _with_typo,
    "swapped": _with_swap,
    "tail": lambda code: code[-4:],
}
