"""Addresses: one form for each, and a clear word on those that cannot be used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.web_address import is_loopback, parse_address, parse_site_url


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://www.example.com", "https://www.example.com/"),
        ("https://WWW.Example.com:443/Help", "https://www.example.com/Help/"),
        ("https://www.example.com:8443/help/", "https://www.example.com:8443/help/"),
        ("https://www.example.com./", "https://www.example.com/"),
        ("http://localhost:80/", "http://localhost/"),
        ("http://help.localhost:8080/", "http://help.localhost:8080/"),
        ("http://127.1.2.3/", "http://127.1.2.3/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("https://www.example.com/v1.2/", "https://www.example.com/v1.2/"),
    ],
)
def test_a_site_url_gets_one_form_that_ends_in_a_slash(written: str, normal: str) -> None:
    assert parse_site_url(written).url == normal


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("http://www.example.com/", "https, as http is for loopback hosts only"),
        ("ftp://www.example.com/", "starts with https://"),
        ("www.example.com", "starts with https://"),
        ("https://", "a host name"),
        ("https://10.0.0.1/", "a host name"),
        ("https://shop_1.example.com/", "a host name"),
        ("https://-shop.example.com/", "a host name"),
        ("https://[::1/", "a URL such as"),
        ("https://www.example.com:99999/", "a port from 1 to 65535"),
        ("https://www.example.com:0/", "a port from 1 to 65535"),
        ("https://www.example.com/?page=1", "without query and fragment"),
        ("https://www.example.com/?", "without query and fragment"),
        ("https://www.example.com/#top", "without query and fragment"),
        ("https://me:pw@www.example.com/", "without user name and password"),
        ("https://www.example.com/a//b/", "a plain path"),
        ("https://www.example.com/a/../b/", "a plain path"),
        ("https://*.example.com/", "a host name"),
        ("https://www.example.com/*", "a plain path"),
        ("https://www.example.com/index.html", "the URL of a folder"),
        ("https://www.example.com/a b/", "without spaces"),
        ("https://bücher.example/", "xn--"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_what_was_expected(
    written: str, expected: str
) -> None:
    with pytest.raises(ValueError, match=expected.replace("*", r"\*")):
        parse_site_url(written)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("help.localhost", True),
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost.example.com", False),
        ("notlocalhost", False),
        ("128.0.0.1", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_http_is_for_hosts_that_can_only_be_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


_LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True)
_ORIGINS = st.builds(
    lambda labels, port: f"https://{'.'.join(labels)}.example" + (f":{port}" if port else ""),
    st.lists(_LABELS, min_size=1, max_size=3),
    st.sampled_from([0, 1, 80, 443, 8443]),
)


@given(_ORIGINS, _ORIGINS)
def test_origins_share_a_slug_only_when_they_are_the_same(one: str, other: str) -> None:
    first, second = parse_address(one), parse_address(other)
    assert (first.slug == second.slug) == (first.origin == second.origin)


@given(_ORIGINS)
def test_parsing_an_address_again_changes_nothing(url: str) -> None:
    once = parse_site_url(url)
    assert parse_site_url(once.url) == once
