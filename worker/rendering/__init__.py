"""Stems to what is delivered: encoded files, mixes, zips, pictures."""
