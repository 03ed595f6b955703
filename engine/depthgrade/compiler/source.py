"""How a shader reads the clip: from planes as they were decoded to upright R'G'B' code values.

Subsampling, bit depth, range, matrix and rotation are all literals of the text, so the planes are
uploaded as they are and nothing is converted on the CPU.
"""

from dataclasses import dataclass

import numpy as np

from depthgrade.color import ycbcr_to_rgb
from depthgrade.compiler.text import matrix, number, vector
from depthgrade.frames import ClipInfo, ColorTags, Orientation, PixelFormat


@dataclass(frozen=True)
class Source:
    """What the shader must know of the planes.

    width, height   of the stored picture
    tags            matrix coefficients and range; unspecified ones are assumed by `color`
    """

    format: PixelFormat
    tags: ColorTags
    width: int
    height: int
    orientation: Orientation = Orientation.UPRIGHT

    @classmethod
    def of(cls, info: ClipInfo) -> "Source":
        """The source of a clip's frames."""
        return cls(info.format, info.tags, info.width, info.height, info.orientation)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the upright picture."""
        turned = self.orientation.transposed
        return (self.height, self.width) if turned else (self.width, self.height)

    def stored(self, q: str) -> str:
        """The stored texel of an upright position: GLSL ivec2 from the name of an ivec2."""
        transpose, flip_x, flip_y = self.orientation.value
        u, v = (f"{q}.y", f"{q}.x") if transpose else (f"{q}.x", f"{q}.y")
        if flip_x:
            u = f"{self.width - 1} - {u}"
        if flip_y:
            v = f"{self.height - 1} - {v}"
        return q if (u, v) == (f"{q}.x", f"{q}.y") else f"ivec2({u}, {v})"

    def samples(self, at: str, *, nearest: bool = False) -> str:
        """The vec3 of plane samples (Y, Cb, Cr or R, G, B) at a stored texel, 0..1 of storage.

        nearest takes the nearest chroma sample instead of interpolating, for averages of many.
        """
        letters = {"ycbcr": "YUV", "rgb": "RGB", "gray": "YYY"}[self.format.model]
        reads = [self._component(letter, at, nearest) for letter in letters]
        texels = {read.rpartition(".")[0] for read in reads}
        if len(texels) == 1:  # packed: one texel holds all three
            channels = "".join(read.rpartition(".")[2] for read in reads)
            return f"{texels.pop()}.{channels}"
        return f"vec3({', '.join(reads)})"

    def _component(self, letter: str, at: str, nearest: bool) -> str:
        plane = next(i for i, held in enumerate(self.format.components) if letter in held)
        channel = "rgba"[self.format.components[plane].index(letter)]
        shift_x, shift_y = self.format.chroma_shift
        shifted = letter in "UV" and (shift_x, shift_y) != (0, 0)
        if nearest:
            place = f"{at} >> ivec2({shift_x}, {shift_y})" if shifted else at
            return f"nearest_texel(plane{plane}, {place}).{channel}"
        if not shifted:
            return f"texelFetch(plane{plane}, {at}, 0).{channel}"
        if shift_y == 0:
            return f"chroma_across(plane{plane}, {at}, {shift_x}).{channel}"
        return f"chroma_at(plane{plane}, {at}, ivec2({shift_x}, {shift_y})).{channel}"

    def to_rgb(self, samples: str) -> str:
        """R'G'B' code values, 0..1 nominal, of a vec3 of plane samples."""
        if self.format.floating:
            return samples
        to_rgb, offset = ycbcr_to_rgb(self.format, self.tags, self.width, self.height)
        storage = 65535 if self.format.bits + self.format.shift > 8 else 255
        scale = storage / (((1 << self.format.bits) - 1) << self.format.shift)
        scaled = np.round(to_rgb * scale, 12)  # exact zeros instead of 1e-17
        gain = scaled[0, 0]
        only_gain = np.array_equal(scaled, gain * np.eye(3))
        factor = number(gain) if only_gain else matrix(scaled.tolist())
        shift = f" + {vector(offset.tolist())}" if np.any(offset) else ""
        return f"{samples}{shift}" if factor == "1.0" else f"{factor} * {samples}{shift}"
