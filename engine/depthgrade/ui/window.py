"""The window: GLFW, imgui's own backends, and a loop that keeps to the clip's time.

While nothing moves it waits for input; otherwise `pace` says how long.
"""

import ctypes
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import glfw
import imgui_bundle  # noqa: F401 - first: it brings the GLFW library that glfw then uses
from imgui_bundle import imgui

from depthgrade.closing import Closing
from depthgrade.errors import DeviceError
from depthgrade.gl.device import Device, windowed
from depthgrade.project import Project
from depthgrade.ui import files
from depthgrade.ui.app import App
from depthgrade.ui.canvas import Canvas
from depthgrade.ui.drawing import update
from depthgrade.ui.pace import pause
from depthgrade.ui.stage import Context, scale_for

_IDLE = 0.1  # seconds between refreshes while nothing moves


class Window(Closing):
    """The application in a window. A context manager; belongs to the main thread."""

    def __init__(self, size: tuple[int, int] = (1600, 900)) -> None:
        """Raises DeviceError where no window can be opened."""
        if not glfw.init():
            raise DeviceError(
                "window: there is no display to open one on; use --screenshot, or a desktop session"
            )
        for hint, value in (
            (glfw.CONTEXT_VERSION_MAJOR, 4),
            (glfw.CONTEXT_VERSION_MINOR, 3),
            (glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE),
            (glfw.OPENGL_FORWARD_COMPAT, True),
            (glfw.SCALE_TO_MONITOR, True),
        ):
            glfw.window_hint(hint, value)
        self._window: Any = glfw.create_window(*size, "depthgrade", None, None)
        if not self._window:
            glfw.terminate()
            raise DeviceError(
                "window: OpenGL 4.3 is not available here; update the graphics driver"
            )
        glfw.make_context_current(self._window)
        self.device: Device = windowed()
        glfw.swap_interval(0 if self.device.software else 1)
        self._canvas = Canvas(self.device, glfw.get_framebuffer_size(self._window))
        self._context = Context(max(scale_for(size), self._density()))
        address = ctypes.cast(self._window, ctypes.c_void_p).value
        self.app = App(self.device)
        glfw.set_drop_callback(self._window, self._dropped)  # type: ignore[arg-type]
        imgui.backends.glfw_init_for_opengl(address or 0, True)
        imgui.backends.opengl3_init("#version 330")

    def close(self) -> None:
        """Ends playback and closes the window."""
        files.leave(self.app)
        self.app.close()
        imgui.backends.glfw_shutdown()
        self._context.close()
        self.device.close()
        glfw.destroy_window(self._window)
        glfw.terminate()

    def run(self) -> None:
        """Until the window is closed."""
        app = self.app
        files.recover(app)
        while not app.closing and not glfw.window_should_close(self._window):
            began = perf_counter()
            self.turn()
            self._wait(began)

    def turn(self) -> None:
        """One refresh."""
        glfw.poll_events()
        app = self.app
        files.chores(app)
        update(app)
        began = perf_counter()
        imgui.backends.opengl3_new_frame()
        imgui.backends.glfw_new_frame()
        imgui.new_frame()
        self._context.shell.draw(app)
        imgui.render()
        self._paint()
        if app.player is not None:  # before the swap, which may wait for the screen
            app.player.milliseconds["panel"] = 1000 * (perf_counter() - began)
        glfw.swap_buffers(self._window)
        title = f"{app.project_file.name if app.project_file else app.clip_name} - depthgrade"
        if title != getattr(self, "_title", ""):
            glfw.set_window_title(self._window, title)
            self._title = title

    def _paint(self) -> None:
        """What imgui has drawn, on the window."""
        if self.device.software:
            self._canvas.paint(imgui.get_draw_data(), glfw.get_framebuffer_size(self._window))
            self._canvas.show()
            self.device.context.finish()
        else:
            self.device.screen()
            imgui.backends.opengl3_render_draw_data(imgui.get_draw_data())

    def _wait(self, began: float) -> None:
        """Until the next refresh is due, or something happens where nothing moves."""
        app = self.app
        playing = app.player is not None and app.player.playing
        moving = playing or (app.has_clip and not app.complete)
        if not moving and not imgui.is_any_item_active():
            glfw.wait_events_timeout(_IDLE)
            return
        sleep(pause(app, began, software=self.device.software))

    def _density(self) -> float:
        """Pixels a screen unit, by the monitor."""
        return float(glfw.get_window_content_scale(self._window)[0])

    def _dropped(self, window: Any, paths: list[str]) -> None:
        """A file let go over the window is opened."""
        if paths:
            files.answer(self.app, "open", paths[0])


def view(project: Project, project_file: Path | None = None, problem: str | None = None) -> None:
    """Opens the window on a project; returns when it is closed. Raises DeviceError without one.

    problem: why the file could not be read, to be said until it is another.
    """
    with Window() as window:
        window.app.open(project, project_file, problem)
        window.app.file_stamp = files.stamp(project_file)
        window.run()
