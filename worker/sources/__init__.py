"""Sources of songs: one function per provider turns a source into a local file that decodes, or raises `Failed`."""
