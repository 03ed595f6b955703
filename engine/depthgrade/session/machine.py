"""What a measurement was made on: processor, OpenGL, libraries and date, for reports."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from depthgrade.depth.runtime import cuda_device_count
from depthgrade.gl.device import headless

_LIBRARIES = (
    "depthgrade", "av", "moderngl", "numpy", "onnxruntime-gpu", "onnxruntime", "opencolorio",
    "openexr",
)  # fmt: skip


def machine() -> dict[str, str]:
    """Facts by name. Opens and closes an OpenGL context. Raises DeviceError where there is none."""
    with headless() as device:
        drawn = f"{device.renderer}, OpenGL {device.version}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = {
        "processor": f"{_processor()}, {cores} cores",
        "OpenGL": drawn,
        "CUDA devices": str(cuda_device_count()),
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "libraries": ", ".join(_versions()),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
    if hasattr(os, "getloadavg"):
        facts["load"] = f"{os.getloadavg()[0]:.1f} processes before the measurement"
    return facts


def _processor() -> str:
    """The model's name; Linux keeps it in /proc, other systems tell the architecture at least."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def _versions() -> list[str]:
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return found
