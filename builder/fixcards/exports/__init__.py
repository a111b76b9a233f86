"""The library in other formats, one module a format."""
