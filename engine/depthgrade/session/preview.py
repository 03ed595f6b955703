"""The picture for a screen: the newest that can be had without waiting.

It is the renderer that stills and renders use. What it would wait for is made elsewhere: depth in a
process, and the first compilation of a program in another, whose result the driver's cache hands
over; until then the last good picture's program goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from depthgrade.compiler import Plan
from depthgrade.editing import seen_at
from depthgrade.errors import EngineError
from depthgrade.frames import Frame
from depthgrade.gl.device import Device
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader
from depthgrade.nodes.base import KeyNode
from depthgrade.project import Look, Project
from depthgrade.session.background import Background, Failed, Warm, Warmed, warm_programs
from depthgrade.session.live_depth import LiveDepth
from depthgrade.session.renderer import Renderer

_UNGRADED = Look()  # one object: programs are kept by the identity of their look


@dataclass(frozen=True)
class Shown:
    """A picture and how true it is.

    current    drawn for what was asked, not with the program before it
    graded     False: the grade waits for its depth or its program, so the ungraded picture is shown
    deep       all depth that the grade needs is there, if only of a frame nearby
    exact      depth is the frame's own
    """

    texture: Texture
    current: bool
    graded: bool
    exact: bool
    deep: bool = True


class Preview:
    """Draws one clip's frames for a screen. Belongs to the thread of its device.

    patient   compile here and now, and never show a program of before: for stills and tests
    """

    def __init__(
        self,
        project: Project,
        device: Device,
        reader: ClipReader,
        frame_at: Callable[[int], Frame],
        *,
        patient: bool = False,
    ) -> None:
        """reader: the project's clip, read by somebody else; frame_at: a decoded frame, or the
        nearest there is. Raises what Renderer raises.
        """
        self.renderer = Renderer(project, device=device, reader=reader)
        self.depth = LiveDepth(self.renderer.info.frame_count)
        self.depth.attach(self.renderer, frame_at)
        self.patient = patient
        self.reach = 0  # frames either side that the look reads besides the one it draws
        self.missed = False  # one of them was not there, and the frame itself stood in
        self._warmer: Background | None = None
        self._warmed: set[str] = set()
        self._asked: str | None = None
        self._good: dict[str, tuple[Plan, Look]] = {}  # programs that are compiled, by label
        self._last: dict[str, Texture] = {}

    def close(self) -> None:
        """Ends the processes and frees the renderer, not the device."""
        self.depth.close()
        if self._warmer is not None:
            self._warmer.close()
        self.renderer.close()

    def reload(self) -> None:
        """Takes shaders whose texts have changed; those that were drawn with stay."""
        self.renderer.forget_programs()
        if self._warmer is not None:
            self._warmer.close()
        self._warmer, self._asked = None, None
        self._warmed.clear()

    def pump(self) -> bool:
        """Takes what the processes have made; whether the picture may look different now."""
        changed = self.depth.pump()
        for answer in self._warmer.poll() if self._warmer is not None else ():
            changed = True
            match answer:
                case Warmed():
                    self._warmed.add(str(answer.token))
                    self._asked = None
                case Failed():  # without the process programs are compiled here
                    self.patient = True
        return changed

    def qualities(self, look: Look, key: str | None = None) -> tuple[str, ...]:
        """The kinds of depth that drawing a look, or a node's key, reads."""
        names = dict.fromkeys(look.graph.order())
        if key is not None and key in look.nodes:
            names |= dict.fromkeys([*look.graph.order(key), key])
        nodes = [look.nodes[name] for name in names]
        read = [n for n in nodes if isinstance(n, KeyNode) and n.reads == "depth" and n.enabled]
        return tuple(dict.fromkeys(str(getattr(node, "quality", "better")) for node in read))

    def draw(
        self,
        frame: Frame,
        project: Project,
        *,
        live: frozenset[str] = frozenset(),
        proxy: int = 1,
        key: str | None = None,
        until: str | None = None,
        label: str = "graded",
    ) -> Shown | None:
        """The picture (or a node's key) of a frame. Raises DeviceError and ProjectError.

        While its program is made: by the program before, or ungraded; None where that would be
        no picture of what was asked.

        until: show the picture that this node makes, as if it were wired to the output.
        """
        renderer = self.renderer
        whole = project.look if until is None else seen_at(project.look, until)
        renderer.project = replace(_for_a_screen(project), look=whole)
        renderer.live, renderer.proxy = live, proxy
        qualities = self.qualities(whole, key)
        points = tuple(whole.picked.values()) if qualities else ()
        deep = self.depth.ready(frame.index, qualities, points)
        if key is not None and not deep:
            return None
        look = whole if deep else _UNGRADED
        plan, settled = renderer.plan(frame.index, key=key, look=look, label=label)
        self.reach, self.missed = sum(plan.remembered.values()), False
        current = self._is_quick(plan, look, frame, key, label)
        if not current:
            known = self._good.get(label) or (self._good.get("graded") if until else None)
            if known is None and label != "graded":
                return None
            if known is not None and known[0].qualities and not deep:  # its depth is not there
                last = self._last.get(label)
                return None if last is None else Shown(last, False, True, False, deep=False)
            if known is None:  # the first picture of all: a small program
                look = _UNGRADED
                known = renderer.plan(frame.index, look=look)
            elif not known[1].nodes:
                look = _UNGRADED
            plan, settled = known
        texture = renderer.draw_plan(plan, settled, frame, label=label)
        self._good[label], self._last[label] = (plan, settled), texture
        if self.missed:
            renderer.forget(label)
        exact = current and not self.missed and self.depth.exact(frame.index, qualities, points)
        return Shown(texture, current, look is not _UNGRADED or not whole.nodes, exact, deep)

    @property
    def warming(self) -> bool:
        """Whether a program is being compiled in the other process."""
        return self._asked is not None

    def foresee(
        self, frame: Frame, project: Project, *, live: frozenset[str], proxy: int = 1
    ) -> None:
        """Has the programs of other live values compiled that may be asked for soon."""
        renderer, qualities = self.renderer, self.qualities(project.look)
        points = tuple(project.look.picked.values()) if qualities else ()
        if self.patient or not self.depth.ready(frame.index, qualities, points):
            return
        renderer.project, renderer.live, renderer.proxy = _for_a_screen(project), live, proxy
        plan, _ = renderer.plan(frame.index)
        self._is_quick(plan, project.look, frame, None, "foreseen")

    def ungraded(self, frame: Frame, project: Project, *, proxy: int = 1) -> Shown | None:
        """The frame through colour management alone; None while its program is made."""
        bare = replace(project, look=_UNGRADED)
        return self.draw(frame, bare, proxy=proxy, label="ungraded")

    def _is_quick(self, plan: Plan, look: Look, frame: Frame, key: str | None, label: str) -> bool:
        """Whether a plan is compiled or in the driver's cache; if not, has it put there.

        One is made at a time, the graded picture's first.
        """
        runner = self.renderer.engine.runner
        if self.patient or all(runner.has(program) for program in plan.programs):
            return True
        token = "".join(program.identity for program in plan.programs)
        if token in self._warmed:
            return True
        if self._asked is None or (self._asked != token and label == "graded"):
            if self._warmer is None:
                self._warmer = Background(warm_programs)
            renderer, qualities = self.renderer, self.qualities(look, key)
            try:
                shot = self.depth.shot(frame.index, qualities[0]) if qualities else None
            except EngineError:
                shot = None
            self._warmer.send(
                Warm(
                    token,
                    replace(renderer.project, look=look),
                    renderer.live,
                    key,
                    renderer.proxy,
                    shot,
                    self.depth.guided,
                    self.depth.map_size,
                )
            )
            self._asked = token
        return False


def _for_a_screen(project: Project) -> Project:
    return replace(project, output="rec709") if project.output == "auto" else project
