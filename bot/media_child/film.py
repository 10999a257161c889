"""A video: its frames decoded, drawn anew from raw pixels, and coded as H.264 without a word."""

import io
from collections.abc import Iterator
from fractions import Fraction

import av
import av.subtitles.codeccontext
import av.subtitles.stream
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bot.media_child.frames import Coder, part
from bot.media_child.sound import Ear, is_known

_DECODERS = {"av1", "h263", "h264", "hevc", "libdav1d", "mjpeg", "mpeg4", "vp8", "vp9"}
_MATROSKA = b"\x1a\x45\xdf\xa3"
# A recorder that was told one minute stops a little later; so much is cut off in silence.
_GRACE_SECONDS = 1
# 4096 x 2304; a phone that records more has a setting for less.
_MAX_PIXELS = 9_437_184


def prepare(kind: str) -> None:
    """Nothing is left to load: FFmpeg came with this module. What it notes of a file is dropped."""
    del kind
    av.logging.set_level(None)


def clean(
    data: bytes, kind: str, max_seconds: int, longer: int, shorter: int, rate: int, max_output: int
) -> bytes:
    """The head of the film, then its frames and its sound, each behind a name and a length; or the
    name of a refusal.
    """
    del kind
    coder = Coder((longer, shorter), rate, max_seconds, max_output)
    form = "matroska" if data.startswith(_MATROSKA) else "mov"
    try:
        # A film may name other files; neither FFmpeg (by default) nor the fence lets it.
        with av.open(io.BytesIO(data), "r", format=form) as film:
            return _clean(film, coder, max_seconds + _GRACE_SECONDS)
    except MemoryError:
        return b"too_many_pixels"
    except FFmpegError:
        return b"broken"


def _clean(film: InputContainer, coder: Coder, max_seconds: int) -> bytes:
    # The cover of a song is a film of one frame, to FFmpeg.
    pictures = [
        each for each in film.streams.video if not each.disposition & Disposition.attached_pic
    ]
    if not pictures:
        return b"voice" if film.streams.audio else b"broken"
    picture = pictures[0]
    if film.duration is not None and film.duration > max_seconds * av.time_base:
        return b"too_long"
    if picture.codec_context.name not in _DECODERS:
        return b"broken"
    voices = [each for each in film.streams.audio if is_known(each)]
    ear = Ear(voices[0], max_seconds) if voices else None
    begin: Fraction | None = None
    for frame in _frames(film, picture, ear):
        if frame.width * frame.height > _MAX_PIXELS:
            return b"too_many_pixels"
        tick = frame.time_base or Fraction(0)
        at = (frame.pts or 0) * tick
        begin = at if begin is None else begin
        if at - begin > max_seconds:
            return b"too_long"
        coder.show(frame, at - begin, frame.duration * tick)
    if begin is None:
        return b"broken"
    coded = coder.end()
    sounds = ear.coded(begin, coder.seconds) if ear is not None else []
    return coded + b"".join(part(b"s", each) for each in sounds)


def _frames(film: InputContainer, picture: VideoStream, ear: Ear | None) -> Iterator[VideoFrame]:
    """The frames of `picture`; what sounds meanwhile goes to the `ear`.

    A film that was cut off (the phone fell, the battery died) is good as far as it goes.
    """
    picture.codec_context.thread_count = 1
    picture.codec_context.thread_type = "NONE"
    packets = film.demux(picture, *([ear.stream] if ear is not None else []))
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            decoded = packet.decode()
        except av.error.InvalidDataError:
            if packet is None:
                return
            continue
        for frame in decoded:
            if isinstance(frame, VideoFrame):
                yield frame
            elif ear is not None and isinstance(frame, AudioFrame):
                ear.hear(frame)
