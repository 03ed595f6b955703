"""Panels driven by the ImGui Test Engine, which finds controls by their labels, not by place."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from depthgrade import looks


@pytest.fixture(scope="module")
def found(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script of `drive.py` saw, each step by its name."""
    script = Path(__file__).with_name("drive.py")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("driven"))}
    done = subprocess.run(
        [sys.executable, str(script), str(clip)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1].removeprefix("\x1b[0m"))
    return seen


def test_a_number_is_typed(found: dict[str, Any]) -> None:
    assert found["typed"] == 0.75


def test_a_track_is_dragged_and_reset_by_a_double_click(found: dict[str, Any]) -> None:
    assert found["dragged"] > 1.1
    assert found["reset"] == 1.0


def test_the_switch_puts_a_node_out_of_use(found: dict[str, Any]) -> None:
    assert found["switched off"]


def test_the_menu_adds_a_node_and_ctrl_z_takes_it_back(found: dict[str, Any]) -> None:
    assert found["added by the menu"] == "primary_2"
    assert found["undone"] == ["depth_map", "primary"]


def test_looks_are_laid_with_a_click(found: dict[str, Any]) -> None:
    assert found["no grade"] == []
    assert found["look"] == sorted(looks.load("studio-light").nodes)


def test_scopes_change_kind_and_what_they_measure(found: dict[str, Any]) -> None:
    assert found["scope"] == "Vector"
    assert found["scope of a node"]


def test_a_dialog_opens_and_escape_closes_it(found: dict[str, Any]) -> None:
    assert found["asked"] == "render to"
    assert found["asked after escape"] is None
