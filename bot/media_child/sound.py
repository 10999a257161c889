"""The sound of a video, heard as raw samples and coded anew as AAC, one channel."""

from fractions import Fraction

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec import CodecContext
from av.error import FFmpegError
from av.filter import Graph

_DECODERS = {
    *("aac", "aac_fixed", "ac3", "alac", "amrnb", "amrwb", "eac3", "flac", "mp1", "mp2", "mp3"),
    *("mp3float", "opus", "libopus", "vorbis", "pcm_s16le", "pcm_s16be", "pcm_u8", "pcm_alaw"),
    *("pcm_mulaw", "amr_nb", "amr_wb", "libopencore_amrnb", "libopencore_amrwb"),
}
_HERTZ = 44_100
_SAMPLE_BYTES = 4
_FRAME_SAMPLES = 1024
_BITS_A_SECOND = 64_000
_BIT_EXACT = 1 << 23
"""Without it the coder writes its own name into the first frame."""
_JITTER_SECONDS = Fraction(1, 20)


def is_known(stream: AudioStream) -> bool:
    """Whether its coding is one that phones use."""
    return stream.codec_context.name in _DECODERS


class Ear:
    """Listens to one stream: it keeps samples with the time at which they sounded."""

    def __init__(self, stream: AudioStream, max_seconds: int) -> None:
        """More than `max_seconds` are not kept."""
        stream.codec_context.thread_count = 1
        stream.codec_context.thread_type = "NONE"
        self.stream = stream
        self._room = max_seconds * _HERTZ * _SAMPLE_BYTES
        self._mixer: Graph | None = None
        self._heard: list[tuple[Fraction, bytes]] = []

    def hear(self, frame: AudioFrame) -> None:
        """Take the samples of `frame`. One that does not fit to those before is passed over."""
        at = (frame.pts or 0) * (frame.time_base or Fraction(0))
        for each in self._mixed(frame):
            samples = bytes(each.planes[0])[: each.samples * _SAMPLE_BYTES]
            if len(samples) <= self._room:
                self._room -= len(samples)
                self._heard.append((at, samples))
            at += Fraction(each.samples, _HERTZ)

    def _mixed(self, frame: AudioFrame) -> list[AudioFrame]:
        """`frame` as we code it. Set up by hand: by itself FFmpeg starts threads for this."""
        if self._mixer is None:
            self._mixer = Graph()
            self._mixer.threads = 1
            source = self._mixer.add_abuffer(
                sample_rate=frame.sample_rate,
                format=frame.format.name,
                layout=frame.layout.name,
                time_base=Fraction(1, frame.sample_rate),
            )
            shape = f"sample_rates={_HERTZ}:sample_fmts=fltp:channel_layouts=mono"
            nodes = source, self._mixer.add("aformat", shape), self._mixer.add("abuffersink")
            self._mixer.link_nodes(*nodes).configure()
        mixed = list[AudioFrame]()
        try:
            self._mixer.push(frame)
            while isinstance(each := self._mixer.pull(), AudioFrame):
                mixed.append(each)
        except (BlockingIOError, EOFError, ValueError, FFmpegError):
            pass  # it wants more before it gives more; or a frame did not fit to those before
        return mixed

    def coded(self, begin: Fraction, seconds: float) -> list[bytes]:
        """Frames of AAC for a film that begins at `begin` and lasts `seconds`; none where nothing
        can be heard.
        """
        line = self._laid(begin, int(seconds * _HERTZ))
        if not any(line):
            return []
        coder = CodecContext.create("aac", "w")
        coder.sample_rate, coder.layout, coder.format = _HERTZ, "mono", "fltp"
        coder.bit_rate = _BITS_A_SECOND
        coder.flags |= _BIT_EXACT
        coder.thread_count = 1
        step, packets = _FRAME_SAMPLES * _SAMPLE_BYTES, []
        for place in range(0, len(line), step):
            frame = AudioFrame(format="fltp", layout="mono", samples=_FRAME_SAMPLES)
            frame.sample_rate, frame.pts = _HERTZ, place // _SAMPLE_BYTES
            frame.planes[0].update(bytes(line[place : place + step]).ljust(step, b"\0"))
            packets += coder.encode(frame)
        return [bytes(packet) for packet in (*packets, *coder.encode(None))]

    def _laid(self, begin: Fraction, samples: int) -> bytearray:
        """All that was heard on one line of time; where nothing was heard it is silent."""
        line, end = bytearray(samples * _SAMPLE_BYTES), 0
        for at, heard in self._heard:
            place = int((at - begin) * _HERTZ)
            if abs(place - end) < _JITTER_SECONDS * _HERTZ:
                place = end  # times are rounded; a gap of a few samples would be heard as a click
            skipped = max(0, -place)
            first = (place + skipped) * _SAMPLE_BYTES
            kept = heard[skipped * _SAMPLE_BYTES :][: max(0, len(line) - first)]
            line[first : first + len(kept)] = kept
            end = place + len(heard) // _SAMPLE_BYTES
        return line
