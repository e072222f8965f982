"""The analysis of a song from its stems: tempo, beats, bars, key, chords and notes."""
