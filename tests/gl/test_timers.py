"""Times by the device's own clock."""

from depthgrade.gl.device import headless
from depthgrade.gl.timers import Timers


def test_work_is_timed_by_name_and_forgotten_once_read() -> None:
    with headless() as device, device.current():
        timers = Timers(device)
        target = device.context.framebuffer([device.context.texture((512, 512), 4, dtype="f4")])
        for name in ("first", "second"):
            with timers.timed(name):
                target.clear(1.0, 0.5, 0.25, 1.0)
        found = timers.read()
        assert [name for name, _ in found] == ["first", "second"]
        assert all(0 < seconds < 10 for _, seconds in found)
        assert timers.read() == []
