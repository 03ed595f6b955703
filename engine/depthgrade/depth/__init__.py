"""Depth: network and card, cuts, the shot's mapping and limits, depth passes on disk."""

from depthgrade.depth.card import (
    ModelCard,
    Quality,
    cards,
    chosen_cards,
    default_card,
    load_card,
)
from depthgrade.depth.cutting import cuts
from depthgrade.depth.estimator import Estimator
from depthgrade.depth.limits import Limits, suggest_limits
from depthgrade.depth.manifest import Analysis, PassManifest, read_manifest, write_manifest
from depthgrade.depth.mapping import Mapping, Shot, fit_mapping, sample_frames, shots
from depthgrade.depth.passes import DepthPass, write_depth_frame

__all__ = [
    "Analysis",
    "DepthPass",
    "Estimator",
    "Limits",
    "Mapping",
    "ModelCard",
    "PassManifest",
    "Quality",
    "Shot",
    "cards",
    "chosen_cards",
    "cuts",
    "default_card",
    "fit_mapping",
    "load_card",
    "read_manifest",
    "sample_frames",
    "shots",
    "suggest_limits",
    "write_depth_frame",
    "write_manifest",
]
