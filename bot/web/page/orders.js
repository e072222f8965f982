/** A choice of the form as an order of the interface. Pure. */
import { secondsOf } from "./texts.js";

/**
 * `levels`: of each stem of the model, in dB; null: it is out. `parts`: one file, or each stem by itself.
 * `passage`: '' for the whole song. `slowest`: percent of a drill's first tempo, null: no drill.
 * @typedef {{
 *   model: string, format: string, parts: "mix" | "stems", levels: Record<string, number | null>,
 *   tempo: number, key: number, click: "" | "mixed" | "stage", countIn: number,
 *   passage: "" | "seconds" | "bars", start: string, end: string, times: number, slowest: number | null,
 * }} Choice
 */

/** The stems that are heard. @param {Choice} choice */
function heard(choice) {
  return Object.keys(choice.levels).filter((stem) => choice.levels[stem] !== null);
}

/** The id of the sentence that says what is wrong with a choice; '' if it can be made. @param {Choice} choice */
export function wrongWith(choice) {
  if (choice.parts === "mix" && heard(choice).length === 0) return "web-order-nothing";
  if (!choice.passage) return "";
  const [start, end] = ends(choice);
  const isBars = choice.passage === "bars";
  const isGood = isBars
    ? Number.isInteger(start) && Number.isInteger(end) && start >= 1 && end >= start
    : start >= 0 && end > start;
  if (!isGood) return isBars ? "web-order-bars" : "web-order-times";
  return choice.slowest !== null && choice.slowest >= choice.tempo ? "web-order-drill" : "";
}

/** The order of a choice without faults. @param {Choice} choice */
export function orderOf(choice) {
  const effect = effectOf(choice);
  return { content: contentOf(choice, effect), effect, format: choice.format, model: choice.model };
}

/** @param {Choice} choice @param {any} effect */
function contentOf(choice, effect) {
  const stems = heard(choice);
  const levels = stems.map((stem) => choice.levels[stem] ?? 0);
  const isWhole = stems.length === Object.keys(choice.levels).length && levels.every((level) => level === 0);
  const isPlain = Object.keys(effect).length === 0;
  if (choice.parts === "stems" || (isWhole && isPlain)) return { kind: "stems" }; // the whole song is its stems
  return levels.every((level) => level === 0) ? { kind: "mix", stems } : { kind: "mix", stems, levels };
}

/** Only what differs from the song as it is. @param {Choice} choice */
export function effectOf(choice) {
  /** @type {Record<string, unknown>} */
  const effect = {};
  if (choice.tempo !== 100) effect.tempo = choice.tempo;
  if (choice.key !== 0) effect.key = choice.key;
  if (choice.click) effect.click = choice.click;
  if (choice.countIn) effect.count_in = choice.countIn;
  if (choice.passage) {
    const [start, end] = ends(choice);
    effect.passage = { unit: choice.passage, start, end, times: choice.times };
    if (choice.slowest !== null) effect.passage = { .../** @type {object} */ (effect.passage), slowest: choice.slowest };
  }
  return effect;
}

/** @param {Choice} choice */
function ends(choice) {
  return [choice.start, choice.end].map((text) => (choice.passage === "bars" ? Number(text || NaN) : secondsOf(text)));
}

/** What can be written or packed of a song, with the parts of the treatment that it heeds. */
export const EXTRAS = [
  { kind: "chart", heeds: ["key"] },
  { kind: "notes", heeds: ["tempo", "key"] },
  { kind: "session", heeds: [] },
  { kind: "deck", heeds: ["tempo", "key"] },
  { kind: "click", heeds: ["tempo"] },
];

/** @param {typeof EXTRAS[number]} extra @param {Choice} choice */
export function extraOrder(extra, choice) {
  const effect = Object.fromEntries(Object.entries(effectOf(choice)).filter(([name]) => extra.heeds.includes(name)));
  const order = { content: { kind: extra.kind }, effect, model: choice.model };
  return extra.kind === "click" || extra.kind === "deck" ? { ...order, format: choice.format } : order;
}
