import os

from mkdocs.commands.build import build
from mkdocs.config import load_config

os.makedirs("/tmp/a/docs")
with open("/tmp/a/docs/index.md", "w") as file:
    file.write("# A\n")
with open("/tmp/a/mkdocs.yml", "w") as file:
    file.write("site_name: a\n")
build(load_config("/tmp/a/mkdocs.yml", site_dir="/tmp/site"))
assert os.path.exists("/tmp/site/index.html")
