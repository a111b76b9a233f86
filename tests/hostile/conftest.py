from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.machine import Machine
from tests.hostile.package_index import PackageIndex


@pytest.fixture(scope="session")
def package_index() -> Iterator[PackageIndex]:
    """The index of all packages of these tests."""
    index = PackageIndex()
    yield index
    index.close()


@pytest.fixture(scope="session")
def machines(package_index: PackageIndex) -> Iterator[object]:
    """A function that returns the machine as one user sees it."""
    machines: dict[str, Machine] = {}

    def get(identity: str) -> Machine:
        if identity not in machines:
            machines[identity] = Machine(identity, package_index)
        return machines[identity]

    yield get
    for machine in machines.values():
        machine.close()


@pytest.fixture(scope="session")
def secret_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of every library."""
    return tmp_path_factory.mktemp("outside")
