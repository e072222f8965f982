"""Links around links, and other forms of links to a video: the accepted and the refused ones."""

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links.links import Found, find_sources
from jobs.failures import Reason
from jobs.models import YouTube

ID = "dQw4w9WgXcQ"
OTHER = "9bZkp7q19f0"
URL = f"https://www.youtube.com/watch?v={ID}"
ONCE = quote(URL, safe="")
TWICE = quote(ONCE, safe="")
TAILED = quote(f"{URL}&cbrd=1", safe="")
BARE = quote(f"/watch?v={ID}&feature=share", safe="")
REDIRECT = quote(f"https://www.youtube.com/redirect?q={ONCE}", safe="")
SIGN_IN = quote(f"https://www.youtube.com/signin?action_handle_signin=true&next={BARE}", safe="")
BASE64 = urlsafe_b64encode(URL.encode()).decode().rstrip("=")
PROOFPOINT = URL.replace(":", "-3A").replace("?", "-3F").replace("=", "-3D").replace("/", "_")
ONE = Found(sources=(YouTube(video_id=ID),))


@pytest.mark.parametrize(
    "link",
    [
        f"https://consent.youtube.com/m?continue={ONCE}&gl=DE&m=0&pc=yt&hl=de&src=1",
        f"https://consent.youtube.com/m?continue={TAILED}",
        f"https://consent.google.com/ml?continue={ONCE}&gl=DE",
        f"https://www.google.com/url?sa=t&source=web&rct=j&url={ONCE}&ved=2ah",
        f"https://www.google.com/url?q={ONCE}&sa=D",
        f"https://www.google.com/url?q={URL}&sa=D",
        f"https://www.google.co.uk/url?url={ONCE}",
        f"https://www.google.com.br/url?url={ONCE}",
        f"https://www.google.de/search?q={ONCE}",
        f"https://www.google.com/imgres?imgurl=x&imgrefurl={ONCE}",
        f"https://www.google.com/search?q=never+gonna#fpstate=ive&vld=cid:5d4bd3a4,vid:{ID},st:0",
        f"https://www.google.com/amp/s/www.youtube.com/watch%3fv={ID}",
        f"https://www.google.com/sorry/index?continue={ONCE}&q=x",
        f"https://accounts.google.com/ServiceLogin?service=youtube&continue={SIGN_IN}",
        f"https://accounts.google.com/v3/signin/identifier?continue={SIGN_IN}",
        f"https://www.youtube.com/redirect?event=video_description&redir_token=x&q={ONCE}&v=jNQXAC9IVRw",
        f"https://www.youtube.com/attribution_link?a=x&u={BARE}",
        f"https://www.youtube.com/attribution_link?u={ONCE}",
        f"https://www.youtube.com/oembed?url={ONCE}&format=json",
        f"https://www.youtube.com/signin?next=%2Fwatch%3Fv%3D{ID}",
        f"https://www.youtube.com/verify_age?next_url=%2Fwatch%3Fv%3D{ID}",
        f"https://www.youtube.com/results?search_query={ONCE}",
        f"https://l.facebook.com/l.php?u={ONCE}&h=AT0",
        f"https://lm.facebook.com/l.php?u={ONCE}",
        f"https://www.facebook.com/sharer/sharer.php?u={ONCE}",
        f"https://www.facebook.com/flx/warn/?u={ONCE}",
        f"https://l.instagram.com/?u={ONCE}&e=AT",
        f"https://l.threads.net/?u={ONCE}",
        f"https://l.messenger.com/l.php?u={ONCE}",
        f"https://l.wl.co/l?u={ONCE}",
        f"https://out.reddit.com/t3_x?url={ONCE}&token=A",
        f"https://t.umblr.com/redirect?z={ONCE}&t=x",
        f"https://slack-redir.net/link?url={ONCE}",
        f"https://disq.us/url?url={ONCE}%3AaBcD_1-x&cuid=12",
        f"https://l.workplace.com/l.php?u={ONCE}",
        f"https://secure-web.cisco.com/1aBc-dE/{ONCE}",
        f"https://youtube.app.goo.gl/?link={ONCE}&apn=com.google.android.youtube",
        f"https://vk.com/away.php?to={ONCE}&cc_key=",
        f"https://m.vk.com/away.php?to={URL}",
        f"https://steamcommunity.com/linkfilter/?url={URL}",
        f"https://steamcommunity.com/linkfilter/?u={ONCE}",
        f"https://twitter.com/intent/tweet?url={ONCE}&text=x",
        f"https://x.com/intent/post?text=Listen%20{ONCE}",
        f"https://www.linkedin.com/redir/redirect?url={ONCE}&urlhash=x",
        f"https://eur01.safelinks.protection.outlook.com/?url={ONCE}&data=05&reserved=0",
        f"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url={ONCE}&locale=en",
        f"https://urldefense.proofpoint.com/v2/url?u={PROOFPOINT}&d=DwMF",
        f"https://urldefense.com/v3/__{URL}__;!!abc$",
        f"https://deref-mail.com/mail/client/x/dereferrer/?redirectUrl={ONCE}",
        f"https://duckduckgo.com/l/?uddg={ONCE}&rut=x",
        f"https://www.bing.com/ck/a?!&&p=1&u=a1{BASE64}&ntb=1",
        f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU={ONCE}/RK=2/RS=x-",
        f"https://translate.google.com/translate?sl=en&tl=pt&u={ONCE}",
        f"https://www-youtube-com.translate.goog/watch?v={ID}&_x_tr_sl=en",
        f"https://t.me/share/url?url={ONCE}",
        f"https://t.me/iv?url={ONCE}&rhash=x",
        f"tg://msg_url?url={ONCE}",
        f"whatsapp://send?text=Hear%20{ONCE}",
        f"https://api.whatsapp.com/send?text=Hear%20this%3A%20{ONCE}",
        f"https://wa.me/?text={ONCE}",
        f"https://www.pinterest.com/offsite/?url={ONCE}",
        f"https://link.zhihu.com/?target={ONCE}",
        f"https://c.pc.qq.com/middlem.html?pfurl={ONCE}",
        f"https://www.deviantart.com/users/outgoing?{URL}",
        f"https://href.li/?{URL}",
        f"https://gate.sc/?url={ONCE}&token=x",
        f"https://web.archive.org/web/20190101000000/{URL}",
        f"https://web.archive.org/web/2019*/{URL}",
        f"https://meet.google.com/linkredirect?authuser=0&dest={ONCE}",
        f"https://plus.url.google.com/url?q={ONCE}",
        f"https://www.googleadservices.com/pagead/aclk?sa=L&adurl={ONCE}",
        f"https://abc.r.us-east-1.awstrack.me/L0/{ONCE}/1/0100-000/xyz=1",
        f"https://noembed.com/embed?url={URL}",
        f"https://l.facebook.com/l.php?u={REDIRECT}",
        f"https://l.facebook.com/l.php?u={TWICE}",
    ],
)
def test_a_link_around_a_video_is_the_video(link: str) -> None:
    assert find_sources(link) == ONE
    assert find_sources(f"Listen: {link}\nplease") == ONE
    assert find_sources("words", (link,)) == ONE


@pytest.mark.parametrize(
    "link",
    [
        f"https://yewtu.be/watch?v={ID}",
        f"https://inv.nadeko.net/watch?v={ID}&listen=1",
        f"https://invidious.fdn.fr/watch?v={ID}",
        f"https://piped.video/watch?v={ID}",
        f"https://piped.kavin.rocks/embed/{ID}",
        f"https://y2u.be/{ID}",
        f"https://hooktube.com/watch?v={ID}",
        f"https://img.youtube.com/vi/{ID}/0.jpg",
        f"https://i.ytimg.com/vi_webp/{ID}/maxresdefault.webp",
        f"https://youtube.googleapis.com/v/{ID}",
        f"https://studio.youtube.com/video/{ID}/edit",
        f"https://tv.youtube.com/watch/{ID}",
        f"https://www.youtubekids.com/watch?v={ID}",
        f"https://de.youtube.com/watch?v={ID}",
        f"https://www.youtube.com/watch_popup?v={ID}",
        f"https://www.youtube.com/movie?v={ID}",
        f"https://www.youtube.com/?v={ID}",
        f"https://www.youtube.com/?feature=player_embedded&v={ID}",
        f"https://www.youtube.com/watch?feature=share?v={ID}",
        f"https://www.youtube.com/watch&v={ID}",
        f"https://www.youtube.com/watch/?v={ID}",
        f"https://www.youtube.com/WATCH?V={ID}",
        f"https://www.youtube.com/watch#!v={ID}",
        f"https://www.youtube.com/watch#v={ID}",
        f"https://www.youtube.com/#/watch?v={ID}",
        f"https://m.youtube.com/#/watch?v={ID}&feature=x",
        f"https://www.youtube.com/tv#/watch?v={ID}",
        f"https://www.youtube.com/tv#/watch/video/idle?v={ID}",
        f"https://www.youtube.com/user/Somebody#p/u/3/{ID}",
        f"https://www.youtube.com/user/Somebody#p/a/u/0/{ID}",
        f"https://www.youtube.com/v/{ID}&hl=en&fs=1",
        f"https://www.youtube.com/embed/{ID}&autoplay=1",
        f"https://www.youtube.com/embed?v={ID}",
        f"https://www.youtube.com/watch%3Fv%3D{ID}",
        f"https://www.youtube.com/watch%253Fv%253D{ID}",
        f"https://www.youtube.com/watch?v%3D{ID}",
        f"https://www.youtube.com/watch?v=3D{ID}",
        f"https://www.youtube.com/watch_videos?video_ids={ID}",
    ],
)
def test_old_and_other_forms_are_the_video(link: str) -> None:
    assert find_sources(link) == ONE
    assert find_sources("words", (link,)) == ONE


def test_a_list_made_of_ids_is_its_videos() -> None:
    found = find_sources(f"https://www.youtube.com/watch_videos?video_ids={ID}%2C{OTHER}%2C{ID}%2Cnonsense")
    assert [source.video_id for source in found.sources] == [ID, OTHER]


@pytest.mark.parametrize(
    "link",
    [
        f"https://evil.org/url?q={ONCE}",
        f"https://google.com.evil.org/url?q={ONCE}",
        f"https://evilgoogle.com/url?q={ONCE}",
        f"https://google.evil/url?q={ONCE}",
        f"https://l.facebook.com.evil.org/l.php?u={ONCE}",
        f"https://notfacebook.com/l.php?u={ONCE}",
        f"https://google.com@evil.org/url?q={ONCE}",
        f"https://evil.org@google.com/url?q={ONCE}",
        f"https://www.google.com:8443/url?q={ONCE}",
        f"https://www.google.com/url?q=https%3A%2F%2Fevil.org%2Fwatch%3Fv%3D{ID}&v={ID}",
        f"https://www.google.com/url?q=https%3A%2F%2Fyoutube.com.evil.org%2Fwatch%3Fv%3D{ID}",
        f"https://www.google.com/url?q=https%3A%2F%2Fyoutube.com%40evil.org%2Fwatch%3Fv%3D{ID}",
        f"https://www.google.com/url?q=https%3A%2F%2Fevil.org%2Fhttps%3A%2F%2Fyoutu.be%2F{ID}",
        f"https://www.youtube.com/redirect?event=video_description&q=https%3A%2F%2Fopen.spotify.com%2Fx&v={ID}",
        f"https://invidious.evil.org/{ID}",
        f"https://invidiousx.org/watch?v={ID}",
        f"https://yewtu.be.evil.org/watch?v={ID}",
        f"https://ssyoutube.com/watch?v={ID}",
        f"https://youtube.com.evil.org/?youtube.com/watch?v={ID}",
        f"evil.com/?youtube.com/watch?v={ID}",
        "https://www.facebook.com/watch?v=1234567890123",
        "https://www.google.com/search?q=never+gonna+give+you+up",
        "https://t.me/somebody/17",
        "https://x.com/somebody/status/1234567890123456789",
        "https://bit.ly/3abcdef",
    ],
)
def test_a_wrapper_without_a_youtube_link_is_refused(link: str) -> None:
    assert find_sources(link) == Found(refused=(Reason.NOT_YOUTUBE,))


def nested(times: int) -> str:
    link = URL
    for _ in range(times):
        link = f"https://www.google.com/url?q={quote(link, safe='')}"
    return link


def test_nesting_has_an_end() -> None:
    assert find_sources(nested(3)) == ONE
    assert find_sources(nested(6)).sources == ()


PIECES = st.sampled_from(
    [
        *("https://", "http:/", "hxxps://", "www.youtube.com", "youtu.be", "youtu[.]be", "www.google.com", "/url?q="),
        *("l.facebook.com", "/l.php?u=", "/watch?v=", "/redirect?q=", "/m?continue=", "https%3A%2F%2F", "%2F", "%253A"),
        *("%3F", "%3D", "&", "?", "#", "/", ":", "=", "@", "\\", "\\/", "\\u0026", "&amp;", "&#47;", ",vid:", "__"),
        *("\u200b", "\u00ad", "\n", " ", "\u2014", "\ud800", "intent://", "vnd.youtube:", "/amp/s/", "3D", ID, OTHER),
        *("com.google.android.youtube/http/", "//", "[", "]", "\u2100", "xn--", ".", "..", "a1aHR0cHM6Ly95b3V0dS5iZS8"),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=40).map("".join))
def test_whatever_comes_in_only_ids_come_out(text: str) -> None:
    found = find_sources(text, (text,))
    for source in found.sources:  # the value itself holds that they are of eleven characters
        assert YouTube.model_validate(source.model_dump()) == source
    assert len(found.sources) == len(set(found.sources))


@pytest.mark.faults
@pytest.mark.parametrize(
    "unit",
    [
        "https://www.google.com/url?q=", "https%3A%2F%2Fwww.google.com%2Furl%3Fq%3D", "&amp;", "\\u0026", "%25", "[.]",
        "\u200b", ",vid:", "https:/", "http://https://", "youtu.be/\n", "x\n", "vnd.youtube:", "a1aHR0cHM6Ly9",
        "www.google.com/url?a=b&", "/amp/s/", "=\n",
    ],
)  # fmt: skip
def test_hostile_wrapping_is_read_in_bounded_steps(unit: str) -> None:
    # A hundred times longer than any message: a quadratic reader would meet the suite's time-out.
    junk = unit * ((1 << 19) // len(unit))
    assert find_sources(junk, (junk,)).sources == ()
    short = "https://www.google.com/url?" + (f"q={unit}&" * 200)[:4000]
    assert find_sources(f"{short} {URL}", (short,)).sources == (YouTube(video_id=ID),)


def test_a_thousand_links_within_a_link_are_not_all_read() -> None:
    many = "&".join(f"p{number}=https://www.google.com/url" for number in range(90))
    assert find_sources(f"https://www.google.com/url?{many}&q={ONCE}") == Found(refused=(Reason.NOT_YOUTUBE,))
