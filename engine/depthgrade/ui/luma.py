"""The luma histogram behind the curve editor, of the clip as the nodes see it."""

import numpy as np

from depthgrade.color import evaluate_input
from depthgrade.errors import EngineError
from depthgrade.session.thumbnails import small_rgb
from depthgrade.ui.app import App

_BINS = 64
_LUMA = (0.21, 0.70, 0.09)  # of the DI signal, as saturation weighs it


def luma_histogram(app: App) -> list[float]:
    """Heights 0..1 of even steps of the DaVinci Intermediate signal from 0 to 1."""
    player = app.player
    if player is None or player.frame is None:
        return []
    if app.luma is None or app.luma[0] != player.frame.index:
        info, renderer = player.info, player.preview.renderer
        rgb = small_rgb(player.frame, (info.width, info.height), info.orientation)
        try:
            signal = evaluate_input(renderer.input_space.space, renderer.project.rendering, rgb)
        except EngineError:
            return []
        counts, _ = np.histogram(signal @ np.array(_LUMA), bins=_BINS, range=(0.0, 1.0))
        heights = np.sqrt(counts / max(1, counts.max()))
        app.luma = player.frame.index, heights.tolist()
    return app.luma[1]
