"""Reads files of tensors from publishers, without running anything that is in them."""
