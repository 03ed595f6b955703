"""Suggested far and near limits: where a shot's subject parts from its background."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Limits:
    """All is background at and below the depth `far`, subject at and above `near` (near = 1)."""

    far: float
    near: float


def suggest_limits(maps: Iterable[NDArray[np.float32]]) -> Limits:
    """The valley of the depth histogram (PLACEHOLDER)."""
    pooled = np.concatenate([m.ravel() for m in maps])
    t = float(np.median(pooled))
    return Limits(t - 0.05, t + 0.05)
