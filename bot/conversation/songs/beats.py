"""What an order needs to know of a song: its beats, its chords, and that a passage lies within it."""

from bot.conversation.services import Services
from jobs.failures import Failed, Failure, Reason
from jobs.models import Chart, Notes, Order, Request
from jobs.music.analysis import Analysis
from jobs.music.passages import span_of


async def lacking(services: Services, request: Request) -> Failure | None:
    """Why an order of a song in the store cannot be made; None where it can, or is not known.

    A song that is separated first is looked at by the worker. Raises `QueueAway`.
    """
    order, passage = request.order, request.order.effect.passage
    is_paper = isinstance(order.content, Chart | Notes)
    if not (order.needs_beats or passage or is_paper):
        return None
    try:
        made = await services.catalogue.read(request.track_id)
        # The note may be older, and lacks the notes of bass and voice.
        if made.analysis is None or isinstance(order.content, Notes):
            made = await services.catalogue.refresh(request.track_id)
    except OSError:
        return None
    if made.manifest is None:
        return None
    if is_paper:
        return _not_on_paper(order, made.analysis or Analysis(made_by=""))
    if order.needs_beats and (made.analysis is None or len(made.analysis.beats) < 2):
        return Failure(reason=Reason.NO_BEATS)
    try:
        if passage is not None:
            span_of(passage, made.analysis, made.manifest.seconds, order.effect.tempo)
    except Failed as why:
        return why.failure
    return None


def _not_on_paper(order: Order, analysis: Analysis) -> Failure | None:
    if isinstance(order.content, Chart):
        return None if analysis.chords else Failure(reason=Reason.NO_CHORDS)
    return None if analysis.bass or analysis.vocals else Failure(reason=Reason.NO_NOTES)
