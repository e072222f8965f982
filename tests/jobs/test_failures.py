"""Failures with any text can be queued and logged."""

from jobs.failures import Failure, Reason


def test_lone_surrogates_in_a_failure_are_replaced() -> None:
    failure = Failure(reason=Reason.INTERNAL, detail="x\ud800", values={"why": "\udfff"})
    assert Failure.model_validate_json(failure.model_dump_json()) == failure
    assert "?" in failure.detail
