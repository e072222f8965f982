"""Cache of files derived from a checkpoint, with checksums and a lock."""
