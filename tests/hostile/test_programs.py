"""Programs that attack: contained, ended within their limits, and never *verified*."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pytest

from tests.hostile.machine import IDENTITIES
from tests.hostile.package_index import PackageIndex
from tests.hostile.program_checks import Get, assert_build_contained, assert_contained, verified_fakes
from tests.hostile.programs import BUILDS, FAKES, PROGRAMS

pytestmark = pytest.mark.parametrize("identity", IDENTITIES)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_contained(name: str, identity: str, machines: Get) -> None:
    assert_contained(PROGRAMS[name], machines(identity))


@pytest.mark.parametrize("name", BUILDS)
def test_a_build_is_contained(name: str, identity: str, machines: Get, package_index: PackageIndex) -> None:
    assert_build_contained(name, BUILDS[name], machines(identity), package_index)


@functools.cache
def _verified(identity: str, machines: Get) -> dict[str, bool]:
    machine = machines(identity)
    with tempfile.TemporaryDirectory(dir=machine.home) as folder:
        return verified_fakes(FAKES, Path(folder), machine)


@pytest.mark.parametrize("name", FAKES)
def test_a_fake_is_never_verified(name: str, identity: str, machines: Get) -> None:
    assert not _verified(identity, machines)[name]
