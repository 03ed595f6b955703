"""Whether a network means what its card says: asked on a picture whose depth nobody can doubt.

The commonest mistake with a depth network is to take far for near. A road that leads to the horizon
between two rows of posts, drawn here, has the same depth for every network that works at all.
"""

import hashlib
import json
from contextlib import suppress
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from depthgrade.depth.card import ModelCard
from depthgrade.depth.estimator import Estimator
from depthgrade.errors import DepthError
from depthgrade.resources import user_cache

Map = NDArray[np.float32]
Verdict = Literal["right", "wrong", "unclear"]

# What of a card the answer to the test picture depends on, besides the file.
_DECIDING = ("output", "near", "value_range", "mean", "std", "channels", "faster", "better")
_HORIZON = 0.42  # of the height, from the top
_SURE = 0.35  # correlation with the drawn depth from which the answer counts; good ones reach 0.9
_FLAT = 1e-6  # of its values, a map's range that may be rounding
_POSTS = (2.2, 3.2, 4.8, 7.5, 12.0)  # distances in metres


def drawn_road(width: int, height: int) -> tuple[Map, Map]:
    """(RGB, nearness): the picture, (h, w, 3) display code values 0..1, and 1/metres, (h, w)."""
    y, x = np.mgrid[:height, :width]
    y, x = (y + 0.5) / height, (x + 0.5) / width - 0.5
    below = np.maximum(y - _HORIZON, 1e-3)
    distance = 0.55 / below  # a level ground, 1.2 m below the lens
    across = x * distance * 1.6
    ground = y > _HORIZON
    checks = (np.floor(across * 1.5) + np.floor(distance * 1.5)) % 2
    fine = np.exp(-distance / 12)  # haze takes the pattern with distance
    grey = 0.42 + (checks - 0.5) * 0.22 * fine
    rgb = np.stack([grey * 1.04, grey, grey * 0.9], -1)
    sky = np.stack([0.55 + 0.3 * y, 0.68 + 0.2 * y, 0.92 + 0.0 * y], -1)
    rgb = np.where(ground[..., None], rgb, sky)
    nearness = np.where(ground, 1 / distance, 0.0)
    for far in sorted(_POSTS, reverse=True):
        for side in (-1, 1):
            middle = side * 0.95 / (far * 1.6) * 1.5
            half, top, foot = 0.16 / far, _HORIZON - 0.62 / far, _HORIZON + 0.55 / far
            post = (np.abs(x - middle) < half) & (y > top) & (y < foot)
            round_ = np.sqrt(np.clip(1 - ((x - middle) / half) ** 2, 0, 1))
            tone = (0.25 + 0.4 * round_)[..., None] * np.array([0.95, 0.6, 0.42])
            haze = 1 - np.exp(-far / 25)
            rgb = np.where(post[..., None], tone * (1 - haze) + haze * 0.8, rgb)
            nearness = np.where(post, 1 / far, nearness)
    return rgb.clip(0, 1).astype(np.float32), nearness.astype(np.float32)


def polarity(estimator: Estimator) -> tuple[Verdict, float]:
    """Whether the card has near and far the right way round, and the correlation that says so.

    Raises DepthError as Estimator.infer does.
    """
    width, height = estimator.input_size(16, 9)
    picture, truth = drawn_road(width, height)
    found = estimator.infer(picture).ravel()
    if float(np.ptp(found)) <= _FLAT * float(np.abs(found).max()):
        return "unclear", 0.0
    agreement = float(np.corrcoef(found, truth.ravel())[0, 1])
    if abs(agreement) < _SURE:
        return "unclear", agreement
    return ("right" if agreement > 0 else "wrong"), agreement


def reversal(card: ModelCard, agreement: float) -> str:
    """The sentence about a network that takes far for near, and what would put it right."""
    needed = f'near = "{"smaller" if card.near == "larger" else "larger"}"'
    if card.output != "disparity":
        needed = 'output = "disparity"'
    return (
        f"model {card.name}: takes far for near on the test picture (correlation {agreement:.2f});"
        f" its card needs {needed}"
    )


def suspicion(estimator: Estimator) -> str:
    """`reversal` where the test picture shows it, else "".

    A network is asked once; its answer is kept in the user's cache. One in the box is not asked.
    """
    card = estimator.card
    if card.in_the_box:
        return ""
    stat = estimator.path.stat()
    file = card.sha256 or f"{estimator.path.resolve()} {stat.st_size} {stat.st_mtime_ns}"
    fed = card.model_dump(include={*_DECIDING})
    origin = hashlib.sha256(f"{file} {estimator.quality} {fed}".encode()).hexdigest()[:24]
    answer = user_cache() / "polarity" / f"{origin}.json"
    with suppress(OSError, ValueError, TypeError):
        verdict, agreement = json.loads(answer.read_text(encoding="utf-8"))
        return reversal(card, float(agreement)) if verdict == "wrong" else ""
    try:
        verdict, agreement = polarity(estimator)
    except DepthError:
        return ""  # what it makes of the clip is what counts, and is said there
    with suppress(OSError):  # a cache that can't be written only costs time
        answer.parent.mkdir(parents=True, exist_ok=True)
        answer.write_text(json.dumps([verdict, agreement]), encoding="utf-8")
    return reversal(card, agreement) if verdict == "wrong" else ""


def turned(card: ModelCard) -> ModelCard | None:
    """The card with near and far exchanged; None where its kind of output leaves no choice."""
    if card.output != "disparity":
        return None
    return card.model_copy(update={"near": "smaller" if card.near == "larger" else "larger"})
