"""FFmpeg's program as a peer: CPU time a frame, start-up left out."""

import resource
import shutil
import subprocess
from collections.abc import Callable

from depthgrade import EngineError
from measure import cpu_seconds


def binary() -> str | None:
    """Where FFmpeg's program is, if it is installed."""
    return shutil.which("ffmpeg")


def has_filter(where: str, name: str) -> bool:
    """Whether the program was built with a filter."""
    command = [where, "-v", "quiet", "-filters"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return any(line.split()[1:2] == [name] for line in listed.splitlines())


def frame_cost(where: str, inputs: list[str], graph: str, few: int, many: int) -> float:
    """CPU milliseconds of a frame of a filter graph, whose output is [out].

    The difference of two lengths, so that starting and compiling do not count.
    """

    def children() -> float:
        return cpu_seconds(resource.RUSAGE_CHILDREN)

    long = spent(where, inputs, graph, many, children)
    return 1000 * (long - spent(where, inputs, graph, few, children)) / (many - few)


def spent(
    where: str, inputs: list[str], graph: str, frames: int, clock: Callable[[], float]
) -> float:
    """Seconds by a clock that so many frames take, start-up included. Raises EngineError."""
    began = clock()
    command = [where, "-v", "error", "-nostdin", *inputs, "-filter_complex", graph]
    command += ["-map", "[out]", "-frames:v", str(frames), "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no message"]
        raise EngineError(f"bench: FFmpeg: {said[-1]}")
    return clock() - began
