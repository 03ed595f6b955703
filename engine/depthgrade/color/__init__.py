"""Colour spaces, display rendering, tags and Y'CbCr: the colour engine over OpenColorIO.

The working signal is DaVinci Intermediate in DaVinci Wide Gamut. Everything that runs on the GPU is
handed out as GLSL text; the same steps run on the CPU as the oracle.
"""

from depthgrade.color.config import config
from depthgrade.color.glsl import (
    GlslFunction,
    GlslTexture,
    conversion,
    from_linear_working,
    to_linear_working,
)
from depthgrade.color.rendering import DisplayRendering, Rendering
from depthgrade.color.spaces import Space, space, spaces
from depthgrade.color.transforms import (
    evaluate_input,
    evaluate_output,
    input_transform,
    output_transform,
)

__all__ = [
    "DisplayRendering",
    "GlslFunction",
    "GlslTexture",
    "Rendering",
    "Space",
    "config",
    "conversion",
    "evaluate_input",
    "evaluate_output",
    "from_linear_working",
    "input_transform",
    "output_transform",
    "space",
    "spaces",
    "to_linear_working",
]
