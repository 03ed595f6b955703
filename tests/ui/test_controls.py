"""The controls' arithmetic: tracks, wheels, curves, where nodes go, what scopes count."""

import numpy as np
import pytest
from depthgrade import Project, editing, looks
from depthgrade.gl.device import headless
from depthgrade.gl.scopes import Scopes
from depthgrade.nodes.registry import node_types, parameters
from depthgrade.ui.curve_shape import sampled
from depthgrade.ui.history import History
from depthgrade.ui.layout_graph import COLUMN, positions
from depthgrade.ui.wheels import moved, puck
from depthgrade.ui.widgets import from_track, to_track

NEUTRAL = (25.0, 25.0, 25.0)


@pytest.mark.parametrize("value", [-100.0, -3.0, 25.0, 26.0, 150.0])
def test_a_track_and_back_is_the_value(value: float) -> None:
    assert from_track(to_track(value, -100, 150, 25), -100, 150, 25) == pytest.approx(value)


def test_the_neutral_value_is_in_the_middle_where_it_lies_inside() -> None:
    assert to_track(1.0, 0, 4, 1.0) == 0.5
    assert to_track(0.0, 0, 4, 0.0) == 0.0


def test_a_wheel_leaves_the_mean_of_its_channels_alone() -> None:
    value = moved(NEUTRAL, (0.3, -0.2), 30.0, -100, 150)
    assert sum(value) / 3 == pytest.approx(25.0, abs=1e-1)
    assert puck(value, NEUTRAL, 30.0) == pytest.approx((0.3, -0.2), abs=1e-2)


def test_up_on_a_wheel_is_red_as_on_a_vectorscope() -> None:
    red, green, blue = moved(NEUTRAL, (0.0, 0.5), 30.0, -100, 150)
    assert red > 25 > max(green, blue)


def test_a_curve_passes_through_its_points() -> None:
    points = ((0.0, 0.0), (0.25, 0.4), (0.75, 0.8), (1.0, 1.0))
    line = dict(sampled(points, 101))
    for x, y in points:
        assert line[x] == pytest.approx(y, abs=1e-6)


@pytest.mark.parametrize("name", looks.names())
def test_nodes_are_laid_out_from_left_to_right_without_overlap(name: str) -> None:
    look = looks.load(name)
    places = positions(look)
    assert set(places) == {*look.nodes, "source", "output"}
    assert len(set(places.values())) == len(places)
    for wire in look.wires:
        if wire.port == "rgb":
            assert places[wire.end][0] >= places[wire.start][0] + COLUMN


def test_every_node_type_s_panel_can_be_derived() -> None:
    known = {"switch", "choice", "number", "whole", "rgb", "points", "file", "space"}
    for kind in node_types().values():
        for parameter in parameters(kind).values():
            assert parameter.kind in known, f"{kind.type}.{parameter.name}"
            if parameter.kind in ("number", "whole"):
                assert parameter.low is not None and parameter.high is not None


def test_undo_after_a_new_edit_forgets_what_was_undone() -> None:
    history = History(Project())
    first, second = (Project(track=number) for number in (1, 2))
    history.push(first, "one")
    history.undo()
    history.push(second, "two")
    assert history.redoable is None and history.project is second
    history.undo()
    assert history.project == Project()


def test_the_waveform_counts_each_pixel_at_its_luma_and_column() -> None:
    with headless() as device:
        values = np.zeros((8, 256, 4), np.float32)
        values[..., :3] = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None]
        with device.current():
            picture = device.context.texture((256, 8), 4, values.tobytes(), dtype="f4")
            texture = Scopes(device).draw("Waveform", picture, (256, 264), quick=False)
            pixels = np.frombuffer(texture.read(), np.uint8).reshape(264, 256, 4)[..., 0]
    bright = np.argmax(pixels[4:260], axis=0)  # a grey ramp is a line from low left to top right
    assert np.abs(bright - (255 - np.arange(256))).max() <= 1


def test_a_new_node_is_placed_to_the_right_of_the_one_before() -> None:
    look, name = editing.insert_serial(looks.load("recover-highlights"), "sky")
    assert positions(look)[name][0] > positions(look)["sky"][0]
