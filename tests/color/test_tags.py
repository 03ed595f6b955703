"""H.273 tags to spaces and back, with the reason stated."""

import pytest
from depthgrade.color import space_to_tags, spaces, tags_to_space
from depthgrade.frames import ColorTags

HD = (1920, 1080)


@pytest.mark.parametrize(
    ("primaries", "transfer", "expected"),
    [
        (1, 1, "rec709"),
        (2, 2, "rec709"),
        (1, 6, "rec709"),
        (1, 14, "rec709"),
        (1, 15, "rec709"),
        (1, 11, "rec709"),
        (1, 13, "srgb"),  # IEC 61966-2-1 is 13, not 11
        (2, 13, "srgb"),
        (6, 6, "rec601_525"),
        (5, 6, "rec601_625"),
        (7, 7, "rec601_525"),
        (9, 14, "rec2020"),
        (9, 16, "pq"),
        (9, 18, "hlg"),
        (2, 16, "pq"),
        (12, 13, "display_p3"),
        (12, 1, "p3_d65"),
        (1, 8, "linear_rec709"),
        (9, 8, "linear_rec2020"),
    ],
)
def test_tags_choose_the_space(primaries: int, transfer: int, expected: str) -> None:
    assert tags_to_space(ColorTags(primaries, transfer), "ycbcr", HD).space == expected


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (ColorTags(), "transfer not tagged"),
        (ColorTags(), "primaries not tagged"),
        (ColorTags(1, 11), "xvYCC"),
        (ColorTags(1, 4), "transfer 4 has no curve here"),
        (ColorTags(22, 1), "primaries 22 have no space here"),
        (ColorTags(9, 13), "no such pair here, sRGB assumed"),
        (ColorTags(1, 16), "primaries 1 ignored"),
    ],
)
def test_what_is_assumed_is_said(tags: ColorTags, words: str) -> None:
    assert words in tags_to_space(tags, "ycbcr", HD).reason


def test_untagged_float_samples_are_linear() -> None:
    assert tags_to_space(ColorTags(), "rgb", HD, floating=True).space == "linear_rec709"
    assert tags_to_space(ColorTags(1, 13), "rgb", HD, floating=True).space == "srgb"


def test_written_files_carry_their_tags() -> None:
    assert space_to_tags("rec709") == ColorTags(1, 1, 1, False)
    assert space_to_tags("srgb") == ColorTags(1, 13, 1, False)
    assert space_to_tags("pq") == ColorTags(9, 16, 9, False)
    assert space_to_tags("davinci_intermediate") == ColorTags(2, 2, 1, False)
    assert space_to_tags("hlg") == space_to_tags("hlg_display") == ColorTags(9, 18, 9, False)
    assert space_to_tags("view:sRGB/Film") == ColorTags(2, 2, 1, False)


def test_what_we_tag_reads_back_as_the_same_space() -> None:
    tagged = {row.name: space_to_tags(row.name) for row in spaces()}
    known = {name: tags for name, tags in tagged.items() if tags.transfer != 2}
    assert len(known) == 14  # camera gamuts and logs have no H.273 code points
    # Tags say the encoding, not whether it holds scene or display light.
    same = {"hlg_display": "hlg", "pq_display": "pq", "rec709_scene": "rec709"}
    for name, tags in known.items():
        assert tags_to_space(tags, "ycbcr", HD).space == same.get(name, name)
