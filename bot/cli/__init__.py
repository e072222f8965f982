"""The `fl-bt` command and what only a command line needs."""
