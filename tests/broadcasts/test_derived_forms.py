"""Every text in every form: read aloud, posted, drawn, printed; and what is refused instead."""

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pypdfium2
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from broadcasts import library
from broadcasts.derived import card, leaflet, letters, post, radio
from broadcasts.derived.making import made
from broadcasts.derived.origin import (
    Form,
    Made,
    Origin,
    Refused,
    Standing,
    is_whole,
    standing_of,
)
from broadcasts.drawing import font_file
from handlers.bulletins import Citation, Content, Wording
from handlers.languages import Language
from handlers.screens import Say

HOME, PAGE = "https://tiengtho.example.org/", "https://tiengtho.example.org/ban-tin/1f2e"
UNIT = "Liên đoàn Lao động tỉnh Đồng Nai"
VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
ALPHABET = "".join(
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in VOWELS
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)
# Texts that are still being written have no words yet in one language.
WHOLE = [
    (text, language)
    for text in library.texts().values()
    for language in Language
    if is_whole(text.content, language)
]
every_text = pytest.mark.parametrize(
    ("text", "language"), WHOLE, ids=[f"{text.id}-{language}" for text, language in WHOLE]
)


def origin(content: Content, name: str = "x", **changes: Any) -> Origin:
    return replace(Origin(content, name, UNIT, HOME, PAGE), **changes)


def of_words(body: str, title: str = "Tiêu đề", action: str = "Hãy hỏi.") -> Content:
    wording = Wording(title, body, action)
    return Content(vi=wording, en=wording, legal=False)


@contextmanager
def paper(file: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(file)
    try:
        yield document
    finally:
        document.close()


def read(file: bytes) -> str:
    """The words of a PDF, each line after the other."""
    with paper(file) as document:
        words = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(words.split())


def bytes_of(form: Form, asked: Origin, language: Language) -> bytes:
    found = made(form, asked, language)
    assert isinstance(found, Made), found
    return found.file


@every_text
def test_every_derived_form_renders(text: library.Text, language: Language) -> None:
    for form in Form:
        assert 300 < len(bytes_of(form, origin(text.content, text.id), language)) < 120_000


@pytest.mark.parametrize("form", Form)
def test_the_same_text_gives_the_same_bytes(form: Form) -> None:
    for text, language in WHOLE[:4]:
        asked = origin(text.content, text.id)
        assert bytes_of(form, asked, language) == bytes_of(form, asked, language)


@every_text
def test_a_script_has_no_digit_and_takes_a_minute_and_a_half_at_most(
    text: library.Text, language: Language
) -> None:
    script = radio.script(origin(text.content), language)
    assert not any(each.isdigit() for each in script)
    assert "longer than" not in script
    assert "dài hơn" not in script
    assert UNIT in script
    assert "example chấm org" in script or "example dot org" in script
    said = [line for line in script.splitlines() if line][1:]
    assert 45 <= radio.seconds_of(said, language) <= radio.MOST_SECONDS


@every_text
def test_a_post_is_short_and_leads_to_the_bulletin_without_a_trace(
    text: library.Text, language: Language
) -> None:
    posted = bytes_of(Form.POST, origin(text.content), language).decode()
    assert len(posted) <= post.MOST
    assert PAGE in posted
    assert text.content.wording(language).action in posted
    assert "?" not in "".join(re.findall(r"https?://\S+", posted))
    assert "#" not in posted
    for citation in text.content.citations:
        number = re.search(r"\d+/\S+", citation.document)
        assert number is None or number.group() in posted


@every_text
def test_a_card_shows_every_word_in_letters_that_a_phone_can_show(
    text: library.Text, language: Language
) -> None:
    laid = card.lay(origin(text.content), language)
    assert isinstance(laid, card.Laid)
    shown = " ".join(line.words for line in laid.lines)
    said = text.content.wording(language)
    for words in (said.title, said.body, said.action, UNIT):
        assert " ".join(words.split()) in shown
    assert min(line.face.size for line in laid.lines) >= card.LEAST
    for line in laid.lines:
        assert line.x + line.face.width(line.words) <= card.WIDTH - 40
        assert 0 <= line.y <= card.HEIGHT - line.face.line
    downwards = sorted(laid.lines, key=lambda line: line.y)
    assert all(one.y + one.face.line <= two.y for one, two in pairwise(downwards))


@every_text
def test_a_leaflet_says_the_same_words_with_all_their_marks(
    text: library.Text, language: Language
) -> None:
    told = read(bytes_of(Form.LEAFLET, origin(text.content), language))
    said = text.content.wording(language)
    for words in (said.title, said.body, said.action, UNIT):
        assert " ".join(words.split()) in told
    assert "tiengtho.example.org/ban-tin/1f2e" in told
    for day in (text.content.checked_on, text.content.expires_on):
        assert day is None or f"{day:%d/%m/%Y}" in told


def test_a_sheet_of_a4_has_the_leaflet_twice() -> None:
    text, language = WHOLE[0]
    file = bytes_of(Form.SHEET, origin(text.content), language)
    assert read(file).count(text.content.wording(language).action) == 2
    with paper(file) as document:
        assert [round(each) for each in document[0].get_size()] == [842, 595]


def test_the_code_on_paper_is_the_address_and_nothing_else() -> None:
    """Read off the page, dot by dot: it is the code of exactly this address, which has no query."""
    for page, home in ((PAGE, HOME), ("", HOME), ("https://x.example/ban-tin/f?who=1#me", HOME)):
        asked = origin(library.texts()["loan_interest"].content, page=page, home=home)
        address = (page or home).partition("?")[0]
        expected = tuple(
            tuple(map(int, row)) for row in segno.make(address, error="m", micro=False).matrix
        )
        with paper(bytes_of(Form.LEAFLET, asked, Language.VI)) as document:
            picture = document[0].render(scale=4, grayscale=True).to_pil()
        assert dots_of(picture, len(expected)) == expected


def dots_of(picture: Image.Image, side: int) -> tuple[tuple[int, ...], ...]:
    """The middle of each dot of the code, which is the only black thing at the left margin."""
    left = round(leaflet.MARGIN * 4)
    rows = [y for y in range(picture.height) if _value(picture, left + 5, y) < 10]
    # Its two finders on the left are the longest runs of black there.
    top, bottom = rows[0], rows[-1]
    for y in rows:
        if _value(picture, left + 5, y + 20) < 10 and _value(picture, left + 25, y + 3) < 10:
            top = y
            break
    step = leaflet.QR_SIDE * 4 / side
    assert abs(bottom - top - leaflet.QR_SIDE * 4) < 8
    return tuple(
        tuple(
            int(
                _value(picture, round(left + (x + 0.5) * step), round(top + (y + 0.5) * step)) < 128
            )
            for x in range(side)
        )
        for y in range(side)
    )


def _value(picture: Image.Image, x: int, y: int) -> int:
    value = picture.getpixel((x, y))
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize("form", [Form.LEAFLET, Form.SHEET, Form.CARD])
def test_files_do_not_tell_who_made_them_or_when(form: Form) -> None:
    file = bytes_of(form, origin(library.texts()["loan_interest"].content), Language.VI)
    for traces in (b"CreationDate", b"ModDate", b"Author", b"Creator", b"Producer", b"/tmp"):
        assert traces not in file
    if form is Form.CARD:
        kinds = re.findall(rb"(IHDR|PLTE|IDAT|IEND|tEXt|iTXt|zTXt|tIME|eXIf|pHYs|gAMA)", file)
        assert set(kinds) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
        assert Image.open(io.BytesIO(file)).size == (1080, 1350)


def test_without_an_address_there_is_no_code_and_no_empty_line() -> None:
    asked = origin(library.texts()["loan_interest"].content, home="", page="")
    told = read(bytes_of(Form.LEAFLET, asked, Language.VI))
    assert "Quét" not in told
    assert "nêu tên" not in told
    assert "http" not in bytes_of(Form.POST, asked, Language.VI).decode()
    assert "vào trang" not in radio.script(asked, Language.VI)


@pytest.mark.parametrize(
    ("standing", "vi", "en"),
    [
        (Standing.DRAFT, "Bản nháp: chưa được phát", "Draft: not to be given out yet"),
        (Standing.EXPIRED, "Đã hết hạn: đừng phát nữa", "Expired: do not give it out any more"),
    ],
)
def test_a_draft_and_an_expired_text_say_so_in_every_form(
    standing: Standing, vi: str, en: str
) -> None:
    content = library.texts()["loan_interest"].content
    for language, warning in ((Language.VI, vi), (Language.EN, en)):
        asked = origin(content, standing=standing)
        assert warning in read(bytes_of(Form.LEAFLET, asked, language))
        assert bytes_of(Form.POST, asked, language).decode().startswith(warning)
        assert radio.script(asked, language).startswith(warning)
        laid = card.lay(asked, language)
        assert isinstance(laid, card.Laid)
        assert warning in {line.words for line in laid.lines}
        valid = bytes_of(Form.CARD, origin(content), language)
        assert bytes_of(Form.CARD, asked, language) != valid


def test_a_text_expires_after_its_last_day() -> None:
    content = replace(of_words("x"), expires_on=date(2026, 12, 31))
    assert standing_of(content, date(2026, 12, 31), is_free=True) is Standing.VALID
    assert standing_of(content, date(2026, 12, 31), is_free=False) is Standing.DRAFT
    assert standing_of(content, date(2027, 1, 1), is_free=False) is Standing.EXPIRED


@pytest.mark.parametrize("form", [Form.CARD, Form.LEAFLET, Form.POST])
def test_a_text_that_overflows_is_refused_with_how_much_is_too_long(form: Form) -> None:
    """A card text that overflows: it is never cut, and what it says it needs is enough."""
    body = "Công ty phải trả lương đủ và đúng hạn mỗi tháng. " * 60
    refused = made(form, origin(of_words(body)), Language.VI)
    assert isinstance(refused, Refused)
    assert refused.why.key == "derived.refused.too_long"
    over = dict(refused.why.fields)["over"]
    assert isinstance(over, int)
    assert 100 < over < len(body)
    shorter = of_words(body.strip()[: len(body.strip()) - over])
    assert isinstance(made(form, origin(shorter), Language.VI), Made)


def test_a_title_alone_can_be_too_long_and_a_word_without_end_is_parted() -> None:
    refused = made(Form.CARD, origin(of_words("a", title="Lương " * 300)), Language.VI)
    assert isinstance(refused, Refused)
    laid = card.lay(origin(of_words("x" * 150)), Language.VI)
    assert isinstance(laid, card.Laid)
    assert all(line.face.width(line.words) <= 952 for line in laid.lines)


def test_signs_that_we_cannot_draw_are_named_and_emoji_are_left_out() -> None:
    for form in (Form.CARD, Form.LEAFLET, Form.SHEET):
        refused = made(form, origin(of_words("Lương ≥ 5 triệu 工人")), Language.VI)
        assert refused == Refused(Say("derived.refused.signs", (("signs", "≥ 人 工."),)))
        assert isinstance(made(form, origin(of_words("Gọi 📞 113 👍🏽")), Language.VI), Made)
    assert isinstance(made(Form.POST, origin(of_words("工人 📞")), Language.VI), Made)


def test_a_bulletin_without_words_in_a_language_has_no_forms_in_it() -> None:
    half = replace(of_words("x"), en=Wording())
    for form in Form:
        assert made(form, origin(half), Language.EN) == Refused(Say("derived.none_yet"))


HOSTILE = '<b>&amp;</b> <para> <img src="file:///etc/passwd"/> {unit} %s \\ <a href="x">'


def test_markup_stays_words() -> None:
    content = replace(
        of_words(HOSTILE, title=HOSTILE, action=HOSTILE),
        citations=(Citation(HOSTILE, HOSTILE),),
        source=HOSTILE,
    )
    told = read(bytes_of(Form.LEAFLET, origin(content, unit=HOSTILE), Language.VI))
    for piece in ("<b>&amp;</b>", "<para>", "{unit}", "%s"):
        assert told.count(piece) >= 5
    assert isinstance(made(Form.CARD, origin(content, unit=HOSTILE), Language.VI), Made)


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"b\r\nX: y', "", "Lương tháng", "x" * 300])
def test_the_name_of_a_file_is_safe(name: str) -> None:
    found = made(Form.CARD, origin(of_words("a"), name), Language.VI)
    assert isinstance(found, Made)
    assert re.fullmatch(r"ban-tin-[A-Za-z0-9_-]{1,40}-card-vi\.png", found.name)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=600), st.sampled_from(Form))
def test_whatever_somebody_writes_is_a_file_or_a_reason(title: str, body: str, form: Form) -> None:
    content = of_words(body, title=title)
    found = made(form, origin(content), Language.VI)
    assert isinstance(found, Made | Refused)


def test_every_vietnamese_letter_has_room_above_and_below() -> None:
    for size in sorted({each for sizes in card.SIZES for each in (sizes.title, sizes.body)}):
        for bold in (False, True):
            look = letters.face(size, bold=bold)
            for letter in ALPHABET:
                _, top, _, bottom = look.font.getbbox(letter, anchor="ls")
                assert -top <= look.above, letter
                assert bottom <= look.line - look.above, letter


def test_letters_are_the_same_with_and_without_the_shaping_library() -> None:
    """Composed letters need no shaping: each looks alike, and so a line says the same."""
    assert set(ALPHABET) <= letters.drawn()
    file = font_file()
    layouts = (ImageFont.Layout.BASIC, letters.LAYOUT)
    basic, ours = (
        ImageFont.truetype(io.BytesIO(file), 40, layout_engine=layout) for layout in layouts
    )
    for letter in ALPHABET + "đĐ0123456789%":
        assert ink_of(letter, basic) == ink_of(letter, ours), letter
    decomposed = unicodedata.normalize("NFD", "Nghỉ việc ngày Tết: Ặ ử Ễ")
    assert letters.drawable(decomposed) == unicodedata.normalize("NFC", decomposed)


def ink_of(letter: str, font: ImageFont.FreeTypeFont) -> bytes:
    picture = Image.new("L", (80, 80))
    ImageDraw.Draw(picture).text((20, 60), letter, font=font, fill=255, anchor="ls")
    return picture.tobytes()


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("ink", "ground"), card.PAIRS)
def test_letters_stand_out_from_their_ground(ink: str, ground: str) -> None:
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
