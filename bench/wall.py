"""Wall-clock rounds for devices that work while the CPU waits: repeated, ended by one finish.

On a GPU CPU time says nothing. Candidates are run in turn, each often enough for a round of some
tens of milliseconds, and the device is waited for once a round; medians of paired rounds are kept.
"""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

ROUND_SECONDS, QUICK_ROUND_SECONDS = 0.04, 0.005
ROUNDS, QUICK_ROUNDS = 9, 3
MOST_REPEATS = 200

Work = Callable[[], object]


def wall_rounds(
    works: Mapping[str, Work], finish: Work, *, quick: bool, count: int | None = None
) -> dict[str, list[float]]:
    """Wall milliseconds of one run of each work by round; each has run before it is timed.

    finish: returns when all the device was asked for is done. A work that waits by itself may be
    mixed with others: finish is then free.
    """
    least = QUICK_ROUND_SECONDS if quick else ROUND_SECONDS
    repeats = {}
    for name, work in works.items():
        work()
        finish()
        once = _span(work, finish, 1)
        repeats[name] = max(1, min(MOST_REPEATS, round(least / max(once, 1e-6))))
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(count or (QUICK_ROUNDS if quick else ROUNDS)):
        for name, work in works.items():
            found[name].append(1000 * _span(work, finish, repeats[name]) / repeats[name])
    return found


def _span(work: Work, finish: Work, repeat: int) -> float:
    """Seconds of a number of runs and the wait after them."""
    began = perf_counter()
    for _ in range(repeat):
        work()
    finish()
    return perf_counter() - began


def middle(found: Mapping[str, list[float]], name: str) -> float:
    """The median of a work."""
    return median(found[name])
