/** The form for another order of a song: backing tracks, practice, formats, and what is written of it. */
import { button, element, write } from "./elements.js";
import { EXTRAS, extraOrder, orderOf, wrongWith } from "./orders.js";
import { capital, clock, signed } from "./texts.js";

/** @typedef {import("./main.js").Page} Page */
/** @typedef {import("./state.js").Task} Task */

/** What a stem can be in a mix, in dB; `out`: not there. */
const LEVELS = ["0", "6", "-6", "-18", "out"];
const MOST_TIMES = 32;
const DRILLS = ["50", "60", "70", "80", "90"];

let forms = 0;

export class More {
  /** @param {Page} page @param {Task} base */
  constructor(page, base) {
    this.page = page;
    this.base = base;
    this.id = `more-${forms++}`;
    /** @type {Record<string, any>} */
    this.fields = {};
    this.quick = element("div", { class: "row" });
    this.stems = element("div", { class: "fields" });
    this.about = element("p", { class: "soft" }); // of the chosen model: how long it takes
    this.wrong = element("p", { role: "alert", class: "wrong" });
    this.root = element("form", { class: "more" });
    this.root.noValidate = true;
    this.root.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#make();
    });
    this.#build();
  }

  /** @param {Task} base */
  update(base) {
    const known = this.base.task_id === base.task_id;
    this.base = base;
    if (!known && !this.touched) this.#choose(base);
  }

  #build() {
    const { page } = this;
    const { say, options } = page;
    const model = this.#select("model", options.models.map((/** @type {any} */ one) => [one.name, this.#modelWords(one)]));
    const format = this.#select("format", options.formats.map((/** @type {any} */ one) => [one.name, one.label]));
    const parts = this.#select("parts", ["mix", "stems"].map((one) => [one, say(`web-parts-${one}`)]));
    const tempo = this.#range("tempo", options.tempo, 1, (value) => `${value} %`);
    const key = this.#range("key", options.key, 1, (value) => say("web-semitones", { number: signed(value) }));
    const click = this.#select("click", ["", "mixed", "stage"].map((one) => [one, say(`web-click-${one || "none"}`)]));
    const bars = [...Array(options.count_in + 1).keys()].map((one) => [String(one), one ? String(one) : say("web-none")]);
    const passages = ["", "seconds", "bars"].map((one) => [one, say(`web-passage-${one || "none"}`)]);
    const drills = [["", say("web-drill-none")], ...DRILLS.map((one) => [one, say("web-drill-from", { percent: one })])];
    const passage = this.#select("passage", passages);
    this.passage = element(
      "div",
      { class: "fields", hidden: "" },
      this.#text("start", say("web-start")),
      this.#text("end", say("web-end")),
      this.#number("times", 1, MOST_TIMES),
      this.#select("slowest", drills),
    );
    const make = element("button", { type: "submit", class: "main" }, say("web-make"));
    const written = EXTRAS.map((extra) => {
      const label = say(`web-extra-${extra.kind}`);
      return button(label, () => this.#order(extraOrder(extra, this.#choice())));
    });
    this.root.append(
      this.#group("web-more-quick", this.quick),
      this.#group("web-more-heard", element("div", { class: "fields" }, model), this.about, this.stems, parts),
      this.#group("web-more-practice", element("div", { class: "fields" }, tempo, key, click, this.#select("count-in", bars), passage), this.passage),
      this.#group("web-more-format", format),
      this.wrong,
      element("div", { class: "row" }, make),
      this.#group("web-more-written", element("div", { class: "row" }, ...written)),
      ...(page.guest ? [] : [this.#inWords()]), // of a chat, words are written there
    );
    this.fields.model.addEventListener("change", () => this.#showStems());
    this.fields.passage.addEventListener("change", () => this.#showPassage());
    this.root.addEventListener("input", () => {
      this.touched = true;
      write(this.wrong, "");
    });
    this.touched = false;
    this.#choose(this.base);
  }

  /** What is asked in the chat's words: `no drums 80% bars 9-16 x4`. */
  #inWords() {
    const { page } = this;
    const field = this.#text("words", page.say("web-words-label"));
    const { words } = this.fields;
    const send = async () => {
      const text = words.value.trim();
      if (!text) return words.focus();
      if (await page.ask(`/api/tasks/${this.base.task_id}/say`, text)) words.value = "";
    };
    words.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // the form's own button makes something else
      void send();
    });
    return this.#group("web-more-words", field, element("div", { class: "row" }, button(page.say("web-words-button"), send)));
  }

  /** Starts with the model and format of a task. @param {Task} task */
  #choose(task) {
    const { model, format } = this.fields;
    model.value = task.order.model;
    if (!model.value) model.selectedIndex = 0;
    format.value = task.order.format;
    if (!format.value) format.selectedIndex = 0;
    this.#showStems();
  }

  /** @param {any} model */
  #modelWords(model) {
    return `${model.label}: ${model.stem_words.join(", ")}`;
  }

  get #model() {
    return this.page.options.models.find((/** @type {any} */ one) => one.name === this.fields.model.value);
  }

  #showStems() {
    const { say } = this.page;
    const { stems, stem_words: words, about } = this.#model;
    write(this.about, about);
    /** @type {Record<string, any>} */
    this.levels = {};
    const options = LEVELS.map((level) => [level, say(`web-level-${level.replace("-", "minus-")}`)]);
    this.stems.replaceChildren(
      ...stems.map((/** @type {string} */ stem, /** @type {number} */ number) => {
        const [field, select] = this.#labelled("select", capital(words[number]), `level-${stem}`);
        select.append(...options.map(([value, label]) => element("option", { value }, label)));
        /** @type {any} */ (this.levels)[stem] = select;
        return field;
      }),
    );
    this.quick.replaceChildren(
      ...stems.flatMap((/** @type {string} */ stem, /** @type {number} */ number) => {
        const rest = stems.filter((/** @type {string} */ one) => one !== stem);
        const without = button(say("web-without", { stem: words[number] }), () => this.#mix(rest));
        const only = button(say("web-only", { stem: words[number] }), () => this.#mix([stem]));
        // Of two stems, the song without one is only the other.
        return stems.length === 2 ? [only] : [without, only];
      }),
    );
  }

  #showPassage() {
    this.passage.hidden = !this.fields.passage.value;
    const isBars = this.fields.passage.value === "bars";
    const length = this.base.seconds ?? 60;
    this.fields.start.placeholder = isBars ? "5" : clock(Math.min(62, length / 4));
    this.fields.end.placeholder = isBars ? "8" : clock(Math.min(78, length / 2));
  }

  /** A mix of some stems, not treated. @param {string[]} stems */
  #mix(stems) {
    const { format, model } = this.#choice();
    this.#order({ content: { kind: "mix", stems }, effect: {}, format, model });
  }

  #make() {
    const choice = this.#choice();
    const wrong = wrongWith(choice);
    write(this.wrong, wrong && this.page.say(wrong));
    if (!wrong) this.#order(orderOf(choice));
    else if (wrong !== "web-order-nothing") this.fields.start.focus();
  }

  /** @param {any} order */
  #order(order) {
    void this.page.order(this.base, order);
  }

  /** @returns {import("./orders.js").Choice} */
  #choice() {
    const { fields } = this;
    const levels = Object.entries(this.levels ?? {}).map(([stem, { value }]) => [stem, value === "out" ? null : Number(value)]);
    return {
      model: fields.model.value,
      format: fields.format.value,
      parts: fields.parts.value,
      levels: Object.fromEntries(levels),
      tempo: Number(fields.tempo.value),
      key: Number(fields.key.value),
      click: fields.click.value,
      countIn: Number(fields["count-in"].value),
      passage: fields.passage.value,
      start: fields.start.value,
      end: fields.end.value,
      times: Math.min(MOST_TIMES, Math.max(1, Math.round(Number(fields.times.value)) || 1)),
      slowest: fields.slowest.value ? Number(fields.slowest.value) : null,
    };
  }

  // --- fields --------------------------------------------------------------------------------------------------

  /** @param {string} title @param {Node[]} content */
  #group(title, ...content) {
    return element("fieldset", {}, element("legend", {}, this.page.say(title)), ...content);
  }

  /** @param {string} tag @param {string} label @param {string} name @returns {[any, any]} */
  #labelled(tag, label, name) {
    const id = `${this.id}-${name}`;
    const field = element(tag, { id, name });
    return [element("div", { class: "field" }, element("label", { for: id }, label), field), field];
  }

  /** @param {string} name @param {string[][]} options */
  #select(name, options) {
    const [field, select] = this.#labelled("select", this.page.say(`web-${name}`), name);
    select.append(...options.map(([value, label]) => element("option", { value }, label)));
    this.fields[name] = select;
    return field;
  }

  /** @param {string} name @param {string} label */
  #text(name, label) {
    const [field, input] = this.#labelled("input", label, name);
    input.setAttribute("autocomplete", "off");
    this.fields[name] = input;
    return field;
  }

  /** @param {string} name @param {number} min @param {number} max */
  #number(name, min, max) {
    const [field, input] = this.#labelled("input", this.page.say(`web-${name}`), name);
    for (const [key, value] of Object.entries({ type: "number", min, max, value: min })) input.setAttribute(key, String(value));
    this.fields[name] = input;
    return field;
  }

  /** @param {string} name @param {[number, number]} ends @param {number} step @param {(value: number) => string} words */
  #range(name, [min, max], step, words) {
    const [field, input] = this.#labelled("input", this.page.say(`web-${name}`), name);
    const value = name === "tempo" ? 100 : 0;
    for (const [key, one] of Object.entries({ type: "range", min, max, step, value })) input.setAttribute(key, String(one));
    input.value = String(value);
    const shown = element("output", { for: input.id });
    const show = () => {
      write(shown, words(Number(input.value)));
      input.setAttribute("aria-valuetext", shown.textContent);
    };
    input.addEventListener("input", show);
    show();
    this.fields[name] = input;
    field.append(shown);
    return field;
  }
}
