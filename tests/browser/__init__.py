"""The player and the page in a real browser: `make browser`. `fl-bt up` serves the page, with worker and queue."""
