"""Depth passes of our own: whole or absent, taken up again, reused where they match, exact."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from depthgrade import DepthError, Look, MediaError, Project, ProjectError, Renderer, looks
from depthgrade.color import DisplayRendering
from depthgrade.depth import Shot, write_depth_frame
from depthgrade.frames import ClipInfo
from depthgrade.media import open_clip
from depthgrade.nodes.registry import make_node
from depthgrade.session import clip_depth
from depthgrade.session.analysis import analyze, frame_path
from depthgrade.session.provenance import remember_pass, source_note
from depthgrade.session.shots import fingerprint
from numpy.typing import NDArray

FRAMES = 6  # of the clip in conftest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def project(clip: Path, network: Path) -> Project:
    return Project(clip=clip, model=str(network))


def stored(directory: Path, index: int, channel: str = "depth.near") -> NDArray[np.float32]:
    file = OpenEXR.File(str(frame_path(directory, index)), separate_channels=True)
    pixels: NDArray[np.float32] = file.channels()[channel].pixels
    return pixels


def test_a_pass_holds_finished_and_raw_depth_and_what_they_follow_from(
    project: Project, tmp_path: Path
) -> None:
    report = analyze(project, tmp_path / "pass")
    assert (report.estimated, report.kept, report.shots) == (FRAMES, 0, 1)
    found = json.loads((tmp_path / "pass" / "manifest.json").read_text(encoding="utf-8"))
    assert found["frames"] == [0, FRAMES] and found["polarity"] == "near"
    assert found["source"]["name"] == "clip.mkv" and len(found["model"]["sha256"]) == 64
    assert found["model"]["input_size"] == [64, 48] and found["input"]["space"] == "rec709"
    (shot,) = found["shots"]
    raw = stored(tmp_path / "pass", 3, "depth.raw")
    mapped = (raw - shot["low"]) / (shot["high"] - shot["low"])
    near = stored(tmp_path / "pass", 3)
    assert near.shape == (48, 64) and near.dtype == np.float32
    assert 0 < np.abs(near - mapped).mean() < 0.02  # steadied, and still the same scene


def test_chunks_order_and_the_renderer_give_the_same_bits(project: Project, tmp_path: Path) -> None:
    analyze(project, tmp_path / "whole")
    for start, stop in ((4, 6), (0, 2), (2, 4)):
        analyze(project, tmp_path / "parts", frames=(start, stop))
    (tmp_path / "cache").rename(tmp_path / "forgotten")
    with Renderer(project) as renderer:
        drawn = {index: renderer.depth_map(index) for index in (5, 0, 3, 1, 4, 2)}
        assert "reused" not in renderer.depth_description
    for index in range(FRAMES):
        whole = stored(tmp_path / "whole", index)
        np.testing.assert_array_equal(stored(tmp_path / "parts", index), whole)
        np.testing.assert_array_equal(drawn[index], whole)


def test_a_key_is_the_same_from_a_pass_as_from_the_network(
    project: Project, tmp_path: Path
) -> None:
    """To the last bit, edges included: what is stored is what would be drawn."""
    look = Look(nodes={"depth": make_node("depth", {"type": "depth_map"})})
    with Renderer(replace(project, look=look)) as renderer:
        key = renderer.key("depth", 2)
    analyze(project, tmp_path / "pass")
    with Renderer(Project(clip=project.clip, depth=tmp_path / "pass", look=look)) as renderer:
        np.testing.assert_array_equal(renderer.key("depth", 2), key)


def test_an_analysis_goes_on_where_it_was_stopped(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "pass"
    analyze(project, out)
    expected = stored(out, 2)
    untouched = frame_path(out, 1).stat().st_mtime_ns
    frame_path(out, 2).unlink()
    frame_path(out, 4).write_bytes(frame_path(out, 4).read_bytes()[:900])  # cut short
    report = analyze(project, out)
    assert (report.estimated, report.kept) == (2, 4)
    np.testing.assert_array_equal(stored(out, 2), expected)
    assert frame_path(out, 1).stat().st_mtime_ns == untouched


def test_a_pass_that_matches_is_reused_and_says_so(project: Project, tmp_path: Path) -> None:
    analyze(project, tmp_path / "pass", frames=(0, 3))
    marked = stored(tmp_path / "pass", 1)
    with Renderer(project) as renderer:
        np.testing.assert_array_equal(renderer.depth_map(1), marked)
        assert renderer.depth_description == 'pass "pass", reused, of tiny'
        assert renderer.depth_map(5).shape == marked.shape  # not in it: estimated
    other = Project(clip=project.clip, model=project.model, rendering=DisplayRendering("none"))
    with Renderer(other) as renderer:
        renderer.depth_map(1)
        assert "reused" not in renderer.depth_description


def test_a_pass_of_the_same_network_fed_otherwise_is_not_taken(
    project: Project, network: Path, tmp_path: Path
) -> None:
    """Beside it each way of feeding has the mapping of its own numbers."""
    out = tmp_path / "pass"
    analyze(project, out)
    low = [json.loads((out / "manifest.json").read_text(encoding="utf-8"))["shots"][0]["low"]]
    for mean in (0.1, 0.2):
        card = tmp_path / f"{mean}.toml"
        text = network.read_text(encoding="utf-8").replace('"tiny.onnx"', '"{}"')
        text = text.format(network.with_suffix(".onnx")) + f"mean = [{mean}, {mean}, {mean}]\n"
        card.write_text(text, encoding="utf-8")
        with Renderer(replace(project, model=str(card))) as renderer:
            low.append(renderer.shot(0).mapping.low)
            renderer.depth_map(0)
            assert "reused" not in renderer.depth_description
    # The weights of the network add up to 1, so its answer is lower by the mean.
    assert low == pytest.approx([low[0], low[0] - 0.1, low[0] - 0.2], abs=1e-4)
    with pytest.raises(DepthError, match="holds depth of another model"):
        analyze(replace(project, model=str(card)), out)


def test_a_sequence_drawn_anew_is_another_clip(network: Path, tmp_path: Path) -> None:
    """Pictures of the same names and sizes, those amid it with other contents."""
    ramp = np.repeat(np.tile(np.arange(64, dtype=np.uint8), (48, 1))[..., None], 3, -1)

    def draw(index: int, level: int) -> None:
        file = tmp_path / "clip" / f"{index}.ppm"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"P6 64 48 255\n" + (ramp + np.uint8(level)).tobytes())

    for index in range(4):
        draw(index, 0)
    project = Project(clip=tmp_path / "clip", model=str(network))
    analyze(project, tmp_path / "pass")
    with Renderer(project) as renderer:
        before = renderer.shot(0).mapping
    draw(1, 150)
    draw(2, 150)
    with Renderer(project) as renderer:
        # The weights of the network add up to 1, so the brightest is that much nearer.
        assert renderer.shot(1).mapping.high == pytest.approx(before.high + 150 / 255, abs=0.01)
        renderer.depth_map(0)
        assert "reused" not in renderer.depth_description


@pytest.mark.parametrize(("apart", "joined"), [(1e-4, True), (0.05, False)])
def test_a_pass_begun_on_another_machine_is_gone_on_with(
    project: Project, tmp_path: Path, apart: float, joined: bool
) -> None:
    """Where a network runs decides how its answers, and the shot's range of them, are rounded."""
    out = tmp_path / "pass"
    analyze(project, out, frames=(0, 4))
    manifest = out / "manifest.json"
    noted = json.loads(manifest.read_text(encoding="utf-8"))
    shot = noted["shots"][0]
    shot["high"] += apart * (shot["high"] - shot["low"])
    manifest.write_text(json.dumps(noted), encoding="utf-8")
    (tmp_path / "cache").rename(tmp_path / "forgotten")
    if joined:
        assert analyze(project, out).kept == 4
    else:
        with pytest.raises(DepthError, match="holds depth of another division into shots"):
            analyze(project, out)


def test_a_pass_cut_otherwise_is_not_taken_and_not_joined(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a change of how cuts are found: another shot has another mapping and window."""
    analyze(project, tmp_path / "pass", frames=(0, 4))
    shots = Shot(0, 2), Shot(2, FRAMES)
    monkeypatch.setattr(clip_depth, "find_shots", lambda *_: shots)
    with pytest.raises(DepthError, match="holds depth of another division into shots; choose"):
        analyze(project, tmp_path / "pass")
    analyze(project, tmp_path / "anew")
    with Renderer(project) as renderer:
        remember_pass(renderer.info, tmp_path / "pass")
    with Renderer(project) as renderer:
        np.testing.assert_array_equal(renderer.depth_map(3), stored(tmp_path / "anew", 3))
        assert "reused" not in renderer.depth_description


def test_the_files_of_a_sequence_are_looked_at_once_for_all_shots(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There may be ten thousand, and hundreds of shots."""
    shots = tuple(Shot(start, start + 2) for start in range(0, FRAMES, 2))
    asked: list[object] = []
    monkeypatch.setattr(clip_depth, "find_shots", lambda *_: shots)
    monkeypatch.setattr(clip_depth, "fingerprint", lambda info: str(asked.append(info)))
    with Renderer(project) as renderer:
        for shot in shots:
            renderer.shot(shot.start)
    assert len(asked) == 1


@pytest.mark.parametrize("ask", [fingerprint, source_note])
def test_a_clip_that_is_gone_is_an_error_of_the_clip(
    clip: Path, tmp_path: Path, ask: Callable[[ClipInfo], object]
) -> None:
    """Else the process that estimates depth for the window takes it for the end of its pipe."""
    copy = tmp_path / "clip.mkv"
    copy.write_bytes(clip.read_bytes())
    info = open_clip(copy).info
    ask(info)
    copy.unlink()
    with pytest.raises(MediaError, match=r"clip\.mkv: No such file or directory; the files of the"):
        ask(info)


def test_a_given_pass_must_be_of_this_clip(project: Project, tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "pass"
    analyze(project, out, frames=(0, 3))
    with Renderer(Project(clip=clip, depth=out)) as renderer:
        np.testing.assert_array_equal(renderer.depth_map(2), stored(out, 2))
        with pytest.raises(DepthError, match="no depth for frame 4"):
            renderer.depth_map(4)
    changed = tmp_path / "other.mkv"
    changed.write_bytes(clip.read_bytes() + b"\0")
    with (
        Renderer(Project(clip=changed, depth=out)) as renderer,
        pytest.raises(DepthError, match="was made with another clip than this"),
    ):
        renderer.depth_map(0)


def test_a_pass_of_an_earlier_filter_is_refused_if_given_and_else_not_taken(
    project: Project, tmp_path: Path
) -> None:
    out = tmp_path / "pass"
    analyze(project, out)
    manifest = out / "manifest.json"
    noted = json.loads(manifest.read_text(encoding="utf-8"))
    noted["filter"]["version"] -= 1
    manifest.write_text(json.dumps(noted), encoding="utf-8")
    with (
        Renderer(Project(clip=project.clip, depth=out)) as renderer,
        pytest.raises(DepthError, match="was made with another filter than this; analyze again"),
    ):
        renderer.depth_map(0)
    with Renderer(project) as renderer:
        renderer.depth_map(0)
        assert "reused" not in renderer.depth_description
    with pytest.raises(DepthError, match="holds depth of another filter"):
        analyze(project, out)


def test_overwriting_removes_no_other_pictures(network: Path, tmp_path: Path) -> None:
    """The clip itself may be a sequence in that folder."""
    clip = tmp_path / "clip"
    clip.mkdir()
    for index in range(2):
        write_depth_frame(clip / f"shot.{index:04d}.exr", rgb=np.ones((9, 16, 3), np.float32))
    with pytest.raises(DepthError, match=r"holds shot\.0000\.exr, no part of a pass"):
        analyze(Project(clip=clip, model=str(network)), clip, overwrite=True)
    assert len(list(clip.glob("*.exr"))) == 2


@pytest.mark.parametrize("name", ["depth.000001.exr", "manifest.json"])
def test_overwriting_removes_nothing_that_only_has_the_name(
    project: Project, tmp_path: Path, name: str
) -> None:
    """As a compositor may call its own; one without the manifest of an analysis is none of ours."""
    file = tmp_path / name
    file.write_text('{"name": "an extension of a browser"}')
    with pytest.raises(DepthError, match=f"holds {name}, no part of a pass; choose another"):
        analyze(project, tmp_path, frames=(0, 1), overwrite=True)
    assert "extension" in file.read_text(encoding="utf-8")


def test_a_folder_with_something_else_is_left_alone(project: Project, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DepthError, match="holds other files"):
        analyze(project, tmp_path)
    out = tmp_path / "pass"
    analyze(project, out, frames=(0, 1))
    other = Project(clip=project.clip, model=project.model, rendering=DisplayRendering("none"))
    with pytest.raises(DepthError, match="holds depth of another colour"):
        analyze(other, out, frames=(0, 1))
    analyze(other, out, frames=(0, 1), overwrite=True)


def test_playing_uses_no_later_frame(project: Project) -> None:
    """The first frame alone is what the network says; a later one is steadied by those before."""
    with Renderer(project, past_only=True) as renderer:

        def alone(index: int) -> NDArray[np.float32]:
            frame = renderer.reader.frame(index)
            planes = renderer.engine.upload(frame)
            return renderer.engine.values(renderer.clip_depth.draft(frame, planes, "better")[0])

        renderer.shot(0)
        first = renderer.depth_map(0)
        np.testing.assert_array_equal(first, alone(0))
        second = renderer.depth_map(1)
        assert np.abs(second - alone(1)).max() > 0


@pytest.mark.parametrize(("distances", "unit"), [(None, "no unit"), ((1.5, 40.0), "metres")])
def test_distances_come_back_as_the_same_key(
    project: Project, tmp_path: Path, distances: tuple[float, float] | None, unit: str
) -> None:
    analyze(project, tmp_path / "near")
    report = analyze(project, tmp_path / "z", kind="z", distances=distances)
    assert report.estimated == FRAMES
    near, far = distances or (1.0, 100.0)
    depth = stored(tmp_path / "near", 3)
    distance = stored(tmp_path / "z", 3, "Z")
    middle = (depth > 0) & (depth < 1)
    expected = 1 / (depth / near + (1 - depth) / far)
    np.testing.assert_allclose(distance[middle], expected[middle], rtol=1e-5)
    header = OpenEXR.File(str(frame_path(tmp_path / "z", 3))).header()
    assert f"Z: distance in {unit}, larger is farther" in header["comments"]
    look = looks.load("recover-highlights")
    keys = []
    for folder in ("near", "z"):
        given = Project(clip=project.clip, look=look, depth=tmp_path / folder)
        with Renderer(given) as renderer:
            keys.append(renderer.key("depth", 3))
    # float32 has 1.2e-7 of the inverse distance; automatic limits may be 0.06 apart
    np.testing.assert_allclose(keys[1], keys[0], atol=1e-5)


def test_a_network_in_metres_says_the_distances(clip: Path, network: Path, tmp_path: Path) -> None:
    card = tmp_path / "metric.toml"
    text = network.read_text(encoding="utf-8").replace('near = "larger"', "")
    file = next(network.parent.glob("*.onnx"))
    text = "\n".join(line for line in text.splitlines() if not line.startswith("file"))
    card.write_text(f'{text}\nfile = "{file}"\noutput = "metric"\nnear = "smaller"\n')
    project = Project(clip=clip, model=str(card))
    analyze(project, tmp_path / "z", kind="z", frames=(0, 2))
    found = json.loads((tmp_path / "z" / "manifest.json").read_text(encoding="utf-8"))
    assert found["distance"] == {"unit": "metres", "near": None, "far": None}
    with Renderer(project) as renderer:
        raw = renderer.clip_depth.raw(0, "better")
    # what the network said, but for what steadying over time makes of it: measured 0.051
    assert np.median(np.abs(stored(tmp_path / "z", 0, "Z") - 1 / raw) * raw) < 0.08


@pytest.mark.parametrize("distances", [(0.0, 5.0), (5.0, 5.0), (2.0, float("nan"))])
def test_distances_that_are_none_are_refused(
    project: Project, tmp_path: Path, distances: tuple[float, float]
) -> None:
    with pytest.raises(ProjectError, match=r"distances .* are not in order; allowed: that of"):
        analyze(project, tmp_path / "z", kind="z", distances=distances)
    assert not (tmp_path / "z").exists()


def test_a_pass_of_distances_is_not_taken_for_one_of_depth(
    project: Project, tmp_path: Path
) -> None:
    analyze(project, tmp_path / "pass", kind="z", frames=(0, 2))
    with Renderer(project) as renderer:
        renderer.depth_map(1)
        assert "reused" not in renderer.depth_description
    with pytest.raises(DepthError, match="holds depth of another kind"):
        analyze(project, tmp_path / "pass", frames=(0, 2))
    with pytest.raises(DepthError, match="holds depth of another kind"):
        analyze(project, tmp_path / "pass", kind="z", distances=(1.0, 9.0), frames=(0, 2))


def test_each_quality_may_have_a_network_of_its_own(
    project: Project, network: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    text = network.read_text(encoding="utf-8").replace('name = "tiny"', 'name = "other"')
    text = text.replace('"tiny.onnx"', f'"{network.with_suffix(".onnx")}"')
    other.write_text(text + 'value_range = "0..255"\n', encoding="utf-8")
    with Renderer(replace(project, model=f"{network}, {other}")) as renderer:
        faster, better = (renderer.shot(0, each).mapping for each in ("faster", "better"))
        assert better.high == pytest.approx(255 * faster.high, rel=1e-4)
        assert renderer.clip_depth.analysis("faster").model.name == "tiny"
        assert renderer.clip_depth.analysis("better").model.name == "other"
        assert renderer.depth_description == "tiny, other on CPU"
        with pytest.raises(DepthError, match='no quality "best"; allowed: faster, better'):
            renderer.shot(0, "best")
    for wrong in (f"{network},", f"{network},{other},{other}"):
        with (
            pytest.raises(DepthError, match="allowed: one network, or two as FASTER,BETTER"),
            Renderer(replace(project, model=wrong)) as renderer,
        ):
            renderer.shot(0)
