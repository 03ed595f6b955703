"""The node commands: what they write, what they keep, what they refuse; and looks of one's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from depthgrade.project import Project, load_look

LOOK = """\
# the bride's dress
wires = ["source -> sky -> output"]  # short

# never above 0.9
[nodes.sky]
type = "primary"
gain = 0.8  # by eye

[keyframes]
"sky.offset" = [[0, 25.0], [24, 30.0]]  # dusk
"""
COMMENTS = ("# the bride's dress", "# never above 0.9", "# by eye", "# dusk")
Run = Callable[..., object]


@pytest.fixture
def look(tmp_path: Path) -> Path:
    path = tmp_path / "look.toml"
    path.write_text(LOOK, encoding="utf-8")
    return path


def wires(path: Path) -> set[str]:
    return {str(wire) for wire in load_look(path).wires}


def test_a_graph_is_built_command_by_command(run: Run, look: Path) -> None:
    for arguments in (
        ("add", look, "depth_map", "--name", "depth"),
        ("wire", look, "depth.key -> sky.key"),
        ("insert", look, "tone", "--after", "sky", "--name", "calm"),
        ("insert", look, "primary", "--outside", "sky"),
        ("duplicate", look, "sky", "--name", "night"),
        ("set", look, "night.gain=0.5", "depth.near_limit=auto", "calm.shadows@24:smooth=0.9"),
    ):
        result = run("node", *arguments)
        assert result.code == 0, result.err
    made = load_look(look)
    assert {"source -> sky", "sky -> sky_outside", "sky_outside -> calm"} <= wires(look)
    assert {"depth.key -> sky.key", "depth.key -> night.key", "calm -> output"} <= wires(look)
    assert made.nodes["night"].gain == 0.5 and made.nodes["sky_outside"].key_invert
    assert set(made.keyframes) == {"sky.offset", "night.offset", "calm.shadows"}
    assert "not wired to the output: night" in result.err
    assert all(comment in look.read_text() for comment in COMMENTS)


def test_a_node_beside_another_is_joined_by_a_mixer(run: Run, look: Path) -> None:
    result = run("node", "insert", look, "cdl", "--beside", "sky", "--mixer", "layer_mixer")
    assert result.code == 0, result.err
    assert {"sky -> layer_mixer", "cdl -> layer_mixer", "layer_mixer -> output"} <= wires(look)


def test_a_renamed_node_keeps_its_comments_wires_and_keyframes(run: Run, look: Path) -> None:
    assert run("node", "rename", look, "sky", "heaven").code == 0
    text = look.read_text()
    assert all(comment in text for comment in COMMENTS)
    assert "sky" not in text
    made = load_look(look)
    assert made.nodes["heaven"].gain == 0.8 and "heaven.offset" in made.keyframes


def test_removing_and_unwiring_leave_a_valid_file(run: Run, look: Path) -> None:
    assert run("node", "insert", look, "blur", "--after", "source").code == 0
    assert run("node", "remove", look, "sky").code == 0
    assert wires(look) == {"source -> blur", "blur -> output"}
    assert run("node", "add", look, "window").code == 0
    assert run("node", "wire", look, "window.key -> blur.key").code == 0
    assert run("node", "unwire", look, "window.key -> blur.key").code == 0
    assert wires(look) == {"source -> blur", "blur -> output"}


def test_a_project_keeps_its_clip(run: Run, look: Path, clip: Path) -> None:
    look.write_text(f'clip = "{clip}"\nwhite = 40.0\n{LOOK}', encoding="utf-8")
    assert run("node", "set", look, "sky.gain=0.7").code == 0
    project = Project.load(look)
    assert Path(str(project.clip)).resolve() == clip.resolve()
    assert (project.rendering.white, project.look.value("sky.gain")) == (40.0, 0.7)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "primry"), 'did you mean "primary"'),
        (("remove", "cloud"), 'there is no node "cloud"'),
        (("rename", "sky", "output"), "output: is taken"),
        (("rename", "sky", "a b"), "is not a node id"),
        (("insert", "blur"), "give one of --after"),
        (("wire", "sky -> sky"), "circle"),
        (("unwire", "source -> output"), 'there is no wire "source -> output"'),
        (("unwire", "sky -> output"), "output: no picture"),
        (("set", "sky.gain=9"), "outside 0 to 4"),
        (("duplicate", "cloud"), 'there is no node "cloud"'),
    ],
)
def test_what_would_break_the_graph_changes_nothing(
    run: Run, look: Path, arguments: tuple[str, ...], words: str
) -> None:
    command, *rest = arguments
    result = run("node", command, look, *rest)
    assert result.code == 1 and words in result.err
    assert look.read_text() == LOOK


def test_a_look_is_kept_under_a_name_and_found_by_it(run: Run, look: Path, tmp_path: Path) -> None:
    assert run("looks", "save", "evening", look, "--set", "sky.gain=0.6").code == 0
    assert (tmp_path / "config" / "depthgrade" / "looks" / "evening.toml").is_file()
    assert "evening" in run("looks", "list").out
    assert "0.6" in run("explain", "--look", "evening").out
    again = run("looks", "save", "evening", look)
    assert again.code == 1 and "--overwrite" in again.err
    assert run("looks", "save", "evening", look, "--overwrite").code == 0
    for name, words in (("teal-orange", "choose another name"), ("a/b", "letters")):
        refused = run("looks", "save", name, look)
        assert refused.code == 1 and words in refused.err
