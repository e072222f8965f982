RUN = uv run --group dev
ORACLE = uv run --group dev --group spleeter

.PHONY: dev check test faults oracle arm browser coverage bench docker
dev: ## install everything but stock Spleeter
	uv sync --group dev
check: ## what CI checks beside the tests
	uv lock --check
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
test: ## the README's test command
	uv run --group dev pytest
faults: ## minutes of killing and breaking; the figures of docs/reliability.md
	$(RUN) pytest -m faults -s
oracle: ## the comparison with stock Spleeter, demucs and SCNet, which are installed for it (3 GB)
	$(ORACLE) pytest tests/oracle
arm: ## wheels of the kernels for ARM, and their answers under qemu; needs Debian's apt-get
	$(RUN) pytest -p no:xdist tests/arm
browser: ## the player and the page in a real Chromium, which has to be there: apt-get install chromium, or FLBT_BROWSER
	uv run --group dev --group browser pytest -p no:xdist tests/browser
coverage: ## all but the faults, and which branches of each room they took; fails below what we promise
	$(ORACLE) pytest tests --ignore tests/faults --ignore tests/arm --ignore tests/browser -n logical --dist worksteal --cov --cov-report=
	$(RUN) python -m bench.branches
bench: ## the figures of docs/performance.md
	$(ORACLE) python -m bench
docker: ## the containers, really run; the figures of docs/deployment.md
	$(RUN) python -m bench.compose
