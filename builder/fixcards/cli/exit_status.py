"""Exit statuses of the commands."""

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2
STOPPED = 130
