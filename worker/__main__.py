"""`python -m worker` is `worker/cli.py`."""

from jobs.process.collector import importing

with importing():
    from worker.cli import main

if __name__ == "__main__":
    main()
