/**
 * MP3 frames to samples, a slice at a time: a song as a whole would take the memory that phones end pages for.
 *
 * A slice begins some frames early, since a frame needs the ones before it. Where decoders leave out samples, the
 * lengths and the overlap of the first two slices tell how many.
 */
import { MARGIN } from "./mixer.js";
import { readSlice } from "./song.js";

/** @typedef {import("./song.js").Song} Song */

const OVERLAP = 1152; // samples compared
const SEARCHED = 1200; // samples to both sides

export class Decoder {
  /** @param {Song} song */
  constructor(song) {
    this.song = song;
    // At the stems' rate, so that nothing is resampled slice by slice.
    this.context = new OfflineAudioContext(2, 1, song.rate);
    /** @type {number | null} samples by which slices after the first one come late */
    this.late = null;
    this.slices = Math.ceil(song.samples / song.slice);
  }

  /** All stems of a slice, with margins. @param {number} number @returns {Promise<[Float32Array, Float32Array][]>} */
  async slice(number) {
    if (number > 0 && this.late === null) await this.#compare();
    return Promise.all(this.song.stems.map((_, stem) => this.#stem(number, stem)));
  }

  /** @param {number} number @param {number} stem @returns {Promise<[Float32Array, Float32Array]>} */
  async #stem(number, stem) {
    const { song } = this;
    const decoded = await this.#decode(number, stem);
    const at = decoded.start + (number > 0 ? (this.late ?? 0) : 0);
    const from = number * song.slice - MARGIN;
    return /** @type {[Float32Array, Float32Array]} */ (
      [0, 1].map((channel) => cut(decoded.channels[channel], at, from, song.slice + 2 * MARGIN))
    );
  }

  /** A decoded slice and the place of its first sample in the song. @param {number} number @param {number} stem */
  async #decode(number, stem) {
    const { song } = this;
    const first = Math.max(0, (number * song.slice) / song.frame - song.lead);
    const bytes = await readSlice(number, stem);
    const frames = countFrames(bytes);
    const buffer = await this.context.decodeAudioData(/** @type {ArrayBuffer} */ (bytes.buffer));
    const missing = Math.max(0, frames * song.frame - buffer.length);
    const right = buffer.numberOfChannels > 1 ? 1 : 0;
    return {
      start: first * song.frame - song.delay + missing,
      channels: [buffer.getChannelData(0), buffer.getChannelData(right)],
    };
  }

  async #compare() {
    this.late = 0;
    if (this.slices < 2) return;
    const { song } = this;
    let best = { energy: 0, late: 0 };
    for (let stem = 0; stem < song.stems.length; stem++) {
      const [one, two] = [await this.#decode(0, stem), await this.#decode(1, stem)];
      const end = one.start + one.channels[0].length;
      const from = Math.max(song.slice, end - OVERLAP - SEARCHED);
      const known = cut(one.channels[0], one.start, from, Math.min(OVERLAP, end - from));
      const found = displacement(known, cut(two.channels[0], two.start, from - SEARCHED, known.length + 2 * SEARCHED));
      if (found.energy > best.energy) best = { energy: found.energy, late: SEARCHED - found.at };
    }
    this.late = best.late;
  }
}

/** `length` samples from `from`; `samples` begin at `start`. @param {Float32Array} samples @param {number} start
 * @param {number} from @param {number} length */
export function cut(samples, start, from, length) {
  const out = new Float32Array(length);
  const skip = from - start;
  out.set(samples.subarray(Math.max(0, skip), Math.max(0, skip + length)), Math.min(length, Math.max(0, -skip)));
  return out;
}

/** The frames in MP3 of constant rate and 44.1 kHz. @param {Uint8Array} bytes */
export function countFrames(bytes) {
  const rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
  let frames = 0;
  for (let at = 0; at + 4 <= bytes.length; frames++) {
    const size = Math.floor((144000 * rates[bytes[at + 2] >> 4]) / 44100) + ((bytes[at + 2] >> 1) & 1);
    if (bytes[at] !== 0xff || !size) break;
    at += size;
  }
  return frames;
}

/** Where `needle` lies in `hay`, by least squares. @param {Float32Array} needle @param {Float32Array} hay */
export function displacement(needle, hay) {
  let energy = 0;
  for (const value of needle) energy += value * value;
  const middle = (hay.length - needle.length) >> 1;
  let best = { at: middle, error: errorAt(middle) };
  // A decoder that leaves nothing out needs no search.
  if (best.error > 1e-3 * energy) {
    for (let at = 0; at + needle.length <= hay.length; at++) {
      const error = errorAt(at);
      if (error < best.error) best = { at, error };
    }
    if (best.error > 0.1 * energy) best = { at: middle, error: best.error }; // nothing alike
  }
  return { at: best.at, energy };

  /** @param {number} at */
  function errorAt(at) {
    let sum = 0;
    for (let i = 0; i < needle.length; i++) {
      const difference = hay[at + i] - needle[i];
      sum += difference * difference;
    }
    return sum;
  }
}
