"""Text into a failure: lines, exceptions, frames, releases, tokens."""
