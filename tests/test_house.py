"""House rules that a machine can hold: what may stand in the repository, and what ships."""

import fnmatch
import hashlib
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_LONGEST_FILE = 400  # lines; the aim is 300, and a longer file is usually two ideas


def _is_ignored(path: Path) -> bool:
    """Whether a line of .gitignore names one of the parts of a path relative to the root."""
    lines = (_ROOT / ".gitignore").read_text(encoding="utf-8").split()
    patterns = [line.rstrip("/") for line in (*lines, ".git/")]
    return any(fnmatch.fnmatch(part, pattern) for part in path.parts for pattern in patterns)


@cache
def _tracked() -> tuple[Path, ...]:
    """The files of the repository, or what looks like them where git is not installed."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=_ROOT, capture_output=True, check=True
        ).stdout
        paths = [_ROOT / name for name in listing.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [p for p in _ROOT.rglob("*") if not _is_ignored(p.relative_to(_ROOT))]
    return tuple(sorted(path for path in paths if path.is_file()))


def _lines_matching(pattern: str) -> list[str]:
    """ "path:line: text" of every line of a tracked text file in which the pattern is found."""
    found = []
    for path in _tracked():
        content = path.read_bytes()
        if b"\0" in content[:8192]:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(_ROOT)}:{number}: {line.strip()[:100]}")
    return found


def test_no_file_names_a_path_of_one_machine() -> None:
    found = _lines_matching(r"(?<![\w.$}~-])/(root|home|work)/")
    assert not found, "\n".join(found)


def test_nothing_is_left_for_later() -> None:
    # The brackets keep this line from finding itself.
    found = _lines_matching(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b")
    assert not found, "\n".join(found)


def test_no_file_is_two_ideas_long() -> None:
    sources = [
        path
        for path in _tracked()
        if path.suffix in {".py", ".glsl"}
        and path.relative_to(_ROOT).parts[0] in {"engine", "shaders", "tests", "bench"}
        and "golden" not in path.parts  # generated text
    ]
    lengths = {path: len(path.read_bytes().splitlines()) for path in sources}
    found = [
        f"{path.relative_to(_ROOT)}: {lines} lines; split it, {_LONGEST_FILE} is the most"
        for path, lines in lengths.items()
        if lines > _LONGEST_FILE
    ]
    assert not found, "\n".join(found)


def test_the_lock_file_pins_by_hash_and_names_no_host() -> None:
    text = (_ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry[:1] not in "#"]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", entry), entry


def test_no_test_material_is_in_the_repository(material: Path) -> None:
    # A licence text is the same file everywhere. Only files of equal size can be equal, so that
    # next to nothing has to be hashed.
    ours: dict[int, list[Path]] = {}
    for path in _tracked():
        if path.stat().st_size and "LICENSE" not in path.name:
            ours.setdefault(path.stat().st_size, []).append(path)
    for theirs in material.rglob("*"):
        if not theirs.is_file() or "LICENSE" in theirs.name:
            continue
        for path in ours.get(theirs.stat().st_size, []):
            digests = {hashlib.sha256(p.read_bytes()).digest() for p in (path, theirs)}
            assert len(digests) == 2, f"{path} is {theirs.name} of the test material"


def test_the_wheel_holds_every_shader_model_and_the_licence(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=_ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    for path in _tracked():
        inside = path.relative_to(_ROOT)
        if inside.parts[:2] == ("models", "training"):  # how the network was made: the checkout's
            assert f"depthgrade/{inside.as_posix()}" not in packed
        elif inside.parts[0] in {"shaders", "models", "bench"}:
            assert f"depthgrade/{inside.as_posix()}" in packed
        elif inside.parts[:2] == ("engine", "depthgrade"):
            assert inside.relative_to("engine").as_posix() in packed
    assert any(name.endswith("licenses/LICENSE") for name in packed)


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["help"], 0, "demo"),
        ([], 2, "usage: ./dev VERB"),
        (["dmeo"], 2, 'no verb "dmeo"; allowed:'),
    ],
)
def test_the_dev_script_explains_itself_without_set_up(
    arguments: list[str], status: int, text: str
) -> None:
    done = subprocess.run(
        ["sh", str(_ROOT / "dev"), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert text in done.stdout + done.stderr
