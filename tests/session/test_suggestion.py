"""The small pictures a suggestion looks at, and what it says of log and of ordinary clips."""

from pathlib import Path

import numpy as np
import pytest
from depthgrade.media import open_clip
from depthgrade.session.suggestion import small_picture, suggest_input


def test_a_small_picture_holds_the_frame_s_code_values(clip: Path) -> None:
    with open_clip(clip) as reader:
        small = small_picture(reader.frame(0), reader.info)
    assert small.shape == (36, 64, 3)
    # The clip's upper third is a grey ramp from black to white, 160 pixels across.
    ramp = (np.arange(64) + 0.5) / 64
    np.testing.assert_allclose(small[2].mean(-1), ramp, atol=0.02)
    assert np.ptp(small[2], axis=-1).max() < 0.02


def test_an_ordinary_clip_gets_no_suggestion(clip: Path) -> None:
    with open_clip(clip) as reader:
        assert suggest_input(reader) is None


@pytest.mark.parametrize(
    "name",
    ["derived_slog3_sgamut3cine_building_10bit.mp4", "derived_logc3_awg3_chart_prores422hq.mov"],
)
def test_a_flat_untagged_clip_may_be_a_log(material: Path, name: str) -> None:
    with open_clip(material / "open" / "video" / name) as reader:
        likely = suggest_input(reader)
    assert likely is not None and "log" in likely.space
