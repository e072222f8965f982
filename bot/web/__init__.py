"""The web front end: a page and an HTTP interface. `main.run` is its process, `app.py` its map."""
