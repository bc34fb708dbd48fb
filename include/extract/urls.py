"""One address for one article: without tracking, fragment, AMP variant and default port."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

_AMP_PATH = re.compile(r"/amp(?:/|\.html)?$|^/amp(?=/)|\.amp(?=\.html?$|$)")
_AMP_HOST = re.compile(r"^amp\.")
_TRACKING = frozenset(
    {"cmp", "cmpid", "ncid", "ocid", "smid", "smtyp", "src_rss", "at_medium", "at_campaign", "xtor", "spm", "wt_mc"}
    | {"wt_zmc", "partner_rss", "_ga", "mc_cid", "mc_eid", "igshid", "share_from", "traffic_source", "outputtype"}
)
_MAX_URL_CHARS = 2_000


def canonical_url(url: str) -> str:
    """Return the address under which copies of one page meet; "" for what is no http(s) address."""
    from courlan import clean_url

    cleaned = clean_url(url.strip()[:_MAX_URL_CHARS]) or ""
    try:
        parts = urlsplit(cleaned)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = _AMP_HOST.sub("", parts.hostname.lower()) + (f":{port}" if port and port not in (80, 443) else "")
    path = _AMP_PATH.sub("", parts.path) or "/"
    query = "&".join(pair for pair in parts.query.split("&") if pair and pair.split("=", 1)[0].lower() not in _TRACKING)
    return urlunsplit((parts.scheme, host, path, query, ""))


def split_address(url: str) -> tuple[str, str]:
    """Return (host, path) of an address, both "" for one that cannot be split (`http://[::1`)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path


def choose_canonical(stated: str, url: str) -> str:
    """The page's own canonical address where it can be believed, else the fetched one.

    A canonical link to the front page, to a section or to another site's front page (a template's mistake) would
    make every article of the site one and the same: its path must not be shorter than half of the fetched one.
    """
    fetched = canonical_url(url)
    claimed = canonical_url(_join(url, stated)) if stated else ""
    if not claimed:
        return fetched
    if not fetched:
        return claimed
    claimed_parts, fetched_parts = urlsplit(claimed), urlsplit(fetched)
    too_short = len(claimed_parts.path) * 2 < len(fetched_parts.path) and not claimed_parts.query
    return fetched if claimed_parts.path in ("", "/") or too_short else claimed


def _join(url: str, link: str) -> str:
    try:
        return urljoin(url, link)
    except ValueError:  # `//[bad` in a page's own link must not cost the page
        return ""
