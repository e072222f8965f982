"""Spleeter's models by their number of stems, which is what tests are about."""

from typing import Final

from jobs.music.separation_models import MODELS, models_by_count

#: Number of stems → name of the model, and its stems.
NAMES: Final = {int(count): name for count, name in models_by_count().items()}
STEMS: Final = {count: MODELS[name].stems for count, name in NAMES.items()}
