"""A data folder that an older version left, and what the present version makes of it."""
