"""Links that were mangled on their way: by encodings, by chats and mailers, by people."""

from urllib.parse import quote

import pytest

from bot.links.links import Found, find_sources
from bot.links.spotting import links_in
from jobs.failures import Reason
from jobs.models import YouTube

ID = "dQw4w9WgXcQ"
OTHER = "9bZkp7q19f0"
URL = f"https://www.youtube.com/watch?v={ID}"
ONCE = quote(URL, safe="")
TWICE = quote(ONCE, safe="")
ONE = Found(sources=(YouTube(video_id=ID),))


@pytest.mark.parametrize(
    "text",
    [
        f"{ONCE}",
        f"{TWICE}",
        f"www.youtube.com%2Fwatch%3Fv%3D{ID}",
        f"https%3A//www.youtube.com/watch%3Fv%3D{ID}",
        f"vnd.youtube:{ID}",
        f"vnd.youtube://{ID}",
        f"vnd.youtube:{ID}?vndapp=x",
        f"vnd.youtube://www.youtube.com/watch?v={ID}",
        f"youtube://{ID}",
        f"youtube://watch?v={ID}",
        f"youtube://www.youtube.com/watch?v={ID}",
        f"intent://www.youtube.com/watch?v={ID}#Intent;package=com.google.android.youtube;scheme=https;end",
        f"intent://{ID}#Intent;scheme=vnd.youtube;end",
        f"android-app://com.google.android.youtube/http/www.youtube.com/watch?v={ID}",
        f"googlechromes://youtu.be/{ID}",
        f"freetube://{URL}",
        f"microsoft-edge:{URL}",
        f"firefox://open-url?url={ONCE}",
        f"hxxps://youtu.be/{ID}",
        f"hxxp://www.youtube[.]com/watch?v={ID}",
        f"youtu[.]be/{ID}",
        f"youtube(dot)com/watch?v={ID}",
        f"htps://youtu.be/{ID}",
        f"ttps://youtu.be/{ID}",
        f"https//youtu.be/{ID}",
        f"https:/youtu.be/{ID}",
        f"https:///youtu.be/{ID}",
        f"https;//youtu.be/{ID}",
        f"http://https://youtu.be/{ID}",
        f"https://https//youtu.be/{ID}",
        f"https:// youtu.be/{ID}",
        f"//youtu.be/{ID}",
        f"www.youtube.com?v={ID}",
        f"https:\\/\\/www.youtube.com\\/watch?v={ID}\\u0026t=3",
        f"https:\\\\www.youtube.com\\watch?v={ID}",
        f"https://youtu.be\\{ID}",
        f"https://www.youtube.com/watch?v\\={ID}",
        f"https://www.youtube.com/watch?list=x&amp;amp;v={ID}",
        f"https://www.youtube.com/watch?list=x&#38;v={ID}",
        f"https&colon;//youtu.be&sol;{ID}",
        f'<a href="{URL}">song</a>',
        f"<a href={URL}>song</a>",
        f"&lt;a href=&quot;{URL}&quot;&gt;",
        f"[song]({URL})",
        f"[{URL}]({URL})",
        f"![cover](https://img.youtube.com/vi/{ID}/0.jpg)",
        f'<iframe width="560" src="https://www.youtube.com/embed/{ID}?si=x" title="YouTube"></iframe>',
        f"[youtube]https://youtu.be/{ID}[/youtube]",
        f"https://you\u200btube.com/watch?v={ID}",
        "https://youtu.be/dQw4w9\u00adWgXcQ",
        f"https://youtu.be/{ID}\u200bsome words",
        f"https://www.youtube.com/watch?v=\u2060{ID}",
        f"https://www.youtube.com/watch?v= {ID}",
        f"https://YOUTU.BE/{ID}",
        f"https://www.youtube.com.:443/watch?v={ID}",
        f"{URL}#t=30",
        f"{URL}#song?x",
        f"https://youtu.be/{ID}#{ID}",
        f"https://www.youtube.com/watch?v={ID}/",
        f"https://www.youtube.com/watch?v={ID}%20",
        f"https://www.youtube.com/watch?v=%22{ID}%22",
        f"https://www.youtube.com/shorts/{ID}/?feature=share",
        f"https://m.youtube.com/shorts/{ID}",
        f"https://www.youtube.com/live/{ID}?si=x&t=3",
        # broken into lines
        f"https://www.youtube.com/\nwatch?v={ID}",
        f"https://www.youtube.com/watch?\nv={ID}",
        f"> https://www.youtube.com/watch?\n> v={ID}",
        f"https://www.youtube.com/wat=\nch?v=3D{ID}",
        f"https://youtu.be/\r\n{ID}",
        "https://youtu.be/dQw4w9\nWgXcQ",
    ],
)
def test_a_mangled_link_is_the_video(text: str) -> None:
    assert find_sources(text) == ONE


def test_phones_make_one_dash_of_two_hyphens() -> None:
    found = find_sources("https://youtu.be/a\u2014bcdefghA https://youtu.be/b\u2013cdefghikA")
    assert [source.video_id for source in found.sources] == ["a--bcdefghA", "b-cdefghikA"]


def test_two_links_with_something_unseen_between_them_are_two() -> None:
    for unseen in ("\u200b", "\u2060", "\ufeff"):
        found = find_sources(f"youtu.be/{ID}{unseen}www.youtube.com/watch?v={OTHER}")
        assert [source.video_id for source in found.sources] == [ID, OTHER]


def test_a_line_after_a_whole_link_is_no_part_of_it() -> None:
    assert find_sources(f"https://youtu.be/{ID}\nwatermelons") == ONE
    assert find_sources(f"https://youtu.be/{ID}\nyoutu.be/{OTHER}").sources[1].video_id == OTHER
    assert find_sources(f"https://www.youtube.com/@somebody\n{ID}") == Found(refused=(Reason.CHANNEL,))
    assert find_sources(f"https://www.youtube.com/\n{ID}") == Found(refused=(Reason.CHANNEL,))


@pytest.mark.parametrize(
    "text",
    [
        "http/2 is fast",
        "C:\\music\\song",
        "AC\\DC",
        "what.ever?no",
        "50%2F50",
        "rock&amp;roll",
        "[.]",
        "https://",
        "tps/x",
    ],
)
def test_words_are_still_no_links(text: str) -> None:
    assert list(links_in(text)) == []
    assert find_sources(text) == Found()
