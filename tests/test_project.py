"""Project and look files: what they say, and what is said of mistakes in them."""

from pathlib import Path

import pytest
from depthgrade import ColorError, Project, ProjectError, looks
from depthgrade.color import write_config
from depthgrade.project import load_look, parse_value

GOOD = """
clip = "a.mov"
input = "slog3_sgamut3cine"
rendering = "davinci"
white = 40.0
wires = ["source -> sky -> output", "depth.key -> sky.key"]

[nodes.depth]
type = "depth_map"
near_limit = "auto"

[nodes.sky]
type = "primary"
gain = 0.8
gain_rgb = [1, 0.9, 0.8]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_project_says_what_its_file_says(tmp_path: Path) -> None:
    project = Project.load(written(tmp_path, GOOD))
    assert project.clip == tmp_path / "a.mov"
    assert (project.input, project.rendering.white) == ("slog3_sgamut3cine", 40.0)
    assert project.look.value("sky.gain") == 0.8
    assert project.look.value("sky.gain_rgb") == (1.0, 0.9, 0.8)
    assert project.look.value("depth.near_limit") == "auto"
    assert project.qualities == ("better",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("gain = 0.8", "gian = 0.8", 'sky has no parameter "gian"; did you mean "gain"?'),
        ("gain = 0.8", "gain = 9.0", "sky.gain = 9 is outside 0 to 4"),
        ("gain = 0.8", "gain = nan", "sky.gain = nan is not allowed"),
        ("gain = 0.8", 'gain = "much"', 'sky.gain = "much" is not allowed; allowed: 0 to 4'),
        ("gain = 0.8", "gain = [1, 1.1, 1]", "; gain_rgb takes [red, green, blue], each 0 to 4"),
        ("gain = 0.8", "gain = true", "sky.gain = true is not allowed"),
        ('type = "primary"', 'type = "primry"', 'no node type "primry"; did you mean "primary"?'),
        ('type = "primary"', "", "sky: has no type"),
        ("clip =", "clop =", 'unknown key "clop"; did you mean "clip"?'),
        ("sky -> output", "sky -> sky -> output", "circle: sky -> sky"),
        ("sky -> output", "sky", "output: no picture is wired to it"),
        ("white = 40.0", "white = 0.1", "mid_grey"),
        ('"davinci"', '"davinki"', "rendering"),
        ("slog3_sgamut3cine", "slog3", "slog3"),
        ("wires = [", "wires = ", "is not valid TOML"),
        ("[nodes.sky]", '[nodes."a b"]', '"a b": is not a node id'),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_place(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(ProjectError) as caught:
        Project.load(written(tmp_path, GOOD.replace(old, new)))
    message = str(caught.value)
    assert words in message and "p.toml" in message and "\n" not in message


def test_a_missing_or_unreadable_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="can't be read: No such file"):
        Project.load(tmp_path / "none.toml")
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProjectError, match="not UTF-8"):
        Project.load(binary)


@pytest.mark.parametrize("name", looks.names())
def test_every_shipped_look_loads_and_uses_all_its_nodes(name: str) -> None:
    look = looks.load(name)
    assert look.about and not look.graph.unused()


def test_an_unknown_look_names_the_nearest() -> None:
    with pytest.raises(ProjectError, match='did you mean "teal-orange"'):
        looks.load("teal-oragne")


def test_a_look_file_may_be_given_by_path(tmp_path: Path) -> None:
    assert load_look(written(tmp_path, GOOD)).value("sky.gain") == 0.8


def test_a_value_is_set_by_address_and_checked_as_a_whole() -> None:
    project = Project(look=looks.load("studio-light"))
    changed = project.with_value("depth.near_limit", 0.42)
    assert changed.look.value("depth.near_limit") == 0.42
    assert project.look.value("depth.near_limit") == "auto"
    for address, words in (
        ("dept.near_limit", 'did you mean "depth"'),
        ("depth.nearlimit", 'did you mean "near_limit"'),
        ("depth", "write node.parameter"),
    ):
        with pytest.raises(ProjectError, match=words):
            project.with_value(address, 0.5)


def test_an_unknown_output_space_is_refused() -> None:
    with pytest.raises(ColorError):
        Project(output="rec710")


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.8", 0.8), ("true", True), ("[1, 2, 3]", [1, 2, 3]), ("auto", "auto"), ('"sum"', "sum")],
)
def test_set_values_are_toml_or_a_bare_word(text: str, value: object) -> None:
    assert parse_value(text) == value


def test_a_project_names_a_user_s_spaces_views_and_tables(tmp_path: Path) -> None:
    write_config(tmp_path / "own.ocio")
    (tmp_path / "one.cube").write_text("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", encoding="utf-8")
    text = GOOD.replace("slog3_sgamut3cine", "file:one.cube").replace(
        'clip = "a.mov"', 'ocio = "own.ocio"'
    )
    project = Project.load(written(tmp_path, text))
    assert project.input == f"file:{tmp_path / 'one.cube'}"
    assert project.configuration is not None
    assert project.configuration is project.with_value("sky.gain", 0.7).configuration
    display = project.configuration.views()[0]
    assert Project(ocio=tmp_path / "own.ocio", output=f"view:{display}").output.endswith(display)
    with pytest.raises(ColorError, match="nope"):
        Project(ocio=tmp_path / "own.ocio", input="ocio:nope")
