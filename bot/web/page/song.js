/** A song: what it is, its orders as lines, and the form for more of it. */
import { arrange, button, element, find, write } from "./elements.js";
import { Line } from "./line.js";
import { More } from "./more.js";
import { baseOf, isOpen } from "./state.js";
import { clock } from "./texts.js";

/** @typedef {import("./main.js").Page} Page */
/** @typedef {import("./state.js").Song} Song */

export class SongView {
  /** @param {Page} page @param {Song} song */
  constructor(page, song) {
    this.page = page;
    const id = `song-${song.song}`;
    this.cover = element("img", { class: "cover", alt: "", hidden: "" });
    this.title = element("h3", { id });
    this.about = element("p", { class: "soft" });
    const head = element("div", { class: "head" }, this.cover, element("div", {}, this.title, this.about));
    this.lines = element("ol", { class: "plain lines", "aria-labelledby": id });
    this.foot = element("div", { class: "foot" });
    const article = element("article", { "aria-labelledby": id }, head, this.lines, this.foot);
    this.root = element("li", { class: "card" }, article);
    /** @type {Map<string, Line>} */
    this.held = new Map();
    /** @type {More | null} */
    this.more = null;
    this.update(song);
  }

  /** @param {Song} song */
  update(song) {
    this.song = song;
    const base = (this.base = baseOf(song.tasks));
    write(this.title, base.title ?? base.heading);
    const about = [base.artist, base.seconds ? clock(base.seconds) : null].filter(Boolean).join(" · ");
    write(this.about, base.mine ? about : [about, this.page.say("web-foreign")].filter(Boolean).join(" · "));
    this.#showCover(base.cover);
    const wanted = song.tasks.map((task) => {
      const line = this.held.get(task.task_id) ?? new Line(this.page, task);
      this.held.set(task.task_id, line);
      line.update(task);
      return line.root;
    });
    for (const id of [...this.held.keys()]) if (!song.tasks.some((task) => task.task_id === id)) this.held.delete(id);
    arrange(this.lines, wanted);
    if (base.mine && base.phase === "done" && this.more === null) this.#offerMore();
    this.more?.update(base);
    this.forget?.toggleAttribute("hidden", song.tasks.some(isOpen));
  }

  #offerMore() {
    const { page } = this;
    this.more = new More(page, this.base);
    const summary = element("summary", {}, page.say("web-more"));
    summary.setAttribute("aria-label", `${page.say("web-more")}: ${this.title.textContent}`);
    const details = element("details", {}, summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(/** @type {More} */ (this.more).root);
    });
    const name = `${page.say("web-forget")}: ${this.title.textContent}`;
    this.forget = button(page.say("web-forget"), () => this.#askForget(), name);
    this.forget.className = "quiet";
    this.foot.append(details, ...(page.guest ? [] : [this.forget])); // a chat's songs are forgotten there
  }

  #askForget() {
    const { page } = this;
    const question = element("p", { tabindex: "-1" }, page.say("web-forget-sure"));
    const close = () => {
      box.replaceWith(this.forget);
      this.forget.focus();
    };
    const yes = button(page.say("web-forget-yes"), async () => {
      try {
        await page.forget(this.song.tasks);
        find("songs-title").focus();
      } catch (error) {
        page.trouble(error);
        close();
      }
    });
    const box = element("div", { class: "sure" }, question, element("div", { class: "row" }, yes, button(page.say("web-forget-no"), close)));
    this.forget.replaceWith(box);
    question.focus();
  }

  /** @param {string | null} cover */
  #showCover(cover) {
    this.cover.hidden = !cover;
    if (cover && this.cover.getAttribute("src") !== this.page.api.url(cover)) this.cover.src = this.page.api.url(cover);
  }
}
