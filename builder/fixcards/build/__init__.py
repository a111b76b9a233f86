"""The build engine: tasks with content keys, made in parallel; only what changed is written. Knows no card."""
