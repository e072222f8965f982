RUN = uv run --all-groups

.PHONY: dev check test bench docker
dev: ## install everything, stock Spleeter included
	uv sync --all-groups
check: ## what CI checks beside the tests
	uv lock --check
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
test: ## the README's test command
	uv run --all-groups pytest
bench: ## the figures of docs/performance.md
	$(RUN) python -m bench
docker: ## the containers, really run; the figures of docs/deployment.md
	$(RUN) python -m bench.compose
