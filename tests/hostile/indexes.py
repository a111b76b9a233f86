"""Hostile sites: each function changes the index files of a good site, or is how a server answers."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HASH_LENGTH = 6
Change = Callable[[Path], object]


def head(change: Callable[[dict[str, Any]], object]) -> Change:
    """Return the change of `index.json` as data."""

    def apply(search: Path) -> None:
        path = search / "index.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(change(data) or data), encoding="utf-8")

    return apply


def put(key: str, value: object) -> Change:
    """Return the change of one key of `index.json`."""
    return head(lambda data: data.update({key: value}))


def part(kind: str, change: Callable[[Any], object], *, hashed: bool = True) -> Change:
    """Return the change of every part of a kind, with a hash in its name that is right, or with the old one."""

    def apply(search: Path) -> None:
        index = search / "index.json"
        data = json.loads(index.read_text(encoding="utf-8"))
        names = ""
        for number in range(len(data[kind]) // HASH_LENGTH):
            old = data[kind][number * HASH_LENGTH : (number + 1) * HASH_LENGTH]
            path = search / kind / f"{number}-{old}.json"
            changed = change(json.loads(path.read_text(encoding="utf-8")))
            content = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
            digest = base64.b32hexencode(hashlib.sha256(content).digest())[:HASH_LENGTH].decode().lower()
            path.unlink()
            (search / kind / f"{number}-{digest if hashed else old}.json").write_bytes(content)
            names += digest if hashed else old
        data[kind] = names
        index.write_text(json.dumps(data), encoding="utf-8")

    return apply


def each(key: str, value: object) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Return the change of a key in each entry."""
    return lambda entries: [{**entry, key: value} for entry in entries]


def displayed(key: str, value: object) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Return the change of a value that is displayed of each entry."""
    return lambda entries: [{**entry, "display": {**entry.get("display", {}), key: value}} for entry in entries]


def raw(content: bytes) -> Change:
    """Return the replacement of `index.json`."""
    return lambda search: (search / "index.json").write_bytes(content)


def special(make: Callable[[Path], object]) -> Change:
    """Return the replacement of `index.json` by something that is no regular file."""

    def apply(search: Path) -> None:
        (search / "index.json").unlink()
        make(search / "index.json")

    return apply


BAD: dict[str, Change] = {
    "deep lists": raw(b"[" * 200_000 + b"]" * 200_000),
    "deep objects": raw(b'{"a":' * 200_000 + b"1" + b"}" * 200_000),
    "not an object": raw(b"[1, 2]"),
    "a text": raw(b'"index"'),
    "no UTF-8": raw(b'{"site": "\xff\xfe"}'),
    "nothing": raw(b""),
    "a number of a million digits": raw(b'{"format": ' + b"9" * 1_000_000 + b"}"),
    "pipe": special(os.mkfifo),
    "folder": special(Path.mkdir),
    "link to an endless file": special(lambda path: path.symlink_to("/dev/zero")),
    "four gigabytes": lambda search: os.truncate(search / "index.json", 4 << 30),
    "no number of entries": head(lambda data: data.pop("entries") and None),
    "entries below zero": put("entries", -1),
    "entries as text": put("entries", "many"),
    "no entries in a file": put("chunk", 0),
    "a chunk below zero": put("chunk", -12),
    "common words as a list": put("common", ["a"]),
    "common words without numbers": put("common", {"turns": "often", "frobnicator": None}),
    "starts of numbers": put("starts", [1, 2, 3]),
    "starts out of order": put("starts", ["zzz", "aaa"]),
    "most as text": put("most", "all"),
    "hashes that climb out": head(lambda data: data.update(terms="../../" * (len(data["terms"]) // 6))),
    "hashes as a list": put("cards", [["x"]]),
    "site that is no address": put("site", "javascript:alert(1)//"),
    "site as an object": put("site", {"a": 1}),
    "postings of text": part("terms", lambda terms: dict.fromkeys(terms, "many")),
    "postings far away": part("terms", lambda terms: {term: [10**30] for term in terms}),
    "postings below zero": part("terms", lambda terms: {term: [-5, -5] for term in terms}),
    "terms as a list": part("terms", list),
    "terms that are nothing": part("terms", lambda terms: None),
    "entries of nothing": part("cards", lambda entries: [None] * len(entries)),
    "an entry with another key": part("cards", each("evil", 1)),
    "templates of numbers": part("cards", each("templates", [1, 2])),
    "templates as nothing": part("cards", each("templates", None)),
    "requirements as a list": part("cards", each("requirements", [1])),
    "what is displayed as text": part("cards", each("display", "text")),
    "altered entries under the old hash": part("cards", displayed("title", "altered"), hashed=False),
    "altered terms under the old hash": part("terms", lambda terms: {**terms, "evil": [1]}, hashed=False),
    "a path that is a program": part("cards", displayed("path", "javascript:alert(1)")),
    "a path to another site": part("cards", displayed("path", "//evil.example/")),
}
"""Each must be told as an index that can't be used: exit status 2, one line."""

DECEIVING: dict[str, Change] = {
    f"{name} in {key}": part("cards", (each if key == "title" else displayed)(key, f"title {text} end"))
    for key in ("title", "fix", "verdict")
    for name, text in {
        "escapes": "\x1b[2J\x1b]0;x\x07",
        "controls": "\x9b31m\x08\x7f\r\n",
        "directions": "\u202eevil\u2066",
    }.items()
} | {"escapes in the site": put("site", "https://example.org/\x1b[2J")}
"""Each may be answered or refused, but nothing of the kind may reach the terminal."""

Answer = Callable[[socket.socket, Path], None]


def _headers(connection: socket.socket, status: bytes = b"200 OK", more: bytes = b"") -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n" + more + b"\r\n")


def _flood(connection: socket.socket, chunk: bytes, times: int) -> None:
    for _ in range(times):
        connection.sendall(chunk)


def reason(connection: socket.socket, search: Path) -> None:
    _headers(connection, b"404 \x1b[2J\x1b]0;x\x07\xc2\x9b evil")


def huge(connection: socket.socket, search: Path) -> None:
    _headers(connection)
    _flood(connection, b" " * (1 << 20), 700)


def promised(connection: socket.socket, search: Path) -> None:
    _headers(connection, more=b"Content-Length: 99999999999\r\n")
    _flood(connection, b" " * (1 << 20), 700)


def chunked(connection: socket.socket, search: Path) -> None:
    _headers(connection, more=b"Transfer-Encoding: chunked\r\n")
    _flood(connection, b"100000\r\n" + b" " * (1 << 20) + b"\r\n", 700)


def slow(connection: socket.socket, search: Path) -> None:
    _headers(connection)
    for _ in range(90):
        connection.sendall(b" ")
        time.sleep(0.5)


def elsewhere(connection: socket.socket, search: Path) -> None:
    _headers(connection, b"302 Found", b"Location: file:///etc/passwd\r\n")


def around(connection: socket.socket, search: Path) -> None:
    _headers(connection, b"302 Found", b"Location: /search/index.json?again\r\n")


def nothing(connection: socket.socket, search: Path) -> None:
    connection.recv(65536)


def garbage(connection: socket.socket, search: Path) -> None:
    connection.recv(65536)
    connection.sendall(b"\x00\xff\x1b[2J" * 10_000)


def many_headers(connection: socket.socket, search: Path) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    _flood(connection, b"X: " + b"y" * 60_000 + b"\r\n", 2000)


def page(connection: socket.socket, search: Path) -> None:
    _headers(connection, more=b"Content-Type: text/html\r\n")
    connection.sendall(b"<html>\x1b[2J not an index")


ANSWERS: dict[str, Answer] = {
    answer.__name__.replace("_", " "): answer
    for answer in (reason, huge, promised, chunked, slow, elsewhere, around, nothing, garbage, many_headers, page)
}
