"""The lines from one frame's nearness to the next's, remembered for a whole clip."""

import numpy as np

_ROW = np.dtype([("known", "?"), ("slope", "f4"), ("shift", "f4")])
_MORE = 1024  # rows at first


class Lines:
    """Slope and shift by the index of the later frame.

    None is ever forgotten: a clip may be played again from anywhere, and its depth be the same
    then without the network running on the frames before. So they take 9 bytes a frame, up to
    18 while the table has room to grow.
    """

    def __init__(self) -> None:
        self._table = np.zeros(_MORE, _ROW)

    def __contains__(self, index: int) -> bool:
        return 0 <= index < len(self._table) and bool(self._table["known"][index])

    def __getitem__(self, index: int) -> tuple[float, float]:
        """Raises KeyError where there is none."""
        if index not in self:
            raise KeyError(index)
        _, slope, shift = self._table[index].item()
        return slope, shift

    def __setitem__(self, index: int, line: tuple[float, float]) -> None:
        """line: numbers a shader has made, float32."""
        if index >= len(self._table):
            more = np.zeros(max(index + 1 - len(self._table), len(self._table)), _ROW)
            self._table = np.concatenate([self._table, more])
        self._table[index] = True, *line
