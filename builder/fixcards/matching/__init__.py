"""Reading and comparing failures. Knows no card: whoever asks hands in templates as plain text."""
