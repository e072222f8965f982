"""Renders stems to delivered files: encoded stems, mixes, zips, pictures."""
