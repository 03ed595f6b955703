"""Whole ways in and out: code values of a clip to DaVinci Intermediate, and on to a display.

A transform is a chain of steps, each with its GLSL and its CPU result. Each chain begins with a
guard against NaN and infinity.

An input or output is named
    rec709             a space of ours; see `spaces`
    ocio:NAME          a colour space, alias or role of the user's configuration; a plain NAME too,
                       where we have none of that name: ours come first
    view:DISPLAY/VIEW  a view of the user's configuration; only as output
    file:PATH          a LUT, CLF or CDL file: as input it makes DaVinci Intermediate of the clip's
                       code values, as output it makes code values of DaVinci Intermediate
    file:PATH@SPACE    the same, for a file that leads to (as input) or expects (as output) another
                       space of ours, such as file:look.cube@logc3_awg3

Rec.709 and the other display spaces come in through the inverse of the `davinci` rendering of
their own peak (or of `none`), in their own linear primaries and whatever the output is, so that an
ungraded clip comes out as it went in. With an `aces2` output they still come in through `davinci`:
the inverse of ACES 2 sends display white to scene 128, seven stops above a white wall. HLG and PQ
clips are scene light; as outputs, `hlg` and `pq` are rendered for a display of 1000 nits. To get an
HDR clip back as it went in, name its input `hlg_display` or `pq_display`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from depthgrade.color.glsl import GlslFunction
from depthgrade.color.luts import lut_file
from depthgrade.color.rendering import DisplayRendering
from depthgrade.color.spaces import Space, space, spaces
from depthgrade.color.steps import (
    FINITE,
    FINITE_LOG,
    FINITE_WORKING,
    WORKING,
    Aces2,
    Compress,
    Convert,
    Finite,
    Render,
    Step,
    all_glsl,
    evaluate_all,
)
from depthgrade.color.user_config import UserConfig, UserConvert, UserView
from depthgrade.errors import ColorError, suggest

_ACES = "aces2065_1"  # where the user's configuration and ours meet
_FILE, _OCIO, _VIEW = "file:", "ocio:", "view:"


@dataclass(frozen=True)
class _UserSpace:
    """A colour space of the user's configuration, in its canonical spelling."""

    user: UserConfig
    name: str


def _needed(user: UserConfig | None, name: str) -> UserConfig:
    if user is None:
        raise ColorError(
            f'"{name}": needs an OpenColorIO configuration; allowed: set $OCIO or name one in '
            "the project"
        )
    return user


def _find(name: str, user: UserConfig | None) -> Space | _UserSpace:
    """The space of a name without file: or view:; ours first. Raises ColorError."""
    plain = name.removeprefix(_OCIO)
    ours = {row.name: row for row in spaces()}
    if plain == name and name in ours:
        return ours[name]
    if plain != name:
        user = _needed(user, name)
    if user is None:
        return space(name)
    found = user.find(plain)
    if found is None:
        theirs = [f"{_OCIO}{each}" for each in user.spaces()]
        known = theirs if plain != name else [*ours, *theirs]
        raise ColorError(f'colour space: "{name}" is unknown; {suggest(name, known)}')
    return _UserSpace(user, found)


def _file(name: str) -> tuple[str, str]:
    """(path, name of a space of ours) of "file:PATH" or "file:PATH@SPACE"."""
    path = name.removeprefix(_FILE)
    head, at, tail = path.rpartition("@")
    if at and any(row.name == tail for row in spaces()):
        return head, tail
    return path, WORKING


def _guard(clip: Space) -> Finite:
    if clip.name == WORKING:
        return FINITE_WORKING
    signal = clip.kind == "scene" or clip.peak > 1.0
    return FINITE_LOG if clip.decode is not None and signal else FINITE


def _input_steps(
    name: str, rendering: DisplayRendering, user: UserConfig | None
) -> tuple[Step, ...]:
    if name.startswith(_FILE):
        path, lands_in = _file(name)
        return (FINITE, lut_file(path), Convert(lands_in, WORKING))
    if name.startswith(_VIEW):
        raise ColorError(f'"{name}": a view is for output; allowed: a colour space or file:PATH')
    clip = _find(name, user)
    if isinstance(clip, _UserSpace):
        guard = FINITE if clip.user.linear(clip.name) else FINITE_LOG
        decode = UserConvert(clip.user, clip.name, clip.user.interchange())
        return (guard, decode, Convert(_ACES, WORKING))
    if clip.kind == "scene" or rendering.kind == "none":
        return (_guard(clip), Convert(clip.name, WORKING))
    compressed = rendering.gamut_compression and rendering.kind == "davinci"
    return (
        _guard(clip),
        Convert(clip.name, clip.linear),
        Render(rendering.curve(clip.peak), inverse=True),
        *((Compress(clip.primaries, inverse=True),) if compressed else ()),
        Convert(clip.linear, WORKING),
    )


def _output_steps(
    name: str, rendering: DisplayRendering, user: UserConfig | None
) -> tuple[Step, ...]:
    if name.startswith(_FILE):
        path, expects = _file(name)
        return (FINITE_WORKING, Convert(WORKING, expects), lut_file(path))
    if name.startswith(_VIEW):
        user = _needed(user, name)
        display, view = user.view(name.removeprefix(_VIEW))
        return (FINITE_WORKING, Convert(WORKING, _ACES), UserView(user, display, view))
    target = _find(name, user)
    if isinstance(target, _UserSpace):
        encode = UserConvert(target.user, target.user.interchange(), target.name)
        return (FINITE_WORKING, Convert(WORKING, _ACES), encode)
    if rendering.kind != "none" and target.rendered:
        target = space(target.rendered)
    if target.kind == "scene" or rendering.kind == "none":
        return (FINITE_WORKING, Convert(WORKING, target.name))
    if rendering.kind == "aces2":
        return (FINITE_WORKING, Aces2(target.name, target.primaries, target.peak))
    return (
        FINITE_WORKING,
        Convert(WORKING, target.linear),
        *((Compress(target.primaries),) if rendering.gamut_compression else ()),
        Render(rendering.curve(target.peak)),
        Convert(target.linear, target.name),
    )


def input_transform(
    name: str, rendering: DisplayRendering | None = None, user: UserConfig | None = None
) -> tuple[GlslFunction, ...]:
    """Functions to chain from R'G'B' code values of a clip to DaVinci Intermediate.

    The rendering (default: davinci) matters to display spaces only; `aces2` counts as `davinci`
    here. Raises ColorError for a name, file or configuration that can't serve.
    """
    return all_glsl(_input_steps(name, rendering or DisplayRendering(), user))


def output_transform(
    name: str, rendering: DisplayRendering | None = None, user: UserConfig | None = None
) -> tuple[GlslFunction, ...]:
    """Functions to chain from DaVinci Intermediate to code values of the output.

    Display spaces, HLG and PQ get the rendering; other scene spaces (davinci_intermediate, linear
    ones, ACES, camera logs), spaces of the user's configuration and files get scene light without
    one. `aces2`, views and files may carry textures. Nothing clips to 0..1. Raises ColorError as
    input_transform.
    """
    return all_glsl(_output_steps(name, rendering or DisplayRendering(), user))


def evaluate_input(
    name: str,
    rendering: DisplayRendering | None,
    rgb: ArrayLike,
    user: UserConfig | None = None,
) -> NDArray[np.float64]:
    """What input_transform computes, on the CPU: (..., 3) to (..., 3) float64.

    Our steps run in float64, OpenColorIO's in its float32 at OPTIMIZATION_LOSSLESS.
    """
    steps = _input_steps(name, rendering or DisplayRendering(), user)
    return evaluate_all(steps, np.asarray(rgb, dtype=np.float64))


def evaluate_output(
    name: str,
    rendering: DisplayRendering | None,
    rgb: ArrayLike,
    user: UserConfig | None = None,
) -> NDArray[np.float64]:
    """What output_transform computes, on the CPU; precision as of evaluate_input."""
    steps = _output_steps(name, rendering or DisplayRendering(), user)
    return evaluate_all(steps, np.asarray(rgb, dtype=np.float64))


def input_title(name: str, user: UserConfig | None = None) -> str:
    """What people call an input; raises ColorError, as input_transform would, for a wrong one."""
    input_transform(name, None, user)
    return _title(name, user)


def output_title(name: str, user: UserConfig | None = None) -> str:
    """What people call an output; raises ColorError, as output_transform would."""
    output_transform(name, None, user)
    return _title(name, user)


def _title(name: str, user: UserConfig | None) -> str:
    if name.startswith(_FILE):
        path, end = _file(name)
        return f"{path} ({space(end).title})"
    if name.startswith(_VIEW):
        return f"view {name.removeprefix(_VIEW)} of {_needed(user, name).name}"
    found = _find(name, user)
    return found.title if isinstance(found, Space) else f"{found.name} of {found.user.name}"
