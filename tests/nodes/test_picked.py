"""A picked target as a value: what may be written, saving, `--set`, keyframes, the schema."""

from pathlib import Path

import pytest
from depthgrade import Look, Project, ProjectError
from depthgrade.cli.options import Changes
from depthgrade.nodes.base import shown
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.nodes.picked import PickedPoint
from depthgrade.nodes.registry import make_node
from depthgrade.project_file import save
from depthgrade.schema import project_schema

WRITTEN = "{ at = [0.52, 0.4], frame = 12 }"
POINT = PickedPoint(at=(0.52, 0.4), frame=12)


def test_a_project_with_a_picked_target_is_saved_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        f'[nodes.depth]\ntype = "depth_map"\nisolate = true\ntarget = {WRITTEN} # her\n'
    )
    project = Project.load(path)
    assert project.look.value("depth.target") == POINT and shown(POINT) == WRITTEN
    save(project, path)
    assert f"target = {WRITTEN} # her" in path.read_text()
    save(project.with_value("depth.target", {"at": [0.1, 0.2], "frame": 0}), path)
    assert "target = {at = [0.1, 0.2], frame = 0}" in path.read_text()
    assert Project.load(path).look.value("depth.target") == PickedPoint(at=(0.1, 0.2), frame=0)


def test_set_takes_a_point_and_a_number_after_it(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[nodes.depth]\ntype = "depth_map"\n')
    for text, value in ((WRITTEN, POINT), ("0.7", 0.7)):
        changes = Changes(values=(f"depth.target={text}",))
        found = changes.project(str(path), clip_needed=False).look.value("depth.target")
        assert found == value


@pytest.mark.parametrize(
    "value",
    [
        {"at": [0.5, 1.2], "frame": 3},
        {"at": [0.5], "frame": 3},
        {"at": [0.5, 0.5]},
        {"at": [0.5, 0.5], "frame": -1},
        {"at": [0.5, 0.5], "frame": 2.5},
        {"at": [0.5, 0.5], "frame": 2, "shot": 1},
        "auto",
    ],
)
def test_what_is_no_point_is_refused_with_what_is_allowed(value: object) -> None:
    with pytest.raises(ProjectError, match=r"depth\.target = .* allowed: 0 to 1 or \{ at = "):
        make_node("depth", {"type": "depth_map", "target": value})


def test_a_picked_target_has_no_keyframes() -> None:
    look = Look(nodes={"depth": DepthMap(isolate=True, target=POINT)})
    with pytest.raises(ProjectError, match=r"keyframes of depth\.target: a picked point follows"):
        look.with_keyframe("depth.target", 3, 0.5)
    plain = Look(nodes={"depth": DepthMap()}).with_keyframe("depth.target", 3, 0.5)
    with pytest.raises(ProjectError, match="has no keyframes"):
        plain.with_keyframe("depth.target", 5, {"at": [0.5, 0.5], "frame": 2})
    assert not plain.with_value("depth.target", POINT).keyframes


def test_a_target_waits_for_its_depth_only_where_the_slice_is_wanted() -> None:
    look = Look(nodes={"depth": DepthMap(target=POINT)})
    assert not look.picked and not look.automatic
    isolated = look.with_value("depth.isolate", True)
    assert isolated.automatic == {"depth.target"}
    adjusted = isolated.with_value("depth.near_limit", 0.5)
    assert adjusted.with_targets(lambda *_: 0.2).value("depth.target") == pytest.approx(0.4)


def test_the_schema_knows_both_forms() -> None:
    forms = project_schema()["definitions"]["depth_map"]["properties"]["target"]["anyOf"]
    assert [each["type"] for each in forms] == ["number", "object"]
    assert forms[1]["required"] == ["at", "frame"]
