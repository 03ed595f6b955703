"""A LUT, CLF or CDL file as a grade, in the colour spaces the file was made for."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from depthgrade.color import file_transform, input_transform, output_transform, space
from depthgrade.errors import ColorError
from depthgrade.nodes.base import ColorNode, Step, word_parameter


class Lut(ColorNode):
    """Applies a file that OpenColorIO reads (.cube, .clf, .3dl, .csp, .cc and others).

    The signal is brought to the space the file expects and back from the one it gives; display
    spaces go through the default display rendering and its inverse. Without a file it does nothing.
    """

    type: ClassVar[str] = "lut"
    title: ClassVar[str] = "LUT"

    file: str = word_parameter("file", "", "The file; empty: none.")
    expects: str = word_parameter("space", "davinci_intermediate", "The space the file reads.")
    gives: str = word_parameter("space", "davinci_intermediate", "The space the file writes.")
    interpolation: Literal["tetrahedral", "linear"] = Field(
        default="tetrahedral", description="How 3D tables are read between their points."
    )
    inverse: bool = Field(default=False, description="Undo the file; 3D tables only nearly.")

    @field_validator("expects", "gives")
    @classmethod
    def _is_a_space(cls, name: str) -> str:
        try:
            return space(name).name
        except ColorError as error:
            raise ValueError(str(error)) from error

    def steps(self) -> tuple[Step, ...]:
        """The conversions and the file. Raises ColorError for a file that can't serve."""
        if not self.file:
            return ()
        expects, gives = (self.gives, self.expects) if self.inverse else (self.expects, self.gives)
        chain = (
            *output_transform(expects),
            *file_transform(self.file, inverse=self.inverse, interpolation=self.interpolation),
            *input_transform(gives),
        )
        return tuple(Step(each.name, brought=(each,)) for each in chain)
