"""The studio: fetch a track, separate it, render what was asked for. It knows only `jobs`."""
