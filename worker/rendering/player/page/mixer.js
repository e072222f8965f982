/**
 * Adds up stems at one index, so that they cannot drift apart. It has no clock and no browser: the same code runs in the
 * worklet, behind a ScriptProcessorNode and in node's tests.
 */

/** Samples on both sides of a slice, for reading between two samples at its borders. */
export const MARGIN = 4;

const FADE_SECONDS = 0.005;
const BLOCK = 128; // samples
const LOUDEST = 0.99;
const RELEASE_SECONDS = 0.2;
const TICK = { seconds: 0.06, decay: 0.012, strong: 1760, weak: 1175, level: 0.5 };

/** @typedef {[Float32Array, Float32Array]} Pair left and right */
/** @typedef {{start: number, end: number}} Loop in samples; the end is not played */
/** @typedef {{beats: number, interval: number, samples: number}} CountIn clicks, samples between two, samples in all */

export class Mixer {
  /** @param {{rate: number, length: number, slice: number, stems: number, beats?: {at: number, strong: boolean}[]}} song */
  constructor(song) {
    this.rate = song.rate;
    this.length = song.length;
    this.slice = song.slice;
    this.beats = song.beats ?? [];
    this.step = 1 / (FADE_SECONDS * song.rate);
    this.gains = new Float32Array(song.stems).fill(1);
    this.goals = new Float32Array(song.stems).fill(1);
    /** @type {Map<number, Pair[]>} */
    this.slices = new Map();
    this.playing = false;
    this.index = 0;
    this.speed = 1;
    /** @type {Loop | null} */
    this.loop = null;
    /** @type {number | null} where to go on once the sound has faded out */
    this.jump = null;
    this.seeks = 0;
    this.level = 0;
    this.waiting = false;
    this.ended = false;
    this.clicks = false;
    /** @type {CountIn | null} */
    this.countIn = null;
    this.counted = 0;
    this.number = -1;
    /** @type {Pair[] | undefined} */
    this.current = undefined;
    this.beat = 0;
    this.tick = { age: Infinity, pitch: 0 };
    this.ease = 1;
  }

  /** Obeys one message of the page. @param {any} message */
  tell(message) {
    switch (message.type) {
      case "put":
        this.slices.set(message.number, message.stems);
        this.number = -1;
        break;
      case "drop":
        this.slices.delete(message.number);
        this.number = -1;
        break;
      case "play":
        this.playing = true;
        this.ended = false;
        this.countIn = message.countIn ?? null;
        this.counted = 0;
        break;
      case "pause":
        this.playing = false;
        this.countIn = null;
        break;
      case "seek":
        this.seeks = message.seeks;
        this.jump = message.index;
        break;
      case "gains":
        this.goals.set(message.goals);
        break;
      case "loop":
        this.loop = message.loop;
        break;
      case "speed":
        this.speed = message.speed;
        if (this.speed === 1) this.index = Math.round(this.index);
        break;
      case "clicks":
        this.clicks = message.on;
        break;
    }
  }

  report() {
    return { index: this.jump ?? this.index, seeks: this.seeks, waiting: this.waiting, ended: this.ended };
  }

  /** Writes the next samples. @param {Float32Array} left @param {Float32Array} right */
  fill(left, right) {
    for (let at = 0; at < left.length; at += BLOCK) {
      const pair = [left.subarray(at, at + BLOCK), right.subarray(at, at + BLOCK)];
      this.#mix(pair[0], pair[1]);
      this.#limit(pair[0], pair[1]);
    }
  }

  /** @param {Float32Array} left @param {Float32Array} right */
  #mix(left, right) {
    left.fill(0);
    right.fill(0);
    for (let i = 0; i < left.length; i++) {
      if (this.level === 0 && this.jump !== null) this.#land(this.jump);
      const goal = this.playing && this.jump === null ? 1 : 0;
      this.level = toward(this.level, goal, this.step);
      if (this.countIn !== null) {
        this.level = 0;
        if (this.jump === null) this.#count(this.countIn);
      } else if (this.level > 0 && this.#isHere()) {
        this.#read(left, right, i);
        this.#advance();
      }
      if (this.tick.age < TICK.seconds * this.rate) {
        const sound = this.#sounding();
        left[i] += sound;
        right[i] += sound;
      }
    }
  }

  /** @param {number} index */
  #land(index) {
    this.index = this.speed === 1 ? Math.round(index) : index;
    this.jump = null;
    this.ended = false;
    this.#findBeat();
  }

  #findBeat() {
    let low = 0;
    let high = this.beats.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.beats[middle].at < this.index - 1) low = middle + 1;
      else high = middle;
    }
    this.beat = low;
  }

  /** Whether the slice at the index is here. While it is not, the index stands still. */
  #isHere() {
    const number = Math.floor(this.index / this.slice);
    if (number !== this.number || this.current === undefined) {
      this.number = number;
      this.current = this.slices.get(number);
    }
    this.waiting = this.current === undefined;
    if (this.waiting) this.level = 0;
    return !this.waiting;
  }

  /** @param {Float32Array} left @param {Float32Array} right @param {number} i */
  #read(left, right, i) {
    const at = this.index - this.number * this.slice + MARGIN;
    const whole = Math.floor(at);
    const part = at - whole;
    const { gains, goals } = this;
    let l = 0;
    let r = 0;
    const stems = /** @type {Pair[]} */ (this.current);
    for (let stem = 0; stem < stems.length; stem++) {
      gains[stem] = toward(gains[stem], goals[stem], this.step);
      const gain = gains[stem];
      if (gain === 0) continue;
      l += gain * (part ? between(stems[stem][0], whole, part) : stems[stem][0][whole]);
      r += gain * (part ? between(stems[stem][1], whole, part) : stems[stem][1][whole]);
    }
    left[i] = l * this.level;
    right[i] = r * this.level;
  }

  #advance() {
    const { loop, beats } = this;
    if (this.beat < beats.length && this.index >= beats[this.beat].at) {
      if (this.clicks) this.#strike(beats[this.beat].strong);
      this.beat++;
    }
    const before = this.index;
    this.index += this.speed;
    if (loop !== null && before < loop.end && this.index >= loop.end) {
      this.index -= loop.end - loop.start;
      this.#findBeat();
    } else if (this.index >= this.length) {
      this.index = this.length;
      this.playing = false;
      this.level = 0;
      this.ended = true;
    }
  }

  /** @param {CountIn} countIn */
  #count(countIn) {
    if (this.counted % countIn.interval === 0 && this.counted / countIn.interval < countIn.beats) {
      this.#strike(this.counted === 0);
    }
    if (++this.counted >= countIn.samples) this.countIn = null;
  }

  /** @param {boolean} strong */
  #strike(strong) {
    this.tick = { age: 0, pitch: strong ? TICK.strong : TICK.weak };
  }

  #sounding() {
    const seconds = this.tick.age++ / this.rate;
    return TICK.level * Math.sin(2 * Math.PI * this.tick.pitch * seconds) * Math.exp(-seconds / TICK.decay);
  }

  /** Turns a block down that would clip. @param {Float32Array} left @param {Float32Array} right */
  #limit(left, right) {
    let peak = 0;
    for (let i = 0; i < left.length; i++) peak = Math.max(peak, Math.abs(left[i]), Math.abs(right[i]));
    const from = this.ease;
    const rise = from + left.length / (RELEASE_SECONDS * this.rate);
    const to = Math.min(1, rise, peak > LOUDEST ? LOUDEST / peak : 1);
    this.ease = to;
    if (from === 1 && to === 1) return;
    const ramp = to < from ? 16 : left.length; // down at once, up slowly
    for (let i = 0; i < left.length; i++) {
      const gain = i < ramp ? from + ((to - from) * i) / ramp : to;
      left[i] = Math.max(-1, Math.min(1, left[i] * gain));
      right[i] = Math.max(-1, Math.min(1, right[i] * gain));
    }
  }
}

/** @param {number} value @param {number} goal @param {number} step */
function toward(value, goal, step) {
  if (value < goal) return Math.min(goal, value + step);
  return value > goal ? Math.max(goal, value - step) : value;
}

/** The cubic (Catmull-Rom) between two samples. @param {Float32Array} x @param {number} i @param {number} t */
function between(x, i, t) {
  const [a, b, c, d] = [x[i - 1], x[i], x[i + 1], x[i + 2]];
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}
