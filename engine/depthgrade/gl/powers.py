"""Powers as polynomials, the form in which a software rasteriser runs them fast.

Mesa's llvmpipe selects for zero, infinity and NaN within every power, and LLVM then computes one
channel after the other, each waiting for results of its own. Without selections the three overlap:
a chain of powers takes three quarters of the time. GPUs have units for powers and keep the text.
"""

import re
from functools import cache

from depthgrade.resources import shader

_CALL = re.compile(r"\b(pow|exp2|log2|exp|log)(?=\s*\()")
_TYPES = {"float": "int", "vec2": "ivec2", "vec3": "ivec3", "vec4": "ivec4"}


def quick_powers(text: str) -> str:
    """A shader of GLSL 3.30 or later whose pow, exp, exp2, log and log2 are polynomials.

    Powers of 0 are 0 and NaN becomes some number. Texts without such calls stay as they are.
    """
    if not _CALL.search(text):
        return text
    version, _, rest = text.partition("\n")
    called = _CALL.sub(r"quick_\1", rest)
    return f"{version}\n{_library()}\n{called}"


@cache
def _library() -> str:
    """The functions for each type."""
    text = shader("software/powers")
    return "\n".join(
        text.replace("IVEC", integers).replace("VEC", floats) for floats, integers in _TYPES.items()
    )
