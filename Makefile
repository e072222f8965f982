RUN = uv run --all-groups

.PHONY: dev check test coverage faults bench docker
dev: ## install everything, stock Spleeter included
	uv sync --all-groups
check: ## what CI checks beside the tests
	uv lock --check
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
test: ## the README's test command
	uv run --all-groups pytest
coverage: ## the tests without the faults, and which branches of each room they took; fails below what we promise
	$(RUN) pytest -n logical --dist worksteal -m "not faults" --cov --cov-report=
	$(RUN) python -m bench.branches
faults: ## minutes of killing and breaking; the figures of docs/reliability.md
	$(RUN) pytest tests/faults -s
bench: ## the figures of docs/performance.md
	$(RUN) python -m bench
docker: ## the containers, really run; the figures of docs/deployment.md
	$(RUN) python -m bench.compose
