"""How long to wait between two refreshes: the clip's time while it plays, else what input asks for.

On a software device one refresh a frame of the clip is all there is time for, and an even pace
looks better than a fast one; on a GPU the screen sets the pace.
"""

from time import perf_counter

from depthgrade.session.player import FASTEST
from depthgrade.ui.app import App


def pause(app: App, began: float, *, software: bool) -> float:
    """Seconds to wait after a refresh that began then."""
    spent = perf_counter() - began
    player = app.player
    if player is not None and player.playing:
        if not software:
            return 0.0
        rate = float(player.info.rate or 24) * abs(player.clock.speed)
        return max(0.0, 1 / min(rate, FASTEST) - spent)
    return max(0.0, 1 / FASTEST - spent)
