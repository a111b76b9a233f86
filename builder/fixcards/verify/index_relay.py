"""A program that stands between a command and the index: it runs inside the isolation, in the interpreter of a card.

    relay.py SOCKET RESULT PATTERN COMMAND...

Listens on the isolation's own loopback and passes each connection on to SOCKET. Runs COMMAND with the port in place of
`{port}` in its environment; where that succeeds, copies the one file that PATTERN matches to RESULT. A file next to
SOCKET with the name in PATTERN is there before the command starts. It needs Python 3.6 and nothing else.
"""

import glob
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """Copy what arrives at `source` to `target`, and its end."""
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (source, target):
            each.close()


def relay(server: socket.socket, path: str) -> None:
    """Connect each client of `server` with the socket at `path`."""
    while True:
        client, _ = server.accept()
        index = socket.socket(socket.AF_UNIX)
        try:
            index.connect(path)
        except OSError:
            client.close()
            continue
        for ends in ((client, index), (index, client)):
            threading.Thread(target=pass_on, args=ends, daemon=True).start()


def main() -> int:
    """Run the command; return its exit status."""
    path, result, pattern, *command = sys.argv[1:]
    start = os.path.join(os.path.dirname(path), os.path.basename(pattern))  # noqa: PTH118, PTH119, PTH120
    if os.path.isfile(start):  # noqa: PTH113
        shutil.copyfile(start, pattern)
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(128)
    threading.Thread(target=relay, args=(server, path), daemon=True).start()
    port = str(server.getsockname()[1])
    environment = {name: value.replace("{port}", port) for name, value in os.environ.items()}
    status = subprocess.call(command, env=environment)  # noqa: S603
    if status == 0:
        matches = glob.glob(pattern)  # noqa: PTH207
        if len(matches) != 1:
            print("the build left {} files, not one".format(len(matches)))  # noqa: T201, UP032
            return 1
        source = os.open(matches[0], os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not keep it waiting
        if not stat.S_ISREG(os.fstat(source).st_mode):
            print("the build left something else than a file")  # noqa: T201
            return 1
        with os.fdopen(source, "rb") as file, open(result, "wb") as target:  # noqa: PTH123
            shutil.copyfileobj(file, target)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
