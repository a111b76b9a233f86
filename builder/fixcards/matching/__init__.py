"""Text -> failure -> known failures that it shows. Knows no card, only entries."""
