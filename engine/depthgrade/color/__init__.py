"""Colour spaces, display rendering, tags and Y'CbCr: the colour engine over OpenColorIO.

The working signal is DaVinci Intermediate in DaVinci Wide Gamut. Everything that runs on the GPU is
handed out as GLSL text; the same steps run on the CPU as the oracle.
"""

from depthgrade.color.config import config
from depthgrade.color.export import write_config
from depthgrade.color.glsl import (
    GlslFunction,
    GlslTexture,
    cancel,
    conversion,
    from_linear_working,
    to_linear_working,
)
from depthgrade.color.luts import evaluate_file, file_transform, lut_extensions
from depthgrade.color.rendering import DisplayRendering, Rendering
from depthgrade.color.spaces import Space, space, spaces
from depthgrade.color.suggest import Suggestion, suggest_space
from depthgrade.color.tags import Assumption, space_to_tags, tags_to_space
from depthgrade.color.transforms import (
    evaluate_input,
    evaluate_output,
    input_title,
    input_transform,
    output_title,
    output_transform,
)
from depthgrade.color.user_config import UserConfig, config_from
from depthgrade.color.ycbcr import (
    decode_matrix,
    encode_matrix,
    resolved_full_range,
    resolved_matrix,
    rgb_to_ycbcr,
    ycbcr_to_rgb,
)

__all__ = [
    "Assumption",
    "DisplayRendering",
    "GlslFunction",
    "GlslTexture",
    "Rendering",
    "Space",
    "Suggestion",
    "UserConfig",
    "cancel",
    "config",
    "config_from",
    "conversion",
    "decode_matrix",
    "encode_matrix",
    "evaluate_file",
    "evaluate_input",
    "evaluate_output",
    "file_transform",
    "from_linear_working",
    "input_title",
    "input_transform",
    "lut_extensions",
    "output_title",
    "output_transform",
    "resolved_full_range",
    "resolved_matrix",
    "rgb_to_ycbcr",
    "space",
    "space_to_tags",
    "spaces",
    "suggest_space",
    "tags_to_space",
    "to_linear_working",
    "write_config",
    "ycbcr_to_rgb",
]
