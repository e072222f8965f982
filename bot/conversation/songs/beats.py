"""What an order needs to know of a song: its beats, its chords, and that a passage lies within it."""

from bot.conversation.services import Services
from jobs.failures import Failed, Failure, Reason
from jobs.models import Chart, Request
from jobs.music.analysis import Analysis
from jobs.music.passages import span_of


async def lacking(services: Services, request: Request) -> Failure | None:
    """Why an order of a song in the store cannot be made; None where it can, or where the worker has to look.

    The worker analyses a song again that an older version did not analyse, or not for this. Raises `QueueAway`.
    """
    order, passage = request.order, request.order.effect.passage
    if not (order.needs_beats or passage or isinstance(order.content, Chart)):
        return None
    try:
        made = await services.catalogue.read(request.track_id)
        if made.analysis is None:  # the note may be older
            made = await services.catalogue.refresh(request.track_id)
    except OSError:
        return None
    found = made.analysis or Analysis(made_by="")
    if order.needs_beats and len(found.beats) < 2:
        return Failure(reason=Reason.NO_BEATS) if found.confidence.beats is not None else None
    if isinstance(order.content, Chart) and not found.chords and found.confidence.chords is not None:
        return Failure(reason=Reason.NO_CHORDS)
    try:
        if passage is not None and made.manifest is not None:
            span_of(passage, made.analysis, made.manifest.seconds, order.effect.tempo)
    except Failed as why:
        return why.failure
    return None
