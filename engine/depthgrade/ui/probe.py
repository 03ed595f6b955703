"""The pixel under the mouse, from the file's code values to what the screen gets; its depth."""

import numpy as np

from depthgrade.color import evaluate_input, evaluate_output, ycbcr_to_rgb
from depthgrade.errors import DepthError, EngineError
from depthgrade.frames import Frame
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.nodes.picked import PickedPoint
from depthgrade.project import Look
from depthgrade.session.picked import Place
from depthgrade.session.player import Player
from depthgrade.ui.app import App
from depthgrade.ui.drawing import shown_key


def probe(app: App, u: float, v: float) -> list[str]:
    """What is under the mouse, a line each."""
    player = app.player
    if player is None or player.frame is None or app.pictures.graded is None:
        return []
    return _lines(app, player, u, v)


def resolved(app: App, address: str) -> float | None:
    """What an automatic value comes to in the shot on the screen, once that is known."""
    try:
        value = _settled(app, app.look).value(address)
    except EngineError:
        return None
    return value if isinstance(value, float) else None


def _settled(app: App, look: Look) -> Look:
    """A look with the limits and targets of the frame on the screen.

    Raises DepthError while they are not known.
    """
    player = app.player
    if player is None or player.frame is None:
        raise DepthError("depth: there is no picture yet; wait for it")
    index, depth = player.frame.index, player.preview.depth

    def limits(quality: str) -> tuple[float, float]:
        found = depth.shot(index, quality).limits
        return found.far, found.near

    return look.with_limits(limits).with_targets(lambda *each: depth.target(index, *each))


def depth_at(app: App, u: float, v: float) -> float | None:
    """The depth at a fraction of the picture, near = 1, where it is known."""
    player = app.player
    qualities = player.preview.qualities(app.look, shown_key(app)) if player else ()
    if player is None or player.frame is None or not qualities:
        return None
    found = player.preview.depth.map_of(player.frame.index, qualities[0])
    if found is None:
        return None
    height, width = found.shape
    return float(found[min(int(v * height), height - 1), min(int(u * width), width - 1)])


def target_at(app: App, u: float, v: float) -> float | None:
    """The depth there as the node adjusts it whose value waits to be picked."""
    depth, address = depth_at(app, u, v), app.view.picking
    if depth is None or address is None:
        return None
    try:
        node = _settled(app, app.look_now).nodes[address.partition(".")[0]]
    except EngineError:
        return None
    return node.adjusted(depth) if isinstance(node, DepthMap) else None


def pick(app: App, u: float, v: float, *, follow: bool) -> None:
    """Sets the value that waits for it to the depth there, or to the point, to be followed."""
    target, address, index = target_at(app, u, v), app.view.picking, app.frame_index
    if address is None or address.partition(".")[0] not in app.look.nodes:
        app.view.picking = None
        return
    if target is None or index is None:
        app.say("the depth here is not known yet; click again when it is", wrong=True)
        return
    app.view.picking = None
    app.set(address, PickedPoint(at=(round(u, 4), round(v, 4)), frame=index) if follow else target)


def followed(app: App) -> Place | None:
    """Where the point is that the selected node follows, on the frame on the screen."""
    picked = app.look.picked.get(app.selection or "")
    if picked is None or app.player is None or app.frame_index is None:
        return None
    return app.player.preview.depth.place(app.frame_index, *picked)


def _lines(app: App, player: Player, u: float, v: float) -> list[str]:
    """Position, code values of the file, DaVinci Intermediate, output, depth and key."""
    frame, renderer = player.frame, player.preview.renderer
    graded = app.pictures.graded
    assert frame is not None and graded is not None
    width, height = player.info.size
    x, y = min(int(u * width), width - 1), min(int(v * height), height - 1)
    lines = [f"{x}, {y}"]
    samples = stored_samples(frame, player, x, y)
    if samples is not None:
        letters = {"ycbcr": "YCbCr", "rgb": "RGB", "gray": "Y"}[frame.format.model]
        lines.append(f"clip   {letters}  {'  '.join(f'{each:g}' for each in samples)}")
        rgb = _rgb(frame, player, samples)
        try:
            project = renderer.project
            signal = evaluate_input(renderer.input_space.space, project.rendering, rgb[None])[0]
            lines.append("DI   " + "  ".join(f"{each:.4f}" for each in signal))
            light = evaluate_output("linear_dwg", project.rendering, signal[None])[0]
            lines.append("linear   " + "  ".join(f"{each:.4f}" for each in light))
        except EngineError:
            signal = None
    out = app.monitor.pixel(
        graded,
        min(int(u * graded.width), graded.width - 1),
        min(int(v * graded.height), graded.height - 1),
    )
    lines.append("out   " + "  ".join(f"{each:.4f}" for each in out[:3]))
    depth = depth_at(app, u, v)
    if depth is not None:
        lines.append(f"depth   {depth:.4f}")
    key = app.pictures.key
    if key is not None:
        at = app.monitor.pixel(
            key, min(int(u * key.width), key.width - 1), min(int(v * key.height), key.height - 1)
        )
        lines.append(f"key   {at[0]:.4f}")
    return lines


def stored_samples(frame: Frame, player: Player, x: int, y: int) -> list[float] | None:
    """The code values of the file at an upright pixel: Y, Cb, Cr or R, G, B."""
    info, format = player.info, frame.format
    transpose, flip_x, flip_y = info.orientation.value
    column, row = (y, x) if transpose else (x, y)
    column = info.width - 1 - column if flip_x else column
    row = info.height - 1 - row if flip_y else row
    found: list[float] = []
    for letter in {"ycbcr": "YUV", "rgb": "RGB", "gray": "Y"}[format.model]:
        index = next((i for i, held in enumerate(format.components) if letter in held), None)
        if index is None:
            return None
        plane = frame.planes[index]
        shift_x, shift_y = format.chroma_shift if letter in "UV" else (0, 0)
        value = plane[row >> shift_y, column >> shift_x]
        if plane.ndim == 3:
            value = value[format.components[index].index(letter)]
        found.append(float(value) if format.floating else float(int(value) >> format.shift))
    return found


def _rgb(frame: Frame, player: Player, samples: list[float]) -> np.ndarray:
    """R'G'B' of code values, 0..1 nominal."""
    values = np.array(samples * 3 if len(samples) == 1 else samples, np.float64)
    if frame.format.floating:
        return values
    matrix, offset = ycbcr_to_rgb(frame.format, frame.tags, player.info.width, player.info.height)
    return np.asarray(matrix @ (values / ((1 << frame.format.bits) - 1)) + offset)
