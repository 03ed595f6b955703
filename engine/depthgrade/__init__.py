"""depthgrade: real-time, depth-aware, colour-managed video grading.

    from depthgrade import Project, Renderer, looks, render
    project = Project(clip="interview.mov", look=looks.load("studio-light"))
    render(project.with_value("depth.near_limit", 0.42), "graded.mov")

Names are imported when they are first used, so that `depthgrade --help` loads no OpenGL and no
decoder.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from depthgrade import looks
    from depthgrade.errors import (
        ColorError,
        DepthError,
        DeviceError,
        EngineError,
        MediaError,
        ProjectError,
    )
    from depthgrade.project import Look, Project
    from depthgrade.session.offline import RenderReport, render, still
    from depthgrade.session.renderer import Renderer

__all__ = [
    "ColorError",
    "DepthError",
    "DeviceError",
    "EngineError",
    "Look",
    "MediaError",
    "Project",
    "ProjectError",
    "RenderReport",
    "Renderer",
    "looks",
    "render",
    "still",
]

_HOMES = {
    "depthgrade.errors": (
        "ColorError", "DepthError", "DeviceError", "EngineError", "MediaError", "ProjectError",
    ),
    "depthgrade.project": ("Look", "Project"),
    "depthgrade.session.offline": ("RenderReport", "render", "still"),
    "depthgrade.session.renderer": ("Renderer",),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """A public name, imported from its home now."""
    if name == "looks":
        return import_module("depthgrade.looks")
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
