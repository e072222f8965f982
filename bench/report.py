"""Writes the measurements as a page: docs/performance.md."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import flbt_unet

from bench.engines import Pair
from bench.peers import Peer
from bench.stages import Stages
from bench.studio import Studio
from bench.watch import Run
from worker.child.cgroups import cores
from worker.separation.costs import processor

PACKAGES = ("fl-bt-unet", "openvino", "spleeter", "tensorflow-cpu", "numpy", "av")


def _of(runs: int) -> str:
    return "One run of each." if runs == 1 else f"Medians of {runs} runs."


BY_HAND = "## Targets"  # the heading of the part that other commands measure
QUIET = 0.5  # load average before the first measurement, which adds to it
BUSY = "- **The machine was busy**: seconds by the clock are too long for every engine. Compare processor time."


class Figures(NamedTuple):
    """All measurements of `python -m bench`."""

    flac: Sequence[Pair]
    mp3: Pair
    stages: Stages
    stems: dict[int, tuple[Run, Run]]  # by number of stems: a song of 30 seconds, and the same longer
    longer: int  # seconds of the longer song
    studio: Studio
    peers: tuple[Run, Sequence[Peer]] | None  # this engine beside them
    runs: int
    load: tuple[float, float]  # on average over a minute, before and after


def page(figures: Figures) -> str:
    """Markdown."""
    return "\n".join(
        (
            *_head(figures), "", *_engines(figures), "", *_peers(figures), *_stages(figures.stages), "",
            *_stems(figures), "", *_studio(figures.studio),
        )
    ) + "\n"  # fmt: skip


def _head(figures: Figures) -> tuple[str, ...]:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    before, after = figures.load
    return (
        "# Performance",
        "",
        "Written by `make bench`. Times are of whole processes, from start to files on disk. Each engine runs in a",
        "process of its own, in turn on the same song; this engine in f32 and, like stock, with `zeros`.",
        f"{_of(figures.runs)} Memory is the sum of the resident sets of the process and its children,",
        "measured 4 times a second, and at least the kernel's peak. Times depend on other load: compare within a",
        "table.",
        "",
        f"- {processor()}, {cores()} cores; Python {platform.python_version()}, {platform.system()}",
        f"- kernels for {', '.join(flbt_unet.instruction_sets()) or 'no processor like this'}: the first one ran;"
        " Python's bytecode compiled before, for all",
        f"- {packages}",
        f"- {datetime.now(UTC):%Y-%m-%d}, load average {before:.1f} before and {after:.1f} after",
        *([BUSY] if before > QUIET else []),
    )


def _engines(figures: Figures) -> tuple[str, ...]:
    rows = [(f"{_length(pair.seconds)}, FLAC", pair) for pair in figures.flac]
    rows.append((f"{_length(figures.mp3.seconds)}, MP3 320k", figures.mp3))
    return (
        "## This engine and stock Spleeter, 2 stems",
        "",
        "| song | this engine | CPU | memory | stock | CPU | memory | speed-up | SNR |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_engines_row(name, pair) for name, pair in rows),
        "",
        "MP3: both FLAC and MP3, by this project's encoders for both engines. SNR: of this engine's stems against",
        "stock's. Stock Spleeter is left out where it would cut the song (over 10 minutes) or exceed the memory.",
    )


def _engines_row(name: str, pair: Pair) -> str:
    ours, stock = pair.ours, pair.stock
    mine = f"{ours.seconds:.1f} s | {ours.cpu_seconds:.1f} s | {_mb(ours.peak_bytes)}"
    if stock is None or pair.snr_db is None:
        return f"| {name} | {mine} | – | – | – | – | – |"
    theirs = f"{stock.seconds:.1f} s | {stock.cpu_seconds:.1f} s | {_mb(stock.peak_bytes)}"
    return f"| {name} | {mine} | {theirs} | {stock.seconds / ours.seconds:.1f}× | {pair.snr_db:.0f} dB |"


def _peers(figures: Figures) -> tuple[str, ...]:
    """Packages of the registry with the same networks."""
    if figures.peers is None:
        return ()
    ours, peers = figures.peers
    return (
        f"## Other packages, {_length(figures.longer)}, 2 stems",
        "",
        "| package | time | CPU | memory | installed | SNR to ours |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| this engine, from file to FLAC | {_run(ours)} | – | – |",
        *(f"| {peer.name} | {_run(peer.run)} | {_mb(peer.bytes_)} | {peer.snr_db:.0f} dB |" for peer in peers),
        "",
        "Packages that separate by the same networks, each in an environment of its own. They are",
        "measured in favour of them: from samples in memory to arrays on disk, without decoding and encoding.",
        "",
    )


def _run(run: Run) -> str:
    return f"{run.seconds:.1f} s | {run.cpu_seconds:.1f} s | {_mb(run.peak_bytes)}"


def _stages(stages: Stages) -> tuple[str, ...]:
    shares = sorted(stages.cpu_by_stage.items(), key=lambda stage: -stage[1])
    return (
        "## Stages of a separation",
        "",
        f"One separation in f32: {stages.seconds:.1f} s of wall time, {stages.cpu_seconds:.1f} s of processor time.",
        "",
        "| stage | CPU | share |",
        "| --- | --- | --- |",
        *(f"| {name} | {spent:.2f} s | {spent / stages.cpu_seconds:.0%} |" for name, spent in shares),
        "",
        f"- The network runs for {stages.network_seconds:.1f} s of wall time; work without it takes"
        f" {stages.rest:.0%} of the whole.",
        f"- One segment (11.9 s of music) is {stages.gflop:.1f} GFLOP and takes {stages.segment_seconds:.3f} s in the"
        f" network: {stages.gflop / stages.segment_seconds:.0f} GFLOP/s.",
        "",
        "| build, one thread | registers alone | products alone | a segment's products in its time |",
        "| --- | --- | --- | --- |",
        *(
            f"| {name} | {peak:.0f} GFLOP/s | {products:.0f} GFLOP/s, {products / peak:.0%} |"
            f" {segment:.0f} GFLOP/s, {segment / peak:.0%} |"
            for name, (peak, products, segment) in stages.builds.items()
        ),
        "",
        "A segment has a third to a half of the products of plain convolutions. The rest of its time transforms tiles",
        "and large weights, and reads them.",
    )


def _stems(figures: Figures) -> tuple[str, ...]:
    fewest, most = figures.stems[2], figures.stems[5]
    ratio = (most[1].cpu_seconds - most[0].cpu_seconds) / (fewest[1].cpu_seconds - fewest[0].cpu_seconds)
    return (
        "## 2 and 5 stems",
        "",
        f"| stems | 0:30 | {_length(figures.longer)} | CPU | memory |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {stems} | {short.seconds:.1f} s | {long.seconds:.1f} s | {long.cpu_seconds:.1f} s |"
            f" {_mb(long.peak_bytes)} |"
            for stems, (short, long) in figures.stems.items()
        ),
        "",
        f"Between the two lengths 5 stems take {ratio:.2f} times the processor time of 2, with 2.5 times the networks.",
        "The weights for 5 are random, of the true architecture, written by the `spleeter` package.",
    )


def _studio(studio: Studio) -> tuple[str, ...]:
    return (
        "## A worker and a bot",
        "",
        "| | |",
        "| --- | --- |",
        f"| idle worker, with the process that forks its children | {_mb(studio.idle_worker)} |",
        f"| the same, after a job | {_mb(studio.idle_worker_after)} |",
        f"| idle bot | {_mb(studio.idle_bot)} |",
        f"| commands to the queue per second: idle worker, bot with nothing open | {studio.worker_commands:.1f},"
        f" {studio.bot_commands:.1f} |",
        f"| worker and its children, peak | {_mb(studio.tree)} |",
        f"| from the queued job to the first segment seen by a follower | {studio.to_first_segment:.1f} s |",
        f"| from the cancellation to the end of the child | {studio.kill_to_memory:.2f} s |",
        "",
        "With `FLBT_WARM=0` a worker keeps no such process. What that costs and saves, beside the version before:",
        "[adr/0029](adr/0029-children-are-forked.md).",
    )


def write(figures: Figures, path: Path) -> None:
    """Replaces the page up to BY_HAND; keeps the rest."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    kept = f"\n{BY_HAND}{old.partition(BY_HAND)[2]}" if BY_HAND in old else ""
    draft = path.with_name(f".{path.name}")
    draft.write_text(page(figures) + kept, encoding="utf-8")
    draft.replace(path)


def _mb(bytes_: int) -> str:
    return f"{bytes_ / 1e6:.0f} MB"


def _length(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"
