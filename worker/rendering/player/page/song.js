/** The data in the page: what the song is, and its stems in slices. */

/**
 * @typedef {{name: string, colour: string, peaks: string}} Stem peaks: a byte for each column, in base64
 * @typedef {{start: number, end: number, root: number, quality: "maj" | "min"}} Chord times in seconds
 * @typedef {{bpm: number | null, metre: number | null, beats: number[], downbeats: number[], chords: Chord[],
 *   names: string[][]}} Analysis names: of pitch classes, for each number of semitones up
 * @typedef {{title: string, artist: string, language: string, samples: number, rate: number, frame: number,
 *   delay: number, slice: number, lead: number, tempo: number, key: number, stems: Stem[],
 *   analysis: Analysis | null, texts: Record<string, Record<string, string>>}} Song
 */

/** @returns {Song} */
export function readSong() {
  return JSON.parse(/** @type {HTMLElement} */ (document.getElementById("song")).textContent ?? "");
}

/** Bytes of base64. @param {string} text */
export function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * The MP3 frames of one slice of a stem. The page may still be read while the song plays: waits for a slice that has
 * not come yet. Rejects when the page has ended without it.
 * @param {number} number @param {number} stem @returns {Promise<Uint8Array>}
 */
export async function readSlice(number, stem) {
  for (;;) {
    const isWhole = document.readyState !== "loading";
    const element = document.getElementById(`s${number}-${stem}`);
    if (element !== null && (isWhole || element.nextElementSibling !== null)) return bytesOf(element.textContent ?? "");
    if (isWhole) throw new Error(`slice ${number} of stem ${stem} is missing`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
