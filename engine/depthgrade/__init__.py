"""depthgrade: real-time, depth-aware, colour-managed video grading."""

__version__ = "0.1.0"
