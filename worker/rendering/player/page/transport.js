/** What is played: position, loop, volumes, tempo. The only owner of the play state; the mixer obeys it. */
import { Decoder } from "./decoder.js";
import { Sound } from "./sound.js";

const AHEAD = 2; // slices that are decoded before they are played
const SHORTEST_LOOP = 0.05; // seconds

export class Transport {
  /** @param {import("./song.js").Song} song @param {() => void} changed called after every change */
  constructor(song, changed) {
    const { rate } = song;
    const beats = song.analysis?.beats ?? [];
    const strong = new Set(song.analysis?.downbeats ?? []);
    this.song = song;
    this.changed = changed;
    this.seconds = song.samples / rate;
    this.decoder = new Decoder(song);
    const options = {
      rate,
      length: song.samples,
      slice: song.slice,
      stems: song.stems.length,
      beats: beats.map((at) => ({ at: Math.round(at * rate), strong: strong.has(at) })),
    };
    this.sound = new Sound(options, rate, (report) => this.#reported(report));
    this.playing = false;
    this.ready = false;
    /** @type {"" | "broken" | "no-sound" | "no-stretch"} the sentence about what does not work */
    this.trouble = "";
    this.index = 0; // samples
    this.seeks = 0;
    this.tempo = 100; // percent
    this.pitch = 0; // semitones
    if (this.sound.canStretch) Object.assign(this, { tempo: song.tempo, pitch: song.key });
    else this.trouble = "no-stretch";
    this.loop = { on: false, start: 0, end: this.seconds };
    this.countIn = false;
    this.clicks = false;
    this.stems = song.stems.map(() => ({ volume: 1, muted: false, solo: false }));
    /** @type {Set<number>} slices that the mixer has */
    this.held = new Set();
    this.working = false;
    this.sound.send({ type: "speed", speed: this.tempo / 100 });
    this.#fetch();
  }

  /** Where the sound is, in seconds. */
  get position() {
    const late = this.playing ? this.sound.latency * (this.tempo / 100) : 0;
    return Math.min(this.seconds, Math.max(0, this.index / this.song.rate - late));
  }

  async play() {
    if (this.playing || !this.ready) return;
    this.playing = true;
    this.changed();
    if (this.index >= this.song.samples) this.seek(this.loop.on ? this.loop.start : 0);
    try {
      await this.sound.open();
    } catch (error) {
      console.error(error);
      this.trouble = "no-sound";
      this.pause();
      return;
    }
    await this.#tune();
    if (this.playing) this.sound.send({ type: "play", countIn: this.countIn ? this.#countIn() : null });
  }

  pause() {
    this.playing = false;
    this.sound.send({ type: "pause" });
    this.changed();
  }

  toggle() {
    if (this.playing) this.pause();
    else void this.play();
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.index = Math.round(Math.min(this.seconds, Math.max(0, seconds)) * this.song.rate);
    this.sound.send({ type: "seek", index: this.index, seeks: ++this.seeks });
    this.#fetch();
    this.changed();
  }

  /** @param {"start" | "end"} end */
  setLoop(end) {
    const { loop } = this;
    loop[end] = this.position;
    if (loop.end - loop.start < SHORTEST_LOOP) {
      if (end === "start") loop.end = this.seconds;
      else loop.start = 0;
      if (loop.end - loop.start < SHORTEST_LOOP) Object.assign(loop, { start: 0, end: this.seconds });
    }
    this.#sendLoop();
    if (loop.on && end === "end") this.seek(loop.start); // the sound is behind the end already
  }

  toggleLoop() {
    this.loop.on = !this.loop.on;
    this.#sendLoop();
    if (this.loop.on && this.position >= this.loop.end) this.seek(this.loop.start);
  }

  #sendLoop() {
    const { rate } = this.song;
    const { on, start, end } = this.loop;
    const loop = on ? { start: Math.round(start * rate), end: Math.round(end * rate) } : null;
    this.sound.send({ type: "loop", loop });
    this.#fetch();
    this.changed();
  }

  /** @param {number} stem @param {{volume?: number, muted?: boolean, solo?: boolean}} change */
  setStem(stem, change) {
    Object.assign(this.stems[stem], change);
    const anySolo = this.stems.some((one) => one.solo);
    const goals = this.stems.map((one) => (one.muted || (anySolo && !one.solo) ? 0 : one.volume ** 2));
    this.sound.send({ type: "gains", goals });
    this.changed();
  }

  /** @param {{tempo?: number, pitch?: number}} change */
  tune(change) {
    Object.assign(this, change);
    void this.#tune();
    this.changed();
  }

  async #tune() {
    try {
      await this.sound.tune(this.tempo / 100, this.pitch);
    } catch (error) {
      console.error(error);
      Object.assign(this, { tempo: 100, pitch: 0, trouble: "no-stretch" });
      this.sound.canStretch = false;
      this.sound.send({ type: "speed", speed: 1 });
      this.changed();
    }
  }

  toggleClicks() {
    this.clicks = !this.clicks;
    this.sound.send({ type: "clicks", on: this.clicks });
    this.changed();
  }

  toggleCountIn() {
    this.countIn = !this.countIn;
    this.changed();
  }

  /** A bar of clicks that ends where the next beat comes. Lengths in samples of what is heard. */
  #countIn() {
    const { analysis, rate } = this.song;
    if (!analysis?.bpm) return null;
    const at = this.index / rate;
    const next = analysis.beats.findIndex((beat) => beat >= at - 0.01);
    const after = next >= 0 ? analysis.beats[next + 1] - analysis.beats[next] : NaN;
    const seconds = after > 0 ? after : 60 / analysis.bpm;
    const scale = (rate * 100) / this.tempo;
    const interval = Math.round(seconds * scale);
    const until = next >= 0 ? Math.min(seconds, Math.max(0, analysis.beats[next] - at)) : 0;
    const beats = analysis.metre ?? 4;
    return { beats, interval, samples: Math.max(1, beats * interval - Math.round(until * scale)) };
  }

  /** @param {{index: number, seeks: number, waiting: boolean, ended: boolean}} report */
  #reported(report) {
    if (report.seeks !== this.seeks) return; // from before the last seek
    this.index = report.index;
    if (report.ended && this.playing) this.playing = false;
    this.#fetch();
    this.changed();
  }

  /** The slices that are played next, the next one first. */
  #wanted() {
    const { slice } = this.song;
    const last = this.decoder.slices - 1;
    const here = Math.min(last, Math.floor(this.index / slice));
    const wanted = [here];
    for (let number = here + 1; number <= Math.min(last, here + AHEAD); number++) wanted.push(number);
    if (this.loop.on) {
      const start = Math.floor((this.loop.start * this.song.rate) / slice);
      wanted.splice(1, 0, Math.min(last, start));
      wanted.push(Math.min(last, start + 1));
    }
    return [...new Set(wanted)];
  }

  /** Decodes what is wanted, one slice after the other, and lets go of the rest. */
  async #fetch() {
    if (this.working || this.trouble === "broken") return;
    this.working = true;
    try {
      for (;;) {
        const wanted = this.#wanted();
        const number = wanted.find((one) => !this.held.has(one));
        for (const one of this.held) {
          if (!wanted.includes(one)) {
            this.held.delete(one);
            this.sound.send({ type: "drop", number: one });
          }
        }
        if (number === undefined) break;
        const stems = await this.decoder.slice(number);
        this.held.add(number);
        this.sound.send({ type: "put", number, stems }, stems.flat().map((channel) => channel.buffer));
        if (!this.ready) {
          this.ready = true;
          this.changed();
        }
      }
    } catch (error) {
      console.error(error);
      this.trouble = "broken";
      this.ready = false;
      this.pause();
    } finally {
      this.working = false;
    }
  }
}
