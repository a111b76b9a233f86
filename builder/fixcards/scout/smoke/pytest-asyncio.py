import os
import sys

import pytest

os.chdir("/tmp")
with open("test_a.py", "w") as file:
    file.write("import pytest\n\n@pytest.mark.asyncio\nasync def test_a():\n    assert True\n")
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "test_a.py"]))
