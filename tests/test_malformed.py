"""Malformed files of every kind: one line with file, place and remedy, in bounded time and memory.

The time allowed is several times the slowest measured on two busy cores; without the limits each of
these files takes far longer, gigabytes or Python's stack.
"""

import time
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from depthgrade import Look, Project, ProjectError
from depthgrade.compiler import Request, Source, compile_grade
from depthgrade.errors import EngineError
from depthgrade.frames import ColorTags, PixelFormat
from depthgrade.graph import MOST_NODES, MOST_WIRES, Graph, Ports, Wire, parse_wires
from depthgrade.keyframes import MOST_KEYFRAMES
from depthgrade.nodes.registry import make_node
from depthgrade.plain_toml import DEEPEST, LARGEST_FILE, read_toml
from depthgrade.project_file import save_look

MIB = 2**20
SKY = 'wires = ["source -> sky -> output"]\n[nodes.sky]\ntype = "primary"\n'
MOST_SECONDS = 60.0
MOST_MEMORY = 200 * MIB


def nodes(count: int) -> str:
    return "\n".join(f'[nodes.n{i}]\ntype = "primary"' for i in range(count))


MALFORMED: dict[str, tuple[str, str]] = {
    "a number as text": (SKY + "gain = '0.8'", "sky.gain"),
    "a list as number": (SKY + "gain = [0.8]", "sky.gain"),
    "a table as number": (SKY + "gain = {a = 1}", "sky.gain"),
    "a date as number": (SKY + "gain = 2020-01-01", "sky.gain"),
    "two of three channels": (SKY + "gain_rgb = [1, 1]", "sky.gain_rgb"),
    "a node that is a number": ("[nodes]\nsky = 3", "nodes.sky"),
    "a type that is a number": ("[nodes.sky]\ntype = 3", 'sky: there is no node type "3"'),
    "nodes that are a list": ("nodes = [1]", "nodes"),
    "wires that are text": ('wires = "source -> output"', "wires"),
    "a wire that is a number": ("wires = [1]", "wires.0"),
    "an empty file of wires": ("wires = []", "output: no picture"),
    "nan": (SKY + "gain = nan", "sky.gain = nan"),
    "infinity": (SKY + "gain = inf", "sky.gain = inf"),
    "white of nan": ("white = nan", "white"),
    "a key twice": (SKY + "gain = 1.0\ngain = 1.0", "line 5"),
    "a node twice": (SKY + "[nodes.sky]", "line 4"),
    "a wire twice": ('wires = ["source -> output", "source -> output"]', "output: has 2"),
    "a wire to nothing": ('wires = ["source -> sky -> output"]', 'no node "sky"'),
    "a circle": (
        'wires = ["source -> output", "sky -> sky"]\n[nodes.sky]\ntype = "blur"',
        "circle",
    ),
    "a keyframe of nothing": ('[keyframes]\n"sky.gain" = [[0, 1.0]]', 'no node "sky"'),
    "a keyframe of the wrong kind": (SKY + '[keyframes]\n"sky.gain" = [[0, "a"]]', "sky.gain"),
    "a keyframe of nan": (SKY + '[keyframes]\n"sky.gain" = [[0, nan]]', "sky.gain"),
    "a keyframe that is a table": (SKY + '[keyframes]\n"sky.gain" = {a = 1}', "keyframes"),
    "a frame beyond all clips": (SKY + f'[keyframes]\n"sky.gain" = [[{10**12}, 1.0]]', "no frame"),
    "a whole number beyond 64 bits": (SKY + f"gain = 0x{'f' * 999}", "nodes.sky.gain is too large"),
    "a number of ten thousand digits": (SKY + "gain = " + "9" * 10_000, "not valid TOML"),
    "a name with lines and colours": ('"a\\nb\\u001b[31m" = 1', "unknown key"),
    "a name of a million letters": ("a" * 10**6 + " = 1", "unknown key"),
    "a value of a million letters": (SKY + f'gain = "{"a" * 10**6}"', "sky.gain"),
    "an output of nonsense": ('output = "rec710"', "rec710"),
    "a nul in a name": ('input = "file:a\\u0000b"', "p.toml"),
    "ten thousand nodes": (nodes(10_000), f"10000; at most {MOST_NODES}"),
    "a wire of ten thousand nodes": (
        f'wires = ["{" -> ".join(["source", *["a"] * 10_000])}"]',
        f"at most {MOST_WIRES}",
    ),
    "too many keyframes": (
        SKY + f'[keyframes]\n"sky.gain" = [{", ".join(f"[{i}, 1.0]" for i in range(30_000))}]',
        f"more than {MOST_KEYFRAMES}",
    ),
    "a mebibyte of brackets": ("a = " + "[" * MIB, "line 1: is nested deeper"),
    "a mebibyte of braces": ("a = " + "{b=" * (MIB // 3), "nested deeper"),
    "a key of a mebibyte of parts": ("a." * (MIB // 2) + "a = 1", "nested deeper"),
    "a header of quoted parts": ("\n[" + '"a".' * 10_000 + "a]", "line 2: is nested deeper"),
    "a string without an end": ('title = "' + r"\"" * MIB, "not valid TOML"),
    "a long string without an end": ('title = """' + '"a' * MIB, "not valid TOML"),
    "50 MB of text": ("# " + "a" * 50 * 10**6, "larger than 4 MiB"),
    "4 MiB of wires": ('wires = ["a' + " -> a" * (LARGEST_FILE // 5 - 9) + '"]', "at most"),
    "4 MiB of nodes": (nodes(LARGEST_FILE // 40), "at most 256"),
    "no TOML at all": ("\x00\x01 <xml>", "not valid TOML"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_file_is_one_line_in_bounded_time(case: str, tmp_path: Path) -> None:
    text, words = MALFORMED[case]
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    started = time.monotonic()
    with pytest.raises(EngineError) as caught:
        Project.load(path)
    assert time.monotonic() - started < MOST_SECONDS
    message = str(caught.value)
    assert message.startswith("p.toml: ") and words in message
    assert message.isprintable() and len(message) < 500


@pytest.mark.parametrize("case", ["50 MB of text", "a mebibyte of brackets", "ten thousand nodes"])
def test_a_malformed_file_takes_bounded_memory(case: str, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(MALFORMED[case][0], encoding="utf-8")
    tracemalloc.start()
    try:
        with pytest.raises(ProjectError):
            Project.load(path)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_a_folder_and_a_device_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="can't be read: Is a directory"):
        Project.load(tmp_path)
    endless = Path("/dev/zero")
    if endless.exists():
        with pytest.raises(ProjectError, match="larger than 4 MiB"):
            Project.load(endless)


def test_brackets_and_dots_in_text_are_no_nesting(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    many = "[" * 100 + "a." * 100
    lines = [f'a = "{many}"', f"b = '{many}'", f'c = """\n{many}\n"a" {many}"""', f"# {many}"]
    path.write_text("\n".join([*lines, "d = [[0.5, 1.5], [2.5]]"]), encoding="utf-8")
    assert read_toml(path)["d"] == [[0.5, 1.5], [2.5]]


def test_as_many_levels_as_allowed_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("a = " + "[" * DEEPEST + "]" * DEEPEST)
    read_toml(path)
    path.write_text("a = " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    with pytest.raises(ProjectError, match="line 1: is nested deeper than 16 levels"):
        read_toml(path)


def test_the_largest_project_is_read_saved_and_compiled(tmp_path: Path) -> None:
    """A chain that uses every node allowed, half of them keys of the picture before."""
    pairs = MOST_NODES // 2
    text = [f'[nodes.k{i}]\ntype = "qualifier"\nluma_low = 0.1' for i in range(pairs)]
    text += [f'[nodes.n{i}]\ntype = "primary"\ngain = 0.99' for i in range(pairs)]
    chain = " -> ".join(["source", *(f"n{i}" for i in range(pairs)), "output"])
    before = ["source", *(f"n{i}" for i in range(pairs - 1))]
    wires = [chain, *(f"{n} -> k{i}" for i, n in enumerate(before))]
    wires += [f"k{i}.key -> n{i}.key" for i in range(pairs)]
    path = tmp_path / "p.toml"
    head = f'output = "rec709"\nwires = {wires}\n'
    path.write_text(head + "\n".join(text), encoding="utf-8")
    started = time.monotonic()
    project = Project.load(path)
    save_look(project.look, tmp_path / "q.toml")
    format = PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
    source = Source(format, ColorTags(1, 1, 1, False), 160, 90)
    live = frozenset(f"n{i}.gain" for i in range(pairs))
    plan = compile_grade(Request(project, source, "rec709", live=live))
    assert time.monotonic() - started < MOST_SECONDS
    assert len(plan.programs) == 1
    assert plan.text.count("= primary_balance(") == pairs


def test_the_deepest_chain_of_keys_compiles() -> None:
    kinds = {f"n{i}": make_node(f"n{i}", {"type": "outside"}) for i in range(MOST_NODES - 2)}
    depth = make_node("depth", {"type": "depth_map"})
    sky = make_node("sky", {"type": "primary", "gain": 0.5})
    names = ["depth", *kinds, "sky"]
    wires = [f"{a}.key -> {b}.key" for a, b in pairwise(names)]
    made = Look(
        nodes={"depth": depth, **kinds, "sky": sky},
        wires=parse_wires(["source -> sky -> output", *wires]),
    )
    format = PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
    source = Source(format, ColorTags(1, 1, 1, False), 160, 90)
    plan = compile_grade(Request(Project(look=made, output="rec709"), source, "rec709"))
    assert len(plan.programs) == 1


def test_a_graph_of_many_branches_is_asked_in_linear_time() -> None:
    """Diamond upon diamond: 2^85 paths from the source to the output."""
    color, mixer = Ports(), Ports(None, False)
    count = MOST_NODES // 3
    ports: dict[str, Ports] = {}
    wires: list[Wire] = []
    last = "source"
    for i in range(count):
        ports |= {f"a{i}": color, f"b{i}": color, f"m{i}": mixer}
        for branch in (f"a{i}", f"b{i}"):
            wires += [Wire(last, branch), Wire(branch, f"m{i}")]
        last = f"m{i}"
    wires.append(Wire(last, "output"))
    started = time.monotonic()
    graph = Graph(ports, tuple(wires))
    points = [graph.branch_point(f"m{i}") for i in range(count)]
    assert points == ["source", *(f"m{i}" for i in range(count - 1))]
    assert len(graph.order()) == 3 * count
    assert time.monotonic() - started < MOST_SECONDS


def test_branch_points_are_those_of_all_paths() -> None:
    """Against the definition: the last node that every path from the source passes."""
    rng = np.random.default_rng(3)
    for _ in range(40):
        names = [f"m{i}" for i in range(8)]
        wires = []
        for i, name in enumerate(names):
            earlier = ["source", *names[:i]]
            chosen = rng.choice(len(earlier), min(len(earlier), rng.integers(1, 4)), replace=False)
            wires += [Wire(earlier[each], name) for each in chosen]
        graph = Graph(dict.fromkeys(names, Ports(None, False)), (*wires, Wire("m7", "output")))

        def paths(node: str, graph: Graph = graph) -> list[list[str]]:
            before = [path for each in graph.rgb_inputs(node) for path in paths(each, graph)]
            return [[*path, node] for path in before] or [[node]]

        for name in names:
            every = paths(name)
            common = [n for n in every[0][:-1] if all(n in path for path in every)]
            assert graph.branch_point(name) == common[-1]
