"""The table of lines between frames."""

import tracemalloc

import numpy as np
from depthgrade.session.lines import Lines


def test_a_line_comes_back_to_the_last_bit() -> None:
    lines = Lines()
    rng = np.random.default_rng(3)
    given = {int(i): tuple(rng.normal(1, 1, 2).astype(np.float32).tolist()) for i in (0, 7, 5000)}
    given[9] = (float("inf"), -0.0)
    for index, line in given.items():
        lines[index] = line
    assert {index: lines[index] for index in given} == given
    assert [i for i in range(-2000, 20_000) if i in lines] == sorted(given)


def test_a_line_that_is_no_number_is_known_all_the_same() -> None:
    """Else a frame without depth in it would be asked for again without end."""
    lines = Lines()
    assert 3 not in lines
    lines[3] = (float("nan"), 0.0)
    assert 3 in lines and np.isnan(lines[3][0])


def test_a_long_clip_takes_a_few_bytes_a_frame() -> None:
    count = 50_000
    tracemalloc.start()
    lines = Lines()
    for index in range(count):
        lines[index] = (1.0, 0.0)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 20 * count  # a dict of tuples took 230
