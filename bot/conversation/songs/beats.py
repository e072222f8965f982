"""Whether the beats of a song are known, for what needs them."""

from bot.conversation.services import Services
from jobs.models import Request


async def lacks_beats(services: Services, request: Request) -> bool:
    """Whether a song is in the store and its beats are not known. Of a song that is separated first, the worker tells.

    Raises `QueueAway`; False when the store is out of reach.
    """
    try:
        made = await services.catalogue.read(request.track_id)
        if made.analysis is None:  # the note may be older
            made = await services.catalogue.refresh(request.track_id)
    except OSError:
        return False
    return made.manifest is not None and (made.analysis is None or len(made.analysis.beats) < 2)
