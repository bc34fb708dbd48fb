"""Which addresses may be connected to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.errors import ConfigError
from include.fetch.address import (
    AddressBlocked,
    check_address,
    current_target,
    host_of,
    is_public,
    parse_allow_hosts,
    split_web_url,
)

NOBODY = parse_allow_hosts(())
INTERNAL = (
    "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::", "::1",
    "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1", "fe80::1%eth0",
)  # fmt: skip
PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822")


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_are_blocked(address: str) -> None:
    with pytest.raises(AddressBlocked):
        check_address(address, 443, NOBODY)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not(address: str) -> None:
    check_address(address, 443, NOBODY)


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_judged_like_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]
    assert {is_public(one) for one in wrapped} == {is_public(address)}


@pytest.mark.parametrize("port", [22, 25, 110, 445])
def test_other_services_of_public_hosts_are_left_alone(port: int) -> None:
    with pytest.raises(AddressBlocked):
        check_address("93.184.216.34", port, NOBODY)


def test_allowed_by_address_network_and_name() -> None:
    allow = parse_allow_hosts(["127.0.0.1:8080", "10.0.0.0/8:80", "[::1]:81", "intranet.example:82"])
    for address, port in (("127.0.0.1", 8080), ("10.9.9.9", 80), ("::1", 81), ("::ffff:127.0.0.1", 8080)):
        check_address(address, port, allow)
    for address, port in (("127.0.0.1", 8081), ("127.0.0.2", 8080), ("10.9.9.9", 8080), ("192.168.0.1", 82)):
        with pytest.raises(AddressBlocked):
            check_address(address, port, allow)
    token = current_target.set(("Intranet.example", 82))
    check_address("192.168.0.1", 82, allow)
    current_target.reset(token)


@pytest.mark.parametrize(
    "entry", ["127.0.0.1", "host:", ":80", "host:0", "host:99999", "10.0.0.0/99:80", "10.0.0.1/8:80"]
)
def test_a_wrong_entry_is_named(entry: str) -> None:
    with pytest.raises(ConfigError, match="DEPARTURES_ALLOW_HOSTS"):
        parse_allow_hosts([entry])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.test/", "file:///etc/passwd", "javascript:alert(1)", "http://", "http:///path", "http://[::1",
        "http://x.test:0/", "http://x.test:99999/", "http://user:pw@x.test/", "http://x.test/a b", "http://x.test/\n",
        "//x.test/", "", "http://x.test/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_what_is_no_web_address(url: str) -> None:
    assert split_web_url(url) is None
    assert host_of(url) == ""


@given(st.text(max_size=50))
def test_splitting_takes_anything(url: str) -> None:
    parts = split_web_url(url)
    assert parts is None or parts.hostname
