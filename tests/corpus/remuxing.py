"""The same coded frames in another container, with something beside them."""

import io
import struct
from fractions import Fraction

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream

from tests.corpus.planting import CANARY, WORD

# User data in H.264: a message of kind 5, an id of 16 bytes, and any bytes.
_NOTE = b"\x06\x05" + bytes((16 + len(WORD),)) + bytes(range(1, 17)) + WORD + b"\x80"


def remuxed(
    source: bytes,
    form: str,
    *,
    noted: bool = False,
    subtitles: bool = False,
    chapters: bool = False,
    stream_tags: bool = False,
    attachment: bool = False,
    tag: str = "",
) -> bytes:
    """`source` as a file of `form`, with the canary where the words ask for it."""
    out = io.BytesIO()
    with av.open(io.BytesIO(source), "r") as old, av.open(out, "w", format=form) as new:
        if tag:
            new.metadata[tag] = CANARY
        if attachment:
            new.add_attachment("notes.txt", "text/plain", WORD)
        if chapters:
            span = {"id": 1, "start": 0, "end": 100, "time_base": Fraction(1, 1000)}
            new.set_chapters([{**span, "metadata": {"title": CANARY}}])  # type: ignore[typeddict-item]
        words = None
        if subtitles:
            words = new.add_mux_stream("subrip" if form == "matroska" else "mov_text")
        _copied(old, new, noted=noted, stream_tags=stream_tags)
        if words is not None:
            body = WORD if form == "matroska" else struct.pack(">H", len(WORD)) + WORD
            said = av.Packet(body)
            said.stream, said.pts, said.dts, said.duration = words, 0, 0, 100
            said.time_base = Fraction(1, 1000)
            new.mux(said)
    return out.getvalue()


def _copied(old: InputContainer, new: OutputContainer, *, noted: bool, stream_tags: bool) -> None:
    pairs = {each.index: new.add_stream_from_template(each) for each in old.streams}
    if stream_tags:
        for each in pairs.values():
            each.metadata.update(dict.fromkeys(("title", "handler_name"), CANARY))
    for packet in old.demux():
        if packet.dts is None:
            continue
        copy = _noted(packet) if noted and packet.stream.type == "video" else packet
        copy.stream = pairs[packet.stream_index]
        new.mux(copy)


def _noted(packet: "av.Packet[Stream]") -> "av.Packet[Stream]":
    """The coded frame with a message to whoever decodes it."""
    noted: av.Packet[Stream] = av.Packet(struct.pack(">I", len(_NOTE)) + _NOTE + bytes(packet))
    noted.pts, noted.dts, noted.duration = packet.pts, packet.dts, packet.duration
    noted.time_base, noted.is_keyframe = packet.time_base, packet.is_keyframe
    return noted
