"""Faults on purpose, with real processes and signals. `docs/reliability.md` lists the promises."""
