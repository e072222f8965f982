"""`fl-bt models`: the worker's command of the same name does the work."""

import subprocess
import sys

import click

from jobs.music.separation_models import MODELS, models_by_word
from jobs.settings import load_settings

WORKER = (sys.executable, "-P", "-m", "worker", "models")
WORDS = click.Choice(list(models_by_word()))


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List the models, and fetch, add or check their weights."""
    if context.invoked_subcommand is None:
        _run()


@models.command()
@click.argument("names", nargs=-1, type=WORDS)
def fetch(names: tuple[str, ...]) -> None:
    """Show the licence, and fetch and check the weights of models, named or by their number of stems.

    Without a name: those for 2 stems.
    """
    _run("fetch", *names)


@models.command()
@click.argument("file", type=click.Path())
@click.option("--name", required=True, type=click.Choice(list(MODELS)), help="The model whose weights they are.")
def add(file: str, name: str) -> None:
    """Install weights from FILE: the publisher's, or your own of the same network.

    FILE is a safetensors file, or a zip as torch writes it (.th, .pt, .ckpt). Nothing in it is run: a file that holds
    more than tensors and plain values is refused.
    """
    _run("add", "--name", name, "--", file)


@models.command()
@click.argument("names", nargs=-1, type=WORDS)
@click.option("--measure", is_flag=True, help="Measure on this machine how long separations take, too.")
def check(names: tuple[str, ...], measure: bool) -> None:
    """Check the weights by their hashes: a line for each model, with its name, yes or no, and bytes."""
    _run("check", *(["--measure"] if measure else []), *names)


def _run(*arguments: str) -> None:
    load_settings()  # reports a wrong setting before the worker starts
    sys.exit(subprocess.run([*WORKER, *arguments], check=False).returncode)
