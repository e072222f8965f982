"""Fetching of a person's file from the platform into the store's inbox."""

from bot.delivery.platform import Away, Platform, Refused, TooLarge
from jobs.failures import Reason, failed
from jobs.models import Upload
from jobs.store.store import ResultStore, receiving


async def bring(store: ResultStore, platform: Platform, upload: Upload) -> None:
    """Fetch the file unless it is there. Raises `Failed` for a permanent failure, `Trouble` for a temporary one.

    Fetches nothing if the disk has no room for it.
    """
    try:
        if await store.has_upload(upload):
            return
        async with receiving(store, upload) as path:
            await platform.fetch(upload, path)
    except TooLarge as why:
        raise failed(Reason.TOO_LARGE, str(why)) from why
    except Refused as why:
        raise failed(Reason.UPLOAD_GONE, str(why)) from why
    except ConnectionError as error:
        raise Away(repr(error)) from error
    except OSError as error:
        raise failed(Reason.NO_DISK, repr(error)) from error
