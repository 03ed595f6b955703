"""`manifest.json` of a depth pass: how to read its frames, and what an analysis followed from.

A pass from elsewhere needs no manifest, or the few keys of PassManifest; one that `analyze` made
says all its maps depend on, so that a render can tell whether they are the ones it would make.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from depthgrade.depth.limits import Limits
from depthgrade.depth.mapping import Mapping, Shot
from depthgrade.errors import DepthError

NAME = "manifest.json"
# Of a shot's range of nearness: what a network may answer otherwise on another processor. A change
# of a pass's values within it is no step that shows: half of one of 256.
_ROUNDED = 0.002

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class SourceNote(_Part):
    """The clip: its name for people, and a hash that tells its contents from another's."""

    name: str
    fingerprint: Sha256
    frame_count: Count
    size: tuple[int, int]
    track: Count


class ModelNote(_Part):
    """The network, what its output means, the size of its input (width, height), and the numbers
    it is given, as its card says them; passes of before these were noted have the defaults.
    """

    name: str
    sha256: Sha256
    output: str
    near: str
    quality: str
    input_size: tuple[int, int]
    value_range: str = "0..1"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    channels: str = "rgb"


class InputNote(_Part):
    """How the clip was shown to the network: its colour space, the display rendering, and the
    hash of the shader that did it, which holds every number."""

    space: str
    rendering: str
    shader_sha256: Sha256


class FilterNote(_Part):
    """From raw to finished depth: the frames to either side whose pixels are averaged, and the
    version of all that is done, edges and the longer stretch of scale included."""

    version: int
    window: int


class DistanceNote(_Part):
    """What the numbers of a pass of distances are.

    unit        "metres", or "relative" where the network knows no scale
    near, far   the distances of depth 1 and 0 in every shot, with 1/distance straight between;
                None where the network says them
    """

    unit: Literal["metres", "relative"]
    near: float | None = None
    far: float | None = None


class ShotNote(_Part):
    """A shot's mapping, depth = (raw - low) / (high - low), and its automatic limits.

    raw is the network's nearness, and in a pass of distances 1/distance.
    """

    start: Count
    stop: Count
    low: float
    high: float
    far_limit: float
    near_limit: float

    @property
    def parts(self) -> tuple[Shot, Mapping, Limits]:
        """The shot, its mapping and its limits."""
        limits = Limits(self.far_limit, self.near_limit)
        return Shot(self.start, self.stop), Mapping(self.low, self.high), limits

    def agrees(self, other: "ShotNote") -> bool:
        """Whether it is the same shot, mapped alike but for what another processor rounds."""
        much = _ROUNDED * (self.high - self.low)
        return (
            (self.start, self.stop) == (other.start, other.stop)
            and abs(self.low - other.low) <= much
            and abs(self.high - other.high) <= much
        )


class Analysis(_Part):
    """What an analysis of ours followed from, and its shots.

    frames     (first, one past the last) that were asked for; some may be missing if it was stopped
    distance   of a pass for compositors, channel Z; None for finished depth, channel depth.near
    """

    made_by: Literal["depthgrade depth pass, format 1"] = "depthgrade depth pass, format 1"
    channel: Literal["depth.near", "Z"] = "depth.near"
    raw_channel: Literal["depth.raw"] | None = "depth.raw"
    polarity: Literal["near", "distance"] = "near"
    distance: DistanceNote | None = None
    first_frame: Literal[0] = 0
    frames: tuple[int, int]
    source: SourceNote
    model: ModelNote
    input: InputNote
    filter: FilterNote
    shots: tuple[ShotNote, ...]

    def as_distance(self, note: DistanceNote, mappings: Sequence[Mapping]) -> "Analysis":
        """The manifest of the same depth as distances; mappings are those of 1/distance by shot."""
        shots = tuple(
            shot.model_copy(update={"low": each.low, "high": each.high})
            for shot, each in zip(self.shots, mappings, strict=True)
        )
        return self.model_copy(
            update={
                "channel": "Z",
                "raw_channel": None,
                "polarity": "distance",
                "distance": note,
                "shots": shots,
            }
        )

    def difference(self, other: "Analysis") -> str:
        """What another analysis followed from otherwise, as "model, input"; "" if nothing.

        Shots count where both have some of the same frames: those must agree.
        """
        parts = {
            "clip": (self.source, other.source),
            "model": (self.model, other.model),
            "colour": (self.input, other.input),
            "filter": (self.filter, other.filter),
        }
        found = [
            name
            for name, (mine, theirs) in parts.items()
            # A clip may be renamed.
            if mine.model_dump(exclude={"name"}) != theirs.model_dump(exclude={"name"})
        ]
        if self.distance != other.distance:
            return ", ".join([*found, "kind"])
        overlapping = (
            (mine, theirs)
            for mine in self.shots
            for theirs in other.shots
            if mine.start < theirs.stop and theirs.start < mine.stop
        )
        if not all(mine.agrees(theirs) for mine, theirs in overlapping):
            found.append("division into shots")
        return ", ".join(found)


class PassManifest(BaseModel):
    """The part of a manifest that says how to read the frames; all of it is optional.

    channel       the EXR channel to read; default: the first of depth.near, Z, depth.Z
    polarity      whether its larger values are near or are a distance; needed for another channel
    first_frame   the file number that belongs to frame 0 of the clip; default: the lowest
    """

    # Other keys belong to whoever made the pass.
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    channel: str | None = None
    polarity: Literal["near", "distance"] | None = None
    first_frame: Annotated[int, Field(ge=0)] | None = None


def read_manifest(directory: Path) -> tuple[PassManifest, Analysis | None]:
    """How to read a pass, and what our analysis followed from if it is one of ours.

    Raises DepthError naming the file and the key that is wrong.
    """
    path = directory / NAME
    if not path.is_file():
        return PassManifest(), None
    try:
        text = path.read_text(encoding="utf-8")
        data: Any = json.loads(text)
        plain = PassManifest.model_validate(data)
        ours = isinstance(data, dict) and str(data.get("made_by", "")).startswith("depthgrade ")
        return plain, Analysis.model_validate_json(text) if ours else None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DepthError(f"{path}: {key}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise DepthError(f"{path}: not a manifest: {error}") from error


def write_manifest(directory: Path, analysis: Analysis) -> None:
    """Writes the manifest, whole or not at all. Raises DepthError."""
    path = directory / NAME
    partial = path.with_name(f".{NAME}.{os.getpid()}.partial")
    try:
        partial.write_text(analysis.model_dump_json(indent=2) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DepthError(f"{path}: can't be written: {error.strerror or error}") from error
