"""Library into finished pages and data files; knows no MkDocs."""
