"""The panels driven by the ImGui Test Engine, without a display; prints what it found as JSON.

A program of its own, because the engine's runner keeps the one imgui context of a process and ends
by an assertion of its own (caught below). It never paints: OpenGL is ours, through EGL.
    python drive.py CLIP
"""

import json
import sys
from pathlib import Path
from typing import Any

from depthgrade import Project
from depthgrade.gl.device import headless
from depthgrade.ui import files
from depthgrade.ui.app import App
from depthgrade.ui.drawing import update
from depthgrade.ui.shell import Shell
from depthgrade.ui.stage import dress
from imgui_bundle import ImVec2, hello_imgui, imgui, immapp
from imgui_bundle.immapp import testing


class Driven:
    """The application in the engine's runner."""

    def __init__(self, clip: Path) -> None:
        self.clip = clip
        self.found: dict[str, Any] = {}
        self.ended = False

    def start(self) -> None:
        """Once imgui is there."""
        # Nobody paints, so nobody makes textures of glyphs; the flag keeps imgui from minding.
        imgui.get_io().backend_flags |= imgui.BackendFlags_.renderer_has_textures
        dress(1.0)
        self.device = headless()
        self.app = App(self.device, patient=True)
        self.app.open(Project(clip=self.clip, look=files.first_look()))
        self.shell = Shell()

    def draw(self) -> None:
        """One refresh."""
        if self.ended:
            return
        with self.device.current():
            update(self.app)
            self.shell.draw(self.app)

    def end(self) -> None:
        """Before imgui goes."""
        self.ended = True
        self.app.close()
        self.shell.close()

    def script(self, context: imgui.test_engine.TestContext) -> None:
        """What a user does, on the engine's own thread; it finds controls by their labels."""
        app, found = self.app, self.found
        context.yield_(4)
        app.select("primary")
        context.yield_(2)

        context.set_ref("//Inspector")
        context.item_input_value("primary.exposure/##number primary.exposure", 0.75)
        found["typed"] = app.look.value("primary.exposure")
        context.item_drag_with_delta("primary.contrast/##track primary.contrast", ImVec2(20.0, 0.0))
        found["dragged"] = app.look.value("primary.contrast")
        context.item_double_click("primary.contrast/##track primary.contrast")
        found["reset"] = app.look.value("primary.contrast")
        context.item_click("##switch primary.enabled")
        found["switched off"] = not app.look.nodes["primary"].enabled

        context.menu_click("//##MainMenuBar/Node/Serial")
        found["added by the menu"] = app.selection
        context.key_press(imgui.Key.mod_ctrl | imgui.Key.z)
        context.yield_(2)
        found["undone"] = sorted(app.look.nodes)

        context.window_focus("//Looks")
        context.yield_(3)
        context.set_ref("//Looks")
        context.item_click("No grade")
        found["no grade"] = sorted(app.look.nodes)
        context.item_click("##look shipped studio-light")
        found["look"] = sorted(app.look.nodes)

        context.set_ref("//Scopes")
        context.item_click("Vector##scope")
        found["scope"] = self.shell.scopes.kind
        context.item_click("##measured")
        found["scope of a node"] = app.view.scope_node

        context.window_focus("//Render queue")
        context.yield_(3)
        context.set_ref("//Render queue")
        context.item_click("Render…")
        context.yield_(3)
        found["asked"] = app.asking
        context.key_press(imgui.Key.escape)
        context.yield_(3)
        found["asked after escape"] = app.asking


def main() -> None:
    """Runs the script."""
    driven = Driven(Path(sys.argv[1]))
    params = hello_imgui.RunnerParams()
    params.platform_backend_type = hello_imgui.PlatformBackendType.null
    params.renderer_backend_type = hello_imgui.RendererBackendType.null
    params.imgui_window_params.default_imgui_window_type = (
        hello_imgui.DefaultImGuiWindowType.no_default_window
    )
    params.ini_disable = True
    params.callbacks.post_init = driven.start
    params.callbacks.show_gui = driven.draw
    params.callbacks.before_exit = driven.end
    add_ons = immapp.AddOnsParams(with_node_editor=True)
    try:
        testing.run(test_function=driven.script, runner_params=params, add_ons_params=add_ons)
    except RuntimeError as error:
        if "UiContextTarget" not in str(error):
            raise
    print(json.dumps(driven.found))


if __name__ == "__main__":
    main()
