"""Music for practice, made from stems: slower or faster, in another key.

`timeline.py` maps output to input, `stretching.py` moves the sound along it, `transposing.py` changes its pitch, and
`treatment.py` joins them for the stems of a song. Arrays are (channels, samples) float32 at 44.1 kHz.
"""
