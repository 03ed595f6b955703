"""Keyframes through the renderer: each frame has its values, and moving ones compile nothing."""

from pathlib import Path

import numpy as np
from depthgrade import Look, Project, Renderer
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node


def look(**values: object) -> Look:
    nodes = {
        "sky": make_node("sky", {"type": "primary", **values}),
        "bend": make_node("bend", {"type": "curves"}),
    }
    return Look(nodes=nodes, wires=parse_wires(["source -> sky -> bend -> output"]))


def test_a_frame_looks_as_if_its_values_were_set(clip: Path) -> None:
    moving = look().with_keyframe("sky.gain", 0, 0.9).with_keyframe("sky.gain", 2, 0.5)
    with Renderer(Project(clip=clip, look=moving)) as renderer:
        pictures = [renderer.frame(index) for index in (0, 1, 2)]
        for index, gain in enumerate((0.9, 0.7, 0.5)):
            renderer.project = Project(clip=clip, look=look(gain=gain), output="rec709")
            picture = pictures[index]
            # design: what moves agrees with what is settled within 1e-5
            np.testing.assert_allclose(picture, renderer.frame(index), atol=1e-5)


def test_what_moves_compiles_once(clip: Path) -> None:
    moving = look().with_keyframe("sky.gain", 0, 1.0).with_keyframe("sky.gain", 2, 0.5, "smooth")
    moving = moving.with_keyframe("bend.luma", 0, [[0, 0], [0.4, 0.4], [1, 1]])
    moving = moving.with_keyframe("bend.luma", 2, [[0, 0.1], [0.4, 0.5], [1, 1]])
    with Renderer(Project(clip=clip, look=moving)) as renderer:
        renderer.frame(0)
        compiled = renderer.engine.runner.compiled
        plan, _ = renderer.plan(0)
        first, second = renderer.frame(1), renderer.frame(2)
        assert renderer.plan(2)[0] is plan
        assert renderer.engine.runner.compiled == compiled
        assert np.abs(first - second).max() > 0.01


def test_a_switch_with_keyframes_compiles_once_for_each_state(clip: Path) -> None:
    switched = look(gain=0.5).with_keyframe("sky.enabled", 0, True)
    switched = switched.with_keyframe("sky.enabled", 1, False)
    with Renderer(Project(clip=clip, look=switched)) as renderer:
        graded, plain = renderer.frame(0), renderer.frame(1)
        compiled = renderer.engine.runner.compiled
        np.testing.assert_array_equal(renderer.frame(0), graded)
        assert renderer.engine.runner.compiled == compiled
        np.testing.assert_array_equal(plain, renderer.source_frame(1))
        assert graded.mean() < plain.mean() - 0.1
