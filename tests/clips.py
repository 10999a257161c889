"""Small files of every kind that a worker may send, made anew: a picture, a PDF, a video."""

import functools
import io
import math
from array import array

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image

RATE = 44_100
FRAMES_A_SECOND = 10


@functools.cache
def photo() -> bytes:
    """A small JPEG."""
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(data, "JPEG")
    return data.getvalue()


@functools.cache
def pdf(pages: int = 1) -> bytes:
    """A PDF of empty pages."""
    data = io.BytesIO()
    empty = [Image.new("RGB", (200, 300), "white") for _ in range(pages)]
    empty[0].save(data, "PDF", save_all=True, append_images=empty[1:])
    return data.getvalue()


@functools.cache
def video(*, sound: bool, seconds: int = 1) -> bytes:
    """An MP4 that grows brighter, with a humming sound or without any."""
    data = io.BytesIO()
    with av.open(data, "w", "mp4") as made:
        picture = made.add_stream("libx264", rate=FRAMES_A_SECOND)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        voice = made.add_stream("aac", rate=RATE) if sound else None
        for at in range(seconds * FRAMES_A_SECOND):
            shade = (at * 9 % 256,) * 3
            made.mux(picture.encode(_frame(shade)))
        made.mux(picture.encode())
        if voice is not None:
            for frame in _hum(seconds):
                made.mux(voice.encode(frame))
            made.mux(voice.encode())
    return data.getvalue()


def is_heard(data: bytes) -> bool:
    """Whether a video has sound."""
    with av.open(io.BytesIO(data)) as opened:
        return len(opened.streams.audio) > 0


def _frame(shade: tuple[int, int, int]) -> VideoFrame:
    frame = VideoFrame(64, 48, "rgb24")
    plane = frame.planes[0]
    plane.update(bytes(shade) * (plane.buffer_size // 3) + bytes(plane.buffer_size % 3))
    return frame


def _hum(seconds: int) -> list[AudioFrame]:
    frames = []
    for start in range(0, seconds * RATE, 1024):
        wave = array("f", (math.sin(at / 16) / 4 for at in range(start, start + 1024)))
        frame = AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.planes[0].update(wave.tobytes())
        frame.sample_rate, frame.pts = RATE, start
        frames.append(frame)
    return frames
