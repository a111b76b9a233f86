from __future__ import annotations

from tests.authoring.conftest import index, root, settings  # noqa: F401 - fixtures
from tests.verify.conftest import bubblewrap  # noqa: F401 - a fixture
