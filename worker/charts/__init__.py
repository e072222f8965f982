"""A song on paper, from its analysis: a chord chart as text and as a picture, and MIDI."""
