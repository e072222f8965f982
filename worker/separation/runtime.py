"""OpenVINO without its command line for converting models.

The command line is unused here, takes as long to import as all the rest, and would look for the telemetry package.
OpenVINO allows for its absence.
"""

import sys

sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]  # None makes its import fail

import openvino as ov  # noqa: E402 - after the line above
from openvino import opset8 as ops  # noqa: E402

__all__ = ["ops", "ov"]
