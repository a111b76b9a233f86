"""What strangers could send: programs, records and indexes that attack, and what must hold of each."""

import pytest

pytest.register_assert_rewrite(
    "tests.hostile.machine", "tests.hostile.program_checks", "tests.hostile.record_checks", "tests.hostile.library"
)
