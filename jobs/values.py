"""The base of all values on the wire, and bounds for untrusted texts in them."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value. Unknown fields are ignored, so that a newer bot and an older worker understand each other.

    Its numbers are finite: NaN would pass every comparison, and make sums of minutes NaN.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


LONGEST_WORDS = 2000  # characters: the longest title on YouTube has 100
#: Names and titles from outside; longer ones are cut.
Words = Annotated[str, AfterValidator(lambda text: text[:LONGEST_WORDS])]
#: Seconds of sound, or bytes.
Amount = Annotated[float, Field(ge=0)]
Size = Annotated[int, Field(ge=0)]
Gain = Annotated[float, Field(gt=0)]
