"""The modules of Python's standard library, of every release that cards are about."""

from __future__ import annotations

import sys

_REMOVED = """
aifc asynchat asyncore audioop binhex cgi cgitb chunk crypt distutils formatter imghdr imp lib2to3 mailcap msilib nis
nntplib ossaudiodev parser pipes smtpd sndhdr spwd sunau symbol telnetlib uu xdrlib
"""
"""Modules that Python 3.10 to 3.13 removed (PEP 594, PEP 632 and the release notes)."""

STANDARD_LIBRARY = sys.stdlib_module_names | frozenset(_REMOVED.split())
"""Names of the top-level modules. What the running interpreter has no more is part of an older one's."""
