"""Computes stock Spleeter's stems for a session of tests, in a separate process: `python -m tests.oracle.answers`.

TensorFlow loads slowly and never returns memory, so one process computes all. The weights for 4 and 5 stems
are written here as well, by the `spleeter` package itself: the true architecture with random numbers.
"""

import contextlib
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from jobs.models import Model
from jobs.results import Tags
from tests.models import NAMES
from tests.worker.separation.record import write_record
from tests.worker.separation.songs import make_song, write_song
from worker.child.tasks import NetworkWanted, SeparationTask
from worker.separation import separate
from worker.separation.cache import checksums
from worker.separation.spleeter.network import BANDS
from worker.separation.spleeter.spectrogram import ADVANCE, FRAME, HOP
from worker.separation.spleeter.weights import FILES

#: The window begins one frame before the song: this many samples fill the first segment exactly.
FULL = ADVANCE - FRAME


def _stock(stems: int) -> Model:
    return Model(name=NAMES[stems], extension="zeros")


#: Models of stock Spleeter's configurations, and the lengths of their songs in samples.
CASES: dict[str, tuple[Model, int]] = {
    "two segments and a bit": (_stock(2), 2 * ADVANCE + 70_001),
    "a full segment": (_stock(2), FULL),
    "one frame under": (_stock(2), FULL - HOP),
    "one sample over": (_stock(2), FULL + 1),
    "its tail alone": (_stock(2), FULL + ADVANCE - 2000),
    "4 stems": (_stock(4), ADVANCE - 50_000),
    "5 stems": (_stock(5), ADVANCE + 50_000),
}

#: One more case, through the product's second engine and files: the model, and its song's samples.
BY_FILE = (Model(band="16k", extension="average"), ADVANCE + 99_999)


#: The case that is recorded for tests without stock Spleeter, and the record's file.
RECORDED_CASE, RECORDED = "two segments and a bit", "record.npz"


def answer_path(folder: Path, case: str, stem: str) -> Path:
    """The path of an answer: (samples, 2) float32."""
    return folder / f"{case.replace(' ', '-')}.{stem}.npy"


def main(models_dir: Path, folder: Path) -> None:
    """Writes weights to `folder`, every case's answer beside them, and the stems of `BY_FILE` to `folder/stock`."""
    for model in dict.fromkeys(model for model, _ in CASES.values()):
        name = model.info.key
        with _graph(model) as (session, waveform, outputs):
            if model == _stock(2):
                _restore(session, models_dir / name)
            else:
                _randomise(session, folder / name)
            for case, samples in ((case, samples) for case, (wanted, samples) in CASES.items() if wanted == model):
                song = make_song(samples)
                stems = session.run(outputs, {waveform: song})
                if case == RECORDED_CASE:
                    write_record(folder / RECORDED, song, [stems[stem] for stem in model.stems])
                for stem in model.stems:
                    np.save(answer_path(folder, case, stem), stems[stem])
    separate(by_file(models_dir, folder, "spleeter"), lambda _: None)


def write_weights(stems: int, checkpoint: Path) -> None:
    """Writes seeded random weights of the true architecture into the new folder `checkpoint`."""
    with _graph(_stock(stems)) as (session, _, _):
        _randomise(session, checkpoint)


def by_file(models_dir: Path, folder: Path, engine: str) -> SeparationTask:
    """The task of `BY_FILE` for one of the engines."""
    model, samples = BY_FILE
    output = folder / engine
    output.mkdir()
    return SeparationTask(
        audio=write_song(folder / f"{engine}-song.flac", make_song(samples)),
        output=output,
        network=NetworkWanted(model=model, models_dir=models_dir, engine=engine),
        tags=Tags(title="Song", artist="Nobody"),
        max_seconds=60,
    )


@contextlib.contextmanager
def _graph(model: Model) -> Iterator[tuple[Any, Any, Any]]:
    """The package's graph for `model` in a session: the session, the song's placeholder, the stems."""
    import tensorflow as tf
    from spleeter.model import EstimatorSpecBuilder, InputProviderFactory
    from spleeter.utils.configuration import load_configuration

    # Each graph runs a few times only: optimising it takes longer than it saves.
    once = tf.compat.v1.ConfigProto()
    once.graph_options.rewrite_options.disable_meta_optimizer = True
    with tf.Graph().as_default(), tf.compat.v1.Session(config=once) as session:
        parameters = load_configuration(f"spleeter:{model.info.key}") | {"F": BANDS[model.band]}
        tf.compat.v1.train.get_or_create_global_step()
        features = InputProviderFactory.get(parameters).get_input_dict_placeholders()
        outputs = dict(EstimatorSpecBuilder(features, parameters).outputs)
        outputs.pop("audio_id")
        yield session, features["waveform"], outputs


def _restore(session: Any, checkpoint: Path) -> None:
    import tensorflow as tf

    tf.compat.v1.train.Saver().restore(session, str(checkpoint / "model"))


def _randomise(session: Any, checkpoint: Path) -> None:
    """Writes seeded random weights for a graph to `checkpoint`, in Deezer's format.

    The package seeds all its networks alike; differences are added here.
    """
    import tensorflow as tf

    v1: Any = tf.compat.v1
    variables = v1.global_variables()
    first = [variable.initializer.inputs[1] for variable in variables]
    numbers = {
        tensor: _perturbed(variable.name, value)
        for variable, tensor, value in zip(variables, first, session.run(first), strict=True)
        if variable.dtype == tf.float32
    }
    # All at once: TensorFlow plans every new combination of operations, which takes a second.
    session.run([variable.initializer for variable in variables], numbers)
    checkpoint.mkdir(parents=True)
    v1.train.Saver().save(session, str(checkpoint / "model"), write_state=False)
    checksums.write_checksums(checkpoint, FILES)


def _perturbed(name: str, value: Any) -> Any:
    """Other numbers for every name; non-negative ones stay so, since some are variances."""
    return value * np.random.default_rng(zlib.crc32(name.encode())).uniform(0.7, 1.3, np.shape(value))


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    main(Path(sys.argv[1]), Path(sys.argv[2]))
