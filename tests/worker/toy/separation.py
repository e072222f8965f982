"""The separation child, with the toy model."""

from tests.worker import toy

if __name__ == "__main__":
    toy.add()
    import worker.separation.__main__  # noqa: F401 - it serves
