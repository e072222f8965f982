"""Metrics in Prometheus' format: FLBT_METRICS_PORT, off by default, on loopback unless FLBT_METRICS_HOST says more.

Imported only if the port is set: the library takes a tenth of a second, and some memory.
"""

import asyncio
import logging
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from arq.connections import ArqRedis
from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from jobs.monitoring import metrics
from jobs.settings import Settings
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

EVERY: Final = 5.0  # seconds between two measurements of the gauges


class Figures(Collector):
    """The counts, and the gauges as last measured."""

    def __init__(self) -> None:
        self.stand: list[metrics.Figure] = []

    def collect(self) -> Iterator[Metric]:
        for name, (what, labels) in metrics.COUNTS.items():
            counts = CounterMetricFamily(f"flbt_{name}", what, labels=labels)
            for (of, values), times in list(metrics.counted.items()):
                if of == name:
                    counts.add_metric(values, times)
            yield counts
        yield self._stages()
        for name, (what, labels) in metrics.GAUGES.items():
            gauge = GaugeMetricFamily(f"flbt_{name}", what, labels=labels)
            for of, values, number in self.stand:
                if of == name:
                    gauge.add_metric(values, number)
            yield gauge

    def _stages(self) -> Metric:
        family = HistogramMetricFamily("flbt_stage_seconds", "How long a stage of a track took.", labels=["stage"])
        bounds = [*(str(bound) for bound in metrics.BOUNDS), "+Inf"]
        for stage, numbers in list(metrics.stages.items()):
            buckets = list(zip(bounds, map(float, accumulate(numbers)), strict=True))
            family.add_metric([stage], buckets, sum_value=metrics.stage_seconds[stage])
        return family


async def serve_metrics(
    port: int,
    redis: ArqRedis,
    store: ResultStore,
    settings: Settings,
    registry: CollectorRegistry = REGISTRY,
    every: float = EVERY,
) -> None:
    """Serves a port of `settings.metrics_host` until cancelled; measures the gauges `every` so many seconds.

    If the port is taken, logs a warning and returns.
    """
    figures = Figures()
    try:
        server, thread = start_http_server(port, addr=settings.metrics_host, registry=registry)
    except OSError as error:
        log.warning("cannot serve metrics on port %d of %s: %s", port, settings.metrics_host, error)
        return
    registry.register(figures)
    try:
        while True:
            try:
                figures.stand = await metrics.measure(redis, store, settings)
            except (RedisError, OSError) as error:
                log.warning("cannot measure the gauges: %s", error)
            await asyncio.sleep(every)
    finally:
        registry.unregister(figures)
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join(1)
