/** The page for one song of a chat: from a link, or in the chat's own program, which says who opened it. */
import { Refused } from "./api.js";
import { button, find, write } from "./elements.js";

const LOOK = 2000; // milliseconds between two tries
const TELEGRAM = "https://web.telegram.org";
const DOWNLOADS = 8; // the first version of Telegram's interface whose programs download a file for a page

// What Telegram's programs append: see "Initializing Mini Apps" in its documentation.
const given = new URLSearchParams(location.hash.slice(1));
const [isHere, named] = /^\/mixer(?:\/([\w-]+))?$/.exec(location.pathname) ?? [];

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./main.js").Page} Page */

/** The guest of this page; null where the page is a browser's own. @param {Api} api */
export function guestHere(api) {
  return isHere === undefined ? null : new Guest(api);
}

export class Guest {
  /** @param {Api} api */
  constructor(api) {
    this.api = api;
    this.task = ""; // of the chat's own result
    this.player = ""; // the task with the player
    this.sends = false; // files can be sent to the chat
    this.isOpened = false; // the player was opened by itself
    api.renew = () => this.#enter();
    tell("web_app_ready");
    tell("web_app_expand");
  }

  /** Enters, again and again until the server lets us in. */
  async begin() {
    for (;;) {
      try {
        await this.#enter();
        write(find("connection"), "");
        return;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        write(find("connection"), error.message);
        if (!error.isPassing && error.status !== 429) await this.#asked();
        else await new Promise((resolve) => setTimeout(resolve, LOOK));
      }
    }
  }

  async #enter() {
    this.api.ticket = "";
    const opening = { song: named ?? given.get("tgWebAppStartParam") ?? "", init_data: given.get("tgWebAppData") ?? "" };
    const told = await this.api.post("/api/mixer", opening);
    this.api.ticket = told.ticket;
    this.api.language ||= told.language;
    this.task = told.task;
    this.player = told.player;
    this.sends = told.sends;
  }

  /** A button that tries again. */
  #asked() {
    return new Promise((resolve) => {
      const again = button(this.api.say("web-retry"), () => {
        again.remove();
        resolve(undefined);
      });
      again.className = "main";
      find("connection").after(again);
    });
  }

  /** Leaves what is for other songs out of the page. @param {Page} page */
  arrange(page) {
    for (const id of ["ask-title", "ask", "lead", "kept"]) find(id).hidden = true;
    write(find("songs-title"), page.say("web-song-title"));
    addEventListener("click", (event) => this.#download(event), true);
  }

  /** Opens the player when it is there. @param {Page} page */
  show(page) {
    if (this.isOpened || !page.state.tasks.get(this.player)?.player) return;
    this.isOpened = true;
    for (const view of page.songs.values()) view.held.get(this.player)?.openPlayer().scrollIntoView({ block: "nearest" });
  }

  /** Programs of Telegram on phones download by themselves; a link would do nothing there. @param {MouseEvent} event */
  #download(event) {
    const link = /** @type {Element} */ (event.target).closest?.("a[download]");
    const isAble = Number.parseInt(given.get("tgWebAppVersion") ?? "", 10) >= DOWNLOADS;
    if (!(link instanceof HTMLAnchorElement) || !program() || !isAble) return;
    event.preventDefault();
    tell("web_app_request_file_download", { url: link.href, file_name: link.download });
  }
}

/** The way to a program of Telegram on a phone or desktop. */
function program() {
  return /** @type {any} */ (window).TelegramWebviewProxy;
}

/** Tells the program around the page, if there is one. @param {string} eventType @param {object} eventData */
function tell(eventType, eventData = {}) {
  if (program()) program().postEvent(eventType, JSON.stringify(eventData));
  else if (parent !== window) parent.postMessage(JSON.stringify({ eventType, eventData }), TELEGRAM);
}
