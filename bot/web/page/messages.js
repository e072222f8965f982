/** Messages that are no songs: hits of a search, playlists, answers. */
import { button, element, find, write } from "./elements.js";

/** @typedef {import("./main.js").Page} Page */
/** @typedef {import("./state.js").Message} Message */

export class MessageView {
  /** @param {Page} page @param {Message} message */
  constructor(page, message) {
    this.page = page;
    this.message = message;
    this.text = element("p", { class: "card-text" });
    this.rows = element("div", { class: "rows" });
    const close = button(page.say("web-close"), () => {
      page.close(this.message.id);
      find("words").focus();
    });
    close.className = "quiet";
    this.root = element("li", { class: "card" }, this.text, this.rows, close);
    this.drawn = "";
    this.update(message);
  }

  /** @param {Message} message */
  update(message) {
    this.message = message;
    write(this.text, message.text);
    const state = JSON.stringify(message.buttons);
    if (state === this.drawn) return;
    this.drawn = state;
    const focused = this.rows.contains(document.activeElement);
    this.rows.replaceChildren(
      ...message.buttons.map((row) =>
        element("div", { class: "row" }, ...row.map(({ label, action }) => button(label, () => this.#press(action)))),
      ),
    );
    if (focused) (this.rows.querySelector("button") ?? find("words")).focus();
  }

  /** @param {string} action */
  async #press(action) {
    const { page } = this;
    try {
      const pressed = await page.api.post(`/api/messages/${this.message.id}/press`, { action });
      page.pressed(pressed);
      if (pressed.card) {
        const text = pressed.card.text || this.message.text;
        page.take("message", { ...this.message, text, buttons: pressed.card.buttons });
      }
    } catch (error) {
      page.trouble(error);
    }
  }
}
