"""Failures go into the queue and the log, whatever was said."""

from jobs.failures import Failure, Reason


def test_halves_of_characters_in_a_failure_reach_the_queue() -> None:
    failure = Failure(reason=Reason.INTERNAL, detail="x\ud800", values={"why": "\udfff"})
    assert Failure.model_validate_json(failure.model_dump_json()) == failure
    assert "?" in failure.detail
