"""What every node type is made of: typed parameters, ports, and the shader steps they come to.

A node type is one class and one GLSL file of the same name. Its parameters are declared once,
with range, unit and help; project files, `--set`, messages and reference text derive from that.
Its `steps` turn parameters into calls of its GLSL functions with arguments folded on the CPU, so
that a literal that does nothing can be left out and a live one becomes a uniform.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from depthgrade.color import GlslFunction
from depthgrade.graph import Ports
from depthgrade.nodes.picked import PickedPoint

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]  # rows
Quads = tuple[tuple[float, float, float, float], ...]  # a GLSL array of vec4
Argument = float | Vector | Matrix | Quads
Points = tuple[tuple[float, float], ...]  # the control points (x, y) of a curve
Value = bool | float | str | Vector | Points | PickedPoint

Rgb = Annotated[
    Vector, BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
]

PointList = Annotated[
    Points,
    BeforeValidator(
        lambda value: (
            tuple(tuple(each) if isinstance(each, list) else each for each in value)
            if isinstance(value, list)
            else value
        )
    ),
]


@dataclass(frozen=True)
class Step:
    """One call of a GLSL function: `x = function(x, *arguments)`.

    parameters   the node's parameters that the arguments are folded from
    identity     with these arguments the call returns x, so it need not be made
    brought      functions the call needs that are not in shaders/node, with their tables
    """

    function: str
    arguments: tuple[Argument, ...] = ()
    parameters: frozenset[str] = frozenset()
    identity: bool = False
    brought: tuple[GlslFunction, ...] = ()


START = -1  # in place of a pass's number: what the node's steps made
GUIDE = -2  # the picture before all nodes, for keys that follow its edges


@dataclass(frozen=True)
class Read:
    """A picture that a pass reads.

    made_by   the number of the pass in its list that made it, START or GUIDE
    later     of the frame that many frames later (-1: the one before). Beyond the end of the shot
              it is the frame as far on the other side.
    """

    made_by: int = START
    later: int = 0


@dataclass(frozen=True)
class Pass:
    """One drawing of the whole picture, for what reads neighbouring pixels or frames.

    function(sampler2D, one for each of `reads`, ivec2 q, *arguments) returns the vec4 at q; the
    value of a key is in all of r, g, b. Without `reads` it reads the pass before, the first one
    START. The last pass makes the node's picture or key.

    scale      the picture it makes is that many times smaller both ways, rounded up
    channels   how many of the four are kept
    identity   with these arguments what it reads first stands for what it makes, so that it need
               not be drawn while none of its parameters is live
    A list keeps its length and its reads whatever the values of live parameters are.
    """

    function: str
    arguments: tuple[Argument, ...] = ()
    parameters: frozenset[str] = frozenset()
    reads: tuple[Read, ...] = ()
    scale: int = 1
    channels: int = 4
    identity: bool = False


@dataclass(frozen=True)
class Branch:
    """A picture that reaches a mixer, as GLSL.

    rgb       what the last node of the branch hands on, its key already in it
    key       the key that node was limited by
    ungated   what that node would hand on with a key of 1; asked for by `layered` mixers only
    """

    rgb: str
    key: str
    ungated: str = ""


def parameter(default: Value, low: float, high: float, unit: str, about: str) -> Any:
    """A number, or three, within low..high, or one of the words its type allows besides."""
    return Field(
        default=default,
        description=about,
        json_schema_extra={"unit": unit, "minimum": low, "maximum": high},
    )


def points_parameter(default: Points, about: str) -> Any:
    """The control points [x, y] of a curve, in DI code values from -1 to 2."""
    extra = {"unit": "DI code value", "minimum": -1, "maximum": 2, "kind": "points"}
    return Field(default=default, description=about, json_schema_extra=extra)  # type: ignore[arg-type]


def word_parameter(kind: Literal["file", "space"], default: str, about: str) -> Any:
    """A path, relative to the file that names it, or the name of a colour space."""
    return Field(default=default, description=about, json_schema_extra={"kind": kind})


class Node(BaseModel):
    """The parameters every node has. Frozen: a changed node is a new, validated one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    type: ClassVar[str]
    title: ClassVar[str]
    ports: ClassVar[Ports] = Ports()

    enabled: bool = Field(default=True, description="Off: the node does nothing.")

    @model_validator(mode="after")
    def _within_ranges(self) -> Self:
        for name, field in type(self).model_fields.items():
            limits = field.json_schema_extra
            if not isinstance(limits, dict) or "minimum" not in limits:
                continue
            low, high = cast(float, limits["minimum"]), cast(float, limits["maximum"])
            value = getattr(self, name)
            numbers = _numbers(value)
            if any(isinstance(each, float | int) and not low <= each <= high for each in numbers):
                raise ValueError(f"{name} = {shown(value)} is outside {low:g} to {high:g}")
        return self


class ColorNode(Node):
    """A node that turns a picture into a picture: `out = mix(in, f(in), key)`.

    f is `steps`, then `passes`, then `last_steps`; a pointwise node has only steps. The key is 0..1
    with 1 = affected; without a key wire it is 1 everywhere. The key a node was limited by, through
    its own key controls, is its key output.
    """

    ports: ClassVar[Ports] = Ports(key_out=True)

    key_blur: float = parameter(0.0, 0, 20, "% of height", "Softens the incoming key.")
    key_invert: bool = Field(default=False, description="Affect what the key leaves out.")
    key_input_gain: float = parameter(1.0, 0, 10, "", "Steepens the key before it is clipped.")
    key_input_offset: float = parameter(0.0, -1, 1, "", "Shifts the key before it is clipped.")
    key_gain: float = parameter(1.0, 0, 2, "", "Key output gain; 0 = the node does nothing.")

    def steps(self) -> tuple[Step, ...]:
        """The GLSL calls on the picture (`vec3 f(vec3 x, ...)`), in order."""
        return ()

    def passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """The passes over neighbouring pixels, in order.

        size is (width, height) of the picture in pixels.
        """
        return ()

    def last_steps(self) -> tuple[Step, ...]:
        """The GLSL calls on the picture after the passes."""
        return ()

    def key_passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """The passes over the incoming key, before its steps."""
        return gaussian(self.key_blur, size, "key_blur")

    def key_steps(self) -> tuple[Step, ...]:
        """The GLSL calls on the incoming key (`float f(float k, ...)`), in order."""
        gain, offset = self.key_input_gain, self.key_input_offset
        controls = frozenset({"key_input_gain", "key_input_offset"})
        return (
            Step("key_invert", (), frozenset({"key_invert"}), not self.key_invert),
            Step("key_adjust", (gain, offset), controls, (gain, offset) == (1, 0)),
            Step("key_gain", (self.key_gain,), frozenset({"key_gain"}), self.key_gain == 1),
        )


class KeyNode(Node):
    """A node that makes a key, 0..1 with 1 = affected: `steps`, `passes`, `last_steps`.

    reads   what the first step takes: "depth" (near = 1, far = 0, not clipped), "picture" (the DI
            signal of its picture wire), "position" (vec2 in picture heights from the centre, y
            down) or "key" (its key wire)
    """

    ports: ClassVar[Ports] = Ports(rgb_in=0, key_in=False, rgb_out=False, key_out=True)
    reads: ClassVar[Literal["depth", "picture", "position", "key"]] = "depth"

    def steps(self) -> tuple[Step, ...]:
        """The GLSL calls that end in a key; the first takes what the node reads."""
        raise NotImplementedError

    def passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """The passes over neighbouring values of the key."""
        return ()

    def last_steps(self) -> tuple[Step, ...]:
        """The GLSL calls on the key after the passes."""
        return ()


class KeyPictureNode(Node):
    """A node that makes a grey picture of its key wire, through `steps` (`vec3 f(float k)`)."""

    ports: ClassVar[Ports] = Ports(rgb_in=0, key_in=True)

    def steps(self) -> tuple[Step, ...]:
        """The GLSL calls that end in a picture; the first takes the key."""
        raise NotImplementedError


class MixerNode(Node):
    """A node that joins several gradings of one picture.

    layered   it mixes by the keys itself, so it reads the branches' `ungated`
    """

    ports: ClassVar[Ports] = Ports(rgb_in=None, key_in=False)
    layered: ClassVar[bool] = False

    @property
    def reads_keys(self) -> bool:
        """Whether the keys of the branches matter."""
        return True

    def expression(self, base: str, branches: Sequence[Branch]) -> str:
        """The GLSL expression of the joined picture.

        base is the picture the branches have in common, before they part.
        """
        raise NotImplementedError


class KeyMixerNode(Node):
    """A node that joins several keys."""

    ports: ClassVar[Ports] = Ports(
        rgb_in=0, key_in=True, rgb_out=False, key_out=True, many_keys=True
    )

    def expression(self, keys: Sequence[str]) -> str:
        """The GLSL expression of the joined key."""
        raise NotImplementedError


def _numbers(value: object) -> Iterator[object]:
    """The single values of a parameter."""
    if isinstance(value, tuple):
        for each in value:
            yield from _numbers(each)
    else:
        yield value


def gaussian(percent: float, size: tuple[int, int], name: str) -> tuple[Pass, ...]:
    """A Gaussian blur; its standard deviation is percent of the picture's height.

    A wide one works on a smaller picture: shrunk by means of squares, blurred across and down
    with 3 to 6 pixels of deviation, enlarged by a cubic B-spline. So it costs the same however
    wide it is, and is 0.3 % of a step off. name is the parameter it follows.
    """
    sigma = percent / 100 * size[1]
    scale = 2 ** max(0, math.floor(math.log2(max(sigma, 1e-6) / 3)))
    # The mean over `scale` pixels and the spline (1/3 of a small pixel squared) blur as well.
    spread = (sigma**2 - (scale**2 - 1) / 12) / scale**2 - (1 / 3 if scale > 1 else 0)
    small = math.sqrt(max(spread, 0.0))
    follows, none, fine = frozenset({name}), percent == 0, scale == 1
    return (
        Pass("shrink", (float(scale),), follows, scale=scale, identity=fine),
        Pass("gaussian_across", (small,), follows, scale=scale, identity=none),
        Pass("gaussian_down", (small,), follows, scale=scale, identity=none),
        Pass("enlarge", (float(scale),), follows, identity=fine),
    )


def shown(value: object) -> str:
    """A parameter's value as project files write it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case float() | int():
            return f"{value:.6g}"
        case tuple() | list():
            return f"[{', '.join(shown(each) for each in value)}]"
        case PickedPoint() | dict():
            return (
                f"{{ {', '.join(f'{key} = {shown(each)}' for key, each in dict(value).items())} }}"
            )
    return str(value)
