"""The configured package indexes as this program reads them: project pages and files, bounded in size and time.

Passwords, `.netrc`, proxies and certificates of the user are used here and handed to no other program.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from pypi_simple import ACCEPT_JSON_PREFERRED, ProjectPage, RepositoryPage
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from fixcards.errors import FixcardsError
from fixcards.project import AssignedIndex
from fixcards.verify.index_budget import IndexBudget
from fixcards.verify.index_configuration import without_password
from fixcards.verify.page_store import PageStore, StoredPage
from fixcards.verify.project_files import IndexFile, ProjectFiles

PAGE_BYTES = 64 << 20
"""Size of a project page. The largest ones of the public index have about 20 MB."""
PAGE_SECONDS = 60
MAX_PAGES_IN_MEMORY = 500
"""Project pages that stay in memory."""
PAGE_AGE_SECONDS = 3600
"""Age at which a page in memory is read again: a command asks for each once, a worker of a cluster lives for days."""
FILE_BYTES = 6 << 30
"""Size of one file. The public index takes files up to 1 GB, by request more (its documentation, "Storage limits")."""
FILE_SECONDS = 600
_CONNECT_SECONDS, _READ_SECONDS, _CONNECTIONS = 10, 30, 32
_CHUNK = 1 << 16
_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!~-]*")
_T = TypeVar("_T")


class IndexUnavailableError(FixcardsError):
    """An index doesn't answer, or not with what an index sends."""


class MissingFromIndexError(IndexUnavailableError):
    """The index says that it has no such page or file."""


class BudgetSpentError(IndexUnavailableError):
    """The run may take no more from the index."""


class IndexClient:
    """Reads the indexes at `urls`. Safe to share between threads; a project's page is read once in an hour.

    With a `store`, pages are read from there, and the index is asked only whether an old one has changed. A `budget`
    says how much may be asked for.

    A package of an index in `assigned` is asked for there and nowhere else: a public index that has one of the same
    name must neither learn of it nor answer for it. No other package is asked for there.
    """

    def __init__(
        self,
        urls: Sequence[str],
        assigned: Sequence[AssignedIndex] = (),
        store: PageStore | None = None,
        budget: IndexBudget | None = None,
    ) -> None:
        self._configured = tuple(urls)
        self._assigned = tuple(assigned)
        self._store, self._budget = store, budget or IndexBudget()
        self._session = requests.Session()
        self._session.max_redirects = 5
        for scheme in ("https", "http"):  # each connection that isn't used again costs a handshake
            self._session.mount(f"{scheme}://", HTTPAdapter(pool_maxsize=_CONNECTIONS))
        certificates = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        # uv's variables count, too; `requests` reads its own by itself, and prefers them to `verify`.
        if not certificates and (uvs := os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
            self._session.verify = uvs
        self._lock = threading.Lock()
        self._pages: dict[tuple[str, str], tuple[float, ProjectFiles | None]] = {}
        self._undated: set[str] = set()

    @property
    def urls(self) -> tuple[str, ...]:
        """All indexes that can be asked now: those of assigned packages first, without any whose variable isn't set."""
        own = dict.fromkeys(url for url in map(_url_or_none, self._assigned) if url)
        return (*(url for url in own if url not in self._configured), *self._configured)

    def urls_of(self, package: str) -> tuple[str, ...]:
        """Return the indexes that are asked for a package, by its normalised name, in order.

        Raises `IndexUnavailableError` where the address of its index isn't set.
        """
        index = next((each for each in self._assigned if each.serves(package)), None)
        if index is None:
            return self._configured
        try:
            return (index.url,)
        except FixcardsError as error:
            raise IndexUnavailableError(str(error)) from None

    @property
    def names(self) -> list[str]:
        """The indexes, without passwords: what distinguishes results of this client from those of another."""
        return [*map(without_password, self.urls), *self._rules]

    @property
    def _rules(self) -> list[str]:
        return [f"{each.location} {' '.join(each.packages)}" for each in self._assigned]

    def path_of(self, index: str) -> str:
        """Return a name for an index that fits into a path: the same without its password, another with other rules.

        uv stores pages by address, and must not take one that it got when the package was asked for elsewhere.
        """
        return hashlib.sha256("\n".join([without_password(index), *self._rules]).encode()).hexdigest()[:16]

    def undated(self, packages: Iterable[str]) -> list[str]:
        """Return which packages have no day of upload on the pages that were read so far."""
        with self._lock:
            return sorted(self._undated.intersection(packages))

    def project(self, index: str, package: str) -> ProjectFiles | None:
        """Return the files of a package, by its normalised name; None where the index at `index` has no such package.

        An index that isn't one of the package's is not asked, and has none. Raises `IndexUnavailableError`.
        """
        if index not in self.urls_of(package):
            return None
        key = index, package
        with self._lock:
            if key in self._pages and time.monotonic() - self._pages[key][0] < PAGE_AGE_SECONDS:
                return self._pages[key][1]
        page = self._read_project(index, package)
        with self._lock:
            self._pages.pop(key, None)
            if len(self._pages) >= MAX_PAGES_IN_MEMORY:
                self._pages.pop(next(iter(self._pages)))
            if page is not None and page.files and not page.dated:
                self._undated.add(package)
            self._pages[key] = time.monotonic(), page
            return page

    def first_project(self, package: str) -> tuple[str, ProjectFiles] | None:
        """Return the first index that has a package, and its files there: uv takes no package from two indexes."""
        for url in self.urls_of(package):
            if (page := self.project(url, package)) is not None:
                return url, page
        return None

    def open(self, index: str, url: str, *, method: str = "GET", byte_range: str | None = None) -> requests.Response:
        """Send a request for a file that a page of the index at `index` links to.

        The answer isn't read yet: read it with `chunks`. Raises `IndexUnavailableError`, also for a status of 400 and
        above.
        """
        ranges = {"Range": byte_range} if byte_range else {}
        return self._request(_with_credentials(url, index), {"Accept-Encoding": "identity", **ranges}, method)

    def save(
        self,
        index: str,
        file: IndexFile,
        target: BinaryIO,
        limit: int = FILE_BYTES,
        count: Callable[[int], None] = lambda size: None,
    ) -> str:
        """Write a file to `target`; return its SHA-256. `count` gets the size of each piece and may raise.

        Raises `IndexUnavailableError`, also for a wrong digest.
        """
        digest = hashlib.sha256()
        with self.open(index, file.url) as response:
            for chunk in chunks(response, limit, FILE_SECONDS):
                count(len(chunk))
                digest.update(chunk)
                target.write(chunk)
        if file.sha256 not in {None, digest.hexdigest()}:
            raise IndexUnavailableError(f"{file.filename} has another SHA-256 than the index says")
        return digest.hexdigest()

    def _read_project(self, index: str, package: str) -> ProjectFiles | None:
        where = without_password(index)
        stored = self._store.read(where, package) if self._store is not None else None
        page = stored if stored is not None and stored.fresh_seconds else self._fetch_page(index, package, stored)
        if self._store is not None and page is not stored:
            self._store.write(where, package, page)
        if page.entries is None:
            return None
        try:
            entries = map(_index_file, page.entries)
            files = {file.filename: file for file in entries if file is not None and file.is_of(package)}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _not_a_list(index, package, error) from None
        # What is on the disk need not be handed to uv again and again.
        return ProjectFiles(package, files, page.caching if self._store is None else f"max-age={page.fresh_seconds}")

    def _fetch_page(self, index: str, package: str, stored: StoredPage | None) -> StoredPage:
        """Ask an index for the page of a project, or whether the `stored` one is still the same."""
        url = f"{index.rstrip('/')}/{package}/"
        headers = {"Accept": ACCEPT_JSON_PREFERRED, **(stored.conditions if stored is not None else {})}
        try:
            response = self._request(url, headers, "GET")
        except MissingFromIndexError:
            return StoredPage(None, None, None, None, time.time())
        with response:
            if response.status_code == 304 and stored is not None:
                self._budget.count(unchanged=1)
                return replace(stored, fetched=time.time())
            body = b"".join(chunks(response, PAGE_BYTES, PAGE_SECONDS))
        self._budget.count(packages=1)
        try:
            entries = _entries(response, body, package)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise _not_a_list(index, package, error) from None
        caching, etag, modified = (response.headers.get(each) for each in ("Cache-Control", "ETag", "Last-Modified"))
        return StoredPage(entries, caching, etag, modified, time.time())

    def _request(self, url: str, headers: dict[str, str], method: str) -> requests.Response:
        if spent := self._budget.spent:
            raise BudgetSpentError(f"the run has used up its budget of {spent}")
        self._budget.wait()
        try:
            response = self._session.request(
                method, url, headers=headers, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)
            )
        except (requests.RequestException, HTTPError, ValueError) as error:
            raise IndexUnavailableError(f"{without_password(url)}: {type(error).__name__}") from None
        if response.status_code >= 400:
            response.close()
            error_class = IndexUnavailableError if _is_failure(response.status_code) else MissingFromIndexError
            hint = "; does its address need a user name and password, or .netrc an entry?"
            hint = hint if response.status_code in {401, 403} else ""
            raise error_class(f"{without_password(url)}: status {response.status_code}{hint}")
        if method == "HEAD":
            response.raw.read()  # nothing, but only then can the connection be used again
        else:
            self._budget.count(size=int(response.headers.get("Content-Length") or 0))
        return response


def _not_a_list(index: str, package: str, error: Exception) -> IndexUnavailableError:
    return IndexUnavailableError(
        f"the package index {without_password(index)} sends no list of files for {package}: {type(error).__name__}"
    )


def _url_or_none(index: AssignedIndex) -> str | None:
    try:
        return index.url
    except FixcardsError:
        return None


def _is_failure(status: int) -> bool:
    """Return whether a status says that the index can't answer now, or not to this user; else it has no such thing."""
    return status >= 500 or status in {401, 403, 407, 408, 429}


def chunks(response: requests.Response, limit: int, seconds: float) -> Iterator[bytes]:
    """Yield the body of an answer. Raises `IndexUnavailableError` above `limit` bytes, or after `seconds`."""
    # In the pieces in which they come: a server that sends a byte a second must not outrun the clock.
    deadline, size = time.monotonic() + seconds, 0
    where = without_password(response.url)
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > limit:
                raise IndexUnavailableError(f"{where}: more than {limit:,} bytes")
            if time.monotonic() > deadline:
                raise IndexUnavailableError(f"{where}: not read within {seconds:g} s")
            yield chunk
    except (HTTPError, OSError) as error:
        raise IndexUnavailableError(f"{where}: {type(error).__name__}") from None


def interruptible(call: Callable[[], _T], stop: threading.Event | None) -> _T:
    """Return the result of `call`, which reads from the network and can't be interrupted itself.

    Raises what it raises, or `KeyboardInterrupt` as soon as `stop` is set; the call then ends by itself some time
    later.
    """
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
        if stop is not None and stop.is_set():
            raise KeyboardInterrupt
    if errors:
        raise errors[0]
    return results[0]


def _entries(response: requests.Response, body: bytes, package: str) -> list[dict[str, Any]]:
    """Return the entries of a project page in the form of PEP 691, with absolute URLs.

    Some indexes answer in HTML even where JSON is preferred, and then name the upload times in attributes
    `data-upload-time`, which no standard has and only such a request gets.
    """
    base = without_password(response.url)
    if "html" not in response.headers.get("Content-Type", ""):
        page = json.loads(body)
        if not str(page["meta"]["api-version"]).startswith("1."):
            raise ValueError(package)
        return [{**entry, "url": urljoin(base, entry["url"])} for entry in page["files"]]
    text = body.decode(response.encoding or "utf-8", "replace")
    times = {link.text: link.get_str_attrib("data-upload-time") for link in RepositoryPage.from_html(text).links}
    entries = []
    for file in ProjectPage.from_html(package, text, base_url=base).packages:
        entry: dict[str, Any] = {"filename": file.filename, "url": file.url, "hashes": file.digests or {}}
        entry |= {"requires-python": file.requires_python, "upload-time": times.get(file.filename)}
        entry["yanked"] = (file.yanked_reason or True) if file.is_yanked else False
        if file.has_metadata:
            entry["core-metadata"] = file.metadata_digests or True
        entries.append(entry)
    return entries


def _index_file(entry: dict[str, Any]) -> IndexFile | None:
    """Return an entry of a page; None where its name or address is none that a file of an index has."""
    filename, url = entry["filename"], entry["url"].partition("#")[0]
    if not _FILENAME.fullmatch(filename) or urlsplit(url).scheme not in {"http", "https"}:
        return None
    uploaded = entry.get("upload-time")
    sha256 = entry.get("hashes", {}).get("sha256")
    names = ("filename", "hashes", "requires-python", "size", "upload-time", "yanked", "core-metadata")
    details = {name: entry[name] for name in names if entry.get(name) is not None}
    # A lock has SHA-256 alone. uv computes it where the index has none, or only an older digest.
    details["hashes"] = {"sha256": sha256} if isinstance(sha256, str) else {}
    return IndexFile(
        filename=filename,
        url=url,
        sha256=sha256.lower() if isinstance(sha256, str) else None,
        uploaded=_time(uploaded) if uploaded else None,
        details=details,
    )


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _with_credentials(url: str, index: str) -> str:
    """Return the URL of a file with user name and password of its index where both are of one origin, as uv does."""
    file, own = urlsplit(url), urlsplit(index)
    if "@" in file.netloc or (file.scheme, file.hostname, file.port) != (own.scheme, own.hostname, own.port):
        return url
    return file._replace(netloc=own.netloc).geturl()
