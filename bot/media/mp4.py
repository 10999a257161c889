"""Writes an MP4 (ISO 14496-12): one track of H.264, perhaps one of AAC, and no word too many.

The index stands before the frames, so that a page can play it while it loads; one second of frames
and one of sound lie in turn.
"""

import struct
from itertools import accumulate
from typing import NamedTuple

SOUND_HERTZ = 44_100
SOUND_FRAME = 1024
"""Samples in one frame of AAC."""
# AAC "low complexity", 44,100 Hz, one channel.
_SOUND_SETTING = b"\x12\x08"
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_MILLISECONDS = 1000
_NO_LANGUAGE = 0x55C4  # "und"


class Film(NamedTuple):
    """Frames with their parameter sets; each says whether it can be understood without others."""

    width: int
    height: int
    sequence_set: bytes
    picture_set: bytes
    pictures: tuple[tuple[bool, bytes], ...]
    rate: int


class _Track(NamedTuple):
    number: int
    kind: bytes
    ticks_a_second: int
    ticks_a_frame: int
    frames: tuple[bytes, ...]
    frames_a_turn: int
    size: tuple[int, int]
    header: bytes
    entry: bytes
    keys: tuple[int, ...]

    @property
    def ticks(self) -> int:
        return len(self.frames) * self.ticks_a_frame

    @property
    def milliseconds(self) -> int:
        return self.ticks * _MILLISECONDS // self.ticks_a_second

    def turns(self) -> list[tuple[bytes, ...]]:
        step = self.frames_a_turn
        return [self.frames[at : at + step] for at in range(0, len(self.frames), step)]


def written(film: Film, sounds: tuple[bytes, ...] = ()) -> bytes:
    """The file, the same for the same frames."""
    tracks = [_pictures(film), *([_sounds(sounds)] if sounds else [])]
    head = _box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    turns = [track.turns() for track in tracks]
    order = [
        (number, turn)
        for at in range(max(map(len, turns)))
        for number, own in enumerate(turns)
        for turn in own[at : at + 1]
    ]
    sizes = [sum(map(len, turn)) for _, turn in order]
    # Where the frames begin depends on the length of the index, which does not depend on where.
    start = len(head) + len(_index(tracks, [[0] * len(own) for own in turns])) + 8
    places: list[list[int]] = [[] for _ in tracks]
    for (number, _), place in zip(order, accumulate(sizes, initial=start), strict=False):
        places[number].append(place)
    body = b"".join(frame for _, turn in order for frame in turn)
    return head + _index(tracks, places) + _box(b"mdat", body)


def _pictures(film: Film) -> _Track:
    sets = film.sequence_set, film.picture_set
    setting = b"\x01" + film.sequence_set[1:4] + b"\xff\xe1"
    setting += b"\x01".join(struct.pack(">H", len(each)) + each for each in sets)
    entry = bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HH", film.width, film.height)
    entry += struct.pack(">IIIH", 0x480000, 0x480000, 0, 1) + bytes(32) + b"\0\x18\xff\xff"
    return _Track(
        1,
        b"vide",
        film.rate * 512,
        512,
        tuple(body for _, body in film.pictures),
        film.rate,
        (film.width, film.height),
        _full(b"vmhd", bytes(8), flags=1),
        _box(b"avc1", entry + _box(b"avcC", setting)),
        tuple(at for at, (key, _) in enumerate(film.pictures, start=1) if key),
    )


def _sounds(frames: tuple[bytes, ...]) -> _Track:
    setting = _tagged(5, _SOUND_SETTING)
    decoder = _tagged(4, b"\x40\x15" + bytes(11) + setting)
    stream = _tagged(3, b"\0\2\0" + decoder + _tagged(6, b"\2"))
    entry = bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHI", 1, 16, 0, 0, SOUND_HERTZ << 16)
    return _Track(
        2,
        b"soun",
        SOUND_HERTZ,
        SOUND_FRAME,
        frames,
        SOUND_HERTZ // SOUND_FRAME,
        (0, 0),
        _full(b"smhd", bytes(4)),
        _box(b"mp4a", entry + _full(b"esds", stream)),
        (),
    )


def _index(tracks: list[_Track], places: list[list[int]]) -> bytes:
    longest = max(track.milliseconds for track in tracks)
    head = struct.pack(">IIIIIH", 0, 0, _MILLISECONDS, longest, 0x10000, 0x100) + bytes(10)
    head += _MATRIX + bytes(24) + struct.pack(">I", len(tracks) + 1)
    each = (_track(track, own) for track, own in zip(tracks, places, strict=True))
    return _box(b"moov", _full(b"mvhd", head) + b"".join(each))


def _track(track: _Track, places: list[int]) -> bytes:
    wide, high = track.size
    loud = 0x100 if track.kind == b"soun" else 0
    head = struct.pack(">IIIII", 0, 0, track.number, 0, track.milliseconds) + bytes(12)
    head += struct.pack(">HH", loud, 0) + _MATRIX + struct.pack(">II", wide << 16, high << 16)
    media = struct.pack(">IIIIHH", 0, 0, track.ticks_a_second, track.ticks, _NO_LANGUAGE, 0)
    reference = struct.pack(">I", 1) + _full(b"url ", b"", flags=1)
    inside = track.header + _box(b"dinf", _full(b"dref", reference)) + _samples(track, places)
    inside = _full(b"hdlr", bytes(4) + track.kind + bytes(13)) + _box(b"minf", inside)
    inside = _full(b"mdhd", media) + inside
    return _box(b"trak", _full(b"tkhd", head, flags=3) + _box(b"mdia", inside))


def _samples(track: _Track, places: list[int]) -> bytes:
    count, step = len(track.frames), track.frames_a_turn
    turns = [(1, step, 1)] if count >= step else []
    if count % step:
        turns.append((len(places), count % step, 1))
    boxes = _full(b"stsd", _numbers(1) + track.entry)
    boxes += _full(b"stts", _numbers(1, count, track.ticks_a_frame))
    if track.keys:
        boxes += _full(b"stss", _numbers(len(track.keys), *track.keys))
    boxes += _full(b"stsc", _numbers(len(turns), *(each for turn in turns for each in turn)))
    boxes += _full(b"stsz", _numbers(0, count, *map(len, track.frames)))
    boxes += _full(b"stco", _numbers(len(places), *places))
    return _box(b"stbl", boxes)


def _numbers(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def _full(name: bytes, body: bytes, *, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags) + body)


def _tagged(tag: int, body: bytes) -> bytes:
    """A descriptor of ISO 14496-1; all of ours are shorter than 128 bytes."""
    return bytes((tag, len(body))) + body
