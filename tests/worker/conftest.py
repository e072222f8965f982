"""The real weights, for everything the worker does."""

from tests.weights import models_dir

__all__ = ["models_dir"]
