"""GLSL text of colour transforms, as functions that can be set one after another in a shader.

OpenColorIO writes the body; we wrap it to vec3. 1D textures are always forbidden: moderngl has
none, and a shader that misses one is silently wrong.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
from numpy.typing import NDArray

from depthgrade.color.config import config
from depthgrade.errors import ColorError, suggest


@dataclass(frozen=True, eq=False)
class GlslTexture:
    """A table a function samples: bind it to the uniform sampler2D `name` of the text.

    values     float32 (height, width, channels), channels 1 or 3
    filtering  "nearest" or "linear"; edges are clamped
    """

    name: str
    values: NDArray[np.float32] = field(repr=False)
    filtering: Literal["nearest", "linear"]

    @property
    def width(self) -> int:
        """Texels in x."""
        return int(self.values.shape[1])

    @property
    def height(self) -> int:
        """Texels in y."""
        return int(self.values.shape[0])

    @property
    def channels(self) -> int:
        """Numbers in a texel."""
        return int(self.values.shape[2])


@dataclass(frozen=True)
class GlslFunction:
    """Text that defines `vec3 name(vec3 c)` and all it needs, in GLSL 3.30 core.

    Two functions of one name have one text, so a shader that chains several keeps each name once.
    Without textures the text has no uniforms. Helpers in the text begin with the name.

    inverse    name of the function that undoes this one, if there is one
    guard      it only bounds values: NaN and infinity become numbers
    """

    name: str
    text: str
    textures: tuple[GlslTexture, ...] = ()
    inverse: str | None = None
    guard: bool = False


def cancel(functions: tuple[GlslFunction, ...]) -> tuple[GlslFunction, ...]:
    """The chain without neighbours that undo each other, and with its first guard only.

    It serves a chain with no grade between: Rec.709 in and Rec.709 out leave the guard alone, so
    the picture comes out exactly as it went in. Later guards would see bounded values.
    """
    kept: list[GlslFunction] = []
    for function in functions:
        if function.guard and any(earlier.guard for earlier in kept):
            continue
        if kept and function.inverse == kept[-1].name:
            kept.pop()
        else:
            kept.append(function)
    return tuple(kept)


def _tidy(text: str) -> str:
    """OpenColorIO's text with less noise: equal channels said once, no blank runs."""
    text = text.replace("\t", "  ").replace(";;", ";")
    text = re.sub(r"vec3\(([^,()]+), \1, \1\)", r"vec3(\1)", text)
    whole_pixel = "vec4(outColor.rgb.r, outColor.rgb.g, outColor.rgb.b, outColor.a)"
    text = text.replace(whole_pixel, "outColor")
    text = re.sub(r"[ ]+$", "", text, flags=re.MULTILINE)
    text = re.sub(r"// Declaration of .*\n", "", text)
    text = re.sub(r"\{\n\n", "{\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _textures(shader: ocio.GpuShaderDesc) -> tuple[GlslTexture, ...]:
    if list(shader.get3DTextures()):
        raise ColorError("OpenColorIO: the transform needs a 3D table; allowed: analytic or 1D")
    result = []
    for texture in shader.getTextures():
        channels = 1 if texture.channel == ocio.GpuShaderDesc.TEXTURE_RED_CHANNEL else 3
        values = np.array(texture.getValues(), dtype=np.float32)
        linear = texture.interpolation == ocio.INTERP_LINEAR
        result.append(
            GlslTexture(
                name=texture.samplerName,
                values=values.reshape(texture.height, texture.width, channels),
                filtering="linear" if linear else "nearest",
            )
        )
    return tuple(result)


def function_of(
    name: str, title: str, processor: ocio.Processor, inverse: str | None = None
) -> GlslFunction:
    """The processor as `vec3 name(vec3 c)`; the title heads its text as a comment."""
    shader = ocio.GpuShaderDesc.CreateShaderDesc(
        language=ocio.GPU_LANGUAGE_GLSL_4_0,
        functionName=f"{name}_rgba",
        resourcePrefix=f"{name}_",
    )
    shader.setAllowTexture1D(False)
    gpu = processor.getOptimizedGPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
    gpu.extractGpuShaderInfo(shader)
    body = _tidy(shader.getShaderText())
    text = (
        f"// {title}\n{body}\n\n"
        f"vec3 {name}(vec3 c)\n{{\n  return {name}_rgba(vec4(c, 1.0)).rgb;\n}}\n"
    )
    return GlslFunction(name, text, _textures(shader), inverse)


# The working space's own curve has short names, because every graded shader says them.
_SHORT_NAMES = {
    ("davinci_intermediate", "linear_dwg"): "di_decode",
    ("linear_dwg", "davinci_intermediate"): "di_encode",
}


def _conversion_name(src: str, dst: str) -> str:
    return _SHORT_NAMES.get((src, dst), f"{src}_to_{dst}")


def checked(name: str) -> str:
    """The name, if the configuration has a space of it; otherwise raises ColorError."""
    known = list(config().getColorSpaceNames())
    if name not in known:
        raise ColorError(f'colour space: "{name}" is unknown; {suggest(name, known)}')
    return name


@cache
def conversion(src: str, dst: str) -> tuple[GlslFunction, ...]:
    """The function from code values of one space to those of another; none if they are the same.

    Display spaces convert with no rendering. Raises ColorError for an unknown space.
    """
    if checked(src) == checked(dst):
        return ()
    processor = config().getProcessor(src, dst)
    name, inverse = _conversion_name(src, dst), _conversion_name(dst, src)
    return (function_of(name, f"{src} to {dst}", processor, inverse),)


def to_linear_working() -> tuple[GlslFunction, ...]:
    """`di_decode`: DaVinci Intermediate to linear DaVinci Wide Gamut."""
    return conversion("davinci_intermediate", "linear_dwg")


def from_linear_working() -> tuple[GlslFunction, ...]:
    """`di_encode`: linear DaVinci Wide Gamut to DaVinci Intermediate."""
    return conversion("linear_dwg", "davinci_intermediate")
