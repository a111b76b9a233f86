"""Library into finished pages and data files; knows no site generator."""
