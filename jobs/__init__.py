"""The language both sides speak: requests, progress, results, the queue, the store, the settings.

Imports neither `bot` nor `worker`, and no audio, chat or download library.
"""
