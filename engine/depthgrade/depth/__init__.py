"""Depth: network and card, cuts, the shot's mapping and limits, depth passes on disk."""

from depthgrade.depth.card import (
    ModelCard,
    Quality,
    cards,
    default_card,
    load_card,
)
from depthgrade.depth.cutting import cuts
from depthgrade.depth.edges import guided_lines
from depthgrade.depth.estimator import Estimator
from depthgrade.depth.limits import Limits, suggest_limits
from depthgrade.depth.mapping import Mapping, Shot, fit_mapping, sample_frames, shots
from depthgrade.depth.passes import DepthPass, PassManifest, write_depth_frame

__all__ = [
    "DepthPass",
    "Estimator",
    "Limits",
    "Mapping",
    "ModelCard",
    "PassManifest",
    "Quality",
    "Shot",
    "cards",
    "cuts",
    "default_card",
    "fit_mapping",
    "guided_lines",
    "load_card",
    "sample_frames",
    "shots",
    "suggest_limits",
    "write_depth_frame",
]
