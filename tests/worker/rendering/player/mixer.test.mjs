// Run by test_in_node.py: the mixer as the worklet runs it, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MARGIN, Mixer } from "../../../../worker/rendering/player/page/mixer.js";

const RATE = 44100;
const SLICE = 4096;
const FADED = 300; // samples: longer than a fade of 5 ms

/** A mixer with stems whose sample at x is value(stem, x), all slices put. */
function mixer(value, { stems = 2, length = 3 * SLICE, beats = [], put = true } = {}) {
  const made = new Mixer({ rate: RATE, length, slice: SLICE, stems, beats });
  const slices = Math.ceil(length / SLICE);
  const slice = (number) =>
    Array.from({ length: stems }, (_, stem) => {
      const pair = [0, 1].map((side) =>
        Float32Array.from({ length: SLICE + 2 * MARGIN }, (_, i) => value(stem, number * SLICE + i - MARGIN, side)),
      );
      return pair;
    });
  if (put) for (let number = 0; number < slices; number++) made.tell({ type: "put", number, stems: slice(number) });
  return { made, slice };
}

function heard(made, samples) {
  const [left, right] = [new Float32Array(samples), new Float32Array(samples)];
  for (let at = 0; at < samples; at += 128) made.fill(left.subarray(at, at + 128), right.subarray(at, at + 128));
  return [left, right];
}

const ramp = (stem, x) => (stem === 0 ? x / 100000 : 0);

test("is silent until it plays, and while it is paused", () => {
  const { made } = mixer(() => 0.3);
  assert.equal(Math.max(...heard(made, 1024)[0]), 0);
  made.tell({ type: "play" });
  heard(made, 1024);
  made.tell({ type: "pause" });
  heard(made, FADED);
  const at = made.index;
  assert.equal(Math.max(...heard(made, 1024)[0]), 0);
  assert.equal(made.index, at);
});

test("reads every stem at one index, across the borders of slices", () => {
  const { made } = mixer((stem, x, side) => (stem === 0 ? x : side) / 100000);
  made.tell({ type: "play" });
  const [left, right] = heard(made, 2 * SLICE);
  for (let x = FADED; x < 2 * SLICE; x++) {
    assert.ok(Math.abs(left[x] - x / 100000) < 1e-6, `left at ${x}`);
    assert.ok(Math.abs(right[x] - (x + 1) / 100000) < 1e-6, `right at ${x}`);
  }
});

test("loops to the sample, and reports a position within the loop", () => {
  const { made } = mixer(ramp);
  made.tell({ type: "loop", loop: { start: 1000, end: 1777 } });
  made.tell({ type: "seek", index: 1000, seeks: 1 });
  made.tell({ type: "play" });
  const [left] = heard(made, 20 * 128);
  for (let x = FADED; x < left.length; x++) {
    assert.ok(Math.abs(left[x] - (1000 + (x % 777)) / 100000) < 1e-6, `at ${x}`);
  }
  const { index } = made.report();
  assert.ok(index >= 1000 && index < 1777);
});

test("a position behind the loop plays on", () => {
  const { made } = mixer(ramp);
  made.tell({ type: "loop", loop: { start: 100, end: 200 } });
  made.tell({ type: "seek", index: 5000, seeks: 1 });
  made.tell({ type: "play" });
  heard(made, 1024);
  assert.equal(made.index, 5000 + 1024);
});

test("gains are reached within five milliseconds, without a step", () => {
  const { made } = mixer((stem) => (stem === 0 ? 0.5 : 0.25));
  made.tell({ type: "play" });
  heard(made, 1024);
  made.tell({ type: "gains", goals: [0, 1] });
  const [left] = heard(made, 512);
  assert.ok(Math.abs(left[0] - 0.75) < 0.01);
  assert.ok(Math.abs(left[300] - 0.25) < 1e-6);
  for (let x = 1; x < left.length; x++) assert.ok(Math.abs(left[x] - left[x - 1]) < 0.01);
});

test("play, pause and seek fade: no step is larger than a fade's", () => {
  const { made } = mixer(() => 0.25, { length: 30 * SLICE });
  const steps = (left) => Math.max(...left.slice(1).map((value, x) => Math.abs(value - left[x])));
  made.tell({ type: "play" });
  assert.ok(steps(heard(made, 1024)[0]) < 0.005);
  made.tell({ type: "seek", index: 9000, seeks: 1 });
  assert.ok(steps(heard(made, 1024)[0]) < 0.005);
  made.tell({ type: "pause" });
  const [left] = heard(made, 1024);
  assert.ok(steps(left) < 0.005);
  assert.equal(left.at(-1), 0);
});

test("waits where a slice is missing, and goes on where it stood", () => {
  const { made, slice } = mixer(ramp, { put: false });
  made.tell({ type: "play" });
  assert.equal(Math.max(...heard(made, 1024)[0]), 0);
  assert.deepEqual([made.report().index, made.report().waiting], [0, true]);
  made.tell({ type: "put", number: 0, stems: slice(0) });
  heard(made, 1024);
  assert.deepEqual([made.report().index, made.report().waiting], [1024, false]);
  made.tell({ type: "drop", number: 0 });
  heard(made, 1024);
  assert.deepEqual([made.report().index, made.report().waiting], [1024, true]);
});

test("ends at the song's length, and plays again from where it is sent", () => {
  const { made } = mixer(() => 0.25);
  made.tell({ type: "seek", index: 3 * SLICE - 1000, seeks: 1 });
  made.tell({ type: "play" });
  const [left] = heard(made, 1280);
  assert.ok(left.subarray(1000).every((value) => value === 0));
  assert.deepEqual(made.report(), { index: 3 * SLICE, seeks: 1, waiting: false, ended: true });
  made.tell({ type: "seek", index: 0, seeks: 2 });
  made.tell({ type: "play" });
  heard(made, 1024);
  assert.deepEqual(made.report(), { index: 1024, seeks: 2, waiting: false, ended: false });
});

test("another speed reads between samples, and the index stays whole at the song's own", () => {
  const wave = (x) => 0.5 * Math.sin((2 * Math.PI * 441 * x) / RATE);
  const { made } = mixer((stem, x) => (stem === 0 ? wave(x) : 0));
  made.tell({ type: "speed", speed: 0.8 });
  made.tell({ type: "play" });
  const [left] = heard(made, 4096);
  for (let x = FADED; x < 4096; x++) assert.ok(Math.abs(left[x] - wave(0.8 * x)) < 1e-4, `at ${x}`);
  made.tell({ type: "speed", speed: 1 });
  assert.equal(made.index, Math.round(made.index));
});

test("never clips, and does not step where it turns down", () => {
  const { made } = mixer((stem, x) => 0.9 * Math.sin((2 * Math.PI * 220 * x) / RATE), { length: 30 * SLICE });
  made.tell({ type: "play" });
  const [left] = heard(made, 20 * SLICE);
  assert.ok(Math.max(...left.map(Math.abs)) <= 1);
  const settled = left.subarray(RATE / 2 - (RATE / 2) % 128);
  assert.ok(Math.max(...settled.map(Math.abs)) <= 0.995);
  assert.ok(Math.max(...settled) > 0.9);
});

test("clicks fall on the beats, also after a seek, and bars begin with a higher one", () => {
  const beats = [1000, 5000, 9000].map((at, number) => ({ at, strong: number === 0 }));
  const { made } = mixer(() => 0, { beats });
  const starts = (left) => [...left.keys()].filter((x) => left[x] !== 0 && left.slice(Math.max(0, x - 100), x).every((one) => one === 0));
  made.tell({ type: "play" });
  assert.deepEqual(starts(heard(made, 2048)[0]), []);
  made.tell({ type: "clicks", on: true });
  made.tell({ type: "pause" });
  heard(made, FADED);
  made.tell({ type: "seek", index: 500, seeks: 1 });
  made.tell({ type: "play" });
  const [left] = heard(made, 9600);
  assert.deepEqual(starts(left), [501, 4501, 8501]); // a click begins with a zero
  const crossings = (from) => {
    let count = 0;
    for (let x = from + 1; x < from + 800; x++) if (left[x - 1] < 0 !== left[x] < 0) count++;
    return count;
  };
  assert.ok(crossings(501) > 1.3 * crossings(4501));
});

test("a count-in clicks a bar before the song moves", () => {
  const { made } = mixer(() => 0.25);
  made.tell({ type: "play", countIn: { beats: 4, interval: 1000, samples: 3900 } });
  const [left] = heard(made, 3840);
  assert.equal(made.index, 0);
  for (const beat of [0, 1000, 2000, 3000]) assert.ok(Math.max(...left.subarray(beat, beat + 200)) > 0.2, `${beat}`);
  heard(made, 1280);
  assert.equal(made.index, 3840 + 1280 - 3900);
  made.tell({ type: "play", countIn: { beats: 4, interval: 1000, samples: 3900 } });
  made.tell({ type: "pause" });
  heard(made, 5000 - (5000 % 128));
  assert.ok(made.index < 1700);
});
