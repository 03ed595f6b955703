"""What the mouse does to the picture, the depth limits, the wheels and the graph."""

from collections.abc import Callable

import numpy as np
import pytest
from depthgrade import Look, editing, looks
from depthgrade.ui.stage import Stage
from imgui_bundle import imgui

Opened = Callable[[Look | None], Stage]
_SHIFT = imgui.Key.mod_shift
WIDTH, HEIGHT = 128, 72  # of the clip


def under(stage: Stage, x: float, y: float) -> tuple[int, ...]:
    """What the screen shows at a place."""
    return tuple(stage.read()[int(y), int(x)].tolist())


def hold(stage: Stage, key: imgui.Key, *, down: bool) -> None:
    imgui.get_io().add_key_event(key, down)
    stage.refresh()


def drag_by(stage: Stage, name: str, x: float, y: float = 0.0, button: int = 0) -> None:
    """Drags from the middle of a control, in four steps."""
    left, top = stage.app.places.centre(name)
    io = imgui.get_io()
    stage.move(left, top)
    stage.refresh()
    io.add_mouse_button_event(button, True)
    stage.refresh()
    for step in range(1, 5):
        stage.move(left + x * step / 4, top + y * step / 4)
    io.add_mouse_button_event(button, False)
    stage.refresh(2)


def test_one_to_one_shows_every_pixel_of_the_clip_once(opened: Opened) -> None:
    stage = opened(None)
    app = stage.app
    app.view.probe = False
    stage.press(imgui.Key.z)
    stage.refresh(2)
    assert app.view.zoom == 1.0
    x, y = app.places.centre("picture")
    left, top = round(x - WIDTH / 2), round(y - HEIGHT / 2)
    screen = stage.read()[top : top + HEIGHT, left : left + WIDTH].astype(int)
    shown = app.pictures.shown
    assert shown is not None and app.player is not None
    picture = app.player.preview.renderer.engine.read(shown)[..., :3]
    # A code value: the screen has 8 bits, the picture more.
    assert np.abs(screen - 255 * picture.clip(0, 1)).max() <= 1
    stage.press(imgui.Key.z)
    assert app.view.zoom is None


def test_the_wheel_zooms_about_the_mouse_and_a_drag_moves_the_picture(opened: Opened) -> None:
    stage = opened(None)
    app = stage.app
    app.view.probe = False
    left, top, right, bottom = app.places.rect("picture")
    at = left + 0.4 * (right - left), top + 0.45 * (bottom - top)  # in the ramps, off the disc
    stage.move(2, 2)
    before = under(stage, *at)
    stage.wheel(at, 3)
    fit = min((right - left) / WIDTH, (bottom - top) / HEIGHT)
    assert app.view.zoom == pytest.approx(fit * 1.2**3)
    np.testing.assert_allclose(under(stage, *at), before, atol=3)  # what was there stays there
    centre = app.view.centre
    drag_by(stage, "picture", 40, -24, button=2)
    moved = np.subtract(centre, app.view.centre) * (WIDTH, HEIGHT) * app.view.zoom
    np.testing.assert_allclose(moved, (40, -24), atol=0.01)  # the picture goes with the mouse


def test_limits_are_dragged_on_the_depth_histogram(opened: Opened) -> None:
    look = looks.load("recover-highlights").with_value("depth.far_limit", 0.2)
    stage = opened(look.with_value("depth.near_limit", 0.8))
    app = stage.app
    app.select("depth")
    stage.refresh(3)
    left, top, right, bottom = app.places.rect("depth histogram")
    width, middle = right - left, (top + bottom) / 2
    stage.drag((left + 0.22 * width, middle), (left + 0.32 * width, middle))
    assert app.look.value("depth.far_limit") == pytest.approx(0.3, abs=0.002)
    assert app.look.value("depth.near_limit") == 0.8
    hold(stage, _SHIFT, down=True)
    stage.drag((left + 0.7 * width, middle), (left + 0.6 * width, middle))
    hold(stage, _SHIFT, down=False)
    assert app.look.value("depth.near_limit") == pytest.approx(0.79, abs=0.002)
    app.undo()
    assert app.look.value("depth.near_limit") == 0.8  # the whole drag is one edit


@pytest.mark.parametrize("control", ["dial", "wheel"])
def test_shift_drags_finer(opened: Opened, control: str) -> None:
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    app.select("sky")
    stage.refresh(3)
    address = "sky.gain" if control == "dial" else "sky.gain_rgb"
    start = np.array(app.look.value(address))
    drag_by(stage, f"sky.gain {control}", 40)
    coarse = np.array(app.look.value(address)) - start
    app.undo()
    stage.refresh(20)  # a third of a second: the next press is no double click
    hold(stage, _SHIFT, down=True)
    drag_by(stage, f"sky.gain {control}", 40)
    hold(stage, _SHIFT, down=False)
    fine = np.array(app.look.value(address)) - start
    share = np.abs(fine).max() / np.abs(coarse).max()
    # Values are rounded at each of the four steps, which a fine drag feels.
    assert share == pytest.approx(0.1 if control == "dial" else 0.2, rel=0.15)
    app.undo()
    assert np.array_equal(app.look.value(address), start)


@pytest.mark.parametrize("control", ["gain wheel", "gain dial", "exposure track"])
def test_the_way_of_the_mouse_to_a_control_is_no_drag(opened: Opened, control: str) -> None:
    stage = opened(looks.load("recover-highlights"))
    stage.app.select("sky")
    stage.refresh(2)
    before = stage.app.look
    stage.move(30, 300)
    io = imgui.get_io()
    io.add_mouse_pos_event(*stage.app.places.centre(f"sky.{control}"))
    io.add_mouse_button_event(0, True)  # within one refresh, as on a slow screen
    stage.refresh(2)
    io.add_mouse_button_event(0, False)
    stage.refresh(2)
    assert stage.app.look == before


def test_scrolling_over_a_dial_turns_it_and_leaves_the_panel_where_it_is(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    app.select("sky")
    stage.refresh(3)
    start, place = app.look.value("sky.gain"), app.places.rect("sky.gain dial")
    stage.wheel("sky.gain dial", 1)
    up = app.look.value("sky.gain") - start
    assert up > 0
    hold(stage, _SHIFT, down=True)
    stage.wheel("sky.gain dial", -1)
    hold(stage, _SHIFT, down=False)
    assert app.look.value("sky.gain") - start == pytest.approx(0.8 * up, abs=2e-4)
    assert app.places.rect("sky.gain dial") == place


def test_a_node_is_duplicated_and_removed(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    before = app.look
    stage.click("node sky")
    stage.click("button duplicate")
    (copy,) = set(app.look.nodes) - set(before.nodes)
    assert app.look.nodes[copy] == before.nodes["sky"] and app.selection == copy
    stage.refresh(4)
    stage.press(imgui.Key.delete)
    assert set(app.look.nodes) == set(before.nodes)
    assert set(app.look.wires) == set(before.wires)


def test_f2_renames_the_selected_node(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    stage.click("node sky")
    stage.press(imgui.Key.f2)
    stage.refresh(3)
    imgui.get_io().add_input_characters_utf8("horizon")
    stage.refresh()
    stage.press(imgui.Key.enter)
    assert "horizon" in app.look.nodes and "sky" not in app.look.nodes
    assert app.selection == "horizon"
    assert [w.end for w in app.look.wires if w.port == "key"] == ["horizon", "calm"]


def test_a_graph_laid_out_by_hand_stays_as_it_is(opened: Opened) -> None:
    """Nodes and view, whatever is rewired, removed or renamed."""
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    before = app.places.centre("node sky")
    drag_by(stage, "node sky", 30, 60)
    places = {name: app.places.centre(f"node {name}") for name in ("source", "sky", "output")}
    assert places["sky"] != pytest.approx(before, abs=20)
    key = next(wire for wire in app.look.wires if (wire.port, wire.end) == ("key", "calm"))
    app.edit_look(lambda look: editing.disconnect(look, key), "remove wire")
    stage.refresh(4)
    app.remove("calm")
    stage.refresh(4)
    app.select("sky")
    stage.refresh(2)
    stage.press(imgui.Key.f2)
    stage.refresh(3)
    imgui.get_io().add_input_characters_utf8("horizon")
    stage.refresh()
    stage.press(imgui.Key.enter)
    stage.refresh(4)
    places["horizon"] = places.pop("sky")
    for name, place in places.items():
        assert app.places.centre(f"node {name}") == pytest.approx(place, abs=1)


@pytest.mark.parametrize("end", ["sky", "calm"])
def test_delete_takes_the_chosen_wire_and_no_node(opened: Opened, end: str) -> None:
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    stage.click("node sky")
    before = app.look
    (key,) = (wire for wire in before.wires if (wire.port, wire.end) == ("key", end))
    starts, ends = app.places.centre("pin depth key out"), app.places.centre(f"pin {end} key in")
    on_it = (starts[0] + ends[0]) / 2, (starts[1] + ends[1]) / 2
    if end == "calm":  # it is led past sky, in several parts
        on_it = app.places.centre("node sky")[0], starts[1]
    stage.click(on_it)
    stage.refresh(2)
    assert app.wire == key
    stage.press(imgui.Key.delete)
    stage.refresh(3)
    assert set(before.wires) - set(app.look.wires) == {key}
    assert set(app.look.nodes) == set(before.nodes)
    app.undo()
    assert set(app.look.wires) == set(before.wires)


def test_a_picked_target_is_marked_where_its_point_is(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights").with_value("depth.isolate", True))
    app = stage.app
    app.select("depth")
    app.view.picking = "depth.target"
    stage.refresh(2)
    left, top, right, bottom = app.places.rect("picture")
    fit = min((right - left) / WIDTH, (bottom - top) / HEIGHT)
    middle = (left + right) / 2, (top + bottom) / 2
    edge = middle[0] + (70 - WIDTH / 2) * fit, middle[1] + (44 - HEIGHT / 2) * fit  # of the disc
    hold(stage, _SHIFT, down=True)
    stage.click((edge[0] - 2 * fit, edge[1]))
    hold(stage, _SHIFT, down=False)
    stage.settle()
    at = app.places.centre("picked target")
    np.testing.assert_allclose(at, (edge[0] - 2 * fit, edge[1]), atol=1.5)
    assert app.player is not None
    app.player.seek(4)
    stage.settle()
    moved = np.subtract(app.places.centre("picked target"), at) / fit
    np.testing.assert_allclose(moved, (12, 0), atol=1.5)  # as far as the disc went
    app.select("sky")
    stage.refresh(2)
    assert "picked target" not in app.places


def test_a_graph_of_two_nodes_is_drawn_in_its_own_size(opened: Opened) -> None:
    stage = opened(None)
    stage.refresh(6)
    left, _, right, _ = stage.app.places.rect("node source")
    assert right - left == pytest.approx(174, abs=2)  # as wide as in a larger graph


@pytest.mark.parametrize("name", looks.names())
def test_the_graph_fills_its_panel_and_stays_inside(opened: Opened, name: str) -> None:
    stage = opened(looks.load(name))
    app = stage.app
    stage.refresh(6)
    nodes = [app.places.rect(f"node {each}") for each in (*app.look.nodes, "source", "output")]
    left, top, right, bottom = app.places.rect("panel Nodes")
    assert left < min(r[0] for r in nodes) and max(r[2] for r in nodes) < right
    assert top < min(r[1] for r in nodes) and max(r[3] for r in nodes) < bottom
    wide = max(r[2] for r in nodes) - min(r[0] for r in nodes)
    node = nodes[0][2] - nodes[0][0]
    full = node > 170  # as large as nodes are drawn
    assert full or wide > 0.9 * (right - left) or max(r[3] for r in nodes) > bottom - 24
