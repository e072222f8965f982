"""Front ends: they understand people, show progress and hand over files. They know only `jobs`."""
