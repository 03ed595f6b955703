"""Whether this device runs the same arithmetic faster in compute shaders than in fragment shaders.

Some chips for data centres have few units that can draw, so that a fragment shader leaves nearly
all of them idle; others are as fast in either. So it is measured, in some tens of milliseconds.
"""

from time import perf_counter

from depthgrade.compiler import Program
from depthgrade.compiler.program import assemble
from depthgrade.gl.device import Device
from depthgrade.gl.runner import Inputs, Runner

PAYS = 1.5  # times faster: below, fragment shaders are kept, which every device runs well
# About 0.1 ms on a fast GPU, well above what asking for it and waiting takes.
_SIZE, _STEPS, _ROUNDS = (1024, 1024), 96, 3


def compute_pays(device: Device) -> bool:
    """Whether compute shaders are at least PAYS times as fast here; never on the CPU.

    On a software rasteriser heavy shaders are as fast in either and light ones slower in compute.
    """
    return not device.software and measured(device) >= PAYS


def measured(device: Device) -> float:
    """Seconds of a fragment shader over those of the same compute shader, the best of a few."""
    with device.current():
        runner = Runner(device)
        program = _arithmetic()
        fragment, compute = (
            min(_seconds(runner, each) for _ in range(_ROUNDS))
            for each in (program, program.dispatched)
        )
    return fragment / compute


def _arithmetic() -> Program:
    """Powers in a row on values of each pixel's own; it reads nothing and writes once."""
    lines = ["    vec3 x = vec3(0.4, 0.5, 0.6) + vec3(q.xyx) * 1e-5;"]
    lines += [f"    x = pow(x, vec3({0.97 + 0.002 * (step % 30):.3f}));" for step in range(_STEPS)]
    lines.append("    vec4 result = vec4(x, 1.0);")
    return Program(assemble("fragment", [], "", lines), "fragment", _SIZE)


def _seconds(runner: Runner, program: Program) -> float:
    """Of one run, the wait for it included; the first compiles."""
    runner.run(program, Inputs())
    runner.finish()
    began = perf_counter()
    runner.run(program, Inputs())
    runner.finish()
    return perf_counter() - began
