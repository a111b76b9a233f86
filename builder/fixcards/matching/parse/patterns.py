"""How the lines of tracebacks look, and how much of a text is read."""

from __future__ import annotations

CLASS = r"[A-Za-z_][A-Za-z0-9_]*(?:[.](?:[A-Za-z_][A-Za-z0-9_]*|<locals>))*"
EXCEPTION_SUFFIXES = (
    r"(?:Error|Exception|Warning|ExceptionGroup|Exit|Interrupt|Iteration|Failure|Failed|Fault|Timeout|DoesNotExist"
    r"|NotFound|Invalid[A-Za-z]*)"
)

PATTERNS: dict[str, str] = {
    # Python itself; "in" without a comma is faulthandler's. Also old Django pages: File "..." in name.
    "frame": r'File \\?"{1,2}([^"\n]+?)\\?"{1,2}(?:, line [0-9]+)?(?:,? in (<[a-z]+>|[^\n\',\\]+))?',
    # A screenshot loses quotes, a careless selection the first letters.
    "cut frame": r'"([^"\n]+[.]pyx?)\\?", line [0-9]+(?:,? in (<[a-z]+>|[^\n\',\\]+))?',
    "bare frame": r"^[ ]*File ([^ \"\n][^\"\n]{0,400}?[.]pyx?), line [0-9]+(?:,? in (<[a-z]+>|[^\n',\\]+))?",
    "sentry": r"^[ ]*([^ \n]{1,400}[.]pyx?) in (<[a-z]+>|[A-Za-z0-9_.]+) at line [0-9]+",
    "py-spy": r"^[ ]*([A-Za-z_<][A-Za-z0-9_.<>]*) \(([^()\n]{1,400}[.]pyx?):[0-9]+\)$",
    "ipython": r"^[ ]*File ([^ \"\n][^\n]{0,400}?):[0-9]+(?:, in ([^\n(]+)|$)",
    "ipython old": r"^[ ]*((?:~?[^ \n]+|(?:~|[A-Za-z]:)\\[^\n]{1,400}?)[.](?:pyx?|so|pyd))"
    r" in ([A-Za-z_<][A-Za-z0-9_.<>]*)",
    "pytest": r"^[ ]*((?:[A-Za-z]:)?[^:\n<>]{1,400}[.]pyx?):[0-9]+:(?: in ([^\n]+)|[ ]*([A-Za-z_][A-Za-z0-9_.]*)?)$",
    # Poetry writes the same behind a number or "at".
    "rich": r"^[ ]*(?:[0-9]+ +|at )?((?:[A-Za-z]:)?[^:\n]{1,400}[.]pyx?):[0-9]+ in(?: ([^\n]+))?$",
    # A path that rich's box was too narrow for.
    "cut path": r"^(?:~?/|[A-Za-z]:[/\\])[^ \n]{0,400}$",
    "def": r"^[ ]*(?:async )?def ([A-Za-z_][A-Za-z0-9_]*)\(",
    "member": r"^[ ]*\+[-+]+ (?:[0-9]+|[.]{3}) -+$",
    "warning": rf"^[ ]*((?:[A-Za-z]:)?[^:\n]{{1,400}}[.]py):[0-9]+: ({CLASS}): ([^\n]*)$",
    # A quote behind a class alone ends a value of such a table.
    "exception": rf'^({CLASS})(?:: ([^\n]*)|:?"?)$',
    # "Error: ..." alone is what programs put before a message of their own.
    "exception class": r"^(?!Error$|Warning$)(?:[A-Za-z_][A-Za-z0-9_]*[.])*(?:<locals>[.])?"
    rf"[A-Za-z0-9_]*{EXCEPTION_SUFFIXES}$",
    "dotted": r"^[a-z_][A-Za-z0-9_]*(?:[.][A-Za-z_][A-Za-z0-9_]*)*[.][A-Z][A-Za-z0-9_]*$",
    "raised": r"(?:Error|Exception|Warning|Interrupt|Exit|[a-z]Timeout)(?:: |\()",
    # JavaScript and Java, with the place in brackets or behind colons, and .NET; no sentence that begins with "at".
    "script": r"^[ \t]*at (?![^\n]*[.]pyx?[:)]|[0-9])(?:[^ \t,()\n]*(?:\([^ \t,()\n]*)?[:(][0-9a-z<]"
    r"|(?:async |new )?[^ \t,()\n]+(?: \[as [^\]\n]*\])? \([^\n]+\)[ \t]*$|[^ \t,()\n]+\([^)\n]*\) in )",
    # Source with its number or an arrow, the marks below it, pytest's `>   `, and `raise` without a traceback.
    "source": r"^[ ]*(?:-+> ?[0-9]+|[0-9]+|\u2771) |^[ ]*[\^~]+[ ]*$|^>[ ]{3}|^[ ]*raise [A-Za-z_.]+\(",
    "arrow": r"^[ ]*-+> ?[0-9]+ +(?=[^ ])",
    "indented": r"^(?:[A-Za-z_][A-Za-z0-9_]*[.])*[A-Za-z0-9_]*(?:Error|Exception|Warning): [^ ]",
    "ruler": r"^[^A-Za-z]*$",
    "box": r"^[ ]*[\u2502|][^\n]*[\u2502|][ ]*$",
    # What a logger puts before the header of a traceback, and the numbers in it, which differ from line to line.
    "logged header": r"^([ \t]*[^ \t\n][^\n]{0,120}?)Traceback \(most recent call last\)",
    "count": r"[ ]*[0-9]+(?:[ ]+[0-9]+)*",
}

OTHER_FRAMES = ("bare frame", "cut frame", "py-spy", "ipython", "ipython old", "sentry", "rich")
"""Forms of a frame with nothing special, in the order in which they are tried."""
FRAME_FORMS = {name: PATTERNS[name] for name in OTHER_FRAMES}

HEADER = "Traceback (most recent call last)"
INNERMOST_FIRST = "(most recent call first):"  # faulthandler
HANDLING = "During handling of the above exception, another exception occurred"
CAUSE = "The above exception was the direct cause of the following exception"
REPEATED = "[Previous line repeated"
COMPILED = (
    r"^(?:src/(?=[^/]+/)|(?:[.]{3}|\u2026)/)([^/].*)$|^([A-Za-z_][A-Za-z0-9_]*/[^:]*[.]pyx)$"
    r"|/pip-install-[^/]+/([^/]+/.+)$"
)
"""The file of a package without its folder: as compiled modules say, behind dots in place of the folder, or where pip
unpacks a source distribution to build it."""
ARCHIVE = r"^[^/]+[.](?:egg|whl|zip)/|_[0-9a-f]{32}(?=/)|[.](?:cpython|cp[0-9])[^/]*[.](?:so|pyd)$"
"""What is no part of the package in such a path: an archive, the digest that pip gives the folder of a build, and for
which interpreter a module was compiled."""

MAX_EXCEPTIONS = 64
MAX_FRAMES = 200
MAX_LINES = 400
REPEAT_WINDOW = 8
"""Exceptions back to which a line may repeat one, as the summary at the end of a test run does."""
MAX_NAME_LENGTH = 120
UNREACHABLE_INDENT = 10_000
"""An indentation that no line has: everything below such a frame belongs to it."""
