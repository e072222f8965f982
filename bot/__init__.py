"""Front ends: they parse messages, show progress and deliver files. They import only `jobs`."""
