"""The separation child, behind that wall."""

from tests.worker import first_landlock

if __name__ == "__main__":
    first_landlock.stand()
    import worker.separation.__main__  # noqa: F401 - it serves
