from __future__ import annotations

import base64
import http.client
import json
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fixcards.verify import index_client
from fixcards.verify.index_client import IndexClient, IndexUnavailableError, chunks, interruptible
from fixcards.verify.index_proxy import IndexProxy

from .packages import offer_wheel


@pytest.fixture
def proxy(local_index, tmp_path):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "x = 1\n"})
    with IndexProxy(IndexClient([local_index.url]), tmp_path) as proxy:
        yield proxy


def ask(proxy: IndexProxy, path: str, method: str = "GET", password: str | None = None, **headers: str):
    address = urlsplit(proxy.url)
    own = base64.b64encode(f"uv:{address.password if password is None else password}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=10)
    connection.request(method, path, headers={"Proxy-Authorization": f"Basic {own}", **headers})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def test_a_page_names_files_on_the_proxy_and_no_address_of_the_index(proxy, local_index):
    status, body = ask(
        proxy, f"http://packages.invalid/{IndexClient([local_index.url]).path_of(local_index.url)}/simple/demo/"
    )
    page = json.loads(body)
    assert (status, page["files"][0]["url"]) == (200, "../../files/demo/demo-1.0-py3-none-any.whl")
    assert str(local_index.server.server_port) not in body.decode()
    status, body = ask(
        proxy, f"/{IndexClient([local_index.url]).path_of(local_index.url)}/files/demo/demo-1.0-py3-none-any.whl"
    )
    assert (status, body) == (200, local_index.files["demo-1.0-py3-none-any.whl"])


def test_nothing_else_is_answered(proxy, local_index):
    name = IndexClient([local_index.url]).path_of(local_index.url)
    start = len(local_index.requests)
    for path in (
        "/",
        f"/{name}/",
        f"/{name}/simple/",
        f"/{name}/simple/../../files/",
        f"/{name}/simple/%2e%2e/",
        f"/{name}/simple/Demo/",
        f"/{'0' * 16}/simple/demo/",
        "http://127.0.0.1:9/admin",
        f"{local_index.url}demo/",
    ):
        assert ask(proxy, path)[0] == 404, path
    assert len(local_index.requests) == start
    assert ask(proxy, f"/{name}/files/demo/other-1.0.tar.gz")[0] == 404
    for method in ("POST", "PUT", "DELETE", "CONNECT", "OPTIONS"):
        assert ask(proxy, f"/{name}/simple/demo/", method)[0] == 501


def test_other_users_of_the_machine_do_not_have_its_password(proxy, local_index):
    name = IndexClient([local_index.url]).path_of(local_index.url)
    assert ask(proxy, f"/{name}/simple/demo/", password="guess")[0] == 407  # noqa: S106


def test_the_index_gets_the_password_and_another_host_does_not(local_index, monkeypatch):
    seen: list[str | None] = []
    offer_wheel(local_index, "demo", "1.0", {"demo.py": ""})
    handler = local_index.server.RequestHandlerClass
    answer = handler.do_GET

    def noting(self):
        seen.append(self.headers.get("Authorization"))
        answer(self)

    monkeypatch.setattr(handler, "do_GET", noting)
    closed = local_index.url.replace("http://", "http://user:hush@")
    client = IndexClient([closed])
    file = client.project(closed, "demo").files["demo-1.0-py3-none-any.whl"]
    client.open(closed, file.url).close()
    client.open(closed, file.url.replace("127.0.0.1", "localhost")).close()
    expected = "Basic " + base64.b64encode(b"user:hush").decode()
    assert seen == [expected, expected, None]
    assert "hush" not in str(client.names)


def test_a_changed_file_and_a_huge_page_are_refused(local_index, tmp_path, monkeypatch):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": ""})
    client = IndexClient([local_index.url])
    file = client.project(local_index.url, "demo").files["demo-1.0-py3-none-any.whl"]
    local_index.files["demo-1.0-py3-none-any.whl"] += b"x"
    with (tmp_path / "copy").open("wb") as copy, pytest.raises(IndexUnavailableError, match="another SHA-256"):
        client.save(local_index.url, file, copy)
    monkeypatch.setattr(index_client, "PAGE_BYTES", 100)
    with pytest.raises(IndexUnavailableError, match="more than 100 bytes"):
        IndexClient([local_index.url]).project(local_index.url, "demo")


@pytest.mark.parametrize("page", [{"meta": 1}, {"files": 1}, [], {"meta": {"api-version": "1.0"}, "files": [{}]}])
def test_a_page_that_is_none_is_an_error_in_words(page, local_index):
    local_index.pages["demo"] = page
    with pytest.raises(IndexUnavailableError, match="sends no list of files for demo"):
        IndexClient([local_index.url]).project(local_index.url, "demo")


def test_a_server_that_sends_a_byte_now_and_then_does_not_outrun_the_clock():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(100):
                    try:
                        client.sendall(b"x")
                    except OSError:
                        return
                    time.sleep(0.1)

        threading.Thread(target=trickle, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        start = time.monotonic()
        with (
            IndexClient([url]).open(url, url) as response,
            pytest.raises(IndexUnavailableError, match=r"within 0\.5 s"),
        ):
            list(chunks(response, 1000, 0.5))
        assert time.monotonic() - start < 3


def test_waiting_for_an_index_can_be_interrupted():
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interruptible(lambda: time.sleep(5), stop)
    assert time.monotonic() - start < 2


def test_a_socket_serves_without_a_password_however_long_its_path_is(local_index, tmp_path):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": ""})
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with (
        IndexProxy(IndexClient([local_index.url]), folder, folder / "index.sock"),
        socket.socket(socket.AF_UNIX) as one,
    ):
        short = tmp_path / "link"
        short.symlink_to(folder)
        one.connect(str(Path(short, "index.sock")))
        one.sendall(
            f"GET /{IndexClient([local_index.url]).path_of(local_index.url)}/simple/demo/ HTTP/1.0\r\n\r\n".encode()
        )
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
