"""The source's sound in the output: untouched, in sync, cut to the range."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.frames import ColorTags
from depthgrade.media import ClipWriter, open_clip, output_for

TAGS = ColorTags(1, 1, 1, False)


def packets(path: Path, stream: int = 0) -> list[tuple[float, bytes]]:
    """(seconds, bytes) of each audio packet."""
    with av.open(str(path)) as container:
        found = container.demux(container.streams.audio[stream])
        return [(float(p.pts * p.time_base), bytes(p)) for p in found if p.size]


def samples(path: Path) -> tuple[float, np.ndarray]:
    """(seconds of the first sample, one channel) of the decoded sound."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
        first = frames[0].time
        return first, np.concatenate([frame.to_ndarray()[0] for frame in frames])


def regrade(source: Path, out: Path, planes_for, frames=None, codec="h264"):
    """Writes an output with the source's stamps and sound; returns the writer's notes."""
    output = output_for(out, codec)
    with open_clip(source) as clip:
        info = clip.info
    start, stop = frames or (0, info.frame_count)
    with ClipWriter(
        out,
        output,
        size=(64, 48),
        rate=info.rate,
        time_base=info.time_base,
        tags=TAGS,
        source=info,
        frames=frames,
    ) as writer:
        for k in range(start, stop):
            planes = planes_for(output.pixel_format, (64, 48), k)
            writer.write(planes, info.pts[k], info.durations[k])
        return writer.notes


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_packets_are_copied_untouched_and_in_sync(suffix, tmp_path, sound_clip, planes_for) -> None:
    source = sound_clip("tone.mp4", "aac", streams=2)
    out = tmp_path / f"out{suffix}"
    assert regrade(source, out, planes_for) == ()
    with open_clip(source) as a, open_clip(out) as b:
        assert b.info.frame_count == a.info.frame_count
        assert [sound.codec for sound in b.info.audio] == ["aac", "aac"]
        video = float(b.info.pts[0] * b.info.time_base - a.info.pts[0] * a.info.time_base)
    for stream in (0, 1):
        before, after = packets(source, stream), packets(out, stream)
        assert [data for _, data in after] == [data for _, data in before]
        drift = [b[0] - a[0] - video for a, b in zip(before, after, strict=True)]
        # Matroska stores milliseconds; MOV places streams to 1/90000 s
        assert max(map(abs, drift)) < (1.1e-3 if suffix == ".mkv" else 3e-5)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_coded_sound_is_cut_to_whole_packets_of_the_range(
    suffix, tmp_path, sound_clip, planes_for
) -> None:
    source = sound_clip("tone.mp4", "aac")
    out = tmp_path / f"out{suffix}"
    regrade(source, out, planes_for, frames=(13, 38))
    start, end = 13 / 25, 38 / 25
    expected = [entry for entry in packets(source) if start <= entry[0] < end]
    cut = packets(out)
    assert [data for _, data in cut] == [data for _, data in expected]
    for (after, _), (before, _) in zip(cut, expected, strict=True):
        assert after == pytest.approx(before - start, abs=1.1e-3)
    with open_clip(out) as clip:
        assert (clip.info.pts[0], clip.info.frame_count) == (0, 25)
        assert clip.info.seconds == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("suffix", [".mov", ".mkv"])
@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le"])
def test_pcm_is_cut_to_the_sample(suffix, codec, tmp_path, sound_clip, planes_for) -> None:
    source = sound_clip("tone.mov", codec)
    out = tmp_path / f"out{suffix}"
    assert regrade(source, out, planes_for, frames=(13, 38)) == ()
    _, before = samples(source)
    first, after = samples(out)
    assert first == 0
    start, end = 13 * 1920 * 2, 38 * 1920 * 2  # 1920 samples a frame, two channels interleaved
    np.testing.assert_array_equal(after, before[start:end])


def test_pcm_becomes_aac_in_mp4_with_a_note(tmp_path, sound_clip, planes_for) -> None:
    source = sound_clip("tone.mov", "pcm_s16le")
    out = tmp_path / "out.mp4"
    notes = regrade(source, out, planes_for)
    assert notes == ("pcm_s16le sound can't be kept in mp4: encoded as aac",)
    _, pcm = samples(source)
    first, aac = samples(out)
    pcm, aac = pcm[::2][:90000] / 32768, aac[:90000]
    assert first == pytest.approx(0, abs=1e-4)
    # the same waveform at the same place: correlated far better than a tone shifted by 1 ms
    assert np.corrcoef(pcm, aac)[0, 1] > 0.99
    assert np.corrcoef(pcm[48:], aac[:-48])[0, 1] < 0.9


def test_opus_becomes_pcm_in_mov(tmp_path, sound_clip, planes_for) -> None:
    source = sound_clip("tone.mkv", "libopus")
    notes = regrade(source, tmp_path / "out.mov", planes_for)
    assert notes == ("opus sound can't be kept in mov: encoded as pcm_s16le",)
    with open_clip(tmp_path / "out.mov") as clip:
        assert clip.info.audio[0].codec == "pcm_s16le"


def test_a_transport_stream_starts_at_zero_with_its_sound_in_sync(
    tmp_path, sound_clip, planes_for
) -> None:
    source = sound_clip("tone.ts", "mp2")
    out = tmp_path / "out.mp4"
    regrade(source, out, planes_for)
    with open_clip(source) as a, open_clip(out) as b:
        shift = a.info.pts[0] * a.info.time_base - b.info.pts[0] * b.info.time_base
        assert shift > Fraction(1, 25)
        assert 0 <= b.info.pts[0] * b.info.time_base < Fraction(1, 25)
    before, after = packets(source), packets(out)
    assert len(before) == len(after)
    for a, b in zip(before, after, strict=True):
        assert a[0] - b[0] == pytest.approx(float(shift), abs=5e-5)
