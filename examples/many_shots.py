"""One look over many shots, with a line of JSON for every step, as a farm or a web page reads them.

    .venv/bin/python examples/many_shots.py my-look.toml graded/ shots/*.mov [--model NAME]

Lines are {"shot", "event": "progress", "what", "done", "total"}, then {"shot", "event": "done",
"output", "frames", "seconds"} or {"shot", "event": "failed", "error"}.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from depthgrade import EngineError, Project, looks, render


def say(shot: Path, event: str, **values: Any) -> None:
    print(json.dumps({"shot": shot.name, "event": event, **values}), flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Grade many shots with one look.")
    parser.add_argument("look", help="the name of a shipped look, or a look .toml")
    parser.add_argument("out", type=Path)
    parser.add_argument("shots", type=Path, nargs="+")
    parser.add_argument("--model", help="a depth network")
    given = parser.parse_args(arguments)

    look = looks.load(given.look)
    given.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for shot in given.shots:

        def progress(what: str, done: int, total: int, shot: Path = shot) -> None:
            say(shot, "progress", what=what, done=done, total=total)

        try:
            report = render(
                Project(clip=shot, look=look, model=given.model),
                given.out / f"{shot.stem}.mov",
                codec="prores422hq",
                overwrite=True,
                progress=progress,
            )
        except EngineError as error:
            say(shot, "failed", error=str(error))
            failed += 1
        else:
            seconds = round(report.seconds, 2)
            say(shot, "done", output=str(report.path), frames=report.frames, seconds=seconds)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
