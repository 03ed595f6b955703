"""A point of the picture, picked at a frame, that stands for the depth found there."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from depthgrade.keyframes import LAST_FRAME

Share = Annotated[float, Field(ge=0, le=1)]


class PickedPoint(BaseModel):
    """A point that is followed from its frame through the shot.

    at      (x, y) of the upright picture: 0, 0 is its upper left corner and 1, 1 its lower right
    frame   of the clip, from 0
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    at: Annotated[
        tuple[Share, Share],
        BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value),
    ]
    frame: Annotated[int, Field(ge=0, le=LAST_FRAME)]
