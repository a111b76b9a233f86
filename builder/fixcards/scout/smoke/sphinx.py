import os

from sphinx.application import Sphinx

os.makedirs("/tmp/a")
with open("/tmp/a/index.rst", "w") as file:
    file.write("A\n=\n\ntext\n")
app = Sphinx("/tmp/a", None, "/tmp/b", "/tmp/c", "html", confoverrides={"project": "a"}, status=None)
app.build()
assert os.path.exists("/tmp/b/index.html")
