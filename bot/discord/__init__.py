"""The Discord front end. `main.run` is its process, `app.py` its map; other packages import only `main`."""
