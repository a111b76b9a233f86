"""The door for MkDocs: it turns a folder of cards into a site. It runs under ProperDocs, MkDocs' maintained fork, too.

No other room knows MkDocs or Material: their events, options, file names, class names and HTML. With the templates in
`templates/theme/` this is all that has to follow a move to another site generator.
"""

from fixcards.mkdocs_plugin.plugin import FixcardsPlugin

__all__ = ["FixcardsPlugin"]
