"""Values over the frames of a clip: tracks, looks that carry them, and what files say of them."""

from itertools import pairwise
from pathlib import Path
from time import perf_counter

import pytest
from depthgrade import Look, Project, ProjectError
from depthgrade.cli.options import Changes
from depthgrade.graph import parse_wires
from depthgrade.keyframes import Track, parse_track, written
from depthgrade.nodes.registry import make_node

LOOK = """
wires = ["source -> sky -> output"]

[nodes.sky]
type = "primary"
gain = 0.5

[keyframes]
"""


def track(*rows: list[object]) -> Track:
    return parse_track("sky.gain", list(rows))


def look() -> Look:
    node = make_node("sky", {"type": "primary"})
    return Look(nodes={"sky": node}, wires=parse_wires(["source -> sky -> output"]))


def loaded(tmp_path: Path, lines: str) -> Look:
    path = tmp_path / "p.toml"
    path.write_text(LOOK + lines, encoding="utf-8")
    return Project.load(path).look


def test_a_value_stays_before_the_first_keyframe_and_after_the_last() -> None:
    made = track([10, 1.0], [20, 2.0])
    assert [made.at(frame) for frame in (0, 10, 20, 99)] == [1.0, 1.0, 2.0, 2.0]


def test_linear_goes_straight_and_hold_waits() -> None:
    made = track([0, 0.0], [10, 1.0, "hold"], [20, 5.0])
    assert [made.at(frame) for frame in (5, 10, 19, 20)] == [0.5, 1.0, 1.0, 5.0]


def test_smooth_begins_and_ends_gently() -> None:
    made = track([0, 0.0, "smooth"], [10, 1.0])
    # 3t^2 - 2t^3, the cubic with no slope at either end
    assert [made.at(frame) for frame in (0, 1, 5, 9, 10)] == pytest.approx(
        [0.0, 0.028, 0.5, 0.972, 1.0]
    )


def test_smooth_runs_through_a_keyframe_without_a_stop_or_an_overshoot() -> None:
    made = track([0, 0.0, "smooth"], [10, 1.0, "smooth"], [30, 1.5, "smooth"], [40, 0.5])
    values = [made.at(frame) for frame in range(41)]
    before, after = values[10] - values[9], values[11] - values[10]
    assert before > 0.02 and after > 0.02  # it does not rest at frame 10
    assert max(values) == values[30] == 1.5  # and turns round at frame 30
    assert all(b >= a for a, b in pairwise(values[:31]))


def test_numbers_in_lists_move_one_by_one() -> None:
    made = track([0, [1, 1, 1]], [4, [1.0, 0.5, 2.0]])
    assert made.at(2) == (1.0, 0.75, 1.5)
    points = track([0, [[0, 0], [1, 1]]], [2, [[0, 0.5], [1, 1]]])
    assert points.at(1) == ((0.0, 0.25), (1.0, 1.0))


def test_words_and_switches_are_held() -> None:
    made = track([0, "sum"], [10, "average"])
    assert (made.at(9), made.at(10)) == ("sum", "average")
    switched = track([0, True], [10, False])
    assert (switched.at(9), switched.at(10), switched.moves) == (True, False, False)


def test_a_track_is_written_as_it_was_read() -> None:
    rows = [[0, 1.0], [24, 0.8, "smooth"], [48, 0.9, "hold"]]
    assert written(parse_track("sky.gain", rows)) == rows


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "has no keyframes; write"),
        (0.5, "has no keyframes; write"),
        ([[0]], "is no keyframe"),
        ([[0.5, 1.0]], "0.5 is no frame"),
        ([[True, 1.0]], "True is no frame"),
        ([[-1, 1.0]], "-1 is no frame"),
        ([[5, 1.0], [5, 2.0]], "frame 5 comes after frame 5"),
        ([[0, 1.0, "smoth"]], '"smoth" is no transition; did you mean "smooth"'),
        ([[0, 1.0], [5, [1.0, 1.0, 1.0]]], "different kinds or lengths"),
        ([[0, [[0, 0], [1, 1]]], [5, [[0, 0], [0.5, 0.5], [1, 1]]]], "different kinds"),
    ],
)
def test_what_is_no_track_is_refused(rows: object, words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        parse_track("sky.gain", rows)


def test_the_look_of_a_frame_has_its_values(tmp_path: Path) -> None:
    switched = '"sky.enabled" = [[4, true], [8, false]]'
    made = loaded(tmp_path, f'"sky.gain" = [[0, 1], [10, 0.5]]\n{switched}')
    assert made.at(5).value("sky.gain") == 0.75
    assert made.at(8).value("sky.enabled") is False
    assert made.at(5).keyframes == {}
    assert made.animated == {"sky.gain"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('"sky.gain" = [[0, 1.0], [5, 9.0]]', "keyframes, frame 5: sky.gain = 9 is outside 0 to 4"),
        ('"sky.gian" = [[0, 1.0]]', 'no parameter "gian"; did you mean "gain"'),
        ('"clouds.gain" = [[0, 1.0]]', 'there is no node "clouds"'),
        ('"sky" = [[0, 1.0]]', "is not an address"),
        ('"sky.gain" = [[0, nan]]', "is not allowed"),
        ('"sky.gain" = [[0, "much"]]', 'sky.gain = "much" is not allowed'),
        ("sky = 1", "keyframes of sky: has no keyframes"),
    ],
)
def test_keyframes_are_held_to_what_their_parameter_allows(
    tmp_path: Path, lines: str, words: str
) -> None:
    with pytest.raises(ProjectError, match=rf"^p\.toml: .*{words}"):
        loaded(tmp_path, lines)


def test_values_that_do_not_go_together_half_way_are_named_with_their_frame() -> None:
    made = look().with_keyframe("sky.lift", 0, -1.0).with_keyframe("sky.lift", 10, 0.0)
    made = made.with_keyframe("sky.gain", 0, 1.0).with_keyframe("sky.gain", 10, 4.0)
    with pytest.raises(ProjectError, match=r"frame 5: sky\.lift = -0\.5 with gain = 2\.5"):
        made.at(5)


def test_keyframes_are_added_replaced_and_taken_away() -> None:
    made = look().with_keyframe("sky.gain", 10, 0.5).with_keyframe("sky.gain", 0, 1)
    made = made.with_keyframe("sky.gain", 10, 0.25, "hold")
    assert written(made.keyframes["sky.gain"]) == [[0, 1.0], [10, 0.25, "hold"]]
    one = made.without_keyframe("sky.gain", 0)
    assert one.at(0).value("sky.gain") == 0.25
    none = one.without_keyframe("sky.gain", 10)
    assert none.keyframes == {} and none.value("sky.gain") == 0.25
    with pytest.raises(ProjectError, match="has no keyframe at frame 3"):
        made.without_keyframe("sky.gain", 3)


def test_a_value_set_for_all_frames_takes_the_keyframes_away() -> None:
    made = look().with_keyframe("sky.gain", 10, 0.5).with_value("sky.gain", 0.75)
    assert made.keyframes == {} and made.at(10).value("sky.gain") == 0.75


def test_set_writes_keyframes(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(LOOK, encoding="utf-8")
    values = ("sky.gain@0:smooth=1.0", "sky.gain@24=0.5", "sky.enabled@30=false")
    made = Changes(values=values).project(str(path), clip_needed=False).look
    assert written(made.keyframes["sky.gain"]) == [[0, 1.0, "smooth"], [24, 0.5]]
    assert made.at(40).value("sky.enabled") is False
    for wrong in ("sky.gain@x=1.0", "sky.gain@3:smoth=1.0"):
        with pytest.raises(ProjectError, match="is no keyframe; write"):
            Changes(values=(wrong,)).project(str(path), clip_needed=False)


def test_ten_thousand_keyframes_are_read_quickly(tmp_path: Path) -> None:
    rows = ", ".join(f"[{frame}, {frame % 5 / 2}]" for frame in range(10_000))
    start = perf_counter()
    made = loaded(tmp_path, f'"sky.gain" = [{rows}]')
    assert made.at(9_999).value("sky.gain") == 2.0
    assert perf_counter() - start < 10  # about 1 s; more means that time grows with the square
