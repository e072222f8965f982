"""Where songs come from: one function per provider turns a source into a local file that decodes, or a `Failed`."""
