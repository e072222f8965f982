"""The player: one HTML page with a song's stems in it, which plays them without a server.

`page/` has the page's own HTML, CSS and JavaScript modules, `texts/` its sentences by language, `signalsmith_stretch/`
the library for tempo and pitch. `page.py` puts them together.
"""
