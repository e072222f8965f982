/** One order of a song: how far it is, and its files. */
import { button, element, write } from "./elements.js";
import { fractionOf, isOpen, withoutBar } from "./state.js";
import { capital, size } from "./texts.js";

/** @typedef {import("./main.js").Page} Page */
/** @typedef {import("./state.js").Task} Task */

export class Line {
  /** @param {Page} page @param {Task} task */
  constructor(page, task) {
    this.page = page;
    this.task = task;
    this.what = element("h4", { tabindex: "-1" });
    this.bar = element("progress", { max: "1" });
    this.state = element("p", { class: "soft card-text" });
    this.acts = element("div", { class: "row" });
    this.files = element("ul", { class: "files plain" });
    this.frame = element("div", { class: "frame" });
    this.picture = element("div", { class: "picture" });
    const parts = [this.what, this.bar, this.state, this.acts, this.frame, this.picture, this.files];
    this.root = element("li", { class: "line" }, ...parts);
    /** @type {Record<string, string>} what each part shows */
    this.drawn = {};
    this.phase = task.phase;
    this.update(task);
  }

  /** @param {Task} task */
  update(task) {
    this.task = task;
    const { page } = this;
    write(this.what, this.#called());
    const fraction = fractionOf(task);
    this.bar.hidden = !isOpen(task);
    this.bar.setAttribute("aria-label", page.say("web-progress", { name: task.title ?? task.heading }));
    if (fraction === null) this.bar.removeAttribute("value");
    else this.bar.value = fraction;
    write(this.state, this.#state());
    this.root.classList.toggle("failed", task.phase === "failed");
    this.#draw("acts", [task.phase, task.retry, task.gone, task.download, task.player, task.mine], () => this.#acts());
    this.#draw("files", task.files, () => this.#files());
    this.#draw("picture", [task.picture], () => this.#pictures());
    if (!task.player && this.frame.firstChild) this.#closePlayer();
    if (task.phase !== this.phase) {
      this.phase = task.phase;
      if (!isOpen(task)) page.tell(`${task.title ?? task.heading}: ${this.what.textContent}: ${this.#state()}`);
    }
  }

  /** The order in words, with the encoding where it has sound. */
  #called() {
    const { order, order_words: words } = this.task;
    const { page } = this;
    const format = page.options.formats.find((/** @type {any} */ one) => one.name === order.format)?.label;
    const model = page.options.models.find((/** @type {any} */ one) => one.name === order.model)?.label;
    const isWritten = ["chart", "notes", "player", "session"].includes(order.content.kind);
    const name = words ? capital(words) : (model ?? order.model);
    return isWritten || !format ? name : `${name} · ${format}`;
  }

  #state() {
    const { task, page } = this;
    if (task.gone) return page.say("web-files-gone");
    return withoutBar(task.text || task.error || "");
  }

  /** Draws a part where what it shows has changed. @param {string} name @param {unknown} shown @param {() => Node[]} make */
  #draw(name, shown, make) {
    const state = JSON.stringify(shown);
    if (this.drawn[name] === state) return;
    this.drawn[name] = state;
    const part = /** @type {any} */ (this)[name];
    const focused = part.contains(document.activeElement);
    part.replaceChildren(...make());
    if (focused) this.what.focus(); // not lost to the top of the page
  }

  /** @returns {Node[]} */
  #acts() {
    const { task, page } = this;
    const { say } = page;
    const name = this.what.textContent;
    /** @param {string} id @param {() => void} act */
    const act = (id, act) => button(say(id), act, `${say(id)}: ${name}`);
    const made = [];
    if (task.player) {
      this.play = act("web-player-open", () => this.#togglePlayer());
      this.play.classList.add("main");
      this.play.setAttribute("aria-expanded", String(this.frame.firstChild !== null));
      made.push(this.play);
    }
    const zip = task.files.find((/** @type {any} */ file) => file.archive);
    if (zip) {
      const attributes = { class: "button", href: page.api.url(zip.url), download: zip.name, "aria-label": `${say("web-zip")}: ${name}` };
      made.push(element("a", attributes, say("web-zip")));
    }
    const isMade = task.phase === "done" && !task.gone && task.order.content.kind !== "player";
    if (page.guest?.sends && isMade && task.task_id !== page.guest.task) made.push(act("web-send-chat", () => this.#send()));
    if (task.mine && isOpen(task)) made.push(act("web-cancel", () => this.#cancel()));
    if (task.mine && (task.gone || task.phase === "failed" || task.phase === "cancelled")) {
      made.push(act(task.gone ? "web-again" : "web-retry", () => page.order(task, {})));
    }
    return made;
  }

  /** @returns {Node[]} */
  #files() {
    const { task, page } = this;
    if (task.gone) return [];
    const alone = task.files.filter((/** @type {any} */ file) => !file.archive);
    return alone.map((/** @type {any} */ file) => {
      const label = page.say("web-file", { name: file.name, size: size(file.bytes, page.language) });
      const row = element("li", {}, element("a", { href: page.api.url(file.url), download: file.name }, label));
      if (/^audio\//.test(file.type)) {
        const source = page.api.url(`${file.url}?inline=1`);
        row.append(element("audio", { controls: "", preload: "none", src: source, "aria-label": file.title || file.name }));
      }
      return row;
    });
  }

  /** @returns {Node[]} */
  #pictures() {
    const { task, page } = this;
    const isChart = task.order.content.kind === "chart";
    // Waveforms are those of all stems, so they stand with these alone.
    if (!task.picture || !(isChart || task.order.content.kind === "stems")) return [];
    const alt = page.say(isChart ? "web-picture-chart" : "web-picture-stems", { name: task.title ?? task.heading });
    return [element("img", { src: page.api.url(task.picture), alt, loading: "lazy" })];
  }

  #togglePlayer() {
    if (this.frame.firstChild) return this.#closePlayer();
    this.openPlayer().focus();
  }

  /** Shows the player; returns its frame. */
  openPlayer() {
    const { task, page } = this;
    const title = page.say("web-player-title", { name: task.title ?? task.heading });
    const frame = element("iframe", { src: page.api.url(task.player), title, allow: "autoplay" });
    this.frame.replaceChildren(frame);
    this.play.setAttribute("aria-expanded", "true");
    write(this.play, page.say("web-player-close"));
    this.play.setAttribute("aria-label", `${page.say("web-player-close")}: ${this.what.textContent}`);
    return frame;
  }

  #closePlayer() {
    this.frame.replaceChildren();
    const { say } = this.page;
    this.play?.setAttribute("aria-expanded", "false");
    if (this.play) write(this.play, say("web-player-open"));
    this.play?.setAttribute("aria-label", `${say("web-player-open")}: ${this.what.textContent}`);
  }

  /** To the chat that the song is from. */
  async #send() {
    const { page, task } = this;
    try {
      page.pressed(await page.insist(() => page.api.post(`/api/tasks/${task.task_id}/chat`, {})));
    } catch (error) {
      page.trouble(error);
    }
  }

  async #cancel() {
    try {
      await this.page.insist(() => this.page.api.delete(`/api/tasks/${this.task.task_id}`));
    } catch (error) {
      this.page.trouble(error);
    }
  }
}
