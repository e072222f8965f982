"""Reasons in the player endpoint's answers: against the video, or against us."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.failures import Reason
from worker.sources.youtube.playability import PlayerAnswer, refusal

ID = "dQw4w9WgXcQ"
DETAILS = {"videoId": ID, "title": "A Song", "author": "Some Band", "lengthSeconds": "212"}


def answer(status: str, reason: str = "", subreason: str = "", **more: Any) -> PlayerAnswer:
    said: dict[str, Any] = {"status": status, **({"reason": reason} if reason else {}), **more}
    if subreason:
        said["errorScreen"] = {"playerErrorMessageRenderer": {"subreason": {"runs": [{"text": subreason}]}}}
    return PlayerAnswer.model_validate({"playabilityStatus": said})


@pytest.mark.parametrize(
    ("status", "reason", "subreason", "meaning"),
    [
        # Us
        ("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot", "", Reason.YOUTUBE_REFUSED),
        ("LOGIN_REQUIRED", "Please sign in", "", Reason.YOUTUBE_REFUSED),
        ("UNPLAYABLE", "This video is not available", "", Reason.YOUTUBE_REFUSED),
        ("UNPLAYABLE", "Video unavailable", "", Reason.YOUTUBE_REFUSED),
        ("UNPLAYABLE", "The page needs to be reloaded.", "", Reason.YOUTUBE_REFUSED),
        ("UNPLAYABLE", "Video unavailable", "This content isn't available, try again later.", Reason.YOUTUBE_REFUSED),
        ("ERROR", "Video unavailable", "This content isn't available, try again later.", Reason.YOUTUBE_REFUSED),
        ("UNPLAYABLE", "The following content is not available on this app.", "", Reason.YOUTUBE_REFUSED),
        ("UNPLAYABLE", "Playback on other websites has been disabled by the video owner", "", Reason.YOUTUBE_REFUSED),
        ("ERROR", "An error occurred. Please try again later.", "", Reason.YOUTUBE_REFUSED),
        ("ERROR", "", "", Reason.YOUTUBE_REFUSED),
        ("", "", "", Reason.YOUTUBE_REFUSED),
        ("SOMETHING_NEW", "Etwas Neues", "", Reason.YOUTUBE_REFUSED),
        # The video
        ("LOGIN_REQUIRED", "This is a private video. Please sign in to verify you may see it.", "", Reason.PRIVATE),
        ("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access to this video", Reason.PRIVATE),
        ("ERROR", "This video is private", "", Reason.PRIVATE),
        ("LOGIN_REQUIRED", "Sign in to confirm your age", "", Reason.AGE_RESTRICTED),
        ("LOGIN_REQUIRED", "This video may be inappropriate for some users.", "", Reason.AGE_RESTRICTED),
        ("UNPLAYABLE", "Sorry, something is wrong. This video may be inappropriate for some users. "
                       "Sign in to your primary account to confirm your age.", "", Reason.AGE_RESTRICTED),
        ("AGE_CHECK_REQUIRED", "", "", Reason.AGE_RESTRICTED),
        ("AGE_VERIFICATION_REQUIRED", "Bitte melde dich an", "", Reason.AGE_RESTRICTED),
        ("CONTENT_CHECK_REQUIRED", "", "", Reason.AGE_RESTRICTED),
        ("UNPLAYABLE", "Join this channel to get access to members-only content like this video, and other "
                       "exclusive perks.", "", Reason.MEMBERS_ONLY),
        ("UNPLAYABLE", "This video is available to this channel's members on level: Gold (or any higher level). "
                       "Join this channel to get access", "", Reason.MEMBERS_ONLY),
        ("UNPLAYABLE", "This video is only available to Music Premium members", "", Reason.MEMBERS_ONLY),
        ("UNPLAYABLE", "This video requires payment to watch.", "", Reason.MEMBERS_ONLY),
        ("UNPLAYABLE", "The uploader has not made this video available in your country", "", Reason.REGION_BLOCKED),
        ("UNPLAYABLE", "Video unavailable", "The uploader has not made this video available in your country",
         Reason.REGION_BLOCKED),
        ("ERROR", "Video unavailable", "This video contains content from Some Label, who has blocked it in your "
                                       "country on copyright grounds", Reason.REGION_BLOCKED),
        ("ERROR", "Video unavailable", "", Reason.REMOVED),
        ("ERROR", "This video is unavailable", "", Reason.REMOVED),
        ("ERROR", "Video unavailable", "This video has been removed by the uploader", Reason.REMOVED),
        ("ERROR", "This video has been removed for violating YouTube's Community Guidelines", "", Reason.REMOVED),
        ("ERROR", "Video unavailable", "This video is no longer available because the YouTube account associated with "
                                       "this video has been terminated.", Reason.REMOVED),
        ("ERROR", "This video is no longer available due to a copyright claim by Some Label", "", Reason.REMOVED),
        ("UNPLAYABLE", "This live stream recording is not available.", "", Reason.REMOVED),
        ("LIVE_STREAM_OFFLINE", "Premieres in 3 hours", "", Reason.UPCOMING),
        ("LIVE_STREAM_OFFLINE", "This live event will begin in 2 days.", "", Reason.UPCOMING),
        ("UNPLAYABLE", "We're processing this video. Check back later.", "", Reason.UPCOMING),
        ("LIVE_STREAM_OFFLINE", "This live event has ended.", "", Reason.LIVE),
        ("LIVE_STREAM_OFFLINE", "Offline", "", Reason.LIVE),
    ],
)  # fmt: skip
def test_words(status: str, reason: str, subreason: str, meaning: Reason) -> None:
    failure = refusal(answer(status, reason, subreason), ID)
    assert failure is not None
    assert failure.reason is meaning, failure


def test_the_schedule_and_the_age_gate_need_no_words() -> None:
    slate = {"liveStreamOfflineSlateRenderer": {"scheduledStartTime": "1900000000"}}
    scheduled = {"liveStreamabilityRenderer": {"offlineSlate": slate}}
    failure = refusal(answer("LIVE_STREAM_OFFLINE", "Em breve", liveStreamability=scheduled), ID)
    assert failure is not None
    assert failure.reason is Reason.UPCOMING
    failure = refusal(answer("LOGIN_REQUIRED", "Faça login", desktopLegacyAgeGateReason=1), ID)
    assert failure is not None
    assert failure.reason is Reason.AGE_RESTRICTED


@pytest.mark.parametrize(
    ("more", "meaning"),
    [
        ({}, None),
        ({"videoDetails": DETAILS | {"isLive": False, "isUpcoming": False}}, None),
        ({"videoDetails": DETAILS | {"isLiveContent": True}}, None),  # was live once
        ({"videoDetails": DETAILS | {"isLive": True}}, Reason.LIVE),
        ({"videoDetails": DETAILS | {"isUpcoming": True}}, Reason.UPCOMING),
        ({"videoDetails": None}, Reason.YOUTUBE_REFUSED),
        ({"videoDetails": DETAILS | {"videoId": "aaaaaaaaaaA"}}, Reason.YOUTUBE_REFUSED),
        ({"videoDetails": DETAILS | {"videoId": "aaaaaaaaaaA", "isLive": True}}, Reason.YOUTUBE_REFUSED),
        ({"microformat": {"playerMicroformatRenderer": {"liveBroadcastDetails": {"isLiveNow": True}}}}, Reason.LIVE),
        ({"microformat": {"playerMicroformatRenderer": {"liveBroadcastDetails": {"isLiveNow": False}}}}, None),
        ({"playabilityStatus": {"status": "OK", "liveStreamability": {}}}, None),  # kept after the stream
        ({"playabilityStatus": {"status": "OK", "liveStreamability": {}},
          "videoDetails": DETAILS | {"lengthSeconds": "0"}}, Reason.LIVE),
    ],
)  # fmt: skip
def test_flags_of_a_playable_video(more: dict[str, Any], meaning: Reason | None) -> None:
    whole = PlayerAnswer.model_validate({"playabilityStatus": {"status": "OK"}, "videoDetails": DETAILS} | more)
    failure = refusal(whole, ID)
    assert (failure.reason if failure else None) is meaning


@given(st.text(), st.text(), st.text())
def test_any_words_have_a_meaning(status: str, reason: str, subreason: str) -> None:
    failure = refusal(answer(status, reason, subreason), ID)
    assert failure is not None
    assert len(failure.detail) < 1000
