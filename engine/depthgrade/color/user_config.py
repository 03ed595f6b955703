"""The user's own OpenColorIO configuration: its colour spaces as input or output, its views.

Both configurations meet in ACES2065-1, by the role `aces_interchange` every current one has.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color.glsl import OCIO_ERRORS, GlslFunction, function_of, identifier, one_line
from depthgrade.color.steps import LINEAR_LIMIT, Rgb, bounded, on_cpu
from depthgrade.errors import ColorError, suggest


@dataclass(frozen=True, eq=False)
class UserConfig:
    """A configuration that was read; one object stands for one reading of the file.

    name    what messages call it
    """

    name: str
    config: ocio.Config

    def spaces(self) -> tuple[str, ...]:
        """Its colour spaces, the active ones, in their order."""
        return tuple(self.config.getColorSpaceNames())

    def views(self) -> tuple[str, ...]:
        """Its views as "DISPLAY/VIEW", the default ones first."""
        return tuple(
            f"{display}/{view}"
            for display in self.config.getDisplays()
            for view in self.config.getViews(display)
        )

    def find(self, name: str) -> str | None:
        """The colour space of that name, alias or role, in its canonical spelling."""
        found = self.config.getColorSpace(name)
        return None if found is None else str(found.getName())

    def view(self, name: str) -> tuple[str, str]:
        """(display, view) of "DISPLAY/VIEW", either part with slashes; raises ColorError."""
        for display in self.config.getDisplays():
            for view in self.config.getViews(display):
                if name == f"{display}/{view}":
                    return display, view
        raise ColorError(f'{self.name}: has no view "{name}"; {suggest(name, self.views())}')

    def linear(self, space: str) -> bool:
        """Whether a colour space holds linear light; raises ColorError when it can't be read."""
        try:
            return bool(self.config.isColorSpaceLinear(space, ocio.REFERENCE_SPACE_SCENE))
        except OCIO_ERRORS as error:
            raise _incomplete(self, error) from error

    def interchange(self) -> str:
        """Its colour space ACES2065-1, by role or, for old ones, found out; raises ColorError."""
        if self.config.hasRole(ocio.ROLE_INTERCHANGE_SCENE):
            return str(self.config.getRoleColorSpace(ocio.ROLE_INTERCHANGE_SCENE))
        try:
            builtin = ocio.Config.CreateFromBuiltinConfig("ocio://default")
            return str(ocio.Config.IdentifyBuiltinColorSpace(self.config, builtin, "ACES2065-1"))
        except OCIO_ERRORS as error:
            raise ColorError(
                f"{self.name}: does not say which of its spaces is ACES2065-1; allowed: "
                "configurations with the role aces_interchange"
            ) from error


def config_from(path: Path | str | None = None) -> UserConfig | None:
    """The configuration of a file, else of $OCIO, else None.

    "ocio://NAME" means one of OpenColorIO's built-in ones. Raises ColorError, naming the file.
    """
    source = str(path or os.environ.get("OCIO") or "")
    if not source:
        return None
    name = source if source.startswith("ocio://") else Path(source).name
    if not source.startswith("ocio://") and not Path(source).is_file():
        said = "" if path else "$OCIO: "
        raise ColorError(f"{said}{source}: is no file; allowed: an OpenColorIO configuration")
    try:
        return UserConfig(name, ocio.Config.CreateFromFile(source))
    except OCIO_ERRORS as error:
        raise ColorError(
            f"{name}: {one_line(error)}; allowed: an OpenColorIO configuration"
        ) from error


@dataclass(frozen=True)
class UserConvert:
    """A conversion of the user's configuration, from one of its spaces to another."""

    user: UserConfig
    src: str
    dst: str

    def glsl(self) -> tuple[GlslFunction, ...]:
        """One function; it names its inverse unless a table makes that inexact."""
        (function,) = _convert_glsl(self)
        return (function,)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """OpenColorIO's exact CPU path, bounded as the function is."""
        return bounded(on_cpu(self.processor(), rgb))

    def processor(self) -> ocio.Processor:
        """Raises ColorError when the configuration can't make it, for want of a file say."""
        return _processor(self.user, ocio.ColorSpaceTransform(self.src, self.dst))


@dataclass(frozen=True)
class UserView:
    """A view of the user's configuration, from its ACES2065-1 to code values of the display."""

    user: UserConfig
    display: str
    view: str

    def glsl(self) -> tuple[GlslFunction, ...]:
        """One function, often with tables."""
        return _view_glsl(self)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """OpenColorIO's exact CPU path, bounded as the function is."""
        return bounded(on_cpu(self.processor(), rgb))

    def processor(self) -> ocio.Processor:
        """Raises ColorError when the configuration can't make it."""
        source = self.user.interchange()
        return _processor(
            self.user, ocio.DisplayViewTransform(src=source, display=self.display, view=self.view)
        )


def _processor(user: UserConfig, transform: ocio.Transform) -> ocio.Processor:
    try:
        return user.config.getProcessor(transform)
    except OCIO_ERRORS as error:
        raise _incomplete(user, error) from error


def _incomplete(user: UserConfig, error: Exception) -> ColorError:
    return ColorError(f"{user.name}: {one_line(error)}; allowed: spaces whose files are there")


def _name(user: UserConfig, src: str, dst: str) -> str:
    """A GLSL name for a conversion; the digest tells configurations apart."""
    digest = sha256(str(user.config.getCacheID()).encode()).hexdigest()[:8]
    return f"ocio_{digest}_{identifier(src)}_to_{identifier(dst)}"


@lru_cache(maxsize=32)
def _convert_glsl(step: UserConvert) -> tuple[GlslFunction, ...]:
    name = _name(step.user, step.src, step.dst)
    title = f"{step.user.name}: {step.src} to {step.dst}"
    made = function_of(name, title, step.processor(), limit=LINEAR_LIMIT)
    if made.textures:
        return (made,)
    inverse = _name(step.user, step.dst, step.src)
    return (GlslFunction(name, made.text, (), inverse),)


@lru_cache(maxsize=32)
def _view_glsl(step: UserView) -> tuple[GlslFunction, ...]:
    name = _name(step.user, step.display, step.view)
    title = f"{step.user.name}: view {step.display}/{step.view}"
    return (function_of(name, title, step.processor(), limit=LINEAR_LIMIT),)
