"""A clip opened on a thread: handed over once, closed if nobody wants it, its troubles raised."""

from pathlib import Path

import pytest
from depthgrade import MediaError, Project
from depthgrade.session.opening import Opening


def test_a_clip_is_handed_over_or_closed(clip: Path) -> None:
    opening = Opening(Project(clip=clip))
    reader = opening.take(wait=True)
    assert reader is not None and reader.frame(0).index == 0
    opening.drop()
    with pytest.raises(MediaError, match="is closed"):
        reader.frame(1)


@pytest.mark.parametrize("error", [MediaError("clip.mkv: is broken"), RuntimeError("unforeseen")])
def test_whatever_stops_it_is_raised(
    error: Exception, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only what is expected: a window would wait for the clip for ever."""

    def broken(path: Path, track: int) -> None:
        raise error

    monkeypatch.setattr("depthgrade.session.opening.open_clip", broken)
    with pytest.raises(type(error), match=str(error)):
        Opening(Project(clip=clip)).take(wait=True)
