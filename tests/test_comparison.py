"""Two looks compared in words."""

from pathlib import Path

import pytest
from depthgrade import Project, looks
from depthgrade.comparison import differences

BASE = """
title = "Sky"
wires = ["source -> sky -> grain -> output", "depth.key -> sky.key"]
[nodes.depth]
type = "depth_map"
[nodes.sky]
type = "primary"
gain = 0.8
gain_rgb = [1, 0.9, 0.8]
[nodes.grain]
type = "cdl"
[keyframes]
"sky.offset" = [[0, 25], [24, 30]]
"""


def between(tmp_path: Path, *changes: tuple[str, str]) -> tuple[str, ...]:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    paths = [tmp_path / "a.toml", tmp_path / "b.toml"]
    for path, each in zip(paths, (BASE, text), strict=True):
        path.write_text(each, encoding="utf-8")
    return differences(*(Project.load(path) for path in paths))


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ([], ()),
        ([("gain = 0.8", "gain = 0.72")], ("sky.gain 0.8 -> 0.72",)),
        ([("[1, 0.9, 0.8]", "[1, 1, 1]")], ("sky.gain_rgb [1, 0.9, 0.8] -> [1, 1, 1]",)),
        ([('"Sky"', '"Dusk"')], ('title "Sky" -> "Dusk"',)),
        ([('title = "Sky"', 'title = "Sky"\nwhite = 40.0')], ("white 10 -> 40",)),
        (
            [('title = "Sky"', 'title = "Sky"\ninput = "srgb"\ntrack = 1')],
            ("track 0 -> 1", "input auto -> srgb"),
        ),
        ([('type = "cdl"', 'type = "tone"')], ("grain cdl -> tone",)),
        ([("[24, 30]", '[24, 28, "hold"], [30, 25]')],
         ("sky.offset at frame 24: 30 -> 28 hold", "sky.offset at frame 30: none -> 25")),
        ([("[nodes.grain]", "[nodes.clouds]"), ("-> grain ->", "-> clouds ->")],
         ("grain is now called clouds",)),
        ([(', "depth.key -> sky.key"', "")], ("wire depth.key -> sky.key is gone",)),
        (
            [("-> grain ->", "->"), ('[nodes.grain]\ntype = "cdl"\n', "")],
            (
                "grain [cdl] is gone",
                "wire sky -> grain is gone",
                "wire grain -> output is gone",
                "wire sky -> output is new",
            ),
        ),
        (
            [("[keyframes]", '[nodes.glow]\ntype = "tone"\nshadows = 1.5\n[keyframes]')],
            ("glow [tone] is new: shadows = 1.5",),
        ),
    ],
)  # fmt: skip
def test_each_difference_is_a_line(
    tmp_path: Path, changes: list[tuple[str, str]], lines: tuple[str, ...]
) -> None:
    assert between(tmp_path, *changes) == lines


def test_a_renamed_node_keeps_its_keyframes_and_wires(tmp_path: Path) -> None:
    lines = between(tmp_path, ("sky", "clouds"))
    assert lines == ("sky is now called clouds",)


def test_the_order_of_branches_counts(tmp_path: Path) -> None:
    text = (
        '[nodes.a]\ntype = "primary"\ngain = 0.5\n[nodes.b]\ntype = "cdl"\n'
        '[nodes.m]\ntype = "layer_mixer"\n'
    )
    for name, order in (("a", "ab"), ("b", "ba")):
        wires = [f'"source -> {each} -> m"' for each in order]
        lines = f'title = "x"\nwires = [{", ".join(wires)}, "m -> output"]\n{text}'
        (tmp_path / f"{name}.toml").write_text(lines, encoding="utf-8")
    found = differences(*(Project.load(tmp_path / f"{each}.toml") for each in "ab"))
    assert found == ("wires to m a, b -> b, a",)


def test_shipped_looks_are_told_apart() -> None:
    first, second = (Project(look=looks.load(name)) for name in looks.MAIN[:2])
    assert differences(first, first) == ()
    assert differences(first, second)
