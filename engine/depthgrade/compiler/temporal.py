"""The passes of the temporal depth filter: motion, alignment, and the average along the motion.

Motion is estimated between neighbouring pictures only and followed from frame to frame, so that a
new frame costs two flows whatever the window. Everything runs at the size of the network's input.
"""

from functools import cache

from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.compiler.text import number

WINDOW = 8  # frames to either side that a finished depth follows from
TOGETHER = 4  # neighbours in one pass: with their motion well below the 16 textures OpenGL grants
STRIDE = 4  # pixels of a level of the pyramid to a patch of its flow
DAMPING = 1e-3  # added to a patch's squared gradients: below, noise would be taken for motion

_COARSEST = 24  # least height of a level: the search spans a third of it
_SAMPLED = 40  # columns of the pairs that scale and shift are fitted to

Size = tuple[int, int]


@cache
def level_sizes(size: Size) -> tuple[Size, ...]:
    """Sizes (width, height) of the pyramid's levels, from one half of `size` down."""
    sizes = [(max(1, size[0] // 2), max(1, size[1] // 2))]
    while min(sizes[-1]) // 2 >= _COARSEST:
        sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
    return tuple(sizes)


@cache
def compile_frame(size: Size) -> Program:
    """RGB of picture 0 and the raw nearness of picture 1, in one texture of `size`."""
    return _program(size, 2, "vec4(texelFetch(picture0, q, 0).rgb, texelFetch(picture1, q, 0).r)")


@cache
def compile_pyramid(size: Size) -> tuple[tuple[Program, Program], ...]:
    """Two programs a level: luma of the picture before (a frame's first), then its gradient."""
    made = []
    for level, small in enumerate(level_sizes(size)):
        halve = "flow_halve_rgb" if level == 0 else "flow_halve"
        luma = _program(small, 1, f"vec4({halve}(picture0, q))", channels=1)
        made.append((luma, _program(small, 1, "flow_gradient(picture0, q)")))
    return tuple(made)


@cache
def compile_flow(size: Size) -> tuple[Program, ...]:
    """The flow of patches for each level, in the order of `level_sizes`; the coarsest runs first.

    Pictures: gradients of the first and of the second frame, then the flow of the coarser level.
    """
    made = []
    levels = level_sizes(size)
    for level, (width, height) in enumerate(levels):
        cells = -(-width // STRIDE), -(-height // STRIDE)
        coarsest = level == len(levels) - 1
        guess = "vec2(0.0)" if coarsest else "flow_guess(picture2, q)"
        motion = f"flow_patch(picture0, picture1, q, {guess}, {number(DAMPING)})"
        made.append(_program(cells, 2 if coarsest else 3, f"vec4({motion}, 1.0)"))
    return tuple(made)


@cache
def compile_dense_flow(size: Size) -> Program:
    """Motion in pixels from picture 0 to picture 1 (frames), from the patches of picture 2.

    (right, down, how badly it was found as a deviation of luma).
    """
    return _program(size, 3, "vec4(flow_dense(picture0, picture1, picture2, q, 2.0), 1.0)")


@cache
def compile_fit(size: Size) -> tuple[Program, Program]:
    """Pairs of a frame (0) and the one before it (1) along the motion (2), then their line."""
    step = max(1, size[0] // _SAMPLED)
    small = max(1, size[0] // step), max(1, size[1] // step)
    at = f"{step} * q + {step // 2}"
    pairs = _program(small, 3, f"temporal_pair(picture0, picture1, picture2, {at})")
    return pairs, _program((1, 1), 1, "vec4(temporal_fit(picture0), 0.0, 1.0)")


@cache
def compile_average(size: Size, neighbours: int, first: bool) -> Program:
    """The sum over some neighbours one after another in one direction.

    Pictures: the frame, the sums so far (unless `first`), then for each neighbour the motion that
    leads to it from the frame beside it, and the neighbour. The sums are (position, sum, weight); a
    new direction starts with `first` and its own sums. Uniforms: vec3 line0.. (slope, shift, share)
    and span, the shot's range of nearness.
    """
    at = 1 if first else 2
    lines = ["    vec4 here = texelFetch(picture0, q, 0);"]
    start = "vec4(vec2(q), 0.0, 0.0)" if first else "texelFetch(picture1, q, 0)"
    lines.append(f"    vec4 state = {start};")
    for index in range(neighbours):
        pictures = f"picture{at + 2 * index}, picture{at + 2 * index + 1}"
        lines.append(f"    state = temporal_add(state, {pictures}, here, line{index}, span);")
    uniforms = [*(f"uniform vec3 line{index};" for index in range(neighbours))]
    uniforms.append("uniform float span;")
    return _program(size, at + 2 * neighbours, "state", before=lines, declared=uniforms)


@cache
def compile_finish(size: Size, directions: int) -> Program:
    """The finished nearness: frame (0) and the sums of each direction, over their weights.

    Uniforms: share, the weight of the frame itself; gain and shift, from its scale to the window's.
    """
    lines = ["    vec2 sums = share * vec2(texelFetch(picture0, q, 0).a, 1.0);"]
    lines += [
        f"    sums += texelFetch(picture{1 + index}, q, 0).ba;" for index in range(directions)
    ]
    result = "vec4(sums.x / sums.y * gain + shift)"
    declared = ["uniform float share;", "uniform float gain;", "uniform float shift;"]
    return _program(size, 1 + directions, result, before=lines, declared=declared, channels=1)


@cache
def compile_mapped(size: Size) -> Program:
    """Depth (near = 1, not clipped) of the nearness of picture 0 by the shot's mapping.

    Uniforms: low, scale and base: (nearness - low) * scale + base.
    """
    result = "vec4((texelFetch(picture0, q, 0).r - low) * scale + base)"
    declared = [f"uniform float {name};" for name in ("low", "scale", "base")]
    return _program(size, 1, result, declared=declared, channels=1)


def _program(
    size: Size,
    pictures: int,
    result: str,
    *,
    before: list[str] | None = None,
    declared: list[str] | None = None,
    channels: int = 4,
) -> Program:
    names = [f"picture{index}" for index in range(pictures)]
    lines = [*(before or []), f"    vec4 result = {result};"]
    declarations = [*(f"uniform sampler2D {name};" for name in names), *(declared or [])]
    text = assemble("fragment", declarations, Library().texts("\n".join(lines)), lines)
    samplers = tuple(Sampler(name, "picture", index) for index, name in enumerate(names))
    return Program(text, "fragment", size, samplers, channels=channels)
