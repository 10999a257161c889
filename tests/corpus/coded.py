"""Videos and coded pictures to plant something in: a few coloured frames, a hum."""

import io
import math
from array import array
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import cast

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from PIL import Image

from tests.corpus.drawn import upright

_HERTZ = 48_000
_SAMPLES = 960
# It is published without types.
_FromImage = Callable[[Image.Image], av.VideoFrame]


@cache
def film(
    codec: str = "libx264",
    form: str = "mp4",
    *,
    size: tuple[int, int] = (64, 48),
    frames: int = 5,
    rate: int = 25,
    sound: str = "aac",
) -> bytes:
    """A video with the corners of `upright()`; `sound` is its coder, or empty."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        picture = container.add_stream(codec, rate=rate)
        assert isinstance(picture, VideoStream)
        picture.width, picture.height = size
        picture.pix_fmt = "yuv420p"
        picture.codec_context.thread_count = 1
        if codec == "libx265":
            picture.options = {"x265-params": "log-level=none:pools=none:frame-threads=1"}
        voice = container.add_stream(sound, rate=_HERTZ, layout="mono") if sound else None
        drawn, from_image = upright(size), cast(_FromImage, av.VideoFrame.from_image)
        for number in range(frames):
            frame = from_image(drawn)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if voice is not None:
            assert isinstance(voice, AudioStream)
            for number in range(frames * _HERTZ // rate // _SAMPLES):
                container.mux(voice.encode(_hum(number)))
            container.mux(voice.encode(None))
    return out.getvalue()


@cache
def voice_only(codec: str = "aac", form: str = "mp4") -> bytes:
    """A recording of sound in a container that may hold videos."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        voice = container.add_stream(codec, rate=_HERTZ, layout="mono")
        assert isinstance(voice, AudioStream)
        for number in range(5):
            container.mux(voice.encode(_hum(number)))
        container.mux(voice.encode(None))
    return out.getvalue()


def _hum(number: int) -> av.AudioFrame:
    wave = (
        math.sin(2 * math.pi * 440 * (number * _SAMPLES + at) / _HERTZ) for at in range(_SAMPLES)
    )
    frame = av.AudioFrame(format="fltp", layout="mono", samples=_SAMPLES)
    frame.sample_rate, frame.pts = _HERTZ, number * _SAMPLES
    plane = frame.planes[0]
    plane.update(
        array("f", (0.3 * each for each in wave)).tobytes().ljust(plane.buffer_size, b"\0")
    )
    return frame
