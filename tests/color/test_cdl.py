"""ASC CDL files: what was written is read back, and malformed ones are one line."""

from pathlib import Path

import numpy as np
import pytest
from depthgrade.color import evaluate_file
from depthgrade.color.cdl import Correction, read_corrections, write_corrections
from depthgrade.errors import ColorError

WARM = Correction(
    "sh010", "sun & <dust>", (1.2, 1.0, 0.875), (0.01, 0.0, -0.02), (0.9, 1.0, 1.1), 0.75
)
COLD = Correction("sh020", "", (0.8, 1.0, 1.25))


@pytest.mark.parametrize("ending", ["cc", "ccc", "cdl"])
def test_corrections_come_back_as_they_were_written(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scene.{ending}"
    corrections = (WARM,) if ending == "cc" else (WARM, COLD)
    write_corrections(path, corrections)
    assert read_corrections(path) == corrections


def test_what_is_written_is_what_others_read(tmp_path: Path) -> None:
    path = tmp_path / "warm.cc"
    write_corrections(path, [WARM])
    graded = (np.array([0.4, 0.3, 0.2]) * WARM.slope + WARM.offset) ** WARM.power
    luma = graded @ [0.2126, 0.7152, 0.0722]  # ASC CDL 1.2
    expected = luma + 0.75 * (graded - luma)
    np.testing.assert_allclose(evaluate_file(path, [[0.4, 0.3, 0.2]])[0], expected, atol=1e-6)


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.cc"
    for correction in (WARM, COLD):
        write_corrections(path, [correction])
        assert read_corrections(path) == (correction,)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.cc", "not xml", "a.cc: is no CDL"),
        ("a.ccc", "<ColorCorrectionCollection>", "a.ccc: is no CDL"),
        ("a.cdl", "", "a.cdl: is no CDL"),
        ("a.xml", "<a/>", 'a.xml: ".xml" is no CDL; allowed: .cc, .ccc, .cdl'),
        ("none.cc", None, "none.cc: is no file"),
    ],
)
def test_what_is_no_cdl_is_one_line(
    tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(ColorError) as caught:
        read_corrections(path)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_cc_holds_one_correction(tmp_path: Path) -> None:
    with pytest.raises(ColorError, match=r"2 corrections; allowed: one in a \.cc"):
        write_corrections(tmp_path / "a.cc", [WARM, COLD])
