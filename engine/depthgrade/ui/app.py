"""The application's state and what can be done to it: no drawing, no window.

Panels read it and call its methods; `drawing.update` brings the picture up to date. All of
it belongs to the thread of the device.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from time import monotonic

from depthgrade import editing
from depthgrade.color import input_title, space
from depthgrade.errors import EngineError
from depthgrade.gl.device import Device
from depthgrade.gl.monitor import Monitor
from depthgrade.gl.scopes import Scopes
from depthgrade.graph import SOURCE, Wire
from depthgrade.nodes.base import ColorNode
from depthgrade.nodes.registry import parameters
from depthgrade.project import Look, Project
from depthgrade.session.opening import Opening
from depthgrade.session.player import Player
from depthgrade.ui.history import History
from depthgrade.ui.node_pictures import NodePictures
from depthgrade.ui.places import Places
from depthgrade.ui.queue import Queue
from depthgrade.ui.shelf import Shelf
from depthgrade.ui.state import Message, Pictures, View
from depthgrade.ui.stills import Stills
from depthgrade.ui.strip import Strip
from depthgrade.ui.unsaved import stills_folder

# What of a project decides how its clip is opened and seen
_OF_CLIP = tuple(each.name for each in fields(Project) if each.name != "look")


@dataclass
class App:
    """One project being graded.

    patient   every picture is drawn exactly and at once: for screenshots and tests
    """

    device: Device
    project_file: Path | None = None
    patient: bool = False
    now: Callable[[], float] = monotonic
    history: History = field(default_factory=lambda: History(Project()))
    player: Player | None = None
    opening: Opening | None = None  # the project's clip while it is being opened
    selection: str | None = None
    wire: Wire | None = None  # the one chosen in the graph: Delete takes it, not the node
    view: View = field(default_factory=View)
    pictures: Pictures = field(default_factory=Pictures)
    message: Message | None = None
    input_title: str = ""  # the colour space the clip is taken to be in
    problem: str | None = None  # why there is no picture
    clip_there: bool = False  # the clip is a file that was there
    missing: str | None = None  # what to say because it is there no more
    stills: Stills = field(default_factory=Stills)
    node_pictures: NodePictures = field(default_factory=NodePictures)
    shelf: Shelf = field(default_factory=Shelf)
    closing: bool = False
    places: Places = field(default_factory=Places)
    asking: str | None = None  # what the path that is being typed is for
    asked_path: str = ""
    queue: Queue = field(default_factory=Queue)
    file_stamp: tuple[int, int] | None = None  # of the project file as it was read
    watched: float = -10.0
    shaders: tuple[tuple[str, int, int], ...] | None = (
        None  # what the shader files were when they were read
    )
    declined: set[str] = field(default_factory=set)  # clips whose suggested space is not wanted
    autosaved: float = 0.0
    measuring: bool = False  # the parts of pictures are timed, because they are looked at
    held: bool = False  # a value is being dragged
    luma: tuple[int, list[float]] | None = None  # the histogram behind curves, and of which frame
    grabbed_limit: str = ""  # the limit that a drag on the depth histogram moves
    strip: Strip = field(default_factory=Strip)
    curve_point: tuple[str, int] | None = None  # the point of a curve that is being dragged
    changed: float = -10.0
    complete: bool = False  # the picture is what was asked for, nothing is being waited for
    drawn: object = None
    resumed: Player | None = None  # closed: what was played before the clip was opened anew
    prepared: object = None
    foreseen: list[object] = field(default_factory=list)  # the programs that drags may ask for

    def __post_init__(self) -> None:
        self.monitor = Monitor(self.device)
        self.scopes = Scopes(self.device)

    def close(self) -> None:
        """Ends playback and rendering; the device stays."""
        self.queue.close()
        self.strip.close()
        self.stills.close()
        self.node_pictures.close()
        self._close_clip()

    # ---- Projects

    @property
    def clip_name(self) -> str:
        """What the clip is called."""
        return Path(self.project.clip).name if self.project.clip is not None else "no clip"

    @property
    def has_clip(self) -> bool:
        """Whether a clip is there or coming."""
        return self.player is not None or self.opening is not None

    @property
    def about(self) -> str:
        """The clip in a line."""
        if self.player is None:
            return ""
        info = self.player.info
        width, height = info.size
        maps = self.player.preview.depth
        depth = maps.description
        if 0 < maps.count < info.frame_count:
            depth = f"{depth}, {maps.count} of {info.frame_count} frames"
        return (
            f"{info.codec}  {width}×{height}  {info.format.bits} bit   "
            f"{self.input_title}   depth: {depth}"
        )

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self.history.project

    @property
    def look(self) -> Look:
        """Its look."""
        return self.project.look

    def open(self, project: Project, file: Path | None = None, problem: str | None = None) -> None:
        """Takes a project; its clip's troubles are shown in place of the picture.

        problem: why the file could not be read; shown likewise.
        """
        self.history = History(project)
        self.project_file = file
        self.selection = _first_choice(project.look)
        self.view.against = None
        self.node_pictures.clear()
        self.stills.open(stills_folder(file, project.clip))
        self.reopen()
        self.problem = self.problem or problem

    @property
    def render_range(self) -> tuple[int, int] | None:
        """In and out as a render takes them; None where they are the whole clip."""
        if self.player is None:
            return None
        chosen = self.player.clock.start, self.player.clock.stop
        return None if chosen == (0, self.player.info.frame_count) else chosen

    def reopen(self) -> None:
        """Opens the project's clip anew, at the frame it was at where it is the same clip."""
        self.resumed = self._close_clip() or self.resumed
        self.pictures, self.problem, self.missing = Pictures(), None, None
        self.drawn = self.prepared = None
        self.complete = False
        if self.project.clip is None:
            return
        self.clip_there = Path(self.project.clip).is_file()
        self.opening = Opening(self.project)
        if self.patient:
            self.take_clip(wait=True)

    def take_clip(self, *, wait: bool = False) -> None:
        """Begins playing the clip that is being opened, once it is there."""
        if self.opening is None:
            return
        try:
            reader = self.opening.take(wait=wait)
            if reader is None:
                return
            self.opening = None
            self.player = Player(
                self.project, self.device, reader=reader, patient=self.patient, now=self.now
            )
            self.strip.open(self.project, self.player, self.device)
            taken_as = self.player.preview.renderer.input_space.space
            self.input_title = input_title(taken_as, self.project.configuration)
            before, self.resumed = self.resumed, None
            if before is not None and before.info == self.player.info:
                self.player.set_range(before.clock.start, before.clock.stop)
                self.player.clock.loop = before.clock.loop
                self.player.seek(before.index)
        except EngineError as error:
            self.problem, self.opening = str(error), None

    def _close_clip(self) -> Player | None:
        """Ends playback and opening; the player as it was."""
        before, self.player = self.player, None
        if before is not None:
            before.pause()  # or its clock would run on until the clip is there again
            before.close()
        if self.opening is not None:
            self.opening.drop()
            self.opening = None
        return before

    def edit(self, project: Project, what: str, group: str = "") -> None:
        """Makes a changed project the present one; it can be undone."""
        before = self.project
        self.history.push(project, what, group)
        self._changed_from(before)

    def edit_look(self, change: Callable[[Look], Look], what: str, group: str = "") -> bool:
        """Changes the look, or says why it can't be changed."""
        try:
            look = change(self.look)
        except EngineError as error:
            self.say(str(error), wrong=True)
            return False
        self.edit(replace(self.project, look=look), what, group)
        return True

    def add_node(self, add: Callable[[Look], tuple[Look, str]], what: str) -> str | None:
        """Adds a node and selects it; None where that is not possible."""
        try:
            look, name = add(self.look)
        except EngineError as error:
            self.say(str(error), wrong=True)
            return None
        self.edit(replace(self.project, look=look), what)
        self.select(name)
        return name

    def set(self, address: str, value: object, *, held: bool = False) -> bool:
        """Sets a value; while it is held (dragged) all changes are one edit."""
        self.held = self.held or held
        node, _, name = address.partition(".")
        words = f"{name.replace('_', ' ')} of {node}"
        group = address if held else ""
        if address in self.look.keyframes and self.frame_index is not None:
            index = self.frame_index
            return self.edit_look(
                lambda look: look.with_keyframe(address, index, value), words, group
            )
        return self.edit_look(lambda look: look.with_value(address, value), words, group)

    @property
    def frame_index(self) -> int | None:
        """The frame on the screen."""
        return self.player.frame.index if self.player and self.player.frame else None

    @property
    def look_now(self) -> Look:
        """The look at the frame on the screen, keyframes settled."""
        index = self.frame_index
        if index is None or not self.look.keyframes:
            return self.look
        return self.look.at(index)

    @property
    def keyframe_frames(self) -> list[int]:
        """The frames at which the selected node has keyframes."""
        tracks = [t for a, t in self.look.keyframes.items() if a.split(".")[0] == self.selection]
        return sorted({key.frame for track in tracks for key in track.keys})

    def keyframe_state(self, address: str) -> str:
        """Whether a value has a keyframe "here", at "other" frames, or "none"."""
        track = self.look.keyframes.get(address)
        if track is None:
            return "none"
        return "here" if any(key.frame == self.frame_index for key in track.keys) else "other"

    def toggle_keyframe(self, address: str) -> None:
        """Sets a keyframe at the frame on the screen, or removes the one there."""
        index = self.frame_index
        if index is None:
            return
        if self.keyframe_state(address) == "here":
            self.edit_look(lambda look: look.without_keyframe(address, index), "remove keyframe")
        else:
            value = self.look_now.value(address)
            self.edit_look(lambda look: look.with_keyframe(address, index, value), "keyframe")

    def release(self) -> None:
        """The drag is over."""
        if self.held:
            self.held = False
            self.history.end_group()

    def undo(self) -> None:
        """Takes the last edit back."""
        if self.history.undoable:
            self.say(f"undone: {self.history.undoable}")
            before = self.project
            self.history.undo()
            self._changed_from(before)

    def redo(self) -> None:
        """Brings an undone edit back."""
        if self.history.redoable:
            self.say(f"redone: {self.history.redoable}")
            before = self.project
            self.history.redo()
            self._changed_from(before)

    def _changed_from(self, before: Project) -> None:
        """The project is another now: the selection stays valid, the clip is opened as it says."""
        if self.selection not in self.look.nodes:
            self.selection = _first_choice(self.look)
        if any(getattr(before, name) != getattr(self.project, name) for name in _OF_CLIP):
            self.reopen()
        self.touched()

    def select(self, node: str | None) -> None:
        """Makes a node the one the inspector shows."""
        if node != self.selection:
            self.selection = node
            self.prepared = None

    def rename(self, old: str, new: str) -> None:
        """Calls a node otherwise."""
        chosen = self.selection
        if self.edit_look(lambda look: editing.rename(look, old, new), f"rename {old}"):
            self.selection = new if chosen == old else chosen

    def remove(self, node: str) -> None:
        """Removes a node; the one before it is selected."""
        before = self.look.graph.rgb_inputs(node)
        if self.edit_look(lambda look: editing.remove(look, node), f"remove {node}"):
            fallback = next(reversed(self.look.graph.order()), None)
            self.select(before[0] if before and before[0] != SOURCE else fallback)

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Shows a line in the status bar for a while."""
        self.message = Message(text, wrong, self.now())

    def touched(self) -> None:
        """Something was changed just now."""
        self.changed = self.now()

    # ---- Pictures

    def keep_still(self) -> None:
        """Keeps the picture as it is, to compare others with."""
        player, graded = self.player, self.pictures.graded
        if player is None or graded is None or player.frame is None:
            return
        values = player.preview.renderer.engine.read(graded)
        still = self.stills.keep(self.monitor.copy(graded), values, self.look, player.frame.index)
        self.say(f"still kept: {still.name}")

    def use_space(self, space_name: str) -> None:
        """Says which colour space the clip is in; it can be undone."""
        words = f"input {space(space_name).title}"
        self.edit(replace(self.project, input=space_name), words)


def _first_choice(look: Look) -> str | None:
    """The node that is selected at first: the last one with numbers to change."""
    order = look.graph.order()
    numbers = ("number", "rgb")
    for name in reversed(order):
        own = parameters(type(look.nodes[name])).values()
        if any(p.kind in numbers and p.name not in ColorNode.model_fields for p in own):
            return name
    return next(reversed(order), None)
