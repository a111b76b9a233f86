"""The distributions that a program needs, by what it imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fixcards.matching.parse.packages import canonical_name
from fixcards.records.program_syntax import parse_program
from fixcards.standard_library import STANDARD_LIBRARY

OF_MODULE = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google-protobuf": "protobuf",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "mysqldb": "mysqlclient",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pkg-resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "rest-framework": "djangorestframework",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "socks": "pysocks",
    "usb": "pyusb",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Distributions that are not called like their module, by the normalised name of it. For all others the names agree."""


def distribution_of(module: str) -> str:
    """Return the normalised name of the distribution that a top-level module most likely comes from."""
    name = canonical_name(module)
    return OF_MODULE.get(name, name)


def imported_distributions(code: str, offers: Callable[[str], bool]) -> Iterator[str]:
    """Yield the distributions of the modules that a program imports, in the order of their names.

    Only those that `offers` says the index has: a module next to the program is none.
    """
    program = parse_program(code)
    modules = sorted({name.partition(".")[0] for name in program.imports}) if program is not None else []
    for module in modules:
        if module.isidentifier() and module not in STANDARD_LIBRARY:
            name = distribution_of(module)
            if offers(name):
                yield name
