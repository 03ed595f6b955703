"""Bringing the picture up to date: what the viewer needs, drawn again only where it is another.

While a value is dragged or a clip plays, the selected node's numbers are uniforms, so that nothing
is compiled. Once all has been still for a moment the picture is drawn as `still` draws it.
"""

from depthgrade.errors import EngineError
from depthgrade.frames import Frame
from depthgrade.nodes.base import KeyNode
from depthgrade.nodes.registry import parameters, resting
from depthgrade.session.player import Player
from depthgrade.ui.app import App

SETTLED = 0.35  # seconds without a change after which the picture is drawn as `still` draws it


def shown_key(app: App) -> str | None:
    """The node whose key the viewer shows, if it shows one."""
    if app.view.mode in ("picture", "false colour"):
        return None
    nodes, graph = app.look.nodes, app.look.graph
    chosen = app.selection
    node = nodes.get(chosen or "")
    if chosen is not None and (isinstance(node, KeyNode) or (node and graph.key_input(chosen))):
        return chosen
    return next((name for name, node in nodes.items() if isinstance(node, KeyNode)), None)


def scoped_node(app: App) -> str | None:
    """The node whose picture the scopes read; None: they read the output."""
    node = app.look.nodes.get(app.selection or "")
    scoped = app.view.scope_node and node is not None and node.ports.rgb_out
    return app.selection if scoped else None


def live_values(app: App, waking: frozenset[str] = frozenset()) -> frozenset[str]:
    """The addresses that may be dragged: the numbers of the selected node.

    Not those whose passes rest, unless they are waking: the first step of their drag asks for
    another program.
    """
    node = app.look.nodes.get(app.selection or "")
    if node is None:
        return frozenset()
    still = frozenset[str]().union(*resting(node)) - waking
    found = parameters(type(node)).values()
    numbers = [p.name for p in found if p.kind in ("number", "rgb") and p.name not in still]
    held = {name: getattr(node, name) for name in numbers}
    return frozenset(f"{app.selection}.{n}" for n, v in held.items() if v != "auto")


def _foresee(app: App, player: Player, frame: Frame) -> None:
    """Has the programs made that the first step of a drag may ask for, one at a time."""
    node = app.look.nodes.get(app.selection or "")
    if node is None or app.patient:
        return
    for group in resting(node):
        asked = app.look, app.selection, group, player.proxy
        if asked not in app.foreseen and not player.preview.warming:
            live = live_values(app, group)
            player.preview.foresee(frame, app.project, live=live, proxy=player.proxy)
            app.foreseen = [*app.foreseen[-7:], asked]


def is_settled(app: App) -> bool:
    """Whether the picture may be drawn as `still` draws it."""
    still = app.player is not None and not app.player.playing
    return still and (app.patient or app.now() - app.changed > SETTLED) and not app.held


def update(app: App) -> None:
    """Brings the pictures up to date with the time and the project."""
    app.take_clip()
    player = app.player
    if player is None:
        return
    if player.preview.pump():
        app.drawn = None
    player.tick()
    player.ask_depth(app.project, shown_key(app))
    if player.feed.error is not None:
        app.problem = player.feed.error
    if player.preview.depth.error is not None:
        app.problem = player.preview.depth.error
    frame = player.frame
    if frame is None:
        return
    player.measure(app.measuring)
    live, full = live_values(app), is_settled(app)
    prepared = (app.selection, player.proxy)
    if app.patient or (full and app.prepared == prepared):
        live = frozenset()
    else:
        full = full and player.proxy == 1
    view = app.view
    wanted = (
        *(frame.index, app.project, live, full, player.proxy, shown_key(app), view.mode),
        *(
            app.measuring,
            view.compare != "off",
            view.against,
            scoped_node(app),
            len(app.stills.kept),
        ),
    )
    there = player.playing or frame.index == player.index
    if wanted == app.drawn:
        app.complete = there
        if there:
            _foresee(app, player, frame)
        return
    app.complete = False
    try:
        complete = _draw(app, player, live, full)
    except EngineError as error:  # the last good picture stays
        app.problem = str(error)
        app.drawn = wanted  # trying again would not help
        return
    app.problem = player.feed.error or player.preview.depth.error
    if complete and live:
        app.prepared = prepared
    finished = complete and (app.patient or not live)
    app.drawn, app.complete = wanted if finished else None, finished and there


def _draw(app: App, player: Player, live: frozenset[str], full: bool) -> bool:
    """Draws what the viewer needs; whether it is all that was asked for."""
    pictures = app.pictures
    state = player.draw(app.project, live=live, full=full)
    assert state is not None
    pictures.state, pictures.graded = state, state.texture
    pictures.number += 1
    complete = state.current and state.exact
    pictures.key = pictures.reference = pictures.scoped = None
    if (node := scoped_node(app)) is not None:
        until = player.draw_until(app.project, node, live=live, full=full)
        complete = complete and until is not None and until.current
        pictures.scoped = until.texture if until is not None else None
    if (key := shown_key(app)) is not None:
        found = player.draw_key(app.project, key, live=live, full=full)
        complete = complete and found is not None and found.current
        pictures.key = found.texture if found is not None else None
    if app.view.compare != "off":
        kept = app.stills.named(app.view.against)
        if kept is not None and kept.texture is not None:
            pictures.reference = kept.texture
        else:
            bare = player.ungraded(app.project, full=full)
            complete = complete and bare is not None and bare.current
            pictures.reference = bare.texture if bare is not None else None
    pictures.shown = app.monitor.show(pictures.graded, pictures.key, app.view.mode)
    return complete
