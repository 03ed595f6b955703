"""Small parts of the application's state, which panels read and change."""

from dataclasses import dataclass
from typing import Literal

from depthgrade.gl.textures import Texture
from depthgrade.session.preview import Shown

Compare = Literal["off", "wipe", "side"]
Mode = Literal["picture", "key", "overlay", "matte", "false colour"]


@dataclass
class View:
    """How the viewer shows the picture.

    zoom      screen pixels a picture pixel; None fits the panel
    centre    what is in the panel's middle, as a fraction of the picture
    """

    zoom: float | None = None
    centre: tuple[float, float] = (0.5, 0.5)
    compare: Compare = "off"
    wipe: float = 0.5
    against: str | None = None  # a still by name; None: the ungraded picture
    mode: Mode = "picture"
    probe: bool = True
    scope_node: bool = False  # scopes read the picture of the selected node, not the output
    picking: str | None = None  # the address that a click on the picture sets to the depth there


@dataclass
class Pictures:
    """The textures of this refresh; those that nobody asked for are None."""

    graded: Texture | None = None
    reference: Texture | None = None
    key: Texture | None = None
    scoped: Texture | None = None
    shown: Texture | None = None
    state: Shown | None = None
    number: int = 0  # goes up with every picture, so that scopes know a new one


@dataclass(frozen=True)
class Message:
    """A line for the status bar."""

    text: str
    wrong: bool
    since: float
