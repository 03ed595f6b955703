"""Bad input: one line that says where, what and what is allowed, exit code 1 or 2, nothing left."""

import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
from depthgrade.cli import main

Start = Callable[..., "Popen[str]"]

LOOK = """\
wires = ["source -> sky -> output"]

[nodes.sky]
type = "primary"
"""


def refused(run: Callable[..., object], *arguments: object, code: int = 1) -> str:
    """The one line of a command that must fail."""
    result = run(*arguments)
    assert result.code == code
    assert len(result.lines) == 1, result.err
    assert result.lines[0].startswith("error: ")
    return result.lines[0]


def render(clip: object, out: Path, *more: object) -> list[object]:
    return ["render", clip, "-o", out, *more]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LOOK.replace("source -> sky", "source -> sly"), ['no node "sly"', 'did you mean "sky"?']),
        (LOOK.replace('"primary"', '"primry"'), ['"primry"', 'did you mean "primary"?']),
        (LOOK + "gian = 0.8", ['sky has no parameter "gian"', 'did you mean "gain"?']),
        (LOOK + "gain = 9", ["sky.gain = 9 is outside 0 to 4"]),
        (LOOK + 'gain = "much"', ["sky.gain", "allowed: 0 to 4"]),
        (LOOK + "gain = nan", ["sky.gain"]),
        (LOOK + "[nodes", ["is not valid TOML"]),
        ("wirse = []\n" + LOOK, ['unknown key "wirse"', 'did you mean "wires"?']),
        (
            'wires = ["source -> output", "a -> b -> a"]\n'
            '[nodes.a]\ntype = "primary"\n[nodes.b]\ntype = "primary"',
            ["circle", "a -> b -> a"],
        ),
    ],
)
def test_a_wrong_look_is_refused_by_check_and_by_render(
    run: Callable[..., object], clip: Path, tmp_path: Path, text: str, words: list[str]
) -> None:
    look, out = tmp_path / "look.toml", tmp_path / "out.mp4"
    look.write_text(text, encoding="utf-8")
    for arguments in (["check", look], render(clip, out, "--look", look)):
        line = refused(run, *arguments)
        assert "look.toml" in line
        for word in words:
            assert word in line
    assert not out.exists()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("sly.gain=1", ['no node "sly"', "warm"]),
        ("warm.gian=1", ['no parameter "gian"', 'did you mean "gain"?']),
        ("warm.gain=9", ["warm.gain = 9 is outside 0 to 4"]),
        ("warm.gain", ["write node.param=value"]),
        ("gain=1", ["write node.parameter"]),
    ],
)
def test_a_wrong_value_on_the_command_line_is_refused(
    run: Callable[..., object], clip: Path, warm: Path, setting: str, words: list[str]
) -> None:
    out = warm.with_name("out.mp4")
    line = refused(run, *render(clip, out, "--look", warm, "--set", setting))
    for word in words:
        assert word in line
    assert not out.exists()


def test_what_is_no_clip_is_refused(run: Callable[..., object], tmp_path: Path) -> None:
    text, empty, folder = tmp_path / "text.mp4", tmp_path / "empty.mp4", tmp_path / "folder"
    text.write_text("this is not a movie\n" * 40, encoding="utf-8")
    empty.touch()
    folder.mkdir()
    for clip in (tmp_path / "missing.mov", text, empty, folder, tmp_path / "s.%04d.png"):
        line = refused(run, *render(clip, tmp_path / "out.mp4"))
        assert clip.name in line
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("out", "."))] == []


@pytest.mark.parametrize("frames", ["3:3", "4:2", "5:60", "6:", "x:y", "-2:3"])
def test_a_range_that_selects_nothing_is_refused(
    run: Callable[..., object], clip: Path, tmp_path: Path, frames: str
) -> None:
    line = refused(run, *render(clip, tmp_path / "out.mp4", f"--frames={frames}"))
    assert "frames" in line
    assert not (tmp_path / "out.mp4").exists()


def test_an_output_that_cannot_be_written_is_refused(
    run: Callable[..., object], clip: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.mp4"
    there.write_bytes(b"mine")
    folder = tmp_path / "folder.mp4"
    folder.mkdir()
    for out, words in (
        (tmp_path / "no" / "out.mp4", "does not exist"),
        (there / "out.mp4", "out.mp4"),
        (Path("/proc/out.mp4"), "/proc/out.mp4"),
        (there, "exists"),
        (clip, "input"),
        (tmp_path / "out.xyz", "allowed: .mp4"),
    ):
        assert words in refused(run, *render(clip, out))
    assert there.read_bytes() == b"mine"
    assert "no codec" in refused(run, *render(clip, tmp_path / "o.mp4", "--codec", "h263"))


def test_unknown_names_are_answered_with_the_nearest(
    run: Callable[..., object], clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    for option, value, words in (
        ("--look", "studio-lite", 'did you mean "studio-light"?'),
        ("--input", "slog3", "allowed: "),
        ("--output", "rec907", 'did you mean "rec709"?'),
        ("--rendering", "filmic", "allowed: davinci"),
        ("--model", "nothing.onnx", "nothing.onnx"),
        ("--depth", tmp_path / "none", "none"),
        ("--track", 7, "track"),
        ("--rate", "fast", "24000/1001"),
    ):
        more = () if option == "--look" else ("--look", "studio-light")
        assert words in refused(run, *render(clip, out, option, value, *more))
    assert not out.exists()
    assert 'did you mean "primary"?' in refused(run, "nodes", "primry")
    assert "there is no workload" in refused(run, "bench", "stage")
    assert "allowed: 540p, 1080p, 4K" in refused(run, "bench", "--size", "720p")
    assert "allowed with: stages" in refused(run, "bench", "B1", "--size", "4K")


def test_a_command_that_is_written_wrongly_gives_exit_code_2(
    run: Callable[..., object], clip: Path
) -> None:
    for arguments, words in (
        (["rendr", clip], "Did you mean 'render'?"),
        (["render", clip], "-o"),
        (["render", clip, "--looks", "x", "-o", "x.mp4"], "--look"),
        (["still", clip, "--frame", "three", "-o", "x.png"], "--frame"),
    ):
        line = refused(run, *arguments, code=2)
        assert words in line
        assert "--help" in line


def test_of_several_inputs_one_failing_stops_no_other(
    run: Callable[..., object], clip: Path, tmp_path: Path
) -> None:
    bad, out = tmp_path / "bad.mp4", tmp_path / "graded"
    bad.write_text("no movie", encoding="utf-8")
    line = refused(run, "render", bad, clip, "-o", out)
    assert "bad.mp4" in line
    assert [path.name for path in out.iterdir()] == ["clip.mp4"]


def test_a_full_disk_is_one_line_and_leaves_nothing(
    start: Start, long_clip: Path, tmp_path: Path
) -> None:
    # A limit on the size of files is what a full disk looks like to a writer: write() fails.
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    out = tmp_path / "full"
    out.mkdir()
    process = start(render(long_clip, out / "out.mkv", "--frames", "0:200"), preexec_fn=limit)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert len(err.splitlines()) == 1, err
    assert "out.mkv: can't be written" in err
    assert "free space" in err
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_a_render_is_one_line_and_leaves_nothing(
    start: Start, long_clip: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "stopped"
    out.mkdir()
    process = start(render(long_clip, out / "out.mkv"))
    deadline = time.monotonic() + 60
    while not list(out.iterdir()):  # the hidden file is made when the render begins
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines() == ["error: stopped; what was unfinished is removed"]
    assert list(out.iterdir()) == []


def test_a_traceback_is_shown_only_with_debug(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["info", str(tmp_path / "missing.mov")]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert main(["info", str(tmp_path / "missing.mov"), "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
