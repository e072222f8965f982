"""An analysis as JSON for other programs: of `fl-bt analyse --json`, and in zips."""

import json

from jobs.music.analysis import SHARPS, Analysis, Key, Note


def analysis_json(analysis: Analysis) -> str:
    """One line. Times are seconds; chords are `[start, end, "C:maj"]`, notes `[on, off, MIDI number]`."""
    return json.dumps(
        {
            "bpm": analysis.bpm,
            "key": _key(analysis.key),
            "metre": analysis.metre,
            "beats": analysis.beats,
            "downbeats": analysis.downbeats,
            "chords": [[chord.start, chord.end, chord.label] for chord in analysis.chords],
            "notes": {
                name: _notes(notes) for name, notes in (("bass", analysis.bass), ("vocals", analysis.vocals)) if notes
            },
            "confidence": analysis.confidence.model_dump(exclude_none=True),
        }
    )


def _key(key: Key | None) -> str | None:
    """`A:minor`, in the notation of chords."""
    return f"{SHARPS[key.tonic].replace('♯', '#')}:{'minor' if key.minor else 'major'}" if key else None


def _notes(notes: tuple[Note, ...]) -> list[list[float]]:
    return [[note.start, note.end, note.pitch] for note in notes]
