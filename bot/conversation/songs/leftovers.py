"""The button under a batch's message: starts as many leftovers as fit now."""

import time

from bot.cards.actions import Action
from bot.chats.leftovers import Leftover, leftover_card
from bot.conversation.permissions import may_act_for
from bot.conversation.services import Services
from bot.conversation.songs.limits import refusal, why_not_now
from bot.conversation.values import Answer, Answers, Asker, Edit, Press, Toast, toast
from bot.texts import negotiate, say
from jobs.queue.quotas import OverQuota, TooManyOpen


async def start(services: Services, press: Press, action: Action) -> Answers:
    asker, id_ = press.asker, action.target
    left = await services.batches.leftovers.read(id_)
    if left is None or left.batch.chat != asker.chat:
        return toast(say(asker.language, "leftover-gone"))
    # The batch's asker may have lost access meanwhile.
    if not await may_act_for(services, asker, left.batch.asker) or not await services.access.may_ask(
        left.batch.asker, left.batch.chat
    ):
        return toast(say(asker.language, "leftover-not-yours"))
    count, said = await _start(services, asker, left)
    answers: list[Answer] = []
    if (now := await services.batches.leftovers.read(id_)) is not None:
        limit = services.upload_limit_in_words(negotiate(now.batch.language))
        answers.append(Edit(leftover_card(now, limit=limit)))
    if count:
        said = say(asker.language, "leftover-started", count=count)
    answers.append(Toast(said or say(asker.language, "button-old")))  # as when it was tapped twice
    return tuple(answers)


async def _start(services: Services, asker: Asker, left: Leftover) -> tuple[int, str]:
    """Accept the requests that fit. Returns how many were started, and the sentence on the refusal of the next."""
    leftovers, batch = services.batches.leftovers, left.batch
    limits = await services.limits(batch.asker)
    count, said = 0, ""
    for place, waiting in enumerate(left.waiting):
        request = waiting.model_copy(update={"created_at": time.time() + place * 1e-3})  # the order of sending
        try:
            count += await services.follower.accept(request, limits)
        except (TooManyOpen, OverQuota) as why:
            said = refusal(why, asker.language)
            await leftovers.hold_back(batch, why=why_not_now(why, negotiate(batch.language)))
            if isinstance(why, TooManyOpen):
                break  # the queue would refuse the rest, too
        else:
            await leftovers.started(batch, request)
    return count, said
