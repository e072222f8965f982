"""The name of this analyser, in an analysis. A change of it makes stored analyses again, when their songs are used."""

from typing import Final

MADE_BY: Final = "fl-bt 3"
