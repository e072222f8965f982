// Run by test_in_node.py: the parts of the page that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { countFrames, cut, displacement } from "../../../../worker/rendering/player/page/decoder.js";
import { chosenLanguage, clock, preciseClock, sayer } from "../../../../worker/rendering/player/page/words.js";

test("cut pads with silence on both sides", () => {
  const samples = Float32Array.from([1, 2, 3, 4]); // of a song, from 10 on
  assert.deepEqual([...cut(samples, 10, 11, 2)], [2, 3]);
  assert.deepEqual([...cut(samples, 10, 8, 4)], [0, 0, 1, 2]);
  assert.deepEqual([...cut(samples, 10, 13, 3)], [4, 0, 0]);
  assert.deepEqual([...cut(samples, 10, 20, 2)], [0, 0]);
  assert.deepEqual([...cut(samples, 10, 0, 2)], [0, 0]);
});

test("frames are counted by their sizes", () => {
  const frame = (padded) => {
    const bytes = new Uint8Array(417 + padded);
    bytes.set([0xff, 0xfb, 0x90 | (padded << 1), 0]);
    return bytes;
  };
  const bytes = new Uint8Array(417 + 418 + 417);
  bytes.set(frame(0), 0);
  bytes.set(frame(1), 417);
  bytes.set(frame(0), 835);
  assert.equal(countFrames(bytes), 3);
  assert.equal(countFrames(new Uint8Array(10)), 0);
});

test("a decoder's displacement is found to the sample, and silence has none", () => {
  let seed = 1;
  const noise = Float32Array.from({ length: 3000 }, () => ((seed = (seed * 16807) % 2147483647) / 2147483647) - 0.5);
  for (const at of [0, 576, 900, 1105, 1800]) assert.equal(displacement(noise.slice(at, at + 1152), noise).at, at);
  assert.equal(displacement(new Float32Array(1152), new Float32Array(3552)).at, 1200);
  const other = Float32Array.from(noise, (_, i) => Math.sin(i * i));
  assert.equal(displacement(noise.slice(0, 1000), other).at, 1000); // nothing alike: as it should be
});

test("the language is the one asked for, else the browser's, else English", () => {
  const browser = (languages) => Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
  browser(["fr", "pt-PT"]);
  assert.equal(chosenLanguage("en", ["en", "pt-BR"]), "en");
  assert.equal(chosenLanguage("", ["en", "pt-BR"]), "pt-BR");
  browser(["fr"]);
  assert.equal(chosenLanguage("", ["en", "pt-BR"]), "en");
});

test("sentences and times", () => {
  assert.equal(sayer({ mute: "Mute {name}" })("mute", { name: "$& <b>" }), "Mute $& <b>");
  assert.deepEqual([clock(0), clock(65.9), clock(3605)], ["0:00", "1:05", "1:00:05"]);
  assert.deepEqual([preciseClock(65.29), preciseClock(65.3)], ["1:05.2", "1:05.3"]);
});
