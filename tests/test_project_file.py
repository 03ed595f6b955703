"""Saving: what comes back is what was saved, comments stay, nothing valid is lost to a failure."""

from pathlib import Path

import pytest
from depthgrade import Look, Project, ProjectError, looks
from depthgrade.graph import parse_wires
from depthgrade.nodes.primary import Primary
from depthgrade.project import load_look
from depthgrade.project_file import save, save_look


def plain(look: Look) -> dict[str, dict[str, object]]:
    """The nodes' values; files by where they are, however that is written."""
    found = {name: dict(node) for name, node in look.nodes.items()}
    for values in found.values():
        if values.get("file"):
            values["file"] = Path(str(values["file"])).resolve()
    return found


@pytest.mark.parametrize("name", looks.names())
def test_a_saved_look_comes_back(name: str, tmp_path: Path) -> None:
    look = looks.load(name).with_keyframe(f"{next(iter(looks.load(name).nodes))}.enabled", 4, True)
    save_look(look, tmp_path / "x.toml")
    again = load_look(tmp_path / "x.toml")
    assert set(again.wires) == set(look.wires) and again.keyframes == look.keyframes
    assert plain(again) == plain(look)


def test_a_saved_project_comes_back(tmp_path: Path) -> None:
    project = Project(
        clip=tmp_path / "clips" / "a.mov",
        look=looks.load("teal-orange"),
        input="slog3_sgamut3cine",
        depth=tmp_path / "depth",
    )
    save(project, tmp_path / "p.toml")
    again = Project.load(tmp_path / "p.toml")
    assert again == project
    assert 'clip = "clips/a.mov"' in (tmp_path / "p.toml").read_text()


def test_comments_stay_where_they_were(tmp_path: Path) -> None:
    path = tmp_path / "look.toml"
    path.write_text(
        "# the bride's dress\nwires = [\n    'source -> sky -> output',  # one node\n]\n\n"
        "# never above 0.9\n[nodes.sky]\ntype = 'primary'\ngain = 0.8  # by eye\n"
    )
    save_look(load_look(path).with_value("sky.gain", 0.85), path)
    text = path.read_text()
    for comment in ("# the bride's dress", "# one node", "# never above 0.9", "# by eye"):
        assert comment in text
    assert "gain = 0.85" in text


def test_a_value_back_at_its_default_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "look.toml"
    look = Look(nodes={"sky": Primary(gain=0.5)}, wires=parse_wires(["source -> sky -> output"]))
    save_look(look, path)
    save_look(look.with_value("sky.gain", 1.0), path)
    assert "gain" not in path.read_text()


def test_the_order_of_a_mixer_s_branches_is_kept(tmp_path: Path) -> None:
    look = looks.load("studio-light")
    turned = Look(
        nodes=look.nodes,
        wires=parse_wires(
            [
                "source -> shade",
                "source -> spill",
                *("spill -> join", "shade -> join", "join -> output"),
                *("depth.key -> shade.key", "depth.key -> spill.key"),
            ]
        ),
    )
    save_look(turned, tmp_path / "x.toml")
    assert load_look(tmp_path / "x.toml").graph.rgb_inputs("join") == ("spill", "shade")


def test_a_file_that_is_no_toml_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("half a file [")
    with pytest.raises(ProjectError, match="not written over"):
        save(Project(), path)
    assert path.read_text() == "half a file ["


def test_a_folder_that_can_t_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjectError, match="can't be written"):
        save(Project(), tmp_path / "file" / "p.toml")
