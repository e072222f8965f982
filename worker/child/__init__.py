"""Child processes for heavy or untrusted work: both ends of the pipe, tasks, limits."""
