"""The separation child, with both toy models."""

from tests.worker import toy

if __name__ == "__main__":
    toy.add_slow()
    import worker.separation.__main__  # noqa: F401 - it serves
