"""Known failures for a text or a log: what `fixcards match` and other programs call."""
