"""From a project to shader text: pure functions, no OpenGL."""

from depthgrade.compiler.grade import Request, compile_grade, held_values
from depthgrade.compiler.guided import compile_guided
from depthgrade.compiler.network_input import compile_network_input
from depthgrade.compiler.pack import compile_pack
from depthgrade.compiler.program import Entry, Plan, Program, Sampler
from depthgrade.compiler.source import Source

__all__ = [
    "Entry",
    "Plan",
    "Program",
    "Request",
    "Sampler",
    "Source",
    "compile_grade",
    "compile_guided",
    "compile_network_input",
    "compile_pack",
    "held_values",
]
