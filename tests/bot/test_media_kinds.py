"""What becomes of HEIC, GIF, PDF and video: upright, legible, silent, within limits."""

import io
from itertools import pairwise

import av
import pypdfium2
import pytest
from PIL import Image

from bot.media import MAX_VIDEO_BYTES, Cleaner, CleanFile, Refusal, is_slow
from tests.corpus import coded, drawn, films, heifs, hostile
from tests.corpus.drawn import corners, encoded, upright
from tests.corpus.pdfs import Paper, filed, stream


async def _cleaned(data: bytes) -> CleanFile:
    answer = await Cleaner().clean(data)
    assert isinstance(answer, CleanFile), answer
    return answer


def _page(data: bytes, number: int = 0) -> Image.Image:
    """A page as somebody sees it who opens the PDF."""
    drawn_page: Image.Image = pypdfium2.PdfDocument(data)[number].render(scale=150 / 72).to_pil()
    return drawn_page


def _frames(data: bytes) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(data), "r") as film:
        return list(film.decode(video=0))


def _shown(frame: av.VideoFrame) -> list[str]:
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    return corners(picture)


# Pictures


@pytest.mark.parametrize("turn", range(4))
async def test_a_heic_comes_out_upright_whatever_stands_beside_it(turn: int) -> None:
    wrong = heifs.Item(b"Exif", bytes(4) + drawn.exif(6))
    clean = await _cleaned(heifs.heic((wrong,), turn=turn))
    sizes = heifs.SIZE, heifs.SIZE[::-1]
    assert (clean.kind, (clean.width, clean.height)) == ("image/jpeg", sizes[turn % 2])
    shown = Image.open(io.BytesIO(clean.data)).rotate(-90 * turn, expand=True)
    assert corners(shown) == list(drawn.CORNERS)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_an_avif_comes_out_upright(orientation: int) -> None:
    block = b"Exif\0\0" + drawn.exif(orientation)
    clean = await _cleaned(encoded(drawn.turned(orientation), "AVIF", exif=block))
    assert corners(Image.open(io.BytesIO(clean.data))) == list(drawn.CORNERS)


async def test_of_a_gif_the_first_frame_is_kept() -> None:
    others = [upright().rotate(turn) for turn in (90, 180)]
    clean = await _cleaned(encoded(upright(), "GIF", save_all=True, append_images=others))
    assert (clean.kind, clean.width, clean.height) == ("image/png", *drawn.SIZE)
    image = Image.open(io.BytesIO(clean.data))
    assert getattr(image, "n_frames", 1) == 1
    assert corners(image) == list(drawn.CORNERS)


# PDF


async def test_a_page_looks_as_before_and_is_a_picture() -> None:
    data = Paper(content=b"1 0 0 rg 0 30 60 30 re f 0 0 1 rg 0 0 60 30 re f").written()
    clean = await _cleaned(data)
    assert (clean.kind, clean.pages, clean.seconds) == ("application/pdf", 1, 0)
    assert abs(clean.width - 250) <= 1
    assert abs(clean.height - 125) <= 1
    before, after = _page(data), _page(clean.data)
    assert abs(after.width - before.width) <= 1
    for place in ((20, 20), (20, 100), (200, 60)):
        pairs = zip(_colour(before, place), _colour(after, place), strict=True)
        assert all(abs(one - other) < 12 for one, other in pairs)


async def test_pages_keep_their_order_turn_and_number() -> None:
    objects = Paper().objects()
    objects[2] = b"<</Type/Pages/Count 3/Kids[3 0 R 10 0 R 11 0 R]>>"
    objects[10] = objects[3].replace(b"/Contents 4 0 R", b"/Contents 12 0 R/Rotate 90")
    objects[11] = objects[3].replace(b"/Contents 4 0 R", b"/Contents 13 0 R")
    objects[12] = stream(b"0 1 0 rg 0 0 120 60 re f")
    objects[13] = stream(b"0 0 1 rg 0 0 120 60 re f")
    clean = await _cleaned(filed(objects))
    assert clean.pages == 3
    second, third = _page(clean.data, 1), _page(clean.data, 2)
    assert second.height > second.width
    assert _colour(second, (50, 50))[1] > 240
    assert _colour(third, (50, 50))[2] > 240


async def test_what_a_black_box_covers_is_gone_even_where_the_box_is_only_a_note() -> None:
    box = b"<</Type/Annot/Subtype/Square/Rect[0 0 120 60]/C[0 0 0]/IC[0 0 0]/BS<</W 1>>>>"
    clean = await _cleaned(Paper(page=b"/Annots[10 0 R]", more=(box,)).written())
    page = _page(clean.data).convert("L").crop((5, 5, 245, 120))
    assert max(page.tobytes()) < 60


async def test_a_filled_field_is_seen() -> None:
    look = stream(b"0 0 1 rg 0 0 60 30 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 60 30]")
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(f)/V(said)/F 4/Rect[0 0 60 30]/AP<</N 11 0 R>>>>"
    form = b"/AcroForm<</Fields[10 0 R]>>"
    paper = Paper(form, b"/Annots[10 0 R]", content=b"", more=(field, look))
    clean = await _cleaned(paper.written())
    red, _, blue = _colour(_page(clean.data), (30, 110))
    assert blue > red + 60


async def test_thirty_pages_are_taken_and_one_more_is_not() -> None:
    for count, taken in ((30, True), (31, False)):
        objects = Paper().objects()
        kids = b" ".join([b"3 0 R"] * count)
        objects[2] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)
        answer = await Cleaner().clean(filed(objects))
        assert isinstance(answer, CleanFile) == taken
        assert taken or answer is Refusal.TOO_MANY_PAGES


# Video


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_video_comes_out_upright(orientation: int) -> None:
    clean = await _cleaned(films.turned(orientation))
    expected = upright((128, 96))
    if orientation > 1:
        expected = expected.transpose(_AS_STORED[orientation])
    [first, *_] = _frames(clean.data)
    assert _shown(first) == corners(expected)
    size = (96, 128) if orientation > 4 else (128, 96)
    assert (clean.width, clean.height) == (first.width, first.height) == size


_TURN = Image.Transpose
_AS_STORED = {
    2: _TURN.FLIP_LEFT_RIGHT,
    3: _TURN.ROTATE_180,
    4: _TURN.FLIP_TOP_BOTTOM,
    5: _TURN.TRANSPOSE,
    6: _TURN.ROTATE_270,
    7: _TURN.TRANSVERSE,
    8: _TURN.ROTATE_90,
}


@pytest.mark.parametrize(
    ("codec", "form", "sound"),
    [
        ("libx264", "mp4", "aac"),
        ("libx264", "mov", "aac"),
        ("mpeg4", "mp4", "libmp3lame"),
        ("mpeg4", "3gp", ""),
        ("libx264", "matroska", "libopus"),
        ("libvpx", "webm", "libopus"),
        ("libvpx-vp9", "webm", "libopus"),
    ],
)
async def test_what_phones_record_comes_out_as_one_kind(codec: str, form: str, sound: str) -> None:
    clean = await _cleaned(coded.film(codec, form, frames=20, sound=sound))
    assert (clean.kind, clean.width, clean.height) == ("video/mp4", 64, 48)
    assert clean.seconds == 1
    assert (clean.with_sound is not None) == bool(sound)
    assert _shown(_frames(clean.data)[9]) == list(drawn.CORNERS)


async def test_a_video_is_silent_and_its_sound_lies_beside_it() -> None:
    clean = await _cleaned(coded.film(frames=50))
    assert clean.with_sound is not None
    with av.open(io.BytesIO(clean.data), "r") as silent:
        assert [each.type for each in silent.streams] == ["video"]
    with av.open(io.BytesIO(clean.with_sound), "r") as sounding:
        assert [each.type for each in sounding.streams] == ["video", "audio"]
        heard = list(sounding.decode(audio=0))
    assert {frame.sample_rate for frame in heard} == {44_100}
    assert 1.9 < sum(frame.samples for frame in heard) / 44_100 < 2.2
    assert len(_frames(clean.with_sound)) == len(_frames(clean.data)) == 50


async def test_every_video_keeps_the_same_steady_pace() -> None:
    """The time of each frame, too, is a mark of the camera."""
    for rate, frames in ((10, 10), (60, 60), (25, 25)):
        clean = await _cleaned(coded.film(rate=rate, frames=frames, sound=""))
        times = [frame.time for frame in _frames(clean.data)]
        assert len(times) == 25
        assert {round(later - earlier, 3) for earlier, later in pairwise(times)} == {0.04}


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1920, 1080), (1280, 720)), ((1080, 1920), (720, 1280)), ((62, 34), (62, 34))],
)
async def test_a_large_video_is_made_smaller(size: tuple[int, int], shown: tuple[int, int]) -> None:
    clean = await _cleaned(coded.film(size=size, frames=2, sound=""))
    assert (clean.width, clean.height) == shown


async def test_a_minute_is_taken_a_breath_more_is_cut_off_and_longer_is_refused() -> None:
    lengths = {59: 59, 60: 60, 61: 60, 63: None}
    for seconds, kept in lengths.items():
        answer = await Cleaner().clean(coded.film(rate=1, frames=seconds, sound="", size=(16, 16)))
        assert (answer.seconds if isinstance(answer, CleanFile) else None) == kept
        assert kept is not None or answer is Refusal.TOO_LONG


async def test_a_video_that_was_cut_off_is_good_as_far_as_it_goes() -> None:
    """A phone that fell, a battery that died; WebM has its index in front."""
    whole = coded.film("libvpx", "webm", frames=50, sound="")
    clean = await _cleaned(whole[: len(whole) * 2 // 3])
    assert 5 < len(_frames(clean.data)) < 50


async def test_too_large_a_file_is_refused_without_a_child() -> None:
    cleaner = Cleaner(child=("/nonexistent",))
    film = coded.film() + bytes(MAX_VIDEO_BYTES)
    for data in (film, Paper().written() + bytes(10 * 1024 * 1024)):
        assert await cleaner.clean(data) is Refusal.TOO_BIG


async def test_two_cleanings_of_a_clean_file_change_nothing_that_is_told() -> None:
    for kind in ("PDF", "VIDEO"):
        once = await _cleaned(hostile.whole()[kind])
        twice = await _cleaned(once.data)
        assert (once.kind, once.pages, once.seconds) == (twice.kind, twice.pages, twice.seconds)


def test_what_takes_long_is_known_beforehand() -> None:
    slow = {name for name, data in hostile.whole().items() if is_slow(data)}
    assert slow == {"VIDEO", "WEBM"}
    assert is_slow(Paper().written() + bytes(400_000))


def _colour(image: Image.Image, place: tuple[int, int]) -> tuple[int, int, int]:
    found = image.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]
