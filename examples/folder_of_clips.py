"""A folder of clips: each graded into another folder; one that can't be read stops no other.

.venv/bin/python examples/folder_of_clips.py rushes/ graded/ [--look teal-orange] [--model NAME]
"""

import argparse
from pathlib import Path

from depthgrade import EngineError, Project, looks, render

SUFFIXES = {".mov", ".mp4", ".mkv", ".mxf", ".webm"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Grade every clip of a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--look", default="teal-orange")
    parser.add_argument("--model", help="a depth network")
    given = parser.parse_args(arguments)

    look = looks.load(given.look)
    given.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for clip in sorted(given.folder.iterdir()):
        if clip.suffix.lower() not in SUFFIXES:
            continue
        try:
            report = render(
                Project(clip=clip, look=look, model=given.model), given.out / f"{clip.stem}.mp4"
            )
        except EngineError as error:  # one line that says where, what and what is allowed
            print(f"failed  {error}")
            failed += 1
        else:
            print(f"done    {report.path}: {report.frames} frames")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
