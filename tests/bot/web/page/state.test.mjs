// Run by test_in_node.py: what the page knows of tasks and messages, and its figures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { State, baseOf, fractionOf, isUntreated, titleOf, withoutBar } from "../../../../bot/web/page/state.js";
import { capital, clock, sayer, secondsOf, signed, size } from "../../../../bot/web/page/texts.js";
import { isPassing, sentenceOf } from "../../../../bot/web/page/api.js";

const task = (id, song, at, more = {}) => ({
  task_id: id, song, created_at: at, phase: "done", gone: false, mine: true,
  order: { content: { kind: "stems" }, effect: {}, format: "mp3", model: "spleeter-2" }, ...more,
});
const ids = (state) => state.songs.map((song) => song.tasks.map((one) => one.task_id));

test("songs stand by their first task, and further tasks move no song", () => {
  const state = new State();
  state.take("all", { tasks: [task("b", "two", 2), task("a", "one", 1)], messages: [] });
  assert.deepEqual(ids(state), [["b"], ["a"]]);
  state.take("task", task("c", "one", 3));
  assert.deepEqual(ids(state), [["b"], ["a", "c"]]);
  state.take("task", task("d", "three", 4));
  assert.deepEqual(ids(state), [["d"], ["b"], ["a", "c"]]);
  state.take("task-gone", { task_id: "b" });
  state.take("task-gone", { task_id: "unknown" });
  assert.deepEqual(ids(state), [["d"], ["a", "c"]]);
});

test("a new connection tells everything: what is gone meanwhile goes, a shared task stays", () => {
  const state = new State();
  state.take("all", { tasks: [task("a", "one", 1)], messages: [{ id: "m", text: "Hi", buttons: [] }] });
  state.take("task", task("f", "foreign", 2, { mine: false }));
  state.take("all", { tasks: [task("b", "two", 3)], messages: [] });
  assert.deepEqual(ids(state), [["b"], ["f"]]);
  assert.deepEqual(state.shown, []);
});

test("an answer that comes late does not open a task again that has ended", () => {
  const state = new State();
  state.take("answer", task("a", "one", 1, { phase: "ready" }));
  assert.equal(state.tasks.get("a").phase, "ready");
  state.take("task", task("a", "one", 1, { phase: "done" }));
  state.take("answer", task("a", "one", 1, { phase: "ready" }));
  assert.equal(state.tasks.get("a").phase, "done");
  state.take("answer", task("f", "foreign", 2, { mine: false, phase: "done" }));
  state.take("answer", task("f", "foreign", 2, { mine: false, gone: true }));
  assert.equal(state.tasks.get("f").gone, true, "of another browser's task no event tells");
});

test("a closed message comes back when it has something new to say", () => {
  const state = new State();
  const say = (id, text) => state.take("message", { id, text, buttons: [] });
  say("m", "Looking…");
  say("n", "Hello");
  assert.deepEqual(state.shown.map((one) => one.id), ["n", "m"]);
  state.close("m");
  assert.deepEqual(state.shown.map((one) => one.id), ["n"]);
  say("m", "Which one?");
  assert.deepEqual(state.shown.map((one) => one.text), ["Hello", "Which one?"]);
  state.take("message-gone", { id: "n" });
  assert.deepEqual(state.shown.map((one) => one.id), ["m"]);
});

test("orders are made from the stems that are there", () => {
  const mix = { order: { content: { kind: "mix", stems: ["bass"] }, effect: {} } };
  const slow = { order: { content: { kind: "stems" }, effect: { tempo: 80 } } };
  assert.equal(baseOf([task("a", "s", 1), task("b", "s", 2, mix)]).task_id, "a");
  assert.equal(baseOf([task("a", "s", 1), task("b", "s", 2, slow)]).task_id, "a");
  assert.equal(baseOf([task("a", "s", 1), task("b", "s", 2, { phase: "failed" })]).task_id, "a");
  assert.equal(baseOf([task("a", "s", 1, { gone: true }), task("b", "s", 2)]).task_id, "b");
  assert.equal(baseOf([task("a", "s", 1, { phase: "failed" }), task("b", "s", 2, { phase: "waiting" })]).task_id, "b");
  assert.equal(baseOf([task("a", "s", 1, { phase: "failed" })]).task_id, "a");
  assert.equal(isUntreated({ tempo: 100, key: 0 }), true);
  assert.equal(isUntreated({ tempo: 100, key: 0, count_in: 1 }), false);
});

test("a bar is drawn, not read aloud", () => {
  assert.equal(withoutBar("Separating\n▰▰▰▱▱▱ 50 % · about 5 s left"), "Separating\n50 % · about 5 s left");
  assert.equal(withoutBar("Done in 5 s"), "Done in 5 s");
  assert.equal(fractionOf({ progress: { fraction: 1.2 } }), 1);
  assert.equal(fractionOf({ progress: { fraction: 0 } }), 0);
  assert.equal(fractionOf({ progress: null }), null);
});

test("the title tells how far the song in the works is", () => {
  assert.equal(titleOf([task("a", "s", 1)]), "FL-BT");
  assert.equal(titleOf([task("a", "s", 1, { phase: "waiting", progress: null })]), "… – FL-BT");
  const half = task("b", "s", 2, { phase: "waiting", progress: { fraction: 0.5 } });
  assert.equal(titleOf([task("a", "s", 1), half]), "50 % – FL-BT");
});

test("figures", () => {
  assert.deepEqual([0, 59.6, 213, 3725].map(clock), ["0:00", "1:00", "3:33", "1:02:05"]);
  assert.deepEqual([999, 48_300_000, 2_000_000_000].map((one) => size(one, "en")), ["999 B", "48.3 MB", "2 GB"]);
  assert.equal(size(48_300_000, "pt-BR"), "48,3 MB");
  assert.deepEqual([-2, 0, 3].map(signed), ["−2", "0", "+3"]);
  assert.equal(capital("no drums"), "No drums");
  assert.equal(sayer({ one: "{name} of {total}" })("one", { name: "<b>", total: 3 }), "<b> of 3");
  assert.equal(sayer({})("unknown"), "unknown");
});

test("times are read as people write them", () => {
  assert.deepEqual(["1:02", "62", "1:02.5", "62,5", "1:00:01", " 0:05 "].map(secondsOf), [62, 62, 62.5, 62.5, 3601, 5]);
  for (const wrong of ["", "a", "1:75", "1:2:3:4", "-5", "1:", "1e3"]) assert.ok(Number.isNaN(secondsOf(wrong)), wrong);
});

test("a refusal is told from a lost connection", () => {
  assert.deepEqual([0, 408, 500, 502, 503].map(isPassing), [true, true, true, true, true]);
  assert.deepEqual([401, 403, 404, 413, 422, 429, 501, 507].map(isPassing), Array(8).fill(false));
  assert.equal(sentenceOf('{"error": "Too large."}'), "Too large.");
  assert.equal(sentenceOf('{"error": null}'), "");
  assert.equal(sentenceOf("<html>"), "");
});
