"""What a reason code means and what a person can do about it."""

from __future__ import annotations

HOST_CLOSED = "host-closed"  # nobody was asked
# What may pass: the entry is worth another try at the next poll.
TEMPORARY_REASONS = frozenset(
    {"timeout", "dns", "refused", "disconnected", "robots-unreachable", "host-closed", "host-budget", "http-408"}
    | {"http-425", "http-429", "http-500", "http-502", "http-503", "http-504"}
)

_ADVICE = {
    "robots": "robots.txt forbids this address; ask the publisher or remove the source",
    "robots-unreachable": "robots.txt cannot be fetched, so the host is left alone; it is tried again at the next poll",
    "timeout": "the server answers too slowly; it is tried again with growing pauses",
    "dns": "the host name does not resolve; check the spelling, or whether the site has moved",
    "refused": "the server refuses connections; check the port, or whether the site is down",
    "tls": "the certificate is not valid; only the publisher can mend that",
    "blocked-address": "the address is on an internal network; name it in DEPARTURES_ALLOW_HOSTS if it is yours",
    "bad-url": "the address is not one of http or https; correct it in the sources file",
    "bad-http": "the answer is not valid HTTP; only the publisher can mend that",
    "disconnected": "the server closed the connection in the middle; it is tried again",
    "too-large": "the body is larger than the cap; use a section's feed instead of the site's",
    "not-a-feed": "the answer is no RSS, Atom, RDF, JSON Feed or news sitemap; find the feed with `sources add`",
    "not-text": "the answer is a download (PDF, audio, image), not a page",
    "redirect-loop": "the address redirects to itself; many sites do this to clients without cookies",
    "too-many-redirects": "too many redirects; use the final address",
    HOST_CLOSED: "not asked: the host wants a pause (429, 503) that is not over; raise `delay` if this comes back",
    "host-budget": "too many pages on one slow host for one run; the rest is known from the feed only",
    "no-link": "the entry has no link; only the feed's own words are to be had",
    "not-archived": "the archive has no response of this address at or before that time",
    "paywall": "the page is for subscribers; the feed's own words are used",
    "wall": "a consent wall, a login or an error stands in the article's place; the feed's own words are used",
    "http-304": "the server says `not modified` to one who asked for everything; it is tried again",
    "http-401": "a login is needed; this monitor has none",
    "http-403": "the server refuses this client; set DEPARTURES_USER_AGENT to your contact, or ask the publisher",
    "http-404": "there is nothing at this address; find the new one with `sources add`",
    "http-410": "the publisher has ended this feed; remove the source",
    "http-429": "too many requests; raise the source's `delay`",
}


def explain_reason(reason: str) -> str:
    """Return what a reason code means and what to do, in one line."""
    if reason in _ADVICE:
        return _ADVICE[reason]
    if reason.startswith("http-5"):
        return "the server has an error of its own; it is tried again with growing pauses"
    return f"the server answered with status {reason[5:]}" if reason.startswith("http-") else reason
