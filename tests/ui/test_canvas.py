"""The window's pixels are those of painting it all anew, though only what differs is painted."""

from collections.abc import Callable

import numpy as np
import pytest
from depthgrade import Look, looks
from depthgrade.ui.canvas import Canvas
from depthgrade.ui.stage import Stage
from imgui_bundle import imgui

Opened = Callable[[Look | None], Stage]
Boxes = list[tuple[int, int, int, int]]


def _painted(stage: Stage) -> Boxes:
    """Paints a refresh; fails where a pixel is not what painting everything makes it."""
    with stage.device.current():
        boxes = stage.canvas.paint(imgui.get_draw_data())
        kept = stage.canvas.read()
        fresh = Canvas(stage.device, stage.size)
        fresh.paint(imgui.get_draw_data())
        whole = fresh.read()
    wrong = np.argwhere((kept != whole).any(-1))
    assert not len(wrong), f"{len(wrong)} pixels, the first (row, column) {wrong[0]}"
    return boxes


def _area(boxes: Boxes) -> int:
    return sum((right - left) * (low - top) for left, top, right, low in boxes)


@pytest.fixture
def graded(opened: Opened) -> Stage:
    stage = opened(looks.load("recover-highlights"))
    stage.app.select("sky")
    stage.settle()
    _painted(stage)
    return stage


def test_while_nothing_changes_only_pictures_are_painted(graded: Stage) -> None:
    graded.refresh()
    boxes = _painted(graded)
    rect = graded.app.places.rect("picture")
    room = (rect[2] - rect[0]) * (rect[3] - rect[1])
    assert _area(boxes) < room + 0.15 * 1280 * 720  # the viewer, the scope and the thumbnails


def test_dragging_a_dial_paints_what_moves(graded: Stage) -> None:
    x, y = graded.app.places.centre("sky.gain dial")
    io = imgui.get_io()
    graded.move(x, y)
    _painted(graded)
    io.add_mouse_button_event(0, True)
    for step in range(4):
        graded.move(x + 9 * step, y)
        boxes = _painted(graded)
    io.add_mouse_button_event(0, False)
    graded.refresh()
    _painted(graded)
    assert graded.app.look.value("sky.gain") != 1
    assert _area(boxes) < 0.7 * 1280 * 720


def test_menus_tips_and_typing_leave_nothing_behind(graded: Stage) -> None:
    graded.app.view.probe = True
    graded.move(400, 200)  # the probe's lines over the picture
    _painted(graded)
    graded.click((20, 10))  # the first menu
    _painted(graded)
    graded.press(imgui.Key.escape)
    for _ in range(3):
        graded.refresh()
        _painted(graded)
    graded.click("sky.gain number m")
    _painted(graded)
    graded.press(imgui.Key.escape)
    graded.refresh()
    _painted(graded)


def test_playing_and_comparing_paint_the_same_pixels(graded: Stage) -> None:
    player = graded.app.player
    assert player is not None
    for index, compare in enumerate(("off", "wipe", "side", "off")):
        graded.app.view.compare = compare  # type: ignore[assignment]
        player.seek(index)
        graded.refresh(2)
        _painted(graded)
    graded.app.select("calm")
    graded.refresh()
    _painted(graded)


def test_another_size_is_painted_whole(graded: Stage) -> None:
    with graded.device.current():
        boxes = graded.canvas.paint(imgui.get_draw_data(), (1000, 600))
        assert graded.canvas.read().shape == (600, 1000, 3)
    assert boxes == [(0, 0, 1000, 600)]
