"""Model cards: everything the estimator must know about a depth network, in a readable TOML file.

A network says its tensor shapes but not what its numbers mean: which colours it was trained on and
whether a large value is near. The card says that, where the file comes from and under which
licence, so that a network is swapped by naming another card.
"""

import hashlib
import json
import math
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from depthgrade.depth.runtime import describe
from depthgrade.errors import DepthError, suggest
from depthgrade.resources import directory, material, user_cache

Quality = Literal["faster", "better"]
Side = Annotated[int, Field(ge=1, le=8192)]
Size = tuple[Side, Side]

# The default network is the first of these whose file is there. This list is the only place.
PREFERENCE = (
    "depthgrade-small",
    "depth-anything-v2-small",
    "depth-anything-v2-small-fp16",
    "tcmonodepth-small",
)

# What is assumed of a network without a card; most published depth networks are of this kind.
ASSUMED_MEAN = (0.485, 0.456, 0.406)  # of ImageNet
ASSUMED_STD = (0.229, 0.224, 0.225)
ASSUMED_MULTIPLE = 14  # the patch of the vision transformers that accept any size
ASSUMED_SIZES: dict[Quality, Size] = {"faster": (392, 224), "better": (518, 294)}


class ModelCard(BaseModel):
    """A depth network and how to feed it.

    name, title       how the user names it; how it is shown
    file              the ONNX file: a path relative to the card, or a bare name that is also looked
                      up in the packaged models and in the models folder of the cache
    url, size_bytes, sha256   where the file comes from and how it is recognised; None = not said
    faster, better    nominal input (width, height) per quality, for a 16:9 picture
    multiple          sides of the input must be multiples of this
    fixed_size        the network takes only the nominal size: pictures are stretched to it
    value_range       of the colours the network takes; mean and std are in the same unit
    channels          their order
    output            "disparity": affine in 1/distance; "depth": distance up to a scale;
                      "metric": distance in metres
    near              whether near is the larger or the smaller output
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: str
    file: Annotated[str, Field(min_length=1)]
    url: str | None = None
    size_bytes: Annotated[int, Field(ge=1)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    source: str
    licence: str
    faster: Size
    better: Size
    multiple: Annotated[int, Field(ge=1, le=256)] = 1
    fixed_size: bool = False
    value_range: Literal["0..1", "0..255"] = "0..1"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    channels: Literal["rgb", "bgr"] = "rgb"
    output: Literal["disparity", "depth", "metric"] = "disparity"
    near: Literal["larger", "smaller"] = "larger"

    _folder: Path = PrivateAttr(default_factory=Path)

    @field_validator("faster", "better", "mean", "std", mode="before")
    @classmethod
    def _accept_toml_arrays(cls, value: Any) -> Any:
        # TOML knows lists only, and a strict model takes nothing but tuples for a tuple.
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for quality in ("faster", "better"):
            size: Size = getattr(self, quality)
            if any(side % self.multiple for side in size):
                raise ValueError(
                    f"{quality} is {size[0]}x{size[1]}; both sides must be multiples of "
                    f"{self.multiple}"
                )
        if any(value <= 0 for value in self.std):
            raise ValueError("std must be above 0")
        if self.output != "disparity" and self.near != "smaller":
            raise ValueError(f'output "{self.output}" is a distance: near must be "smaller"')
        return self

    def model_post_init(self, context: Any) -> None:
        """Remember the folder of the card, to which `file` is relative."""
        if isinstance(context, dict) and "folder" in context:
            self._folder = Path(context["folder"])

    def nominal_size(self, quality: Quality) -> Size:
        """(width, height) of the network's input for a 16:9 picture."""
        return self.faster if quality == "faster" else self.better

    def candidates(self) -> tuple[Path, ...]:
        """Where the file may be, in the order it is looked for."""
        beside = self._folder / self.file
        if Path(self.file).name != self.file:
            return (beside,)
        return (
            beside,
            directory("models") / self.file,
            user_cache() / "models" / self.file,
            material() / "models" / self.file,  # development only: never part of an installation
        )

    @property
    def available(self) -> bool:
        """Whether the file is on this machine (its contents are checked when it is opened)."""
        return any(path.is_file() for path in self.candidates())

    @property
    def shipped(self) -> bool:
        """Whether the card came with the program."""
        return self._folder == directory("models")

    @property
    def in_the_box(self) -> bool:
        """Whether card and file came with the program, whose tests say that they agree."""
        return self.shipped and (self._folder / self.file).is_file()

    def path(self) -> Path:
        """The file on this machine. Raises DepthError if it is not here."""
        for candidate in self.candidates():
            if candidate.is_file():
                return candidate
        raise DepthError(
            f"model {self.name}: {self.file} is not on this machine; "
            "see `depthgrade models list` or give `--model FILE`"
        )

    def verify(self) -> Path:
        """The file on this machine, after its size and SHA-256 were compared with the card's.

        A hash is computed once: a note in the cache remembers the size and time of the checked
        file. Raises DepthError if the file is missing or is not the one the card describes.
        """
        path = self.path()
        stat = path.stat()
        if self.size_bytes is not None and stat.st_size != self.size_bytes:
            raise DepthError(
                f"{path}: has {stat.st_size} bytes; model {self.name} has {self.size_bytes}"
            )
        if self.sha256 is None:
            return path
        note = user_cache() / "verified" / f"{self.sha256}.json"
        stamp = {
            "path": str(path.resolve()),
            "size_bytes": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
        }
        with suppress(OSError, ValueError):
            if json.loads(note.read_text(encoding="utf-8")) == stamp:
                return path
        found = file_sha256(path)
        if found != self.sha256:
            raise DepthError(
                f"{path}: SHA-256 is {found[:12]}…; model {self.name} has {self.sha256[:12]}…"
            )
        with suppress(OSError):  # a cache that can't be written only costs time
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(json.dumps(stamp), encoding="utf-8")
        return path


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits. Raises DepthError if it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DepthError(f"{path}: {error.strerror or error}; a readable file is needed") from error


def cards() -> tuple[ModelCard, ...]:
    """The shipped cards and those the user added, sorted by name; a shipped one wins."""
    found = {}
    for place in (user_cache() / "models", directory("models")):
        for path in sorted(place.glob("*.toml")):
            try:
                card = read_card(path)
            except DepthError:
                if place == directory("models"):
                    raise
                continue  # one broken card of the user's must not hide the rest
            found[card.name] = card
    return tuple(found[name] for name in sorted(found))


def default_card() -> ModelCard | None:
    """The preferred card whose file is on this machine (order: PREFERENCE), or None."""
    known = {card.name: card for card in cards()}
    for name in PREFERENCE:
        card = known.get(name)
        if card is not None and card.available:
            return card
    return None


def chosen_cards(model: str | None) -> dict[Quality, ModelCard]:
    """The network of each quality that a project's `model` means; {} where none is there.

    model: a name or a file as `load_card` takes them; two with a comma between, that of faster and
    that of better; or None: the default. Raises DepthError.
    """
    qualities = get_args(Quality)
    if not model or "," not in model or Path(model).exists():
        card = load_card(model) if model else default_card()
        return dict.fromkeys(qualities, card) if card is not None else {}
    names = [name.strip() for name in model.split(",")]
    if len(names) != len(qualities) or not all(names):
        raise DepthError(
            f"model {model}: is not a network for each quality; allowed: one network, or two as"
            " FASTER,BETTER"
        )
    return {quality: load_card(name) for quality, name in zip(qualities, names, strict=True)}


def load_card(name_or_path: str | Path) -> ModelCard:
    """The card of a shipped name, of a card file (.toml) or of a network (.onnx).

    An .onnx file is described by, in this order: the .toml of the same name beside it; the shipped
    card with the same SHA-256; assumptions (`assume_card`). Raises DepthError.
    """
    path = Path(name_or_path)
    kind = path.suffix.lower()
    if kind in {".toml", ".onnx"}:
        if not path.is_file():
            raise DepthError(f"{path}: there is no such file; see `depthgrade models list`")
        return read_card(path) if kind == ".toml" else _card_of_network(path)
    known = {card.name: card for card in cards()}
    if str(name_or_path) in known:
        return known[str(name_or_path)]
    if path.exists():
        raise DepthError(f"{path}: not a model; allowed: a .onnx network or a .toml card")
    raise DepthError(f'there is no model "{name_or_path}"; {suggest(str(name_or_path), known)}')


def read_card(path: Path) -> ModelCard:
    """The card in a TOML file. Raises DepthError naming the file and the key that is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DepthError(f"{path}: not a model card: {error}") from error
    try:
        return ModelCard.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            hint = suggest(key, ModelCard.model_fields)
            raise DepthError(f'{path}: a card has no key "{key}"; {hint}') from error
        where = f"{path}: {key}" if key else f"{path}"
        raise DepthError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from error


def assume_card(path: Path) -> ModelCard:
    """The card assumed for an .onnx file that has none.

    The input's shape is read from the file; a fixed height and width become the only size, free
    ones are taken as multiples of ASSUMED_MULTIPLE. RGB 0..1 with the mean and deviation of
    ImageNet and a disparity output (near = larger) are assumed. Raises DepthError if the file is no
    network that takes one picture.
    """
    height, width = describe(path).picture_size
    sizes = dict(ASSUMED_SIZES)
    fixed = height is not None and width is not None
    if height is not None and width is not None:
        sizes = {"faster": (width, height), "better": (width, height)}
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in path.stem.lower()).strip("._-")
    return ModelCard.model_validate(
        {
            "name": name if name.isascii() and name else "network",
            "title": path.name,
            "file": path.name,
            "source": "a file without a card",
            "licence": "not stated",
            "multiple": 1 if fixed else ASSUMED_MULTIPLE,
            "fixed_size": fixed,
            "mean": ASSUMED_MEAN,
            "std": ASSUMED_STD,
            **sizes,
        },
        context={"folder": path.parent},
    )


def _card_of_network(path: Path) -> ModelCard:
    beside = path.with_suffix(".toml")
    if beside.is_file():
        return read_card(beside)
    size = path.stat().st_size
    alike = [card for card in cards() if card.sha256 and card.size_bytes in {size, None}]
    if alike:
        found = file_sha256(path)
        for card in alike:
            if card.sha256 == found:
                data = card.model_dump() | {"file": path.name}
                return ModelCard.model_validate(data, context={"folder": path.parent})
    return assume_card(path)


def fitted_size(card: ModelCard, quality: Quality, width: int, height: int) -> Size:
    """The network's input (width, height) for an upright picture of the given shape.

    Area of the nominal size, aspect of the picture, both sides rounded to the card's multiple; a
    network of fixed size gets its nominal size whatever the picture's shape. width and height give
    the displayed shape (pixel aspect included); both at least 1.
    """
    nominal = card.nominal_size(quality)
    if card.fixed_size:
        return nominal
    area = nominal[0] * nominal[1]
    # Beyond 4:1 the short side would be a few patches: squeezing costs less than that.
    aspect = min(max(width / height, 0.25), 4.0)

    def fit(side: float) -> int:
        return max(card.multiple, round(side / card.multiple) * card.multiple)

    return fit(math.sqrt(area * aspect)), fit(math.sqrt(area / aspect))
