"""JSON from one host within limits. A token goes to this host and to no other, whatever an answer redirects to."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.message import Message
from typing import Any
from urllib.parse import urljoin

from fixcards import __version__
from fixcards.authoring.trackers.interface import TrackerError
from fixcards.search.http_fetch import MAX_MESSAGE, MAX_REDIRECTS, make_opener, same_host

SECONDS = 20.0
"""Time for one answer, redirects included."""
MAX_BYTES = 8 << 20
_LARGEST_TIME = 4e9
"""Seconds since 1970 above which a header says no time."""


@dataclass(frozen=True)
class JsonApi:
    """The interface of one host, below the address `root`."""

    root: str
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = SECONDS
    token_names: tuple[str, ...] = ()
    """Variables that may hold a token, for messages."""

    def get(self, path: str) -> Any:
        """Return the data at a path below the root. Raises `TrackerError` with what to do."""
        results: list[Any] = []

        def ask() -> None:
            try:
                results.append(self._get(self.root + path))
            except TrackerError as error:
                results.append(error)
            except Exception as error:  # noqa: BLE001 - of the server or the network; a thread has no caller
                reason = str(getattr(error, "reason", error)) or type(error).__name__
                results.append(TrackerError(f"{self.root}{path}: {reason[:MAX_MESSAGE]}"))

        # A thread, for timeouts of sockets begin anew with each byte, and looking up a name has none.
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self.seconds)
        if not results:
            raise TrackerError(f"{self.root}{path}: took more than {self.seconds:g} s; try again later")
        if isinstance(results[0], TrackerError):
            raise results[0]
        return results[0]

    def _get(self, address: str) -> Any:
        opener = make_opener(redirects=False)
        for _ in range(MAX_REDIRECTS + 1):
            headers = {"User-Agent": f"fixcards/{__version__}", "Accept": "application/json", **self.headers}
            request = urllib.request.Request(address, headers=headers)  # noqa: S310 - https, and http in tests
            try:
                with opener.open(request, timeout=self.seconds) as response:
                    return _data(address, response.read(MAX_BYTES + 1), response.headers)
            except http.client.IncompleteRead:
                raise TrackerError(f"{address}: the answer was cut off; try again") from None
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in {301, 302, 303, 307, 308}:
                        raise self._refusal(address, error) from None
                    address = self._redirect(address, error.headers.get("Location", ""))
        raise TrackerError(f"{address}: redirects more than {MAX_REDIRECTS} times")

    def _redirect(self, address: str, location: str) -> str:
        following = urljoin(address, location)
        if not location or not same_host(address, following):
            raise TrackerError(
                f"{address}: has moved to {following[:MAX_MESSAGE]}, which is another host; "
                "open the issue in a browser and give the address that it ends up at",
                permanent=True,
            )
        return following

    def _refusal(self, address: str, error: urllib.error.HTTPError) -> TrackerError:
        tokens = " or ".join(self.token_names)
        if error.code in {403, 429} and (wait := _reset(error.headers)):
            more = "" if self._has_token else f", or set {tokens}, which allows more requests"
            return TrackerError(f"{address}: {error.code}, too many requests; try again after {wait}{more}")
        if error.code in {401, 403}:
            what = f"the token in {tokens} is not accepted" if self._has_token else f"set {tokens} to a token"
            return TrackerError(f"{address}: {error.code}, not allowed; {what}", permanent=True)
        if error.code in {404, 410}:
            private = "" if self._has_token else f"; a private one needs a token in {tokens}"
            words = "was deleted" if error.code == 410 else "is not there"
            return TrackerError(f"{address}: {error.code}, the issue {words}{private}", permanent=True)
        if error.code >= 500:
            return TrackerError(f"{address}: {error.code}, the server has a problem; try again later")
        return TrackerError(f"{address}: {error.code} {str(error.reason)[:MAX_MESSAGE]}", permanent=True)

    @property
    def _has_token(self) -> bool:
        return not {"Authorization", "PRIVATE-TOKEN"}.isdisjoint(self.headers)


def _data(address: str, raw: bytes, headers: Message) -> Any:
    if len(raw) > MAX_BYTES:
        raise TrackerError(f"{address}: answers more than {MAX_BYTES >> 20} MB", permanent=True)
    length = headers.get("Content-Length", "")
    if length.isdecimal() and len(raw) < int(length):
        raise TrackerError(f"{address}: the answer was cut off; try again")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise TrackerError(f"{address}: the answer is cut off, or no JSON; is this the address of an issue?") from None


def _reset(headers: Message) -> str | None:
    """Return the time of day after which the host answers again, None where it refuses for another reason.

    GitHub's `x-ratelimit-reset` and GitLab's `ratelimit-reset` are seconds since 1970, `retry-after` (RFC 9110) is
    seconds from now.
    """
    now = time.time()
    at = None
    for name in ("x-ratelimit-", "ratelimit-"):
        if headers.get(f"{name}remaining") == "0":
            at = _number(headers.get(f"{name}reset"))
    wait = _number(headers.get("retry-after"))
    at = now + wait if at is None and wait is not None else at
    if at is None or not now - 86400 < at < min(now + 86400 * 7, _LARGEST_TIME):
        return None
    return f"{datetime.fromtimestamp(at, timezone.utc):%Y-%m-%d %H:%M} UTC"


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else None
