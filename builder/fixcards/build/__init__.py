"""The build engine: tasks with content keys, run in parallel; only changed tasks run, only differing files are written.

It knows no card and no site generator: a task is a function that yields pages and files, and the frame around pages
comes from a renderer that the caller hands in. `IncrementalBuild` is where to start reading.
"""
