"""The passes of the temporal depth filter: motion, alignment, and the average along the motion.

Motion is estimated between neighbouring pictures only and followed from frame to frame, so that a
new frame costs two flows whatever the window. Flows and averages are made in half the size of the
network's input, which takes a quarter of the time; what they say of a frame is added to its raw
map, whose finer detail stays as it is.
"""

from functools import cache

from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.compiler.text import number

WINDOW = 8  # frames to either side whose pixels a finished depth is averaged over
TOGETHER = 4  # neighbours in one pass: with their motion well below the 16 textures OpenGL grants
STRIDE = 4  # pixels of a level of the pyramid to a patch of its flow
DAMPING = 1e-3  # added to a patch's squared gradients: below, noise would be taken for motion

_COARSEST = 12  # least height of a level: the search spans a third of it
_BROADEST = 4  # least height of a level that deviations are gathered over
_SAMPLED = 40  # columns of the pairs that scale and shift are fitted to

Size = tuple[int, int]


@cache
def level_sizes(size: Size) -> tuple[Size, ...]:
    """Sizes (width, height) of the pyramid's levels, from one half of `size` down."""
    return _halves(size, _COARSEST)


@cache
def compile_frame(size: Size) -> Program:
    """RGB of picture 0 and the raw nearness of picture 1, in one texture of half of `size`."""
    return _program(level_sizes(size)[0], 2, "temporal_frame(picture0, picture1, q)")


@cache
def compile_pyramid(size: Size) -> tuple[tuple[Program, Program], ...]:
    """Two programs a level: luma of the picture before (a frame's first), then its gradient."""
    made = []
    for level, small in enumerate(level_sizes(size)):
        first = "flow_luma(texelFetch(picture0, q, 0).rgb)"
        halved = first if level == 0 else "flow_halve(picture0, q)"
        luma = _program(small, 1, f"vec4({halved})", channels=1)
        made.append((luma, _program(small, 1, "flow_gradient(picture0, q)")))
    return tuple(made)


@cache
def compile_flow(size: Size) -> tuple[Program, ...]:
    """The flow of patches for each level, in the order of `level_sizes`; the coarsest runs first.

    Pictures: gradients of the first frame, luma of the second, then the flow of the coarser level.
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

    (right, down, how badly it was found: from 1 on not at all), in half the size and its pixels.
    """
    return _program(
        level_sizes(size)[0], 3, "vec4(flow_dense(picture0, picture1, picture2, q), 1.0)"
    )


@cache
def compile_fit(size: Size) -> tuple[Program, Program]:
    """Pairs of a frame (0) and the one before it (1) along the motion (2), then their line."""
    width, height = level_sizes(size)[0]
    step = max(1, width // _SAMPLED)
    small = max(1, width // step), max(1, height // step)
    at = f"{step} * q + {step // 2}"
    pairs = _program(small, 3, f"temporal_pair(picture0, picture1, picture2, {at})")
    return pairs, _program((1, 1), 1, "vec4(temporal_fit(picture0), 0.0, 1.0)")


@cache
def compile_average(size: Size, neighbours: int, first: bool) -> Program:
    """The sum over some neighbours one after another in one direction.

    Pictures: the frame, the sums so far (unless `first`), then for each neighbour the motion that
    leads to it from the frame beside it, and the neighbour. The sums are (deviations from the
    frame, weights, position); a new direction starts with `first` and its own sums. Uniforms:
    vec3 line0.. (slope, shift, share) and span, the shot's range of nearness.
    """
    at = 1 if first else 2
    lines = ["    vec4 here = texelFetch(picture0, q, 0);"]
    start = "vec4(0.0, 0.0, vec2(q))" if first else "texelFetch(picture1, q, 0)"
    lines.append(f"    vec4 state = {start};")
    for index in range(neighbours):
        pictures = f"picture{at + 2 * index}, picture{at + 2 * index + 1}"
        lines.append(f"    state = temporal_add(state, {pictures}, here, line{index}, span);")
    uniforms = [*(f"uniform vec3 line{index};" for index in range(neighbours))]
    uniforms.append("uniform float span;")
    half = level_sizes(size)[0]
    return _program(half, at + 2 * neighbours, "state", before=lines, declared=uniforms)


@cache
def compile_spread(size: Size, directions: int) -> tuple[Program, ...]:
    """How neighbours deviate around each pixel, where only few of its own were found.

    First the sums of each direction (pictures) are halved again and again, each time those of the
    program before. Then, from the coarsest on: a level's sums (0) and what came of the coarser
    level (1) to the mean deviation; as many programs as halved ones, less the coarsest, whose
    program takes its sums alone.
    """
    sizes = _halves(level_sizes(size)[0], _BROADEST)
    made = []
    for level, small in enumerate(sizes):
        count = directions if level == 0 else 1
        terms = " + ".join(f"temporal_halve(picture{index}, q)" for index in range(count))
        made.append(_program(small, count, f"vec4({terms}, 0.0, 1.0)", channels=2))
    made.append(_program(sizes[-1], 1, "vec4(temporal_mean(picture0, q, 0.0))", channels=1))
    for small in sizes[-2::-1]:
        coarser = "temporal_mean(picture0, q, flow_read(picture1, 0.5 * vec2(q) - 0.25).r)"
        made.append(_program(small, 2, f"vec4({coarser})", channels=1))
    return tuple(made)


@cache
def compile_correction(size: Size, directions: int) -> Program:
    """What the window adds to a frame's nearness, in half its size.

    Pictures: the sums of each direction, then the mean deviation around. Uniforms: share, the
    weight of the frame itself; shares, the weight of all neighbours that are there.
    """
    sums = " + ".join(f"texelFetch(picture{index}, q, 0).rg" for index in range(directions))
    lines = [
        f"    vec2 sums = {sums};",
        f"    float around = flow_read(picture{directions}, 0.5 * vec2(q) - 0.25).r;",
    ]
    # Neighbours in which a point was lost are taken to deviate as those found around it do.
    result = "vec4((sums.x + max(shares - sums.y, 0.0) * around) / (share + shares))"
    declared = ["uniform float share;", "uniform float shares;"]
    half = level_sizes(size)[0]
    return _program(half, directions + 1, result, before=lines, declared=declared, channels=1)


@cache
def compile_finish(size: Size) -> Program:
    """The finished nearness: the raw one (0), and the correction (1) of half the size.

    Uniforms: gain and shift, from the frame's scale to that of those around it.
    """
    corrected = "texelFetch(picture0, q, 0).r + flow_read(picture1, 0.5 * vec2(q) - 0.25).r"
    declared = ["uniform float gain;", "uniform float shift;"]
    result = f"vec4(({corrected}) * gain + shift)"
    return _program(size, 2, result, declared=declared, channels=1)


def _halves(size: Size, least: int) -> tuple[Size, ...]:
    """One half of a size, and halves of that while no side falls below `least`."""
    sizes = [(max(1, size[0] // 2), max(1, size[1] // 2))]
    while min(sizes[-1]) // 2 >= least:
        sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
    return tuple(sizes)


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
