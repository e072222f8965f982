"""The real weights, where the product itself keeps them: fetched once for all test runs, and a failure when they can
not be had.

Fixtures for whoever imports them into a conftest.
"""

from pathlib import Path

import pytest

from jobs.failures import Failed
from jobs.settings import load_settings
from worker.separation.spleeter.weights import ensure_weights


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of Deezer's 2-stem weights. Only read it: it is the one that people's own runs use."""
    folder = load_settings().models_dir
    try:
        ensure_weights("spleeter-2", folder)
    except Failed as why:
        pytest.fail(f"these tests need Deezer's 2-stem weights, which can not be had: {why.failure.detail}")
    return folder
