"""What a measurement was made on: processor, OpenGL, libraries and date, for reports."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from depthgrade.errors import DeviceError
from depthgrade.gl.device import Device, headless
from depthgrade.gl.entries import PAYS, measured
from depthgrade.gl.interop import open_sharing

_LIBRARIES = (
    "depthgrade", "av", "moderngl", "numpy", "onnxruntime-gpu", "onnxruntime", "opencolorio",
    "openexr", "cuda-bindings",
)  # fmt: skip


def machine() -> dict[str, str]:
    """Facts by name. Opens and closes an OpenGL context. Raises DeviceError where there is none."""
    with headless() as device:
        drawn = f"{device.renderer}, OpenGL {device.version}"
        cuda, entry = _cuda(device), _entry(device)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = {
        "processor": f"{_processor()}, {cores} cores",
        "OpenGL": drawn,
        "shaders": entry,
        "CUDA": cuda,
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "libraries": ", ".join(_versions()),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
    if hasattr(os, "getloadavg"):
        facts["load"] = f"{os.getloadavg()[0]:.1f} processes before the measurement"
    return facts


def _entry(device: Device) -> str:
    """Which kind of shader draws here."""
    if device.software:
        return "fragment"
    times = measured(device)
    return f"{'compute' if times >= PAYS else 'fragment'} (compute is {times:.1f} times as fast)"


def _cuda(device: Device) -> str:
    """What CUDA can share with OpenGL, or why it can't."""
    try:
        with device.current(), open_sharing(device) as sharing:
            return f"device {sharing.number} shares memory with OpenGL"
    except DeviceError as error:
        return str(error).removeprefix("CUDA: ")


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
