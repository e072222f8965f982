"""What an order needs to know of a song: its beats, its chords, and that a passage lies within it."""

from bot.conversation.services import Services
from jobs.failures import Failure, Reason
from jobs.models import Request
from jobs.music.analysis import Confidence
from jobs.music.unmet import unmet


async def lacking(services: Services, request: Request) -> Failure | None:
    """Why an order of a song in the store cannot be made; None where it can, or where the worker has to look.

    The worker analyses a song again that an older version did not analyse, or not for this. Raises `QueueAway`.
    """
    order = request.order
    if not order.files.needs_analysis:
        return None
    try:
        made = await services.catalogue.read(request.track_id)
        if made.analysis is None:  # the note may be older
            made = await services.catalogue.refresh(request.track_id)
    except OSError:
        return None
    if made.manifest is None:
        return None
    why = unmet(order.content, order.effect, made.analysis, made.manifest.seconds)
    looked_for = made.analysis.confidence if made.analysis else Confidence()
    match why:
        case Failure(reason=Reason.NO_BEATS) if looked_for.beats is None:
            return None
        case Failure(reason=Reason.NO_CHORDS) if looked_for.chords is None:
            return None
        case Failure(reason=Reason.NO_NOTES):  # the note of the catalogue has none
            return None
        case _:
            return why
