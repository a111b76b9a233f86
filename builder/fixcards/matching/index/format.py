"""The format of the index: files that are cut so that a query reads only the ones that it needs.

Format 12, all files JSON in UTF-8:

`index.json`
    `format`, `rules` (version of the rule table), `entries` (their number), `chunk` (entries of one entry file),
    `site` (address of the published site, for links; may be empty), `most` (postings above which a word is left out),
    `common` (word -> entries that have it, for words that more than `COMMON_FREQUENCY` have), `starts` (for each term
    file the shortest text that sorts after the file before it), `terms` and `cards` (the content hashes of all term and
    entry files, `HASH_LENGTH` characters each, in order), `tables` (the rules and numbers by which the index was
    written, as `js_tables.py` gives them: a browser's search has none of its own).
`terms/<number>-<hash>.json`
    An object of terms in order, each with its postings: ascending numbers, each written as the difference to the one
    before. A posting is twice the number of an entry, plus one where the term stands in its signature or title.
    Terms are the words of signature and title (`tokens.py`) with the parts of identifiers, the informative words of the
    prose, library frames in lower case, and `PACKAGE_TERM` with the name of the package.
`cards/<number>-<hash>.json`
    A list of `chunk` records (`Entry.record`), the entries without a note first, causes before the others, then by id.
`audit.json`
    What each entry takes, by package (`conditions.py`). No search reads it.
`manifest.json`
    The digests of all other files (`manifest.py`), for programs that copy them. No search reads it.

An index may come from anywhere. Its reader checks what stands here and the limits below (`validation.py`), that the
content of a file has the hash in its name, and reads no file further than its limit. `display` maps names to texts: its
`path` is the address of the entry's page below the site, and an entry that is no page of kind `page` has a `verdict`.

Names hold a hash of the content, so files can be cached for ever; those without one change in place. The same entries
give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib

FORMAT = 12
"""Raised whenever an older reader would misread the files or the tables."""
PACKAGE_TERM = "="
"""What precedes a package's name in the term that all its entries have. No word begins so."""
INDEX_FOLDER = "search"
"""Folder of a site that has the index."""
HASH_LENGTH = 6
ENTRIES_PER_FILE = 12
COMMON_FREQUENCY = 1000
"""Entries from which on a term is common. How many have it stands in `index.json`, so that a query can leave it out."""
MAX_POSTINGS = 8000
"""Entries from which on a term has no postings: it tells nothing apart, and they would be a file of many kilobytes."""
MAX_BYTES = {
    "index.json": 8 << 20,
    "audit.json": 64 << 20,
    "manifest.json": 32 << 20,
    "terms": 1 << 18,
    "cards": 1 << 21,
}
"""Bytes of the largest file that is read, by the first part of its path."""
MAX_ENTRIES = 10_000_000
MAX_CHUNK = 1_000
MAX_LIST_LENGTH = 200
"""Templates, frames and requirements of one entry."""
MAX_TEXT_LENGTH = 1 << 16
ENTRY_PATH = r"(?!/|.*[.][.])[A-Za-z0-9_.~@+#/-]+"
"""A `path`: relative, so without a scheme, a host or a way up."""
SITE_ADDRESS = r"https?://[\w.-]+(?::[0-9]{1,5})?(?:/[\w.~%@+/-]*)?"
"""A `site`: http or https, without a user name."""
TERM_FILE_BYTES = 4_000
"""Bytes after which a term file ends. Compressed, about 2 kB are left."""


def content_hash(content: bytes) -> str:
    """Return the hash that the name of a file with this content has."""
    return base64.b32hexencode(hashlib.sha256(content).digest())[:HASH_LENGTH].decode().lower()
