import os
import sys

import pytest

os.chdir("/tmp")
with open("test_a.py", "w") as file:
    file.write("import pytest\n\n@pytest.mark.parametrize('a', [1, 2])\ndef test_a(a, tmp_path):\n    assert a\n")
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "test_a.py"]))
