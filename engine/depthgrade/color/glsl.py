"""GLSL text of colour transforms, as functions that can be set one after another in a shader.

OpenColorIO writes the body; we wrap it to vec3. 1D textures are always forbidden: moderngl has
none, and a shader that misses one is silently wrong.
"""

import re
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
from numpy.typing import NDArray

from depthgrade.color.config import config
from depthgrade.errors import ColorError, suggest
from depthgrade.resources import shader

# What OpenColorIO raises; the second is no kind of the first in Python.
OCIO_ERRORS = (ocio.Exception, ocio.ExceptionMissingFile)


@dataclass(frozen=True, eq=False)
class GlslTexture:
    """A table a function reads: bind it to the uniform `name`, which the text declares.

    values     float32 (height, width, channels) for a sampler2D, (depth, height, width, channels)
               for a sampler3D; channels 1 or 3
    The text does its own interpolation, so the texture is bound unfiltered, its edges clamped.
    """

    name: str
    values: NDArray[np.float32] = field(repr=False)

    @property
    def dimension(self) -> int:
        """2 for a sampler2D, 3 for a sampler3D."""
        return self.values.ndim - 1

    @property
    def size(self) -> tuple[int, ...]:
        """Texels in x, y and, where there is one, z."""
        return tuple(int(n) for n in self.values.shape[-2::-1])

    @property
    def channels(self) -> int:
        """Numbers in a texel."""
        return int(self.values.shape[-1])


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
    result = []
    for texture in shader.getTextures():
        channels = 1 if texture.channel == ocio.GpuShaderDesc.TEXTURE_RED_CHANNEL else 3
        values = np.array(texture.getValues(), dtype=np.float32)
        result.append(
            GlslTexture(
                texture.samplerName, values.reshape(texture.height, texture.width, channels)
            )
        )
    for cube in shader.get3DTextures():
        values = np.array(cube.getValues(), dtype=np.float32)
        result.append(GlslTexture(cube.samplerName, values.reshape(*[cube.edgeLen] * 3, 3)))
    return tuple(result)


def _interpolated(name: str, body: str, shader: ocio.GpuShaderDesc) -> str:
    """The text with its linear look-ups done by functions of ours, which the text then begins with.

    A GPU's linear filter rounds its weights to 8 bits, which a small table makes visible.
    """
    read = {
        "table_row": [t for t in shader.getTextures() if t.interpolation == ocio.INTERP_LINEAR],
        "table_cell": [t for t in shader.get3DTextures() if t.interpolation == ocio.INTERP_LINEAR],
    }
    for helper, textures in read.items():
        for texture in textures:
            call = f"texture({texture.samplerName},"
            body = body.replace(call, f"{name}_{helper}({texture.samplerName},")
        if textures:
            body = f"{renamed(helper, helper, f'{name}_{helper}')}\n{body}"
    return body


def renamed(file: str, function: str, name: str) -> str:
    """shaders/color/<file>.glsl with its function under another name."""
    return shader(f"color/{file}").replace(f" {function}(", f" {name}(")


def function_of(
    name: str,
    title: str,
    processor: ocio.Processor,
    inverse: str | None = None,
    *,
    limit: float | None = None,
) -> GlslFunction:
    """The processor as `vec3 name(vec3 c)`; the title heads its text as a comment.

    With a limit, NaN in the result becomes 0 and each channel is held within -limit to limit.
    Raises ColorError when OpenColorIO can't write it for a GPU.
    """
    description = ocio.GpuShaderDesc.CreateShaderDesc(
        language=ocio.GPU_LANGUAGE_GLSL_4_0,
        functionName=f"{name}_rgba",
        resourcePrefix=f"{name}_",
    )
    description.setAllowTexture1D(False)
    gpu = processor.getOptimizedGPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
    try:
        gpu.extractGpuShaderInfo(description)
    except OCIO_ERRORS as error:
        raise ColorError(f"{title}: {one_line(error)}; allowed: what a GPU can run") from error
    body = _interpolated(name, _tidy(description.getShaderText()), description)
    result = f"{name}_rgba(vec4(c, 1.0)).rgb"
    if limit is not None:
        body = f"{renamed('finite', 'finite', f'{name}_finite')}\n{body}"
        result = f"{name}_finite({result}, {literal(-limit)}, {literal(limit)})"
    text = f"// {title}\n{body}\n\nvec3 {name}(vec3 c)\n{{\n  return {result};\n}}\n"
    return GlslFunction(name, text, _textures(description), inverse)


def literal(value: float) -> str:
    """A GLSL float literal that keeps float32 exactly, always with a point or exponent."""
    text = f"{value:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"


def identifier(name: str) -> str:
    """A part of a GLSL name made from any text: letters, digits and single underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40].strip("_") or "unnamed"


def one_line(error: Exception) -> str:
    """What OpenColorIO says last, which is the cause, as one short line."""
    text = " ".join(str(error).split())
    for before in ("failed with: ", "with this error: "):
        text = text.rsplit(before, maxsplit=1)[-1]
    return text[:200].rstrip(" .")


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
