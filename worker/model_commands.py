"""`python -m worker models`: what `fl-bt models` runs, since front ends never import the worker."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobs.failures import Failed, Failure, Reason
from jobs.models import Model
from jobs.music.separation_models import DEFAULT_MODEL, MODELS, models_by_word
from jobs.process.exits import give_up
from jobs.settings import SettingsError, load_settings
from worker.separation.costs import Cost, cost_of, keep_cost

if TYPE_CHECKING:
    from worker.child.messages import Step
    from worker.separation.engine import Engine
    from worker.separation.publications import Publication

WORDS = click.Choice(list(models_by_word()))


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List the models: stems, licence, size, and whether their weights are installed."""
    if context.invoked_subcommand is None:
        folder = _folder()
        for name in MODELS:
            for line in _lines(name, folder):
                click.echo(line)


@models.command()
@click.argument("words", nargs=-1, type=WORDS)
def fetch(words: tuple[str, ...]) -> None:
    """Show the licence, fetch the weights from their publisher, and check them."""
    folder = _folder()
    for name in _named(words, (DEFAULT_MODEL,)):
        published = _publication(name)
        if published is not None:
            click.echo(f"{name}: {published.credit}. Licence: {published.licence}.", err=True)
        try:
            path = _fetched(name, folder)
        except Failed as failure:
            give_up(_why(name, failure.failure), code=1)
        except OSError as error:
            give_up(_not_installed(f"The weights for {MODELS[name].label}", folder, error), code=1)
        click.echo(path)


@models.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", required=True, type=click.Choice(list(MODELS)), help="The model whose weights they are.")
def add(file: Path, name: str) -> None:
    """Install weights from a file: the publisher's, safetensors or a torch zip, or your own of the same network."""
    from worker.separation.checkpoints.values import UnreadableError
    from worker.separation.installing import published_digits

    if not _is_installable(name):
        give_up(f"The weights for {name} come in parts, and are fetched on first use: fl-bt models fetch {name}")
    folder = _folder()
    try:
        sha256 = _install(name, file, folder)
    except UnreadableError as error:
        give_up(f"{file.name} holds no weights for {name}, so nothing was changed. ({error})", code=1)
    except OSError as error:
        give_up(_not_installed(file.name, folder, error), code=1)
    known = published_digits(name, sha256)
    said = f"as published ({known}…)" if known else "not a file that FL-BT knows: its SHA-256 was recorded"
    click.echo(f"{name}: SHA-256 {sha256}, {said}", err=True)
    click.echo(folder / MODELS[name].key)


@models.command()
@click.argument("words", nargs=-1, type=WORDS)
@click.option("--measure", is_flag=True, help="Measure on this machine how long separations take, too.")
def check(words: tuple[str, ...], measure: bool) -> None:
    """Hash the weights again: a line for each model, with its name, yes or no, and bytes."""
    folder = _folder()
    for name in _named(words, tuple(MODELS)):
        there = _engine(name, folder).has_weights()
        click.echo(f"{name} yes {_size(folder / MODELS[name].key)}" if there else f"{name} no 0")
        if there and measure:
            _measure(name, folder)


def _measure(name: str, folder: Path) -> None:
    from worker.child.tasks import NetworkWanted
    from worker.separation.stopwatch import measure

    threads = load_settings().threads
    try:
        spent = measure(NetworkWanted(model=Model(name=name), models_dir=folder, threads=threads))
    except Failed as failure:
        give_up(f"{name} cannot run here. ({failure.failure.detail})", code=1)
    cost = keep_cost(name, spent, folder, threads, is_song=False)
    click.echo(f"{name}: {_told(cost)}" if cost else f"{name}: the cost could not be kept in {folder}", err=True)


def _told(cost: Cost) -> str:
    """A cost in words, with that of a song of four minutes."""
    minutes, seconds = divmod(round(240 * cost.seconds), 60)
    machine = cost.machine
    return (
        f"4:00 of music take {minutes}:{seconds:02}, {240 * cost.cpu_seconds:.0f} s of processor time"
        f" ({machine.processor}, {machine.threads} threads, {machine.engines})"
    )


def _named(words: Iterable[str], default: tuple[str, ...]) -> list[str]:
    """The models of these words, in the order of the table."""
    wanted = {models_by_word()[word] for word in words} or set(default)
    return [name for name in MODELS if name in wanted]


def _lines(name: str, folder: Path) -> list[str]:
    """A model in the list, for people."""
    info, published = MODELS[name], _publication(name)
    there = _engine(name, folder).has_weights()
    size = (
        f"{_size(folder / info.key) / 1e6:.0f} MB"
        if there
        else f"{published.megabytes if published else 0} MB to fetch"
    )
    lines = [f"{name:14}{len(info.stems)} stems: {', '.join(info.stems)}"]
    lines.append(f"{'':14}{'installed' if there else 'not installed'}, {size}")
    cost = cost_of(name, folder, load_settings().threads)
    if cost is not None:
        lines.append(f"{'':14}{_told(cost)}")
    elif there:
        lines.append(f"{'':14}not measured on this machine: fl-bt models check {name} --measure")
    if there and (why := _why_not_beside(name)):
        lines.append(f"{'':14}no worker of this machine takes its songs: {why}")
    if published is not None:
        lines.append(f"{'':14}{published.licence} · {published.credit}")
        lines += [f"{'':14}{source.url}  SHA-256 {source.sha256}" for source in published.sources]
        lines += [f"{'':14}{published.note}"] if published.note else []
    if not there:
        lines.append(f"{'':14}fl-bt models fetch {name}")
    if not there and _is_installable(name):
        lines.append(f"{'':14}or, with the file at hand: fl-bt models add FILE --name {name}")
    return lines


def _why_not_beside(name: str) -> str:
    """Why a worker of this machine would not take songs of a model whose weights are here; '' where it would."""
    from worker.abilities import require_able  # the queue's client

    if not _is_installable(name):
        return ""
    try:
        require_able(name, load_settings())
    except Failed as failure:
        return failure.failure.detail
    return ""


def _publication(name: str) -> "Publication | None":
    from worker.separation.engines import publication_of

    return publication_of(name)


def _is_installable(name: str) -> bool:
    """Whether its weights are one file. Spleeter's come in an archive of their own form."""
    return not MODELS[name].fetched_on_use


def _install(name: str, file: Path, folder: Path) -> str:
    from worker.separation.installing import install

    return install(name, file, folder)


def _fetched(name: str, folder: Path) -> Path:
    """The folder of verified weights; shows a progress bar on a terminal."""
    from rich.console import Console
    from rich.filesize import decimal
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(MODELS[name].label, total=1.0)

        def show(step: "Step") -> None:
            size = f" ({decimal(step.bytes_)})" if step.bytes_ else ""
            bar.update(task, completed=step.fraction or 0, description=f"{MODELS[name].label}{size}")

        engine = _engine(name, folder)
        if _is_installable(name) and not engine.has_weights():
            from worker.separation.installing import fetch as fetch_and_install

            fetch_and_install(name, folder, show)
        return engine.fetch_weights(show)


def _size(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _not_installed(what: str, folder: Path, error: OSError) -> str:
    return f"{what} could not be installed in {folder}: {error.strerror or error}"


def _why(model: str, failure: Failure) -> str:
    label = MODELS[model].label
    if failure.reason is Reason.MODEL_DAMAGED:
        what = f"The weights for {label} were not those of the publisher, so they were removed. Run this again."
    else:
        what = f"The weights for {label} could not be fetched. Check the connection, and run this again."
        if _is_installable(model):
            what += f" With the file at hand: fl-bt models add FILE --name {model}"
    return f"{what} ({failure.detail})"


def _engine(model: str, models_dir: Path) -> "Engine":
    """An engine for its weights, which are the same for every engine of a family."""
    from worker.child.tasks import NetworkWanted
    from worker.separation.engines import make_engine

    return make_engine(NetworkWanted(model=Model(name=model), models_dir=models_dir))


def _folder() -> Path:
    try:
        return load_settings().models_dir.absolute()
    except SettingsError as error:
        give_up(str(error))
