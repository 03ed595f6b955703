"""What a clip is and what is assumed of it, as names and sentences for people."""

from fractions import Fraction

from depthgrade.color import input_title, resolved_full_range, resolved_matrix
from depthgrade.frames import UNSPECIFIED, ClipInfo
from depthgrade.nodes.depth_map import Quality
from depthgrade.project import Project
from depthgrade.session.renderer import Renderer, input_space
from depthgrade.session.shots import Progress

# ITU-T H.273 (2021), table 4
_MATRICES = {0: "none (RGB)", 1: "BT.709", 5: "BT.601", 6: "BT.601", 8: "YCgCo", 9: "BT.2020"}


def describe_clip(info: ClipInfo, project: Project) -> dict[str, str]:
    """Rows of name and text: what was read, and behind a dash what was assumed and why."""
    width, height = info.size
    read = input_space(project, info)
    rows = {
        "clip": info.path.name,
        "stored as": f"{info.codec} in {info.container}, {info.format.name},"
        f" {info.format.bits} bits",
        "picture": f"{width}x{height}{_shape(info)}",
        "frames": f"{info.frame_count}, {info.seconds:.3f} s at {_rate(info)}",
        "colour": f"{input_title(read.space, project.configuration)} ({read.space}): {read.reason}",
    }
    if info.format.model == "ycbcr":
        rows["matrix"] = _matrix(info)
        rows["range"] = _range(info)
    if info.timecode:
        rows["time code"] = info.timecode
    rows["audio"] = (
        "; ".join(f"{a.codec}, {a.channels} channels, {a.sample_rate} Hz" for a in info.audio)
        or "none"
    )
    if info.tracks > 1:
        rows["track"] = f"{info.track} of {info.tracks}, from 0; --track chooses"
    return rows


def describe_shots(
    project: Project,
    *,
    rate: Fraction | None = None,
    progress: Progress | None = None,
    quality: Quality = "better",
) -> list[dict[str, str]]:
    """A row for each shot: its frames and what "auto" comes to in it. Raises as Renderer does."""
    rows = []
    with Renderer(project, rate=rate, progress=progress) as renderer:
        index = 0
        while index < renderer.info.frame_count:
            found = renderer.shot(index, quality)
            index = found.shot.stop
            rows.append(
                {
                    "frames": f"{found.shot.start}:{found.shot.stop}",
                    "far_limit": f"{found.limits.far:.3f}",
                    "near_limit": f"{found.limits.near:.3f}",
                }
            )
    return rows


def _shape(info: ClipInfo) -> str:
    """How the picture is turned, stretched and scanned, where that is not plain."""
    words = []
    if info.orientation.value != (False, False, False):
        turned = info.orientation.name.lower().replace("_", " ")
        words.append(f"stored {info.width}x{info.height}, {turned}")
    if info.upright_pixel_aspect != 1:
        aspect = info.upright_pixel_aspect
        words.append(f"pixels {aspect.numerator}:{aspect.denominator}")
    if info.top_field_first is not None:
        words.append(f"interlaced, {'top' if info.top_field_first else 'bottom'} field first")
    return f" ({'; '.join(words)})" if words else ""


def _rate(info: ClipInfo) -> str:
    exact = "" if info.rate.denominator == 1 else f" ({info.rate})"
    steady = "" if len(set(info.durations)) <= 2 else ", variable"
    return f"{float(info.rate):.5g} fps{exact}{steady}"


def _matrix(info: ClipInfo) -> str:
    code = resolved_matrix(info.tags, info.format.model, info.width, info.height)
    title = _MATRICES.get(code, f"H.273 code {code}")
    said = info.tags.matrix_coefficients
    if said == code:
        return f"{title}: tagged"
    why = "not tagged" if said == UNSPECIFIED else f"the tag {said} can't be meant"
    return f"{title}: {why}, assumed by the picture's size"


def _range(info: ClipInfo) -> str:
    name = "full" if resolved_full_range(info.format, info.tags) else "limited"
    return f"{name}: {'not tagged, assumed' if info.tags.full_range is None else 'tagged'}"
