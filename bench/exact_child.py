"""The separation child without bf16, for `bench.networks`."""

from worker.separation.segments import network

network.has_bf16 = lambda: False

if __name__ == "__main__":
    import worker.separation.__main__  # noqa: F401 - it serves
