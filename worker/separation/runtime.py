"""OpenVINO without its command line for converting models.

Nobody here needs that, it takes as long to import as all the rest, and it is what would look for the telemetry
package. OpenVINO allows for its absence.
"""

import sys

sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]  # how Python is told: not to be had

import openvino as ov  # noqa: E402 - only now
from openvino import opset8 as ops  # noqa: E402

__all__ = ["ops", "ov"]
