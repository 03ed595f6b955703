"""One clip: a shipped look with one value changed, rendered, and one frame of it as numbers.

.venv/bin/python examples/one_clip.py interview.mov graded.mov [--depth DIR | --model NAME]
"""

import argparse

from depthgrade import EngineError, Project, Renderer, looks, render


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Grade one clip.")
    parser.add_argument("clip")
    parser.add_argument("out")
    parser.add_argument("--depth", help="a folder of depth EXR files instead of a network")
    parser.add_argument("--model", help="a depth network")
    given = parser.parse_args(arguments)

    project = Project(
        clip=given.clip, look=looks.load("studio-light"), depth=given.depth, model=given.model
    ).with_value("shade.gamma", -0.1)  # darker than the look has it

    with Renderer(project) as renderer:
        picture = renderer.frame(0)  # height x width x 3, float32, code values 0..1
        key = renderer.key("depth", 0)  # height x width, 0..1, 1 = graded
    print(f"mean code value {picture.mean():.3f}, {key.mean():.0%} of the picture is background")

    report = render(project, given.out, overwrite=True)
    print(f"{report.path}: {report.frames} frames, {report.frames_per_second:.1f} a second")


if __name__ == "__main__":
    try:
        main()
    except EngineError as error:
        raise SystemExit(str(error)) from error
