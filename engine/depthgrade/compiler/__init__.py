"""From a project to shader text: pure functions, no OpenGL."""

from depthgrade.compiler.grade import Request, compile_grade, held_values
from depthgrade.compiler.guided import compile_drawn, compile_lines
from depthgrade.compiler.network_input import compile_network_input
from depthgrade.compiler.pack import compile_pack
from depthgrade.compiler.program import Entry, Plan, Program, Sampler
from depthgrade.compiler.proxy import compile_proxy
from depthgrade.compiler.source import Source
from depthgrade.resources import shader, shader_names

__all__ = [
    "Entry",
    "Plan",
    "Program",
    "Request",
    "Sampler",
    "Source",
    "compile_drawn",
    "compile_grade",
    "compile_lines",
    "compile_network_input",
    "compile_pack",
    "forget_shaders",
    "held_values",
]


def forget_shaders() -> None:
    """Has every text written anew from the files of shaders, which have changed."""
    depth = (compile_drawn, compile_lines, compile_network_input)
    for each in (shader, shader_names, *depth, compile_pack, compile_proxy):
        each.cache_clear()
