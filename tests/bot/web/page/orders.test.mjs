// Run by test_in_node.py: a choice of the form as an order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EXTRAS, extraOrder, orderOf, wrongWith } from "../../../../bot/web/page/orders.js";

const choice = (more = {}) => ({
  model: "spleeter-4", format: "mp3", parts: "mix", levels: { vocals: 0, drums: 0, bass: 0, other: 0 },
  tempo: 100, key: 0, click: "", countIn: 0, passage: "", start: "", end: "", times: 1, slowest: null, ...more,
});

test("the whole song as it is are its stems", () => {
  const plain = { content: { kind: "stems" }, effect: {}, format: "mp3", model: "spleeter-4" };
  assert.deepEqual(orderOf(choice()), plain);
  assert.deepEqual(orderOf(choice({ parts: "stems" })), plain);
  assert.deepEqual(orderOf(choice({ parts: "stems", tempo: 80 })), { ...plain, effect: { tempo: 80 } });
});

test("a mix has its stems, and their levels where one is moved", () => {
  const without = choice({ levels: { vocals: 0, drums: null, bass: 0, other: 0 } });
  assert.deepEqual(orderOf(without).content, { kind: "mix", stems: ["vocals", "bass", "other"] });
  const guide = choice({ levels: { vocals: -18, drums: 0, bass: null, other: 0 } });
  assert.deepEqual(orderOf(guide).content, { kind: "mix", stems: ["vocals", "drums", "other"], levels: [-18, 0, 0] });
  assert.equal(orderOf(choice({ tempo: 80 })).content.kind, "mix");
});

test("practice", () => {
  const order = orderOf(choice({ tempo: 80, key: -2, click: "stage", countIn: 1 }));
  assert.deepEqual(order.effect, { tempo: 80, key: -2, click: "stage", count_in: 1 });
  const loop = choice({ passage: "seconds", start: "1:02", end: "1:18", times: 8 });
  assert.deepEqual(orderOf(loop).effect, { passage: { unit: "seconds", start: 62, end: 78, times: 8 } });
  const drill = choice({ passage: "bars", start: "5", end: "8", slowest: 70 });
  assert.deepEqual(orderOf(drill).effect.passage, { unit: "bars", start: 5, end: 8, times: 1, slowest: 70 });
});

test("what cannot be made is told before it is sent", () => {
  assert.equal(wrongWith(choice()), "");
  const none = { vocals: null, drums: null, bass: null, other: null };
  assert.equal(wrongWith(choice({ levels: none })), "web-order-nothing");
  assert.equal(wrongWith(choice({ levels: none, parts: "stems" })), "");
  for (const [start, end] of [["", "1:18"], ["1:18", "1:02"], ["a", "b"], ["5", "5"]]) {
    assert.equal(wrongWith(choice({ passage: "seconds", start, end })), "web-order-times");
  }
  for (const [start, end] of [["", ""], ["8", "5"], ["0", "4"], ["1.5", "4"]]) {
    assert.equal(wrongWith(choice({ passage: "bars", start, end })), "web-order-bars");
  }
  assert.equal(wrongWith(choice({ passage: "bars", start: "5", end: "5" })), "");
  assert.equal(wrongWith(choice({ passage: "bars", start: "5", end: "8", slowest: 90, tempo: 80 })), "web-order-drill");
});

test("what is written heeds key and tempo where it can", () => {
  const treated = choice({ tempo: 80, key: -2, click: "mixed" });
  const effects = Object.fromEntries(EXTRAS.map((extra) => [extra.kind, extraOrder(extra, treated).effect]));
  assert.deepEqual(effects, {
    chart: { key: -2 }, notes: { tempo: 80, key: -2 }, session: {}, deck: { tempo: 80, key: -2 }, click: { tempo: 80 },
  });
  assert.deepEqual(extraOrder(EXTRAS[0], treated), { content: { kind: "chart" }, effect: { key: -2 }, model: "spleeter-4" });
});
