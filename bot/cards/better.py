"""Better and slower models: which of them are offered, and how long they take. Pure.

`here` has the models that living workers can run, with their cost (`jobs.queue.recipe.models_here`).
"""

from collections.abc import Mapping

from bot.texts import figures, model_title, say
from jobs.models import Request, Upload
from jobs.music.separation_models import MODELS
from jobs.progress import View


def better_models(request: Request, here: Mapping[str, float]) -> list[str]:
    """The models to offer under a result: one for each number of stems, with no fewer than the result has."""
    own = request.order.model
    found: dict[int, str] = {}
    for name, info in MODELS.items():
        count = len(info.stems)
        if name in here and info.is_slow and count >= len(own.stems) + own.info.is_slow:
            found.setdefault(count, name)
    return list(found.values())


def song_seconds(view: View) -> float | None:
    """The length of a request's song in seconds, if it is known."""
    if view.manifest is not None:
        return view.manifest.seconds
    if view.called is not None and view.called.seconds:
        return view.called.seconds
    return view.request.source.seconds if isinstance(view.request.source, Upload) else None


def takes(model: str, here: Mapping[str, float], seconds: float | None) -> float | None:
    """Seconds of work for a song of `seconds`; None where either is unknown."""
    return here[model] * seconds if model in here and seconds else None


def better_label(model: str, work_seconds: float | None, language: str) -> str:
    """A button's label: `Better: 6 stems, about 1 min 40 s`."""
    count = len(MODELS[model].stems)
    if work_seconds is None:
        return say(language, "button-better", stems=count)
    return say(language, "button-better-wait", stems=count, wait=figures.wait(work_seconds, language))


def about_better(model: str, here: Mapping[str, float], language: str) -> str:
    """A line of the settings: what a model costs."""
    wait = figures.wait(here[model] * 240, language)
    return say(language, "settings-better", model=model_title(model, language), wait=wait, weight=MODELS[model].weight)


def sent_for_better(model: str, work_seconds: float | None, language: str) -> str:
    """The answer to an accepted order."""
    if work_seconds is None:
        return say(language, "made-better", stems=len(MODELS[model].stems))
    wait = figures.wait(work_seconds, language)
    return say(language, "made-better-wait", stems=len(MODELS[model].stems), wait=wait)


def unavailable(model: str, language: str) -> str:
    """The sentence that no worker has a model now; short enough for a toast."""
    return say(language, "better-away", model=model_title(model, language))
