"""Puts an MP4 together from bare frames and bare sound: nothing else can be in it.

The child that reads the evil video sends coded frames of H.264 and AAC only, all of one length in
time. The boxes around them are written in `mp4.py`, without a date, a name or a free corner.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from bot.media import mp4
from bot.media.contract import (
    FRAMES_A_SECOND,
    MAX_VIDEO_SECONDS,
    MAX_VIDEO_SIDES_PIXELS,
    CleanFile,
)

MARK = b"FILM"
_PICTURE, _KEY_PICTURE, _SOUND = b"p", b"k", b"s"
_SLICE, _KEY_SLICE, _SEQUENCE_SET, _PICTURE_SET = 1, 5, 7, 8
_MAX_SET_BYTES = 64
_MAX_SOUND_BYTES = 1024
# The sound ends with the last of these that begins within the minute, after one of lead-in.
_MAX_SOUNDS = MAX_VIDEO_SECONDS * mp4.SOUND_HERTZ // mp4.SOUND_FRAME + 3
_MAX_PICTURES = MAX_VIDEO_SECONDS * FRAMES_A_SECOND


class _Head(NamedTuple):
    width: int
    height: int
    sequence_set: bytes
    picture_set: bytes


def joined(answer: bytes) -> CleanFile | None:
    """The silent MP4 in a child's answer and, where there was sound, the same one with it; None
    unless every part is what it says and within the limits.
    """
    try:
        head, rest = _head(answer)
        parts = list(_parts(answer, rest))
    except (struct.error, ValueError):
        return None
    pictures = [(name == _KEY_PICTURE, body) for name, body in parts if name != _SOUND]
    sounds = [body for name, body in parts if name == _SOUND]
    if not _fits(head) or not 1 <= len(pictures) <= _MAX_PICTURES or len(sounds) > _MAX_SOUNDS:
        return None
    if not all(_is_picture(key, body) for key, body in pictures) or not pictures[0][0]:
        return None
    if not all(_is_sound(body) for body in sounds):
        return None
    film = mp4.Film(*head, tuple(pictures), FRAMES_A_SECOND)
    return CleanFile(
        mp4.written(film),
        "video/mp4",
        head.width,
        head.height,
        seconds=max(1, round(len(pictures) / FRAMES_A_SECOND)),
        with_sound=mp4.written(film, tuple(sounds)) if sounds else None,
    )


def _head(answer: bytes) -> tuple[_Head, int]:
    mark, width, height, first, second = struct.unpack_from(">4sHHBB", answer)
    place = struct.calcsize(">4sHHBB")
    sets = answer[place : place + first], answer[place + first : place + first + second]
    if mark != MARK or (len(sets[0]), len(sets[1])) != (first, second):
        raise ValueError("not the head of a film")
    return _Head(width, height, *sets), place + first + second


def _parts(answer: bytes, place: int) -> Iterator[tuple[bytes, bytes]]:
    while place < len(answer):
        name, length = struct.unpack_from(">cI", answer, place)
        body = answer[place + 5 : place + 5 + length]
        if len(body) != length or name not in (_PICTURE, _KEY_PICTURE, _SOUND):
            raise ValueError("not a part of a film")
        yield name, body
        place += 5 + length


def _fits(head: _Head) -> bool:
    longer, shorter = MAX_VIDEO_SIDES_PIXELS
    sides = (head.width, head.height)
    sets = ((head.sequence_set, _SEQUENCE_SET), (head.picture_set, _PICTURE_SET))
    return (
        2 <= min(sides) <= shorter
        and max(sides) <= longer
        and all(4 <= len(each) <= _MAX_SET_BYTES and each[0] & 0x1F == kind for each, kind in sets)
    )


def _is_picture(key: bool, body: bytes) -> bool:
    """Whether a frame is slices only. What else H.264 may carry (messages of the maker, subtitles,
    other sets) has a number of its own and is refused.
    """
    place, kinds = 0, set[int]()
    while place + 5 <= len(body):
        (length,) = struct.unpack_from(">I", body, place)
        kinds.add(body[place + 4] & 0x1F if length else 0)
        place += 4 + length
    return place == len(body) and kinds == {_KEY_SLICE if key else _SLICE}


def _is_sound(body: bytes) -> bool:
    """Whether a frame of AAC begins with its one channel and not with a block to be skipped."""
    return 1 <= len(body) <= _MAX_SOUND_BYTES and body[0] >> 5 == 0
