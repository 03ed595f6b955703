"""Where the interface is drawn: imgui on a device, with input that comes from a window or a script.

Without a window this is all that is needed for a screenshot or a test: the same panels, the same
OpenGL, a framebuffer in place of the screen.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from depthgrade.closing import Closing
from depthgrade.errors import ProjectError, suggest
from depthgrade.gl.device import Device, headless
from depthgrade.project import Project
from depthgrade.ui import files, theme
from depthgrade.ui.app import App
from depthgrade.ui.canvas import Canvas
from depthgrade.ui.drawing import update
from depthgrade.ui.png import write_png
from depthgrade.ui.shell import Shell

_PICTURES_SECONDS = 60.0  # a screenshot waits for the timeline's and nodes' pictures at most
TICK = 1 / 60  # seconds a refresh stands for where no clock runs


def scale_for(size: tuple[int, int]) -> float:
    """How large the interface is drawn: 1 at 1280 x 720, larger on larger windows, not in step."""
    return float(min(max(min(size[0] / 1280, size[1] / 720) ** 0.55, 1.0), 2.0))


def dress(scale: float) -> None:
    """Gives the current imgui context our habits, fonts and colours."""
    io = imgui.get_io()
    io.config_flags |= imgui.ConfigFlags_.docking_enable
    io.config_drag_click_to_input_text = True
    io.config_windows_move_from_title_bar_only = True
    io.set_ini_filename("")
    theme.load_fonts(scale)
    theme.apply(scale)


class Context:
    """imgui with our fonts, theme and panels. A context manager; one at a time."""

    def __init__(self, scale: float) -> None:
        self._context = imgui.create_context()
        dress(scale)
        self.shell = Shell()

    def close(self) -> None:
        """Frees imgui; its OpenGL objects with the context's device current."""
        self.shell.close()
        imgui.backends.opengl3_shutdown()
        imgui.destroy_context(self._context)


class Stage(Closing):
    """The interface without a window: `refresh` draws it, `mouse` and `keys` act on it."""

    def __init__(
        self, size: tuple[int, int], *, device: Device | None = None, patient: bool = True
    ) -> None:
        """patient: every picture is drawn exactly and at once; not for playing."""
        self._owned = device is None
        self.device = device or headless()
        self.size = size
        with self.device.current():
            self._context = Context(scale_for(size))
            imgui.backends.opengl3_init("#version 330")
            self.canvas = Canvas(self.device, size)
        self.app = App(self.device, patient=patient)

    def close(self) -> None:
        """Frees everything."""
        self.app.close()
        with self.device.current():
            self._context.close()
        if self._owned:
            self.device.close()

    def refresh(self, times: int = 1) -> None:
        """Draws the interface anew, so that it takes the input since."""
        for _ in range(times):
            with self.device.current():
                update(self.app)
                self._draw()

    def _draw(self) -> None:
        io = imgui.get_io()
        io.display_size = ImVec2(*self.size)
        io.delta_time = TICK
        imgui.backends.opengl3_new_frame()
        imgui.new_frame()
        self._context.shell.draw(self.app)
        imgui.render()

    def focus(self, panel: str) -> None:
        """Brings a panel to the front of its tabs."""
        with self.device.current():
            imgui.set_window_focus(panel)
        self.refresh(3)

    # ---- Input

    def _reveal(self, name: str) -> tuple[float, float]:
        """Where a control is, scrolled into its panel if it was not in sight."""
        places = self.app.places
        for _ in range(80):
            x, y = places.centre(name)
            left, top, right, bottom = places.rect("panel Inspector")
            if not left < x < right or top + 8 < y < bottom - 12:
                break
            imgui.get_io().add_mouse_pos_event(left + 4, (top + bottom) / 2)
            imgui.get_io().add_mouse_wheel_event(0.0, 1.0 if y < top + 8 else -1.0)
            self.refresh(2)
        return places.centre(name)

    def move(self, x: float, y: float) -> None:
        """Moves the mouse."""
        imgui.get_io().add_mouse_pos_event(x, y)
        self.refresh()

    def click(self, name: str | tuple[float, float], *, times: int = 1, button: int = 0) -> None:
        """Clicks a control by name, or a place."""
        at = self._reveal(name) if isinstance(name, str) else name
        self.move(*at)
        self.refresh()  # the item under the mouse is known a refresh later
        io = imgui.get_io()
        for _ in range(times):
            for down in (True, False):
                io.add_mouse_button_event(button, down)
                self.refresh()

    def drag(
        self, start: str | tuple[float, float], end: str | tuple[float, float], steps: int = 4
    ) -> None:
        """Drags from one control or place to another."""
        from_, to = (
            self.app.places.centre(each) if isinstance(each, str) else each for each in (start, end)
        )
        io = imgui.get_io()
        self.move(*from_)
        self.refresh()
        io.add_mouse_button_event(0, True)
        self.refresh()
        for step in range(1, steps + 1):
            part = step / steps
            self.move(from_[0] + part * (to[0] - from_[0]), from_[1] + part * (to[1] - from_[1]))
        self.refresh()
        io.add_mouse_button_event(0, False)
        self.refresh(2)

    def wheel(self, name: str | tuple[float, float], notches: float) -> None:
        """Turns the mouse wheel over a control or place."""
        self.move(*(self.app.places.centre(name) if isinstance(name, str) else name))
        imgui.get_io().add_mouse_wheel_event(0.0, notches)
        self.refresh(2)

    def press(self, *keys: imgui.Key) -> None:
        """Presses keys together: modifiers first."""
        io = imgui.get_io()
        for key in keys:
            io.add_key_event(key, True)
        self.refresh()
        for key in reversed(keys):
            io.add_key_event(key, False)
        self.refresh()

    def type(self, name: str, text: str) -> None:
        """Types a value into a control that shows a number, or a name."""
        self.click(name)
        self.refresh()
        imgui.get_io().add_input_characters_utf8(text)
        self.refresh()
        self.press(imgui.Key.enter)
        self.refresh()

    def settle(self, seconds: float = 120.0) -> None:
        """Refreshes until the picture is the one that was asked for, depth and all.

        A clip that can't be shown is settled at once: its message is on the screen.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.refresh()
            app = self.app
            if app.complete or app.problem is not None or not app.has_clip:
                break
            time.sleep(0.01)
        self.refresh(4)

    def gather(self, seconds: float = _PICTURES_SECONDS) -> None:
        """Waits for the pictures of the timeline and of the nodes, which come by themselves."""
        end = time.monotonic() + seconds
        files.chores(self.app)
        while (self.app.strip.busy or self.app.node_pictures.busy) and time.monotonic() < end:
            time.sleep(0.02)
            files.chores(self.app)
            self.refresh()
        self.refresh(2)

    def turn(self) -> None:
        """A refresh that is painted and waited for, as a window's is."""
        with self.device.current():
            update(self.app)
            began = time.perf_counter()
            self._draw()
            self.canvas.paint(imgui.get_draw_data())
            self.device.context.finish()
        if self.app.player is not None:
            self.app.player.milliseconds["panel"] = 1000 * (time.perf_counter() - began)

    def read(self) -> NDArray[np.uint8]:
        """What is on the screen: (height, width, 3), top row first.

        Only now is the interface painted: a script that never looks need not wait for that.
        """
        with self.device.current():
            self.canvas.paint(imgui.get_draw_data())
            return self.canvas.read()

    def save(self, path: Path) -> None:
        """Writes the screen as a picture."""
        write_png(path, self.read())


@dataclass(frozen=True)
class Opened:
    """What a screenshot shows: a project, its file or why that can't be read, the node selected."""

    project: Project
    file: Path | None = None
    problem: str | None = None
    select: str | None = None


def take_screenshot(opened: Opened, out: Path, *, size: tuple[int, int], frame: int = 0) -> None:
    """Writes what the window would show. Raises ProjectError for a node that is not there."""
    nodes, select = opened.project.look.nodes, opened.select
    if select is not None and select not in nodes:
        raise ProjectError(f'there is no node "{select}"; {suggest(select, nodes)}')
    with Stage(size) as stage:
        stage.app.open(opened.project, opened.file, opened.problem)
        if select is not None:
            stage.app.select(select)
        if stage.app.player is not None:
            stage.app.player.seek(frame)
        stage.settle()
        stage.gather()
        stage.save(out)
