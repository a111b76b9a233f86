"""Says what a distribution requires, and which distributions some files belong to.

The question is in `question.json`: the distribution, and paths below `site-packages`. It takes Python 3.8 or later.
"""

import json
from importlib import metadata
from pathlib import Path

MARK = "fixcards-metadata:"


def main() -> None:
    """Print the answer behind `MARK`, on a line of its own."""
    package, paths = json.loads(Path(__file__).with_name("question.json").read_text(encoding="utf-8"))
    asked = set(paths)
    owners = {}
    for distribution in metadata.distributions():
        for path in distribution.files or ():
            if str(path) in asked:
                owners[str(path)] = distribution.metadata["Name"]
    print(MARK + json.dumps({"requires": metadata.requires(package) or [], "owners": owners}))  # noqa: T201


if __name__ == "__main__":
    main()
