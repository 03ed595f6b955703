"""Playback: the clock's arithmetic, decoding ahead, what is dropped, and depth beside it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from depthgrade import Look, Project, editing, looks
from depthgrade.gl.device import headless
from depthgrade.graph import OUTPUT, SOURCE, Wire
from depthgrade.media import open_clip
from depthgrade.session.clock import Clock, Timeline
from depthgrade.session.feed import Feed, Order
from depthgrade.session.player import Player

SECOND = Timeline(tuple(index / 24 for index in range(24)), 1.0)


def wait(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Until something a thread or process does is done; fails the test where it is not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def test_the_clock_keeps_to_real_time() -> None:
    clock = Clock(SECOND)
    clock.play(1, now=100.0)
    assert [clock.index(100 + t) for t in (0, 0.041, 0.042, 0.5, 0.99)] == [0, 0, 1, 12, 23]


def test_variable_rates_are_kept() -> None:
    clock = Clock(Timeline((0.0, 0.1, 0.5, 0.6), 1.0))
    clock.play(1, now=0.0)
    assert [clock.index(t) for t in (0.09, 0.1, 0.49, 0.5, 0.95)] == [0, 1, 1, 2, 3]


def test_a_range_is_played_round_and_round() -> None:
    clock = Clock(SECOND)
    clock.set_range(6, 12)
    clock.seek(6, now=0.0)
    clock.play(1, now=0.0)
    assert [clock.index(t) for t in (0.0, 0.24, 0.26, 0.51, 2.51)] == [6, 11, 6, 6, 6]


def test_without_a_loop_it_stops_on_the_last_frame() -> None:
    clock = Clock(SECOND)
    clock.loop = False
    clock.play(1, now=0.0)
    assert clock.index(1.5) == 23 and clock.speed == 0


def test_backwards_stops_on_the_first_frame() -> None:
    clock = Clock(SECOND)
    clock.loop = False
    clock.seek(12, now=0.0)
    clock.play(-1, now=0.0)
    assert clock.index(0.26) == 5
    assert clock.index(3.0) == 0 and clock.speed == 0


def test_l_again_is_twice_as_fast_and_j_turns_round() -> None:
    clock = Clock(SECOND)
    speeds = []
    for direction in (1, 1, 1, 1, 1, -1, -1, 1):
        clock.faster(direction, now=0.0)
        speeds.append(clock.speed)
    assert speeds == [1, 2, 4, 8, 8, -1, -2, 1]


def test_play_at_the_end_begins_anew() -> None:
    clock = Clock(SECOND)
    clock.seek(23, now=0.0)
    clock.play(1, now=0.0)
    assert clock.index(0.0) == 0


def test_an_empty_range_is_one_frame() -> None:
    clock = Clock(SECOND)
    clock.set_range(7, 7)
    assert (clock.start, clock.stop) == (7, 8)
    clock.set_range(90, 95)
    assert (clock.start, clock.stop) == (23, 24)


def test_frames_are_decoded_ahead_in_playing_order(clip: Path) -> None:
    with Feed(open_clip(clip)) as feed:
        feed.order(Order(2, 1, 0, 6, loop=True))
        wait(lambda: len(feed.ahead()) >= 6)
        assert [frame.index for frame in feed.ahead()][:6] == [2, 3, 4, 5, 0, 1]


def test_backwards_comes_backwards(clip: Path) -> None:
    with Feed(open_clip(clip)) as feed:
        feed.order(Order(4, -1, 0, 6, loop=False))
        wait(lambda: len(feed.ahead()) >= 5)
        assert [frame.index for frame in feed.ahead()] == [4, 3, 2, 1, 0]


def test_a_seek_drops_what_was_decoded_for_another_place(clip: Path) -> None:
    with Feed(open_clip(clip)) as feed:
        feed.order(Order(0, 1, 0, 6, loop=False))
        feed.order(Order(5, 0))
        wait(lambda: feed.take(5) is not None)
        assert [frame.index for frame in feed.ahead()] == [5]


def test_taking_a_frame_that_is_not_decoded_does_not_wait(clip: Path) -> None:
    with Feed(open_clip(clip)) as feed:
        began = time.perf_counter()
        for index in range(6):
            feed.take(index)
        assert time.perf_counter() - began < 0.05


def test_decode_times_are_of_frames_that_follow_one_another(clip: Path) -> None:
    with Feed(open_clip(clip)) as feed:
        for index in (5, 2, 0):
            feed.order(Order(index, 0))
            wait(lambda at=index: feed.take(at) is not None)
        assert not feed.spans  # each waited for threads and a seek
        feed.order(Order(0, 1, 0, 6, loop=False))
        wait(lambda: len(feed.ahead()) >= 6)
        assert len(feed.spans) == 5


def test_a_late_consumer_gets_the_newest_frame_and_the_rest_is_counted(clip: Path) -> None:
    now = [0.0]
    with headless() as device:
        player = Player(Project(clip=clip, look=Look()), device, now=lambda: now[0])
        try:
            wait(player.tick)
            player.clock.loop = False
            player.play()
            wait(lambda: len(player.feed.ahead()) >= 6)
            shown = []
            for late in (0.01, 0.05, 0.14, 0.18):  # frames 0, 1, 3, 4 of 24 a second
                now[0] = late
                player.tick()
                assert player.frame is not None
                shown.append(player.frame.index)
            assert shown == [0, 1, 3, 4]
            assert player.counts.dropped == 1
        finally:
            player.close()


def test_a_seek_while_playing_pauses_there(clip: Path) -> None:
    with headless() as device:
        player = Player(Project(clip=clip, look=Look()), device)
        try:
            player.play()
            player.seek(3)
            wait(lambda: player.tick() or (player.frame is not None and player.frame.index == 3))
            assert not player.playing
        finally:
            player.close()


def test_the_grade_waits_for_depth_and_says_so(clip: Path, depth_pass: Path) -> None:
    project = Project(clip=clip, look=looks.load("recover-highlights"), depth=depth_pass)
    with headless() as device:
        player = Player(project, device, patient=True)
        try:
            wait(player.tick)
            player.ask_depth(project)
            first = player.draw(project, live=frozenset())
            assert first is not None and not first.graded
            wait(lambda: player.preview.pump() and player.preview.depth.exact(0, ("better",)))
            then = player.draw(project, live=frozenset(), full=True)
            assert then is not None and then.graded and then.exact
        finally:
            player.close()


def test_a_grade_without_depth_is_compiled_elsewhere_while_the_clip_is_seen(clip: Path) -> None:
    look, name = editing.insert_serial(Look(wires=(Wire(SOURCE, OUTPUT),)), SOURCE)
    look = look.with_value(f"{name}.gain", 0.5)
    project = Project(clip=clip, look=look)
    with headless() as device:
        player = Player(project, device)
        try:
            wait(player.tick)
            first = player.draw(project, live=frozenset())
            assert first is not None and not first.current and not first.graded and first.deep
            assert player.preview.warming
            wait(player.preview.pump)
            then = player.draw(project, live=frozenset())
            assert then is not None and then.current and then.graded
        finally:
            player.close()


def test_a_smaller_preview_is_the_average_of_the_picture(clip: Path) -> None:
    project = Project(clip=clip, look=Look())
    with headless() as device:
        player = Player(project, device, patient=True)
        try:
            wait(player.tick)
            engine = player.preview.renderer.engine
            full = player.draw(project, live=frozenset(), full=True)
            assert full is not None
            large = engine.read(full.texture)[..., :3]
            player.choice = 2
            half = player.draw(project, live=frozenset())
            assert half is not None
            small = engine.read(half.texture)[..., :3]
        finally:
            player.close()
    assert small.shape == (45, 80, 3)
    mean = (large[::2, ::2] + large[1::2, ::2] + large[::2, 1::2] + large[1::2, 1::2]) / 4
    # chroma of a block is one stored sample instead of the interpolated ones' mean
    assert abs(small - mean).mean() < 4e-3


@pytest.mark.parametrize(
    ("picture", "panel", "expected"),
    [(0.020, 0.010, 1), (0.050, 0.015, 2), (0.150, 0.015, 4), (0.020, 0.030, 2)],
)
def test_the_automatic_size_is_the_largest_that_keeps_the_clock(
    clip: Path, picture: float, panel: float, expected: int
) -> None:
    """At 24 frames a second, with times (at full size, of the panels) in proportion to pixels."""
    with headless() as device:
        player = Player(Project(clip=clip, look=Look()), device)
        try:
            player.milliseconds["panel"] = 1000 * panel
            sizes = []
            for _ in range(90):
                player._adapt(0.002 + picture / player.proxy**2)
                sizes.append(player.proxy)
            assert set(sizes[30:]) == {expected}  # found, and no longer tried out
            player.milliseconds["panel"] = 0.0
            for _ in range(30):
                player._adapt(0.001)  # there is room now
            assert player.proxy == 1
        finally:
            player.close()


def test_a_large_clip_begins_small_on_a_software_device() -> None:
    from depthgrade.session.player import _bearable  # noqa: PLC0415

    assert [_bearable(w * h) for w, h in ((1920, 1080), (3840, 2160), (7680, 4320))] == [1, 2, 4]
