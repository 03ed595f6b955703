"""What keys do: J-K-L, Resolve's node shortcuts, undo. Not while a text is typed."""

from collections.abc import Callable

from imgui_bundle import imgui

from depthgrade.session.player import Player
from depthgrade.ui import files
from depthgrade.ui.app import App
from depthgrade.ui.graph_actions import act_on_graph

_KEY, _CTRL, _SHIFT, _ALT = imgui.Key, imgui.Key.mod_ctrl, imgui.Key.mod_shift, imgui.Key.mod_alt
_MODIFIERS = (_CTRL, _SHIFT, _ALT)


def handle_keys(app: App) -> None:
    """Acts on the keys pressed since the last refresh."""
    if imgui.get_io().want_text_input:
        return
    for chord, act in _EDITING:
        if _pressed(chord):
            act(app)
    if app.player is not None:
        for chord, play in _PLAYING:
            if _pressed(chord):
                play(app.player)


def _pressed(chord: int) -> bool:
    """Whether keys were pressed together.

    A modifier that was held until this refresh counts: on a slow screen it may be let go within the
    refresh in which the letter went down.
    """
    let_go = sum(each.value for each in _MODIFIERS if imgui.is_key_released(each))
    mask = sum(each.value for each in _MODIFIERS)
    if imgui.get_io().key_mods | let_go != chord & mask:
        return False
    return imgui.is_key_pressed(imgui.Key(chord & ~mask), repeat=False)


def _wipe(app: App, mode: str) -> None:
    app.view.compare = "off" if app.view.compare == mode else mode  # type: ignore[assignment]


def _zoom(app: App) -> None:
    app.view.zoom = 1.0 if app.view.zoom is None else None


def _cycle_key(app: App) -> None:
    modes = ("picture", "key", "overlay", "matte")
    now = modes.index(app.view.mode) if app.view.mode in modes else 0
    app.view.mode = modes[(now + 1) % len(modes)]  # type: ignore[assignment]


def _set_in(player: Player) -> None:
    player.set_range(player.index, player.clock.stop)


def _set_out(player: Player) -> None:
    player.set_range(player.clock.start, player.index + 1)


def _toggle_play(player: Player) -> None:
    if player.playing:
        player.pause()
    else:
        player.play()


def _toggle_loop(player: Player) -> None:
    player.clock.loop = not player.clock.loop


def _chord(*keys: imgui.Key) -> int:
    """Keys pressed together; summed as numbers, as Python 3.11.2 can't join them as flags."""
    return sum(key.value for key in keys)


_EDITING: tuple[tuple[int, Callable[[App], None]], ...] = (
    (_chord(_CTRL, _KEY.z), App.undo),
    (_chord(_CTRL, _SHIFT, _KEY.z), App.redo),
    (_chord(_CTRL, _KEY.s), files.save),
    (_chord(_CTRL, _KEY.o), lambda app: files.ask(app, "open")),
    (_chord(_CTRL, _KEY.q), lambda app: setattr(app, "closing", True)),
    (_chord(_CTRL, _KEY.d), lambda app: act_on_graph(app, "toggle")),
    (_chord(_ALT, _KEY.s), lambda app: act_on_graph(app, "serial")),
    (_chord(_ALT, _KEY.p), lambda app: act_on_graph(app, "parallel")),
    (_chord(_ALT, _KEY.l), lambda app: act_on_graph(app, "layer")),
    (_chord(_ALT, _KEY.o), lambda app: act_on_graph(app, "outside")),
    (_KEY.escape, lambda app: setattr(app.view, "picking", None)),
    (_KEY.delete, lambda app: act_on_graph(app, "remove")),
    (_chord(_CTRL, _ALT, _KEY.g), App.keep_still),
    (_KEY.w, lambda app: _wipe(app, "wipe")),
    (_chord(_SHIFT, _KEY.w), lambda app: _wipe(app, "side")),
    (_KEY.z, _zoom),
    (_chord(_SHIFT, _KEY.h), _cycle_key),
)

_PLAYING: tuple[tuple[int, Callable[[Player], None]], ...] = (
    (_KEY.space, _toggle_play),
    (_KEY.j, lambda player: player.faster(-1)),
    (_KEY.k, Player.pause),
    (_KEY.l, lambda player: player.faster(1)),
    (_KEY.left_arrow, lambda player: player.step(-1)),
    (_KEY.right_arrow, lambda player: player.step(1)),
    (_chord(_SHIFT, _KEY.left_arrow), lambda player: player.step(-10)),
    (_chord(_SHIFT, _KEY.right_arrow), lambda player: player.step(10)),
    (_KEY.home, lambda player: player.seek(player.clock.start)),
    (_KEY.end, lambda player: player.seek(player.clock.stop - 1)),
    (_KEY.i, _set_in),
    (_KEY.o, _set_out),
    (_chord(_ALT, _KEY.x), lambda player: player.set_range(0, player.info.frame_count)),
    (_chord(_CTRL, _KEY.l), _toggle_loop),
)
