"""Files derived from a checkpoint, kept beside it under a checksum and a lock."""
