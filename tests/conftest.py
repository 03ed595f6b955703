"""What all tests share: one OpenGL context per process and the folder of test material.

The environment is set here as well as in ./dev, so that a bare `pytest` measures the same thing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import moderngl
import pytest
from depthgrade import resources

_ROOT = Path(__file__).resolve().parents[1]

# Mesa reads these when the first context is made, which is after this file was imported.
_MESA_CACHE = _ROOT / ".cache" / "mesa"
_MESA_CACHE.mkdir(parents=True, exist_ok=True)
os.environ.setdefault("MESA_SHADER_CACHE_DIR", str(_MESA_CACHE))
os.environ.setdefault("GALLIVM_PERF", "nopt")  # compile shaders quickly: the pictures are small
os.environ.setdefault("LP_NUM_THREADS", "0")  # the test processes already fill the cores


@pytest.fixture(scope="session")
def gl() -> Iterator[moderngl.Context]:
    """The OpenGL context of this test process, headless through EGL and current in the test.

    It is required: without OpenGL the tests that ask for it fail.
    """
    context = moderngl.create_context(standalone=True, backend="egl")  # type: ignore[arg-type]
    yield context
    context.release()


@pytest.fixture(autouse=True)
def _gl_is_current(request: pytest.FixtureRequest) -> Iterator[None]:
    """Makes the shared context current again, whatever contexts an earlier test made."""
    if "gl" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("gl"):
        yield


@pytest.fixture(scope="session")
def material() -> Path:
    """The folder of test material that is never shipped; skips where it is absent."""
    folder = resources.material()
    if not folder.is_dir():
        pytest.skip(f"no test material at {folder}; DEPTHGRADE_MATERIAL names another folder")
    return folder
