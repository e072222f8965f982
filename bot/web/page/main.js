/** Starts the page, and joins its parts. */
import { Api, Refused } from "./api.js";
import { listen, sentenceFor, tellConnection } from "./ask.js";
import { arrange, element, find, write } from "./elements.js";
import { guestHere } from "./guest.js";
import { MessageView } from "./messages.js";
import { SongView } from "./song.js";
import { State, forgetting, isOpen, titleOf } from "./state.js";
import { Stream } from "./stream.js";
import { sayer } from "./texts.js";
import { Uploads } from "./upload.js";

const CHOSEN = "flbt-language";
const TOAST = 6000; // milliseconds
const PAUSE = 2000; // milliseconds until the start is tried again

/** What the parts of the page share. */
export class Page {
  /**
   * @param {Api} api @param {any} options @param {{language: string, texts: Record<string, string>}} texts
   * @param {import("./guest.js").Guest | null} guest
   */
  constructor(api, options, { language, texts }, guest) {
    this.api = api;
    this.guest = guest;
    this.options = options;
    this.language = language;
    this.say = api.say = sayer(texts);
    this.state = new State();
    /** @type {Map<string, SongView>} */
    this.songs = new Map();
    /** @type {Map<string, MessageView>} */
    this.messages = new Map();
    const tell = (/** @type {boolean} */ connected) => {
      tellConnection(this, connected);
      if (guest && !connected) api.get("/api/options").catch(() => {}); // its ticket may be old: that is mended here
    };
    this.stream = new Stream(() => api.url("/api/events"), (name, data) => this.take(name, data), tell);
    this.own = 0; // messages of the page itself
    this.asked = ""; // what was sent last from a field
  }

  /** Takes an event, and shows what changed. @param {string} name @param {any} data */
  take(name, data) {
    this.state.take(name, data);
    this.draw();
  }

  draw() {
    const views = this.state.songs.map((song) => {
      const view = this.songs.get(song.song) ?? new SongView(this, song);
      this.songs.set(song.song, view);
      view.update(song);
      return view;
    });
    arrange(find("songs"), views.map((view) => view.root));
    for (const [id, view] of this.songs) if (!views.includes(view)) this.songs.delete(id);
    find("empty").hidden = views.length > 0;
    document.title = titleOf([...this.state.tasks.values()]);
    const shown = this.state.shown.map((message) => {
      const view = this.messages.get(message.id) ?? new MessageView(this, message);
      this.messages.set(message.id, view);
      view.update(message);
      return view;
    });
    arrange(find("messages"), shown.map((view) => view.root));
    for (const [id, view] of this.messages) if (!shown.includes(view)) this.messages.delete(id);
    this.guest?.show(this);
  }

  /** Says something to people who do not see the page. @param {string} sentence */
  tell(sentence) {
    find("told").textContent = sentence;
  }

  /** Shows a short sentence for a moment. @param {string} text */
  toast(text) {
    write(find("toast"), text);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => write(find("toast"), ""), TOAST);
  }

  /** Shows a sentence until it is closed. @param {string} text */
  note(text) {
    for (const one of this.state.shown) if (one.id.startsWith("own-") && one.text === text) this.state.close(one.id);
    this.take("message", { id: `own-${this.own++}`, text, buttons: [] });
    this.tell(text);
  }

  /** @param {unknown} error */
  trouble(error) {
    this.note(sentenceFor(this, error));
  }

  /** @param {string} id of a message */
  close(id) {
    this.state.close(id);
    this.draw();
  }

  /** The answers to a pressed button. @param {any} pressed */
  pressed(pressed) {
    if (pressed.toast) this.toast(pressed.toast);
    for (const message of pressed.replies) this.take("message", message);
  }

  /** Does something again when the connection is back. @param {() => Promise<any>} call @returns {Promise<any>} */
  async insist(call) {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof Refused && error.status === 0)) throw error;
        tellConnection(this, false);
        this.stream.connected = false;
        this.stream.open();
        await this.stream.back();
      }
    }
  }

  /** Says something as in the chat; false if it was not taken. @param {string} path @param {string} text */
  async ask(path, text) {
    this.asked = text;
    try {
      const said = await this.insist(() => this.api.post(path, { text }));
      for (const task of said.tasks) this.take("answer", task);
      for (const message of said.replies) this.take("message", message);
      if (said.replies.length > 0) this.tell(said.replies[0].text);
      if (said.tasks.length > 0) this.show(said.tasks[0].task_id);
      else if (said.replies.length > 0) find("messages").scrollIntoView({ block: "nearest" });
      return true;
    } catch (error) {
      this.trouble(error);
      return false;
    }
  }

  /** Orders more of a task's song. @param {any} task @param {any} order */
  async order(task, order) {
    try {
      const { task_id } = await this.insist(() => this.api.post(`/api/tasks/${task.task_id}/orders`, order));
      await this.fetchTask(task_id);
    } catch (error) {
      this.trouble(error);
    }
  }

  /** Shows a task at once: events may come later. @param {string} id @param {boolean} [inView] */
  async fetchTask(id, inView = true) {
    try {
      this.take("answer", await this.insist(() => this.api.get(`/api/tasks/${id}`)));
      if (inView) this.show(id);
    } catch (error) {
      this.trouble(error);
    }
  }

  /** Brings a task's line into view, with the focus; not while something is being written. @param {string} id */
  show(id) {
    const here = /** @type {any} */ (document.activeElement);
    if (here?.matches("input:not([type=range])") && here.value.trim() && here.value.trim() !== this.asked) return;
    for (const view of this.songs.values()) {
      const line = view.held.get(id);
      if (!line) continue;
      line.what.focus({ preventScroll: true });
      line.root.scrollIntoView({ block: "nearest" });
    }
  }

  /** Forgets a song and all that was made of it. @param {any[]} tasks */
  async forget(tasks) {
    const task = tasks.find((one) => one.mine && forgetting(one));
    if (!task) return;
    this.pressed(await this.api.post(`/api/tasks/${task.task_id}/press`, { action: forgetting(task) }));
  }
}

/** Names what stands in the page itself, and fills the choice of languages. @param {Page} page */
function name(page) {
  document.documentElement.lang = page.language;
  for (const one of document.querySelectorAll("[data-text]")) {
    write(one, page.say(/** @type {HTMLElement} */ (one).dataset.text ?? "", { limit: page.options.max_upload }));
  }
  const names = page.options.languages.map((/** @type {string} */ code) => {
    const label = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
    return element("option", { value: code, lang: code }, label);
  });
  const choice = find("language");
  choice.append(...names);
  choice.value = page.language;
  choice.addEventListener("change", () => {
    remember(choice.value);
    location.reload();
  });
}

/** @param {string} language */
function remember(language) {
  try {
    localStorage.setItem(CHOSEN, language);
  } catch {
    // a browser that keeps nothing speaks its own language
  }
}

function remembered() {
  try {
    return localStorage.getItem(CHOSEN) ?? "";
  } catch {
    return "";
  }
}

/** Texts and options; again and again until the server is there. @param {Api} api
 * @param {import("./guest.js").Guest | null} guest */
async function begin(api, guest) {
  for (;;) {
    try {
      if (guest) {
        api.say = sayer((await api.get("/api/texts")).texts);
        await guest.begin();
      }
      return await Promise.all([api.get("/api/options"), api.get("/api/texts")]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // No texts yet, so the sentence is the server's own, or English.
      write(find("connection"), error.status ? error.message : "The server cannot be reached. Trying again…");
      if (!error.isPassing) return null;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function main() {
  const api = new Api(remembered());
  const guest = guestHere(api);
  const begun = await begin(api, guest);
  if (begun === null) return;
  const page = new Page(api, begun[0], begun[1], guest);
  name(page);
  guest?.arrange(page);
  write(find("connection"), "");
  if (!guest) {
    const uploads = new Uploads(page);
    listen(page, (files) => uploads.add(files));
  }
  page.stream.open();
  const [, linked] = /^#task=([\w.~-]+)$/.exec(location.hash) ?? [];
  if (linked) await watch(page, linked);
}

/** Shows the task of a link. No event tells of another browser's, so an open one is asked for. @param {Page} page
 * @param {string} id */
async function watch(page, id) {
  await page.fetchTask(id);
  for (let task = page.state.tasks.get(id); task && !task.mine && isOpen(task); task = page.state.tasks.get(id)) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    await page.fetchTask(id, false);
  }
}

void main();
