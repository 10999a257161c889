"""Frames of a video, taken over as raw pixels and coded anew at a steady pace."""

import re
import struct
from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from av.buffer import Buffer
from av.sidedata.sidedata import Type
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image, ImageFile  # noqa: F401 - Pillow asks for the second when it is too late

_TURN = Image.Transpose
# The signs of a display matrix (a, b, c, d of ISO 14496-12): what a player does to the pixels.
_TURNS = {
    (1, 0, 0, 1): None,
    (0, 1, -1, 0): _TURN.ROTATE_270,
    (-1, 0, 0, -1): _TURN.ROTATE_180,
    (0, -1, 1, 0): _TURN.ROTATE_90,
    (-1, 0, 0, 1): _TURN.FLIP_LEFT_RIGHT,
    (1, 0, 0, -1): _TURN.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): _TURN.TRANSPOSE,
    (0, -1, -1, 0): _TURN.TRANSVERSE,
}
_LYING = {_TURN.ROTATE_270, _TURN.ROTATE_90, _TURN.TRANSPOSE, _TURN.TRANSVERSE}
_SLICE, _KEY_SLICE, _SEQUENCE_SET, _PICTURE_SET = 1, 5, 7, 8
_START = re.compile(rb"\0\0\0?\x01")
# BT.709 in the range of television; every video says the same.
_BT709, _TELEVISION = 1, 1
_SECONDS_BETWEEN_KEYS = 2
# The rest of the room is for sound, lengths, and what a coder goes over its aim.
_SHARE_OF_PICTURES = 0.8


def part(name: bytes, body: bytes) -> bytes:
    """A frame of pictures or sound behind its name and length."""
    return name + struct.pack(">I", len(body)) + body


class Coder:
    """Takes frames with their times and codes `rate` of them a second, none larger than `sides`."""

    def __init__(
        self, sides: tuple[int, int], rate: int, max_seconds: int, max_output: int
    ) -> None:
        """The coded film has at most `max_seconds`, and for these about `max_output` bytes."""
        self._sides, self._rate = sides, rate
        self._most = max_seconds * rate
        self._bits = int(max_output * 8 * _SHARE_OF_PICTURES / max_seconds)
        self._context: VideoCodecContext | None = None
        self._turn: Image.Transpose | None = None
        self._size = (0, 0)
        self._sets: dict[int, bytes] = {}
        self._parts: list[bytes] = []
        self._count = 0
        self._held: VideoFrame | None = None
        self._until = Fraction(0)

    @property
    def seconds(self) -> float:
        """How long the film is so far."""
        return self._count / self._rate

    def show(self, frame: VideoFrame, at: Fraction, lasting: Fraction) -> None:
        """`frame` is seen from the second `at` until the next one; the last one so long."""
        if self._held is not None:
            self._fill(at)
        self._held, self._until = frame, at + lasting

    def end(self) -> bytes:
        """The head of the film and its frames."""
        self._fill(max(self._until, Fraction(1, self._rate)))
        if self._context is not None:
            for packet in self._context.encode(None):
                self._take(bytes(packet))
        sets = self._sets[_SEQUENCE_SET], self._sets[_PICTURE_SET]
        width, height = self._size
        head = struct.pack(">4sHHBB", b"FILM", width, height, len(sets[0]), len(sets[1]))
        return head + b"".join((*sets, *self._parts))

    def _fill(self, until: Fraction) -> None:
        """Code the frame at hand for every place before the second `until`; most frames of a fast
        camera have none, those of a slow one several.
        """
        drawn: VideoFrame | None = None
        while self._count < self._most and Fraction(self._count, self._rate) < until:
            drawn = self._drawn() if drawn is None else drawn
            drawn.pts = self._count
            self._count += 1
            for packet in self._opened().encode(drawn):
                self._take(bytes(packet))

    def _drawn(self) -> VideoFrame:
        """The frame at hand, upright and of the film's size, as a new frame from raw pixels: what
        hung on the old one (subtitles, notes of the maker) stays behind.
        """
        frame = self._held
        if frame is None:
            raise RuntimeError("there is no frame yet")
        if self._context is None:
            self._turn = _turn_of(frame)
            self._size = _size(frame, self._turn, self._sides)
        wide, high = self._size[::-1] if self._turn in _LYING else self._size
        flat = frame.reformat(
            wide,
            high,
            "yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        bare = VideoFrame(*self._size, "yuv420p")
        for old, new in zip(flat.planes, bare.planes, strict=True):
            size = (old.width, old.height)
            pixels = Image.frombuffer("L", size, bytes(old), "raw", "L", old.line_size, 1)
            if self._turn is not None:
                pixels = pixels.transpose(self._turn)
            new.update(pixels.tobytes("raw", "L", new.line_size, 1))
        return bare

    def _opened(self) -> VideoCodecContext:
        if self._context is not None:
            return self._context
        context = VideoCodecContext.create("libx264", "w")
        if not isinstance(context, VideoCodecContext):
            raise TypeError("no coder of videos")
        context.width, context.height = self._size
        context.pix_fmt, context.framerate = "yuv420p", Fraction(self._rate)
        context.time_base = Fraction(1, self._rate)
        context.thread_count, context.thread_type = 1, "NONE"
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _TELEVISION
        context.options = {
            "preset": "veryfast",
            "profile": "main",
            "crf": "26",
            "a53cc": "0",
            "maxrate": str(self._bits),
            "bufsize": str(self._bits),
            "x264-params": f"bframes=0:keyint={self._rate * _SECONDS_BETWEEN_KEYS}"
            ":sync-lookahead=0:lookahead-threads=1",
        }
        self._context = context
        return context

    def _take(self, packet: bytes) -> None:
        """Keep the slices of a coded frame and, once, its parameter sets. Among the rest is what
        the coder says of itself.
        """
        units = [unit for unit in _START.split(packet) if unit]
        slices = [unit for unit in units if unit[0] & 0x1F in (_SLICE, _KEY_SLICE)]
        for unit in units:
            if unit[0] & 0x1F in (_SEQUENCE_SET, _PICTURE_SET):
                self._sets.setdefault(unit[0] & 0x1F, unit)
        body = b"".join(struct.pack(">I", len(unit)) + unit for unit in slices)
        is_key = slices[0][0] & 0x1F == _KEY_SLICE
        self._parts.append(part(b"k" if is_key else b"p", body))


def _turn_of(frame: VideoFrame) -> Image.Transpose | None:
    held = cast(Mapping[Type, Buffer], frame.side_data).get(Type.DISPLAYMATRIX)
    if held is None:
        return None
    matrix = struct.unpack_from("=9i", bytes(held))
    signs = tuple((number > 0) - (number < 0) for number in matrix)
    return _TURNS.get((signs[0], signs[1], signs[3], signs[4]))


def _size(
    frame: VideoFrame, turn: Image.Transpose | None, sides: tuple[int, int]
) -> tuple[int, int]:
    """The size of the film: as a player shows it, within the limits, even numbers."""
    wide, high = frame.width, frame.height
    if turn in _LYING:
        wide, high = high, wide
    longer, shorter = max(wide, high), min(wide, high)
    scale = min(1.0, sides[0] / longer, sides[1] / shorter)
    return max(2, int(wide * scale) // 2 * 2), max(2, int(high * scale) // 2 * 2)
