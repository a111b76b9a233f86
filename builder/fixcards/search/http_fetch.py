"""One file of a web server within limits: seconds in all, bytes, redirects of the host itself, no compression."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from typing import IO, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from fixcards.errors import FixcardsError

Result = TypeVar("Result")

MAX_REDIRECTS = 5
MAX_MESSAGE = 200
"""Characters of a server's words that are repeated in a message."""
_PORTS = {"http": 80, "https": 443}


def make_opener(*, redirects: bool = True) -> urllib.request.OpenerDirector:
    """Return an opener for http and https, with the proxies of the environment, that leaves no host.

    Without `redirects` it follows none: a caller whose headers hold a token decides by itself.
    """
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ]
    for handler in [*handlers, _RedirectsOfTheHost()] if redirects else handlers:
        opener.add_handler(handler)
    return opener


def fetch_within(seconds: float, opener: urllib.request.OpenerDirector, address: str, most: int) -> bytes:
    """Return at most the first `most` bytes at an address. Raises `FixcardsError` where they don't come in time."""
    return within(seconds, address, lambda: _fetch(seconds, opener, address, most))


def within(seconds: float, address: str, fetch: Callable[[], Result]) -> Result:
    """Return the result of something that asks a server at an address. Raises `FixcardsError` where it takes too long.

    A thread waits for it: timeouts of sockets begin anew with each byte, and looking up a name has none.
    """
    results: list[Result | FixcardsError] = []

    def store() -> None:
        try:
            results.append(fetch())
        except FixcardsError as error:
            results.append(error)
        except Exception as error:  # noqa: BLE001 - of the server, the address or the network; a thread has no caller
            results.append(FixcardsError(f"{address}: {_reason(error)}"))

    thread = threading.Thread(target=store, daemon=True)
    thread.start()
    thread.join(seconds)
    result = results[0] if results else FixcardsError(f"{address}: took more than {seconds:g} s, and was stopped")
    if isinstance(result, FixcardsError):
        raise result
    return result


def _reason(error: Exception) -> str:
    """Return why an answer didn't come, and what the reader can look at where it was the connection."""
    if isinstance(error, urllib.error.HTTPError):
        return f"{error.code} {str(error.reason)[:MAX_MESSAGE]}"
    reason = getattr(error, "reason", error)
    if isinstance(reason, OSError) and reason.strerror:
        return f"{reason.strerror[:MAX_MESSAGE]}; check the address and your connection"
    return str(reason)[:MAX_MESSAGE] or type(error).__name__


def _fetch(seconds: float, opener: urllib.request.OpenerDirector, address: str, most: int) -> bytes:
    with opener.open(address, timeout=seconds) as response:
        return read_plain(response, address, most)


def read_plain(response: Any, address: str, most: int) -> bytes:
    """Return at most the first `most` bytes of an answer. Raises `FixcardsError` for one that is compressed."""
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise FixcardsError(f"{address}: is compressed ({encoding[:20]}), which was not asked for")
    return bytes(response.read(most))


class _RedirectsOfTheHost(urllib.request.BaseHandler):
    """Follows redirects within one host. Another one could be inside the reader's own network."""

    def http_error_302(
        self, request: urllib.request.Request, response: IO[bytes], code: int, message: str, headers: Message
    ) -> object:
        response.close()  # its body may be of any size
        address = urljoin(request.full_url, headers.get("Location", ""))
        redirects = getattr(request, "redirects", 0) + 1
        if redirects > MAX_REDIRECTS:
            raise FixcardsError(f"{request.full_url}: redirects more than {MAX_REDIRECTS} times")
        if not same_host(request.full_url, address):
            where = address[:MAX_MESSAGE]
            raise FixcardsError(f"{request.full_url}: redirects to {where}; if that is the site, give its address")
        following = urllib.request.Request(address)  # noqa: S310 - http and https only
        following.redirects = redirects  # type: ignore[attr-defined]
        return self.parent.open(following, timeout=request.timeout)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def same_host(one: str, other: str) -> bool:
    """Return whether an address has the host of another one, and https where that has it."""
    try:
        before, after = urlsplit(one), urlsplit(other)
        ports = [parts.port or _PORTS.get(parts.scheme) for parts in (before, after)]
    except ValueError:
        return False
    upgraded = (before.scheme, after.scheme, *ports) == ("http", "https", 80, 443)
    same = before.scheme == after.scheme and ports[0] == ports[1]
    return before.hostname == after.hostname and (same or upgraded) and "@" not in after.netloc
