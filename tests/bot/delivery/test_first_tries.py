"""How long ago a part was first tried."""

import math
import time

from bot.delivery.first_tries import FirstTries


def test_the_first_try_of_a_new_request_is_now_and_ages() -> None:
    tries = FirstTries()
    asked_at = time.time() + 1
    assert tries.age("part", asked_at) == 0.0
    time.sleep(0.02)
    assert 0.02 <= tries.age("part", asked_at) < 5
    assert tries.age("other", asked_at) == 0.0


def test_a_request_of_an_earlier_process_may_have_been_tried_long_ago() -> None:
    tries = FirstTries()
    assert tries.age("part", time.time() - 1) == math.inf
    assert tries.age("part", time.time() - 1) < 5
