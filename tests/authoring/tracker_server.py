"""A server on the loopback that answers as trackers do, with shapes written for these tests."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

WORDS = "I am so annoyed by this, please help me"
TRACEBACK = """Traceback (most recent call last):
  File "/home/me/app.py", line 3, in <module>
    import flask
  File "/usr/lib/python3/dist-packages/flask/json/__init__.py", line 15, in <module>
    from itsdangerous import json as _json
ImportError: cannot import name 'json' from 'itsdangerous' (/usr/lib/python3/dist-packages/itsdangerous/__init__.py)
"""
BODY = f"{WORDS}\n\n```\n{TRACEBACK}```\n\nflask==1.1.2\nitsdangerous==2.1.0\n"


@dataclass
class Answer:
    data: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    sent: Callable[[Any, bytes], None] | None = None


class TrackerServer:
    """Answers each path with an `Answer`; remembers what was asked, with its headers."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append((self.path, dict(self.headers)))
                answer = outer.answers.get(self.path, Answer({"message": "Not Found"}, 404))
                body = answer.raw if answer.raw is not None else json.dumps(answer.data).encode()
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                (answer.sent or type(self.wfile).write)(self.wfile, body)

            def log_message(self, *words: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@contextmanager
def tracker_server() -> Iterator[TrackerServer]:
    server = TrackerServer()
    try:
        yield server
    finally:
        server.server.shutdown()
        server.server.server_close()


def dripping(file: Any, body: bytes) -> None:
    """Send a byte now and then: no timeout of a socket ends this."""
    for at in range(len(body)):
        try:
            file.write(body[at : at + 1])
        except OSError:
            return
        time.sleep(0.2)
