"""Who an entry is: the same one at every poll, whatever its publisher changes about it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from courlan import clean_url

from include.fetch.address import split_web_url

# Parameters that name how a reader came, not what they read; courlan knows utm_*, fbclid, gclid and their like.
_TRACKING = frozenset(
    {"cmp", "cmpid", "ncid", "ocid", "smid", "smtyp", "src_rss", "at_medium", "at_campaign", "xtor", "spm", "wt_mc"}
    | {"wt_zmc", "partner_rss", "_ga", "mc_cid", "mc_eid", "igshid", "share_from", "traffic_source"}
)
_AMP_PATH = re.compile(r"/amp/?$|^/amp(?=/)")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def item_id(source_id: str, identity: str) -> str:
    """Stable id of an entry: 16 hex digits of sha256 over its source and its identity."""
    return _digest(f"{source_id}\n{identity}")


def identify(guid: str | None, canonical: str, title: str, *, guid_is_shared: bool) -> str | None:
    """Return what an entry is known by: guid, guid with address where guids collide, address, title.

    `title` is the opening of the summary where there is no title. None where there is nothing at all.
    """
    if guid and not guid_is_shared:
        return f"guid:{guid}"
    if guid and canonical:
        return f"guid:{guid}\nurl:{canonical}"
    if canonical:
        return f"url:{canonical}"
    folded = fold_title(title)
    return f"title:{folded}" if folded else None


def revise(title: str, summary: str, updated: str) -> str:
    """Hash of what an edit changes, 16 hex digits."""
    return _digest("\n".join((fold_title(title), " ".join(summary.split()), updated)))


def fold_title(title: str) -> str:
    """A title as it is compared: compatibility forms, case and spaces made equal."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def clean_link(url: str) -> str:
    """Return a fetchable address with its host in ASCII and without fragment, or "" for anything else.

    The ASCII host shows what a homograph hides: `аррӏе.com` in Cyrillic becomes `xn--80ak6aa92e.com`.
    """
    parts = split_web_url(url.strip())
    if parts is None or not parts.hostname:
        return ""
    try:
        host = parts.hostname.encode("idna").decode("ascii") if not parts.hostname.isascii() else parts.hostname
        port = f":{parts.port}" if parts.port else ""
    except (UnicodeError, ValueError):
        return ""
    host = f"[{host}]" if ":" in host else host
    fragment = parts.fragment if parts.fragment.startswith("!") else ""  # "#!" is a path of its own
    port = "" if _DEFAULT_PORTS.get(parts.scheme) == port else port
    return urlunsplit((parts.scheme, host.lower() + port, parts.path or "/", parts.query, fragment))


def canonicalise(url: str) -> str:
    """Return the address that all ways to the same article share: no tracking, no AMP, no fragment."""
    link = clean_link(url)
    if not link:
        return ""
    parts = urlsplit(clean_link(clean_url(link) or link) or link)  # courlan turns an ASCII host back into its script
    path = _AMP_PATH.sub("", parts.path) or "/"
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if name.lower() not in _TRACKING]
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query if kept == query else urlencode(kept), ""))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
