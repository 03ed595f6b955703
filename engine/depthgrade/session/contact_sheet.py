"""Contact sheets: for each look a row of source, depth, key and graded picture, in one image.

The pictures stand on a neutral dark grey, as in a grading room, so that the surround tints nothing.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from depthgrade.errors import MediaError, ProjectError
from depthgrade.nodes.base import KeyNode
from depthgrade.project import Look, Project
from depthgrade.session.renderer import Renderer
from depthgrade.session.shots import Progress

COLUMNS = ("Source", "Depth, white is near", "Key, white is affected", "Graded")

_SURROUND, _EMPTY, _TITLE, _PLAIN = (38, 38, 38), (48, 48, 48), (235, 235, 235), (165, 165, 165)
_MARGIN, _GAP = 32, 12  # pixels around the sheet and between pictures
_TITLE_SIZE, _ROW_SIZE, _TEXT_SIZE = 30, 24, 17  # pixels


@dataclass(frozen=True)
class Row:
    """One row: its heading, its description and a picture for each column.

    Pictures are (height, width, 3) or (height, width), 0..1, or None where there is none.
    """

    title: str
    about: str
    pictures: tuple[NDArray[np.float32] | None, ...]


def write_contact_sheet(
    project: Project,
    choice: Sequence[Look],
    out: Path,
    *,
    frames: Sequence[int] | None = None,
    rate: Fraction | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Writes a PNG with a row for each look and frame of a project's clip.

    frames   indices; None: the middle of the clip
    Raises ProjectError for a frame that is not in the clip, MediaError for a file that can't be
    written, and what Renderer raises.
    """
    checked_sheet(out, overwrite)
    rows = []
    with Renderer(project, rate=rate, progress=progress) as renderer:
        info = renderer.info
        chosen = [info.frame_count // 2] if frames is None else frames
        for index in chosen:
            if not 0 <= index < info.frame_count:
                raise ProjectError(
                    f"frame {index}: is not in the clip; allowed: 0 to {info.frame_count - 1}"
                )
        total = len(choice) * len(chosen)
        for look in choice:
            renderer.project = replace(renderer.project, look=look)
            for index in chosen:
                rows.append(look_row(renderer, index))
                if progress:
                    progress("contact sheet", len(rows), total)
        width, height = info.size
        about = f"{width}x{height}, {float(info.rate):.5g} fps, {renderer.input_space.space}"
        title, depth = info.path.name, f"depth: {renderer.depth_description}"
        aspect = width * float(info.upright_pixel_aspect) / height
    save_sheet(draw_sheet(title, f"{about}, {depth}", rows, tile=tile_size(aspect)), out)


def look_row(renderer: Renderer, index: int) -> Row:
    """The row of a renderer's look at a frame: source, depth, first key and graded picture."""
    look = renderer.project.look
    key = next((name for name, node in look.used().items() if isinstance(node, KeyNode)), None)
    depth = mask = None
    if key is not None:
        quality = getattr(look.nodes[key], "quality", "better")
        depth = np.clip(renderer.depth_map(index, quality), 0.0, 1.0)
        mask = renderer.key(key, index)
    pictures = (renderer.source_frame(index), depth, mask, renderer.frame(index))
    return Row(f"{look.title}, frame {index}", look.about, pictures)


def tile_size(aspect: float) -> tuple[int, int]:
    """(width, height) of the pictures of a sheet for clips of an aspect: about equal areas."""
    if aspect >= 1.0:
        return 560, max(1, round(560 / aspect))
    return max(1, round(560 * aspect)), 560


def draw_sheet(
    title: str,
    about: str,
    rows: Sequence[Row],
    *,
    tile: tuple[int, int],
    columns: Sequence[str] = COLUMNS,
) -> Image.Image:
    """The sheet as an RGB image; every picture is scaled to `tile`, (width, height)."""
    width, height = tile
    fonts = [ImageFont.load_default(size=size) for size in (_TITLE_SIZE, _ROW_SIZE, _TEXT_SIZE)]
    large, medium, small = fonts
    step = width + _GAP
    total = 2 * _MARGIN + len(columns) * step - _GAP
    head = _MARGIN + _TITLE_SIZE + 2 * _TEXT_SIZE + 5 * _GAP
    row_height = _ROW_SIZE + _TEXT_SIZE + height + 6 * _GAP
    sheet = Image.new("RGB", (total, head + len(rows) * row_height + _MARGIN), _SURROUND)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, _TITLE, large)
    draw.text((_MARGIN, _MARGIN + _TITLE_SIZE + _GAP), about, _PLAIN, small)
    for column, name in enumerate(columns):
        draw.text((_MARGIN + column * step, head - _TEXT_SIZE - _GAP), name, _PLAIN, small)
    for number, row in enumerate(rows):
        top = head + number * row_height
        draw.line((_MARGIN, top, total - _MARGIN, top), _EMPTY, 2)
        draw.text((_MARGIN, top + 1.5 * _GAP), row.title, _TITLE, medium)
        draw.text((_MARGIN, top + 2 * _GAP + _ROW_SIZE), row.about, _PLAIN, small)
        top += _ROW_SIZE + _TEXT_SIZE + 4 * _GAP
        for column, picture in enumerate(row.pictures):
            left = _MARGIN + column * step
            if picture is None:
                draw.rectangle((left, top, left + width - 1, top + height - 1), _EMPTY)
            else:
                sheet.paste(_scaled(picture, tile), (left, top))
    return sheet


def checked_sheet(out: Path, overwrite: bool) -> None:
    """Raises MediaError if a sheet can't be written to `out`."""
    if out.suffix.lower() != ".png":
        raise MediaError(f"{out}: a contact sheet is a .png")
    if out.exists() and not overwrite:
        raise MediaError(f"{out}: exists; give another name, or allow it with --overwrite")
    if not out.parent.is_dir():
        raise MediaError(f"{out}: the folder {out.parent} does not exist; create it first")


def save_sheet(sheet: Image.Image, out: Path) -> None:
    """Writes a sheet as PNG, under its final name only when complete. Raises MediaError."""
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        sheet.save(partial, format="PNG")
        partial.replace(out)
    except OSError as error:
        raise MediaError(
            f"{out}: can't be written ({error.strerror or error}); free space, or choose another"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _scaled(picture: NDArray[np.float32], size: tuple[int, int]) -> Image.Image:
    """A picture of 0..1 (outside is clipped: a file of 8 bits holds no more) scaled to a size."""
    codes = np.rint(np.clip(np.nan_to_num(picture), 0.0, 1.0) * 255).astype(np.uint8)
    return Image.fromarray(codes).convert("RGB").resize(size, Image.Resampling.LANCZOS)
