"""Frames of a real clip through the whole chain: round trip, keys, entry points, live values."""

from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade import DepthError, Look, Project, ProjectError, Renderer, depth, looks
from depthgrade.color import DisplayRendering, evaluate_input, evaluate_output
from numpy.typing import NDArray


def decoded(clip: Path, index: int) -> NDArray[np.float64]:
    """R'G'B' of a frame in float64: BT.709 limited, chroma between samples by bilinear siting."""
    with av.open(str(clip)) as container:
        frame = list(container.decode(video=0))[index]
    y, u, v = (frame.to_ndarray()[:90], *np.split(frame.to_ndarray()[90:].reshape(-1), 2))
    planes = [chroma.reshape(45, 80).astype(np.float64) for chroma in (u, v)]
    rows, columns = (np.arange(90) + 0.5) / 2 - 0.5, np.arange(160) / 2

    def between(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
        down, right = (rows - top)[:, None], (columns - left)[None]
        at = lambda r, c: plane[np.clip(r, 0, 44)][:, np.clip(c, 0, 79)]  # noqa: E731
        above = at(top, left) * (1 - right) + at(top, left + 1) * right
        below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
        return above * (1 - down) + below * down

    luma = (y.astype(np.float64) - 16) / 219
    cb, cr = ((between(plane) - 128) / 224 for plane in planes)
    red, blue = luma + 1.5748 * cr, luma + 1.8556 * cb
    return np.stack([red, (luma - 0.2126 * red - 0.0722 * blue) / 0.7152, blue], -1)


def test_an_ungraded_clip_comes_out_as_it_went_in(clip: Path) -> None:
    with Renderer(Project(clip=clip)) as renderer:
        error = np.abs(renderer.frame(1) - decoded(clip, 1))
    assert error.max() < 2e-6  # float32 of the decoding matrix alone


def test_an_ungraded_clip_survives_both_transforms(clip: Path) -> None:
    """reference of the display rendering: at 10 bits, 99.9 % within 1 code, none beyond 8."""
    with Renderer(Project(clip=clip), cancel=False) as renderer:
        codes = np.abs(renderer.frame(1) - decoded(clip, 1)) * 1023
    assert np.mean(codes <= 1) >= 0.999 and codes.max() <= 8


@pytest.mark.parametrize("rendering", ["davinci", "none"])
def test_both_transforms_follow_opencolorio(clip: Path, rendering: str) -> None:

    shown = DisplayRendering(rendering)  # type: ignore[arg-type]
    look = looks.load("recover-highlights").with_value("depth.enabled", False)
    with Renderer(Project(clip=clip, look=look, rendering=shown)) as renderer:
        result = renderer.frame(0)
    signal = evaluate_input("rec709", shown, decoded(clip, 0)) * 0.8
    graded = np.sign(signal) * np.abs(signal) ** (1 / 1.12)
    expected = evaluate_output("rec709", shown, graded)
    # the log signal holds 1e-7; gamma 2.4 magnifies it in the darkest channels
    assert np.quantile(np.abs(result - expected), 0.999) < 1e-3


def test_fragment_and_compute_draw_the_same_pixels(clip: Path, depth_pass: Path) -> None:
    project = Project(clip=clip, look=looks.load("studio-light"), depth=depth_pass)
    pictures = []
    for entry in ("fragment", "compute"):
        with Renderer(project, entry=entry) as renderer:  # type: ignore[arg-type]
            pictures.append(renderer.frame(2))
    assert np.array_equal(*pictures)


def test_where_computing_pays_every_pass_is_computed_and_draws_the_same_pixels(
    clip: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network's input, motion, temporal filter, edges, grade and the encoder's planes too."""
    project = Project(clip=clip, look=looks.load("recover-highlights"), model=str(network))
    found = []
    for pays in (False, True):
        monkeypatch.setattr("depthgrade.session.engine.compute_pays", lambda _, pays=pays: pays)
        with Renderer(project) as renderer:
            picture = renderer.draw(renderer.reader.frame(1))
            luma = renderer.planes(picture, renderer.info.format, renderer.info.tags)[0]
            built = renderer.engine.runner._built
            assert {entry for entry, _ in built} == {"compute" if pays else "fragment"}
            found.append((renderer.engine.read(picture), luma, len(built)))
    assert found[0][2] == found[1][2] > 10
    np.testing.assert_array_equal(found[1][0], found[0][0])
    np.testing.assert_array_equal(found[1][1], found[0][1])


def test_the_key_parts_subject_and_wall(clip: Path, depth_pass: Path) -> None:
    project = Project(clip=clip, look=looks.load("recover-highlights"), depth=depth_pass)
    with Renderer(project) as renderer:
        key = renderer.key("depth", 3)
        limits = renderer.shot(3).limits
    assert limits.far < limits.near
    assert key[55, 72] == 0 and key[5, 5] == 1  # inverted: the subject is black, the wall white


def test_a_look_leaves_what_its_key_leaves_out(clip: Path, depth_pass: Path) -> None:
    project = Project(clip=clip, look=looks.load("recover-highlights"), depth=depth_pass)
    with Renderer(project) as renderer:
        graded, source = renderer.frame(3), renderer.source_frame(3)
        key = renderer.key("depth", 3)
    inside = key == 0
    assert np.abs(graded - source)[inside].max() < 2e-3  # both transforms against none
    assert (source - graded)[key == 1].mean() > 0.02


def test_a_drag_compiles_nothing(clip: Path, depth_pass: Path) -> None:
    project = Project(clip=clip, look=looks.load("recover-highlights"), depth=depth_pass)
    with Renderer(project, live=frozenset({"sky.gain"})) as renderer:
        first = renderer.frame(0)
        compiled = renderer.engine.runner.compiled
        for gain in (0.9, 1.0, 1.1):
            renderer.project = renderer.project.with_value("sky.gain", gain)
            moved = renderer.frame(0)
        assert renderer.engine.runner.compiled == compiled
    assert moved.mean() > first.mean()


def test_the_settled_picture_equals_the_dragged_one(clip: Path, depth_pass: Path) -> None:
    project = Project(clip=clip, look=looks.load("studio-light"), depth=depth_pass)
    live = frozenset({"shade.lift", "shade.gamma", "shade.gain", "depth.gamma"})
    with Renderer(project) as still, Renderer(project, live=live) as dragged:
        difference = np.abs(still.frame(1) - dragged.frame(1))
    assert difference.max() < 1e-5


def test_two_renderers_at_once_do_not_mix(clip: Path) -> None:
    with Renderer(Project(clip=clip)) as one, Renderer(Project(clip=clip, look=Look())) as other:
        first = one.frame(0)
        assert not np.array_equal(first, other.frame(4))
        assert np.array_equal(first, one.frame(0))


def test_automatic_limits_ask_for_depth_and_say_where_to_get_it(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depth, "chosen_cards", lambda _: {})
    project = Project(clip=clip, look=looks.load("teal-orange"))
    with Renderer(project) as renderer, pytest.raises(DepthError, match="--model"):
        renderer.frame(0)


def test_a_project_without_a_clip_is_refused() -> None:
    with pytest.raises(ProjectError, match="names no clip"):
        Renderer(Project())
