"""Builds of hostile source distributions, and hostile wheels: a real uv, a real sandbox, an index on the loopback."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import psutil
import pytest
import yaml

from fixcards.verify import uv as uv_module
from fixcards.verify import wheel_archive
from fixcards.verify.environment import EnvironmentBuilder, EnvironmentSpec
from fixcards.verify.index_client import IndexClient
from fixcards.verify.interpreters import Interpreter, choose_interpreters, installed_interpreters
from fixcards.verify.unavailable import EnvironmentUnavailable
from tests.distributions import wheel

from .conftest import IDENTITIES, CardServer, LocalIndex, a_card
from .packages import offer, offer_source, offer_wheel
from .test_session import SCHEMA, fixcards

SECRETS = ("SECRETPW", "PROXYPW", "hush")
DEMO = {"demo/__init__.py": "word = 'genuine'\n"}


@pytest.fixture(scope="module")
def index():
    index = LocalIndex()
    yield index
    index.server.shutdown()
    index.server.server_close()


@pytest.fixture(scope="module")
def build_servers(index, bubblewrap):
    """Executes cards as a user whose environment holds the passwords of the index and of a proxy."""
    patch = pytest.MonkeyPatch()
    patch.setenv("UV_DEFAULT_INDEX", index.url.replace("http://", "http://user:SECRETPW@"))
    patch.setenv("HTTPS_PROXY", "http://user:PROXYPW@127.0.0.1:9")
    patch.setenv("UV_INDEX_OWN_PASSWORD", "SECRETPW")
    servers: dict[str, CardServer] = {}

    def get(identity: str) -> CardServer:
        if identity not in servers:
            servers[identity] = CardServer(identity)
        return servers[identity]

    yield get
    for server in servers.values():
        server.close()
    patch.undo()


def hostile_card(code: str, *requires: str, build: list[str]) -> dict:
    names = [each.partition("==")[0] for each in requires]
    return a_card(
        code,
        package=names[0],
        versions={"affected": "==1.0"},
        reproduction={"exclude_newer": None, "requires": list(requires), "build": build},
    )


SHOW = "import {0}\nprint({0}.seen)\nraise SystemExit(1)\n"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_build_sees_no_password_of_the_index_or_of_a_proxy(identity, index, build_servers):
    name = f"secrets{identity}"
    attack = f"""
import glob
texts = [str(os.environ)]
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline") + glob.glob("/index/*") + ["/etc/pip.conf"]:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        texts.append(os.read(fd, 1 << 20).decode("latin-1"))
    except OSError:
        pass
found = [word for word in {SECRETS!r} for text in texts if word in text and "found = [" not in text]
FILES[NAME + ".py"] = "seen = " + repr((found, sorted(key for key in os.environ if "PROXY" in key.upper())))
"""
    offer_source(index, name, "1.0", attack)
    run = build_servers(identity).run(hostile_card(SHOW.format(name), f"{name}==1.0", build=[name]))
    assert run.output.strip() == "([], [])", run


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_build_reaches_no_service_of_the_machine(identity, index, build_servers):
    name = f"reach{identity}"
    folder = Path(tempfile.mkdtemp(prefix="fixcards-socket-", dir="/var/tmp"))
    folder.chmod(0o755)
    unix = socket.AF_UNIX
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(unix) as abstract, socket.socket(unix) as named:
        abstract.bind(f"\0fixcards-build-{os.getpid()}-{identity}")
        named.bind(str(folder / "s"))
        (folder / "s").chmod(0o777)
        for each in (tcp, abstract, named):
            each.listen()
            each.settimeout(0.2)
        addresses = [(int(each.family), each.getsockname()) for each in (tcp, abstract, named)]
        addresses.append((int(socket.AF_INET), ("127.0.0.1", index.server.server_port)))
        attack = f"""
import socket
seen = []
for family, address in {addresses!r}:
    try:
        socket.socket(family).connect(address)
        seen.append("ESCAPED")
    except OSError as error:
        seen.append(error.strerror)
try:
    socket.create_connection(("192.0.2.1", 80), 5)
    seen.append("ESCAPED")
except OSError as error:
    seen.append(error.strerror)
FILES[NAME + ".py"] = f"seen = {{seen!r}}"
"""
        offer_source(index, name, "1.0", attack)
        run = build_servers(identity).run(hostile_card(SHOW.format(name), f"{name}==1.0", build=[name]))
        for each in (tcp, abstract, named):
            with pytest.raises(TimeoutError):
                each.accept()
    (folder / "s").unlink()
    folder.rmdir()
    assert run.outcome == "failed-otherwise", run
    assert "ESCAPED" not in run.output
    assert run.output.count("Connection refused") == 3


def test_a_build_can_ask_the_index_for_pages_and_their_files_and_for_nothing_else(index, build_servers):
    offer_wheel(index, "offered", "1.0", {"offered.py": "x = 1\n"})
    attack = """
import urllib.error, urllib.request
base = os.environ["UV_DEFAULT_INDEX"]
seen = []
def ask(path, **more):
    try:
        url = base + path if "FILES" not in path else base.replace("/simple/", "/") + path.replace("FILES", "files")
        with urllib.request.urlopen(urllib.request.Request(url, **more), timeout=10) as response:
            seen.append(response.status)
    except urllib.error.HTTPError as error:
        seen.append(error.code)
    except OSError as error:
        seen.append(type(error).__name__)
ask("offered/")
ask("FILES/offered/offered-1.0-py3-none-any.whl")
ask("FILES/offered/other-1.0-py3-none-any.whl")
ask("offered/", data=b"secret")
ask("offered/", method="PUT", data=b"secret")
ask("offered/", method="DELETE")
ask("../../../etc/passwd")
ask("..%2f..%2fadmin/")
ask("Not_Normal/")
FILES[NAME + ".py"] = f"seen = {seen!r}"
"""
    offer_source(index, "asks", "1.0", attack)
    run = build_servers(IDENTITIES[0]).run(hostile_card(SHOW.format("asks"), "asks==1.0", build=["asks"]))
    assert run.output.strip() == "[200, 200, 404, 501, 501, 501, 404, 404, 404]", run
    assert not [path for path, _ in index.requests if "admin" in path or "passwd" in path]


POISONING = """
import glob, re, sys
here = ["/build", "/tmp", "/index"]
for top in here + [os.path.dirname(os.getcwd())]:
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            try:
                if "demo" in path or name == "lock.txt" or name.endswith((".whl", ".rkyv", ".msgpack")):
                    os.chmod(path, 0o644)
                    pathlib.Path(path).write_text("word = 'POISONED'\\n")
            except OSError:
                pass
"""


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_build_can_not_change_another_package_in_its_cache(identity, index, build_servers):
    name = f"poison{identity}"
    offer_wheel(index, f"demo{identity}", "1.0", {f"demo{identity}/__init__.py": "word = 'genuine'\n"})
    offer_source(index, name, "1.0", POISONING.replace('"demo"', f'"demo{identity}"'), {f"{name}.py": ""})
    card = hostile_card(
        f"import demo{identity}\nprint(demo{identity}.word)\nraise SystemExit(1)\n",
        f"demo{identity}==1.0",
        f"{name}==1.0",
        build=[name],
    )
    for _ in range(2):  # the second one has everything in its caches
        run = build_servers(identity).run(card)
        assert run.output == "genuine\n", run


CHANGING = [
    {"demo/__init__.py": "word = 'POISONED'\n"},
    {"demo.py": "word = 'POISONED'\n"},
    {"demo/__init__.abi3.so": "x"},
    {"demo/__pycache__/__init__.cpython-311.pyc": "x"},
    {"evil-1.0.data/purelib/demo/__init__.py": "word = 'POISONED'\n"},
    {"evil-1.0.data/data/lib/python{v}/site-packages/demo/__init__.py": "word = 'POISONED'\n"},
    {"evil-1.0.data/data/pyvenv.cfg": "home = /tmp\n"},
    {"evil-1.0.data/scripts/python": "#!/bin/sh\necho POISONED\n"},
    {"demo-1.0.dist-info/METADATA": "Name: demo\nVersion: 1.0\n"},
]
STARTING = [
    {"sitecustomize.py": "print('POISONED')\n"},
    {"usercustomize/__init__.py": "print('POISONED')\n"},
    {"evil.pth": "import os; print('POISONED')\n"},
    {"evil-1.0.data/purelib/evil.pth": "/repro\n"},
]


def first_path(files: dict[str, str]) -> str:
    return next(iter(files))


@pytest.mark.parametrize("files", [*CHANGING, *STARTING], ids=first_path)
def test_a_built_wheel_that_would_change_another_package_is_refused(files, local_index, builder, interpreter):
    offer_wheel(local_index, "demo", "1.0", DEMO)
    version = ".".join(interpreter.version.split(".")[:2])
    contents = {path.format(v=version): content for path, content in files.items()}
    offer_source(local_index, "evil", "1.0", files={**contents, "evil.py": ""})
    with pytest.raises(EnvironmentUnavailable, match=r"^(build|environment|installation|resolution): "):
        install(builder, interpreter, "demo==1.0", "evil==1.0", build=("evil",))


@pytest.mark.parametrize("record", [None, ""], ids=["listed", "unlisted"])
@pytest.mark.parametrize("files", CHANGING, ids=first_path)
def test_a_wheel_of_the_index_that_would_change_another_package_is_refused(
    files, record, local_index, builder, interpreter
):
    offer_wheel(local_index, "demo", "1.0", DEMO)
    version = ".".join(interpreter.version.split(".")[:2])
    contents = {path.format(v=version): content for path, content in files.items()}
    offer_wheel(local_index, "evil", "1.0", {**contents, "evil.py": ""}, record=record)
    with pytest.raises(EnvironmentUnavailable, match=r"^(environment|installation|resolution): "):
        install(builder, interpreter, "demo==1.0", "evil==1.0")


def test_packages_that_share_a_namespace_or_equal_files_are_installed_together(local_index, builder, interpreter):
    for name, declares in (
        ("one", "__import__('pkg_resources').declare_namespace(__name__)\n"),
        ("two", "# comment\n__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"),
    ):
        files = {"shared/__init__.py": declares, f"shared/{name}.py": "", "tests/__init__.py": f"# {name}\n"}
        offer_wheel(local_index, name, "1.0", files)
        offer_source(local_index, f"{name}src", "1.0", files={"same.py": "x = 1\n"})
    requires = ("one==1.0", "two==1.0", "onesrc==1.0", "twosrc==1.0")
    venv = install(builder, interpreter, *requires, build=("onesrc", "twosrc"))
    assert len(list(venv.glob("lib/*/site-packages/*.dist-info"))) == 4


def test_a_package_that_was_changed_in_the_cache_is_noticed(local_index, builder, interpreter):
    offer_wheel(local_index, "demo", "1.0", DEMO)
    venv = install(builder, interpreter, "demo==1.0")
    next(venv.glob("lib/*/site-packages/demo/__init__.py")).write_text("word = 'POISONED'\n")
    with pytest.raises(EnvironmentUnavailable, match=r"^environment: .*isn't the file that demo installs"):
        install(builder, interpreter, "demo==1.0")


@pytest.fixture
def interpreter():
    return choose_interpreters(installed_interpreters(), [">=3.8"], None)[0]


@pytest.fixture
def builder(local_index, bubblewrap, tmp_path):
    return EnvironmentBuilder(tmp_path / "cache", IndexClient([local_index.url]), bubblewrap)


def install(builder: EnvironmentBuilder, python: Interpreter, *requires: str, build: tuple[str, ...] = ()) -> Path:
    spec = EnvironmentSpec(requires, python, None, build)
    return builder.make(builder.lock(spec, "x-1"), spec, "x-1", builder.folder / "environment")


def disk_use(folder: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


ZEROS = 3 << 29


@pytest.fixture(scope="session")
def bomb(tmp_path_factory):
    """A wheel of two megabytes that unpacks to a gigabyte and a half."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.whl"
    path.write_bytes(wheel("bomb", "1.0", {"bomb.py": ""}))
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("bomb.bin", "w") as file,
    ):
        for _ in range(ZEROS >> 20):
            file.write(bytes(1 << 20))
    return path.read_bytes()


def lying(raw: bytes) -> bytes:
    """Return a wheel whose directory and headers say that each large file unpacks to what it has packed."""
    changed = bytearray(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members, position = archive.infolist(), archive.start_dir
    for member in members:
        if member.file_size > 1 << 20:
            size = struct.pack("<I", member.compress_size)
            changed[member.header_offset + 22 : member.header_offset + 26] = size
            changed[position + 24 : position + 28] = size
        position += 46 + len(member.filename) + len(member.extra) + len(member.comment)
    return bytes(changed)


@pytest.mark.parametrize("lies", [False, True], ids=["honest", "lying"])
def test_a_wheel_that_unpacks_to_gigabytes_fills_no_disk(lies, bomb, local_index, builder, interpreter):
    offer(local_index, "bomb-1.0-py3-none-any.whl", lying(bomb) if lies else bomb)
    free = shutil.disk_usage(builder.folder.parent).free
    most = [0]
    done = threading.Event()

    def measure() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], free - shutil.disk_usage(builder.folder.parent).free)

    threading.Thread(target=measure, daemon=True).start()
    reason = (
        "wheel refused: one unpacks to far more than its directory says"
        if lies
        else "wheel refused: bomb-1.0-py3-none-any.whl: it has"
    )
    with pytest.raises(EnvironmentUnavailable, match=f"^{reason}"):
        install(builder, interpreter, "bomb==1.0")
    done.set()
    assert most[0] < ZEROS * 2 // 3
    assert disk_use(builder.folder) < ZEROS * 2 // 3


@pytest.mark.parametrize(
    "files",
    [
        {f"many/{number}.py": "" for number in range(3000)},
        {"/".join("d" * 100) + "/x.py": ""},
        {f"{'/'.join(f'{number}-{depth}' for depth in range(50))}/x.py": "" for number in range(60)},
    ],
    ids=["files", "depth", "folders"],
)
def test_a_wheel_of_very_many_or_deep_files_is_refused_before_it_is_unpacked(
    files, local_index, builder, interpreter, monkeypatch
):
    monkeypatch.setattr(wheel_archive, "MAX_FILES", 2000)
    offer_wheel(local_index, "many", "1.0", files)
    with pytest.raises(EnvironmentUnavailable, match=r"^wheel refused: many-1\.0-py3-none-any\.whl: it (holds|nests)"):
        install(builder, interpreter, "many==1.0")
    assert len(list((builder.folder / "uv").rglob("*.py"))) == 0


def test_the_bounds_let_the_largest_real_wheels_pass():
    """Sizes of torch 2.x for Linux with CUDA, and of the largest libraries beside it."""
    for packed, unpacked in ((800 << 20, 2600 << 20), (2 << 30, 5 << 30), (700 << 20, 1200 << 20)):
        assert unpacked < min(wheel_archive.MAX_UNPACKED, wheel_archive.MAX_RATIO * packed)
    assert wheel_archive.MAX_FILE > 2 << 30


def instead(statement: str) -> str:
    """Return an attack that runs `statement` when the wheel `path` was made and removed."""
    return f"""
def after(folder, name):
    path = f"{{folder}}/{{name}}"
    os.unlink(path)
    {statement}
"""


METADATA = "FILES[f'{NAME}-1.0.dist-info/METADATA'] = f'Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n'"
LEAVING = {
    "pipe for the wheel": instead("os.mkfifo(path)"),
    "endless link for the wheel": instead("os.symlink('/dev/zero', path)"),
    "link for the wheel": instead("os.symlink('/etc/passwd', path)"),
    "folder for the wheel": instead("os.mkdir(path)"),
    "no archive": instead("pathlib.Path(path).write_bytes(b'x')"),
    "huge file": instead("os.truncate(os.open(path, os.O_CREAT | os.O_RDWR), 500 << 20)"),
    "two wheels": instead("[pathlib.Path(f'/build/out/{x}-1.0-py3-none-any.whl').write_bytes(b'x') for x in 'ab']"),
    "setuid file": "MODES[NAME + '.py'] = 0o104755",
    "link in the wheel": "MODES[NAME + '.py'] = 0o120777",
    "device in the wheel": "MODES[NAME + '.py'] = 0o020666",
    "way out of the wheel": "FILES['../../../escaped.py'] = ''",
    "absolute path in the wheel": "FILES['/repro/escaped.py'] = ''",
    "another name": METADATA % ("demo", "1.0"),
    "another version": METADATA % ("{NAME}", "2.0"),
    "bomb for a wheel": "FILES['bomb.bin'] = bytes(400 << 20)",
}


@pytest.mark.parametrize("attack", LEAVING.values(), ids=LEAVING)
def test_what_a_build_leaves_is_refused_unless_it_is_a_plain_wheel(attack, local_index, builder, interpreter):
    offer_source(local_index, "leaves", "1.0", attack, {"leaves.py": "x = 1\n"})
    # Not while resolving, which has a deadline of its own to end by.
    lock = "leaves==1.0 \\\n    --hash=sha256:" + local_index.pages["leaves"]["files"][0]["hashes"]["sha256"] + "\n"
    spec = EnvironmentSpec(("leaves==1.0",), interpreter, None, ("leaves",))
    start = time.monotonic()
    with pytest.raises(EnvironmentUnavailable, match=r"^build: "):
        builder.make(lock, spec, "x-1", builder.folder / "environment")
    assert time.monotonic() - start < 20
    assert not list((builder.folder / "built").rglob("*.whl"))
    assert disk_use(builder.folder) < 100 << 20


def test_a_build_leaves_no_file_but_the_wheel(local_index, builder, interpreter):
    litter = """
for folder in ("/build", "/build/out", "/tmp", ".", "/build/cache", "/index"):
    for number in range(20):
        try:
            place = pathlib.Path(folder, f"litter{number}")
            place.write_text("x")
            place.chmod(0o6755)
        except OSError:
            pass
"""
    offer_source(local_index, "litters", "1.0", litter, {"litters.py": ""})
    install(builder, interpreter, "litters==1.0", build=("litters",))
    assert not list(builder.folder.rglob("litter[0-9]*"))
    assert not [path for path in builder.folder.rglob("*") if path.lstat().st_mode & 0o6000]


def test_a_build_can_not_pose_as_an_index_that_is_out_of_reach(local_index, builder, interpreter):
    message = "error sending request: Failed to fetch: dns error: tcp connect"
    offer_source(local_index, "poses", "1.0", f"raise BaseException({message!r})")
    with pytest.raises(EnvironmentUnavailable, match=r"^build: "):
        install(builder, interpreter, "poses==1.0", build=("poses",))


BLOCKING = {
    "sleeps": "import time\ntime.sleep(3600)",
    "stops uv": """
import signal, time
for folder in pathlib.Path("/proc").iterdir():
    if folder.name.isdigit() and int(folder.name) not in (1, os.getpid()):
        try:
            if b"uv" in (folder / "cmdline").read_bytes() or b"relay" in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGSTOP)
        except OSError:
            pass
time.sleep(3600)
""",
    "pipes": """
import signal, time
for name in ("/build/lock.txt", "/index/result"):
    try:
        os.path.lexists(name) and os.unlink(name)
        os.mkfifo(name)
    except OSError:
        pass
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        try:
            os.mkfifo("/build/lock.txt")
        except OSError:
            time.sleep(0.001)
time.sleep(3600)
""",
}


@pytest.mark.parametrize("attack", BLOCKING.values(), ids=BLOCKING)
def test_a_build_that_blocks_ends_with_its_time(attack, local_index, builder, interpreter, monkeypatch):
    monkeypatch.setattr(uv_module, "PREPARE_SECONDS", 4)
    offer_source(local_index, "blocks", "1.0", attack)
    start = time.monotonic()
    with pytest.raises(EnvironmentUnavailable, match="timeout in preparing: not ready after 4 s"):
        install(builder, interpreter, "blocks==1.0", build=("blocks",))
    assert time.monotonic() - start < 8


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("attack", BLOCKING.values(), ids=BLOCKING)
def test_verify_ends_within_two_seconds_of_a_signal_while_a_build_blocks(
    attack, sign, local_index, bubblewrap, tmp_path, monkeypatch
):
    offer_source(local_index, "blocks", "1.0", attack)
    monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    card = a_card(
        "import blocks\n",
        package="blocks",
        issue="https://example.org/blocks/issues/1",
        versions={"affected": "==1.0", "fixed": "2.0"},
        reproduction={"requires": ["blocks=={version}"], "build": ["blocks"]},
    )
    place = tmp_path / "cards" / "blocks" / "1.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(SCHEMA + yaml.safe_dump(card, sort_keys=False))
    command = fixcards("verify", "-j", "1")
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        family = _family_with(child.pid, "backend")
        time.sleep(0.3)
        start = time.monotonic()
        child.send_signal(sign)
        output, _ = child.communicate(timeout=20)
        seconds = time.monotonic() - start
    assert family, output
    assert child.returncode in {130, 143}, output
    assert seconds < 2, seconds
    assert not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    assert not list((tmp_path / "cache" / "verify" / "work").iterdir())


def _family_with(pid: int, word: str) -> list[psutil.Process]:
    """Return the processes below one, as soon as a build is among them."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        family = psutil.Process(pid).children(recursive=True)
        for each in family:
            with contextlib.suppress(psutil.Error):
                if word in " ".join(each.cmdline()):
                    return family
        time.sleep(0.05)
    return []
