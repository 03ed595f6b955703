"""The source's sound in the output: packets copied untouched, cut to the range of frames.

Only a codec that the container can't hold is encoded anew (PCM to AAC in MP4, Opus to PCM in
MOV). PCM is cut to the sample, coded sound to whole packets inside the range.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from ..frames import ClipInfo
from .container import open_container

if TYPE_CHECKING:
    AudioPacket = Packet[AudioStream]

# What players understand in each container; Matroska holds all that FFmpeg can put there.
_HELD = {
    "mp4": {"aac", "ac3", "alac", "eac3", "flac", "mp2", "mp3", "opus"},
    "mov": {"aac", "ac3", "alac", "eac3", "mp3"},
}
_MOV_PCM = {f"pcm_{kind}" for kind in ("s16le", "s16be", "s24le", "s24be", "s32le", "f32le")}
# Streams are interleaved loosely: packets of one may follow this much later ones of another.
_INTERLEAVING_SECONDS = 10


def _encoder_for(muxer: str, codec: str, supported: set[str]) -> str | None:
    """The encoder for a codec that the container can't hold, None where packets can be copied."""
    if muxer == "mp4":
        return None if codec in _HELD["mp4"] else "aac"
    if muxer == "mov":
        return None if codec in _HELD["mov"] | _MOV_PCM else "pcm_s16le"
    return None if codec in supported else "pcm_s16le"


class AudioCopy:
    """The audio streams of a source, on their way into an output container."""

    def __init__(
        self,
        source: ClipInfo,
        out: OutputContainer,
        muxer: str,
        shift: Fraction,
        span: tuple[Fraction, Fraction] | None,
    ) -> None:
        """Adds the streams to the output, before its header is written.

        shift    seconds to take from every time stamp
        span     seconds of the source to keep, None for all of it
        """
        self._out, self._shift, self._span = out, shift, span
        self.notes: list[str] = []
        self._input = open_container(source.path)
        self._tracks: dict[int, _Track] = {}
        supported = set(out.supported_codecs)
        for stream in self._input.streams.audio:
            if stream.codec_context is None:
                self.notes.append(f"sound stream {stream.index} is of an unknown codec: left out")
                continue
            codec = stream.codec_context.codec.canonical_name
            encoder = _encoder_for(muxer, codec, supported)
            if encoder is not None:
                self.notes.append(f"{codec} sound can't be kept in {muxer}: encoded as {encoder}")
            self._tracks[stream.index] = _Track(stream, out, encoder)
        self._waiting: AudioPacket | None = None
        self._packets: Iterator[AudioPacket] = iter(())
        if self._tracks:
            packets = self._input.demux(*(track.source for track in self._tracks.values()))
            self._packets = cast("Iterator[AudioPacket]", packets)

    def advance(self, seconds: Fraction | None) -> None:
        """Writes the packets up to a time of the source (all that remain for None)."""
        while True:
            if self._waiting is None:
                self._waiting = next(self._packets, None)
                if self._waiting is None:
                    return
            packet = self._waiting
            start = _start(packet)
            if start is not None and seconds is not None and start > seconds:
                return
            self._waiting = None
            if start is not None:
                self._pass_on(packet, start)
                if self._span is not None and start > self._span[1] + _INTERLEAVING_SECONDS:
                    self._packets = iter(())

    def _pass_on(self, packet: AudioPacket, start: Fraction) -> None:
        track = self._tracks[packet.stream_index]
        tick = packet.time_base
        if self._span is not None:
            first, last = self._span
            if track.block:
                cut = _cut_pcm(packet, track, first, last)
                if cut is None:
                    return
                packet = cut
            elif not (first <= start < last):
                return
        track.write(packet, round(self._shift / tick))

    def finish(self) -> None:
        """Writes what remains and what the encoders hold back."""
        self.advance(None)
        for track in self._tracks.values():
            track.flush()

    def close(self) -> None:
        """Closes the source."""
        self._input.close()


class _Track:
    """One audio stream: copied, or decoded and encoded."""

    def __init__(self, source: AudioStream, out: OutputContainer, encoder: str | None) -> None:
        self.source, self._out = source, out
        codec = source.codec_context
        # Bytes of one sample of all channels, 0 for coded sound.
        pcm = codec.name.startswith("pcm_") and "dvd" not in codec.name
        self.block = source.channels * codec.format.bytes if pcm else 0
        if pcm and "24" in codec.name:
            self.block = source.channels * 3
        self.encoded: AudioStream | None = None
        if encoder is None:
            self.copied = out.add_stream_from_template(source)
            self.copied.metadata.update(_kept(source.metadata))
        else:
            added = out.add_stream(encoder, rate=source.sample_rate)
            assert isinstance(added, AudioStream)
            added.layout = source.layout.name
            if encoder == "aac":
                added.bit_rate = 128_000 * source.channels
            added.metadata.update(_kept(source.metadata))
            self.encoded = added

    def write(self, packet: AudioPacket, shift: int) -> None:
        """Muxes a packet, `shift` ticks earlier."""
        if self.encoded is None:
            packet.pts = None if packet.pts is None else packet.pts - shift
            packet.dts = None if packet.dts is None else packet.dts - shift
            packet.stream = self.copied
            self._out.mux(packet)
            return
        for frame in packet.decode():
            assert isinstance(frame, AudioFrame)
            if frame.pts is not None and frame.time_base is not None:
                frame.pts -= round(shift * packet.time_base / frame.time_base)
            self._out.mux(self.encoded.encode(frame))

    def flush(self) -> None:
        """Encodes what the decoder and the encoder hold back."""
        if self.encoded is not None:
            self._out.mux(self.encoded.encode(None))


def _kept(metadata: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in metadata.items() if key in ("language", "title")}


def _start(packet: AudioPacket) -> Fraction | None:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None or not packet.size else stamp * Fraction(packet.time_base)


def _cut_pcm(
    packet: AudioPacket, track: _Track, first: Fraction, last: Fraction
) -> AudioPacket | None:
    """The samples of a PCM packet between two times, as a packet; None if there are none."""
    rate = track.source.sample_rate
    tick = Fraction(packet.time_base)
    start = (packet.pts or 0) * tick
    samples = packet.size // track.block
    low = max(0, round((first - start) * rate))
    high = min(samples, round((last - start) * rate))
    if low >= high:
        return None
    if (low, high) == (0, samples):
        return packet
    samples_kept = bytes(packet)[low * track.block : high * track.block]
    cut = cast("AudioPacket", Packet(samples_kept))
    cut.time_base = tick
    cut.pts = cut.dts = (packet.pts or 0) + round(low / rate / tick)
    cut.duration = round((high - low) / rate / tick)
    cut.stream = packet.stream
    return cut
