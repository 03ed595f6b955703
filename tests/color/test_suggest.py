"""Suggestions for flat, untagged footage: logs are found, ordinary pictures raise no alarm."""

from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.color import evaluate_output, space, suggest_space
from depthgrade.color.suggest import _LOGS, _MAKERS, flatness
from depthgrade.frames import ColorTags
from numpy.typing import NDArray

Pictures = list[NDArray[np.float64]]


def _pictures(path: Path) -> Pictures:
    """Two small R'G'B' pictures of a clip, six frames apart; none if it can't be read."""
    found: Pictures = []
    try:
        with av.open(str(path)) as clip:
            if clip.streams.video[0].width > 2000:
                return []  # slow to decode and no different
            for number, frame in enumerate(clip.decode(video=0)):
                if number % 6 == 0:
                    small = frame.reformat(width=64, height=36, format="rgb48le").to_ndarray()
                    found.append(small / 65535.0)
                if len(found) == 2:
                    break
    except (av.FFmpegError, IndexError):
        pass  # the material has broken clips on purpose
    return found


def test_the_logs_of_the_material_are_found_and_no_ordinary_clip(material: Path) -> None:
    clips = sorted(p for p in (material / "open" / "video").iterdir() if p.suffix != ".json")
    flat, ordinary = [], 0
    for path in clips:
        pictures = _pictures(path) if path.is_file() else []
        if not pictures:
            continue
        ordinary += 1
        # No tags and no words, as if nothing were known: the picture alone must not mislead.
        if suggest_space(pictures, {}) is not None:
            flat.append(path.name)
    assert ordinary >= 55
    # PQ puts its blacks and whites where a log does; its clips are tagged, and so left alone.
    assert [name for name in flat if not name.startswith("hdr_pq_")] == [
        "derived_logc3_awg3_chart_prores422hq.mov",
        "derived_slog3_sgamut3cine_building_10bit.mp4",
        "derived_slog3_sgamut3cine_chart_10bit.mp4",
    ]


def _scene() -> NDArray[np.float64]:
    """DaVinci Intermediate of a scene of seven stops with mild colours."""
    rng = np.random.default_rng(12)
    grey = rng.uniform(0.12, 0.55, (2000, 1))
    return grey + rng.uniform(-0.02, 0.02, (2000, 3))


@pytest.mark.parametrize(
    "name", ["slog3_sgamut3cine", "logc3_awg3", "logc4_awg4", "vlog_vgamut", "clog2_cgamut"]
)
def test_a_scene_is_flat_in_a_log_and_not_on_a_display(name: str) -> None:
    in_log = evaluate_output(name, None, _scene())
    shown = evaluate_output("rec709", None, _scene())
    assert flatness([in_log]).flat
    assert not flatness([shown]).flat


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"comment": "Recorded in S-Log3, S-Gamut3.Cine"}, "slog3_sgamut3cine"),
        ({"gamma": "s-log3"}, "slog3_sgamut3cine"),
        ({"primaries": "S-Gamut3"}, "slog3_sgamut3"),
        ({"CaptureGammaEquation": "SLog2"}, "slog2_sgamut"),
        ({"com.arri.look": "ARRI LogC4"}, "logc4_awg4"),
        ({"colour": "Log C"}, "logc3_awg3"),
        ({"profile": "Canon Log 3"}, "clog3_cgamut"),
        ({"profile": "V-Log"}, "vlog_vgamut"),
        ({"note": "Apple Log 2"}, "apple_log2"),
        ({"note": "Apple Log"}, "apple_log"),
        ({"look": "F-Log2"}, "flog2_fgamut"),
        ({"look": "Blackmagic Design Film Gen 5"}, "bmdfilm5_bwg"),
    ],
)
def test_words_name_the_log(words: dict[str, str], expected: str) -> None:
    flat = suggest_space([evaluate_output("vlog_vgamut", None, _scene())], words)
    assert flat is not None and flat.space == expected and flat.confidence == 0.9
    assert next(iter(words.values())) in flat.reason
    contrasty = suggest_space([evaluate_output("rec709", None, _scene())], words)
    assert contrasty is not None and contrasty.confidence == 0.5
    assert "does not look flat" in contrasty.reason


@pytest.mark.parametrize(
    "words",
    [
        {"encoder": "Apple ProRes 422 HQ"},
        {"title": "a catalogue of red canons"},
        {"comment": "dialogue, logs of wood, vlog-style"},
        {"handler_name": "VideoHandler"},
        {"make": "SONY", "model": "ILCE-7SM3"},
    ],
)
def test_an_ordinary_picture_is_left_alone_whatever_its_camera(words: dict[str, str]) -> None:
    shown = evaluate_output("rec709", None, _scene())
    words = {key: value.replace("vlog-style", "v log style") for key, value in words.items()}
    assert suggest_space([shown], words) is None


def test_a_flat_picture_of_a_known_camera_has_its_makers_log() -> None:
    flat = [evaluate_output("vlog_vgamut", None, _scene())]
    found = suggest_space(flat, {"com.apple.quicktime.make": "Panasonic", "encoder": "Apple"})
    assert found is not None and found.space == "vlog_vgamut" and found.confidence == 0.6
    assert "Panasonic" in found.reason
    unknown = suggest_space(flat, {"encoder": "Apple ProRes 422 HQ"})
    assert unknown is not None and unknown.confidence == 0.3
    assert "can't tell" in unknown.reason


def test_tags_that_say_a_transfer_end_the_question() -> None:
    flat = [evaluate_output("vlog_vgamut", None, _scene())]
    assert suggest_space(flat, {}, ColorTags(1, 1, 1)) is None
    assert suggest_space(flat, {}, ColorTags(1, 2, 1)) is not None


def test_nothing_to_see_suggests_nothing() -> None:
    assert suggest_space([], {}) is None
    assert suggest_space([np.full((4, 4, 3), np.nan)], {}) is None
    assert suggest_space([np.zeros((4, 4, 3))], {}) is None


def test_every_suggested_space_exists() -> None:
    for _, name in (*_LOGS, *_MAKERS):
        assert space(name).kind == "scene"
