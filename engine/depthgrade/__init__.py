"""depthgrade: real-time, depth-aware, colour-managed video grading.

    from depthgrade import Project, Renderer, looks, render
    project = Project(clip="interview.mov", look=looks.load("studio-light"))
    render(project.with_value("depth.near_limit", 0.42), "graded.mov")
"""

__version__ = "0.1.0"

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

    "Renderer",
    "looks",


]
