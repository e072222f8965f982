"""Addresses in the own networks, in every spelling that a resolver accepts."""

import pytest

from jobs.addresses import leaves_network

OWN = (
    "127.0.0.1 localhost [::1] 127.1 2130706433 0x7f.0.0.1 [::ffff:127.0.0.1] 10.0.0.7 172.16.3.4 192.168.1.9"
    " 169.254.0.3 [fd00::7] [fe80::1%25eth0] 100.64.0.9 telegram-bot-api my_host nas.local nas.lan host.docker.internal"
    " bot.home.arpa a.localhost 0.0.0.0"
)
FOREIGN = (
    "api.telegram.org evil.example 8.8.8.8 134744072 0x8080808 0x8.8.8.8 8.8 [2001:4860:4860::8888] [::ffff:8.8.8.8]"
    " 127.0.0.1.evil.example localhost.evil.example evil。example notlocal.example local.example 172.32.0.1 internal.de"
)


@pytest.mark.parametrize("host", OWN.split())
def test_an_address_in_the_own_networks(host: str) -> None:
    assert not leaves_network(f"http://{host}:8081/bot")


@pytest.mark.parametrize("host", FOREIGN.split())
def test_an_address_outside_of_the_own_networks(host: str) -> None:
    assert leaves_network(f"http://{host}:8081/bot")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1@evil.example/bot", "http://localhost:1@evil.example/", "http://127.0.0.1\\@evil.example/",
            "http:///bot", "http://:80/bot"],
)  # fmt: skip
def test_an_address_that_looks_local_is_outside(url: str) -> None:
    assert leaves_network(url)
