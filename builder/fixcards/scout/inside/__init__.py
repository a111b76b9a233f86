"""Programs that run inside the sandbox, on any interpreter from Python 3.6 on. They import nothing of ours."""
