"""The demo, on a small picture: what it leaves behind and what it prints."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from depthgrade import looks
from depthgrade.media import open_clip
from depthgrade.session import demo_clip
from PIL import Image

FRAMES = 3


def test_the_demo_leaves_a_movie_a_look_and_a_contact_sheet(
    run: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(demo_clip.make_demo_clip, size=(96, 54))
    monkeypatch.setattr(demo_clip, "make_demo_clip", small)
    out = tmp_path / "demo"
    result = run("demo", "-o", out, "--frames", FRAMES)
    assert result.code == 0, result.err
    for name in looks.MAIN:
        with open_clip(out / f"{name}.mp4") as movie:
            assert movie.info.frame_count == FRAMES
            assert movie.info.codec == "h264"
    assert Image.open(out / "contact-sheet.png").width > 2000
    for stage in ("decode", "upload", "depth", "grade", "read-back", "encode", "whole chain"):
        assert stage in result.out
    assert "fps" in result.out
    assert run("demo", "-o", out, "--frames", FRAMES).code == 0  # a second time replaces the first
