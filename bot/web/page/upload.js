/** Files on their way to the server, one after the other; each goes on by itself after a lost connection. */
import { isPassing, sentenceOf } from "./api.js";
import { button, element, find, write } from "./elements.js";
import { size } from "./texts.js";

const MOST_TRIES = 6; // that fail although the server is there
const PAUSES = [1000, 2000, 5000, 10_000]; // milliseconds before each new try; the last one again and again

/** @typedef {import("./main.js").Page} Page */

export class Uploads {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** @type {Upload[]} */
    this.waiting = [];
    this.isBusy = false;
    addEventListener("beforeunload", (event) => {
      if (this.isBusy) event.preventDefault(); // a person who leaves now loses the upload
    });
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) this.again(new Upload(this.page, file));
  }

  /** @param {Upload} upload */
  again(upload) {
    upload.again = () => this.again(upload);
    this.waiting.push(upload);
    void this.#run();
  }

  async #run() {
    if (this.isBusy) return;
    this.isBusy = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) await next.run();
    this.isBusy = false;
  }
}

class Upload {
  /** @param {Page} page @param {File} file */
  constructor(page, file) {
    this.page = page;
    this.file = file;
    this.cancelled = false;
    /** @type {XMLHttpRequest | null} */
    this.request = null;
    /** ends a pause between two tries */
    this.wake = () => {};
    /** puts it in line once more */
    this.again = () => {};
    const { say } = page;
    this.bar = element("progress", { max: "1", value: "0", "aria-label": say("web-upload-progress", { name: file.name }) });
    this.state = element("p", { class: "soft" });
    const title = element("p", { class: "name" }, file.name);
    this.acts = element("div", { class: "row" });
    this.row = element("li", { class: "card" }, title, this.bar, this.state, this.acts);
    find("uploads").append(this.row);
    this.#wait();
  }

  /** In line. */
  #wait() {
    const { say } = this.page;
    this.#say(say("web-upload-waits"));
    this.row.classList.remove("failed");
    this.bar.hidden = false;
    this.bar.value = 0;
    const name = say("web-upload-cancel", { name: this.file.name });
    this.acts.replaceChildren(button(say("web-cancel"), () => this.cancel(), name));
  }

  /** Sends the file, until it is there, refused or cancelled. */
  async run() {
    const { page, file } = this;
    const most = page.options.max_upload_bytes;
    if (file.size > most) {
      return this.#failed(page.say("web-upload-large", { size: this.#size(file.size), limit: this.#size(most) }));
    }
    if (file.size === 0) return this.#failed(page.say("web-upload-empty"));
    for (let tries = 0; !this.cancelled; tries++) {
      const answer = await this.#send();
      if (this.cancelled) return;
      if (answer.status === 200) return this.#arrived(answer.body);
      if (answer.isGone) return this.#failed(page.say("web-upload-unreadable"));
      const told = sentenceOf(answer.body);
      if (tries >= MOST_TRIES || !isPassing(answer.status)) {
        return this.#failed(told || page.say("web-upload-broken"), true);
      }
      this.#say(told || page.say("web-upload-lost"));
      page.tell(told || page.say("web-upload-lost"));
      await this.#pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
    }
  }

  cancel() {
    this.cancelled = true;
    this.request?.abort();
    this.wake();
    this.row.remove();
    this.page.tell(this.page.say("web-upload-cancelled", { name: this.file.name }));
    find("words").focus();
  }

  /** One try. `isGone`: the file changed on the disk, or may no longer be read.
   * @returns {Promise<{status: number, body: string, isGone?: boolean}>} */
  async #send() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
    } catch {
      return { status: 0, body: "", isGone: true };
    }
    const { page, file } = this;
    return new Promise((resolve) => {
      const request = (this.request = new XMLHttpRequest());
      request.open("POST", page.api.url(`/api/upload?name=${encodeURIComponent(file.name)}`));
      request.upload.addEventListener("progress", (event) => {
        this.bar.value = event.loaded / (event.total || file.size);
        const [done, total] = [this.#size(event.loaded), this.#size(event.total || file.size)];
        this.#say(page.say("web-upload-sent", { done, total }));
      });
      for (const name of ["error", "abort", "timeout"]) {
        request.addEventListener(name, () => resolve({ status: 0, body: "" }));
      }
      request.addEventListener("load", () => resolve({ status: request.status, body: request.responseText }));
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.send(file);
    });
  }

  /** Until the pause is over, the connection is back, or the upload is cancelled. @param {number} milliseconds */
  async #pause(milliseconds) {
    await new Promise((resolve) => {
      this.wake = () => resolve(undefined);
      setTimeout(resolve, milliseconds);
      addEventListener("online", this.wake, { once: true });
    });
    if (!this.cancelled) await Promise.race([this.page.stream.back(), this.#ended()]);
  }

  /** Resolves when the upload is cancelled. */
  #ended() {
    return new Promise((resolve) => (this.wake = () => resolve(undefined)));
  }

  /** @param {string} body the status of the new task */
  #arrived(body) {
    const { page, file } = this;
    this.row.remove();
    page.tell(page.say("web-upload-done", { name: file.name }));
    void page.fetchTask(JSON.parse(body).task_id, false);
  }

  /** @param {string} sentence @param {boolean} [mayWork] if it is sent once more */
  #failed(sentence, mayWork = false) {
    const { say } = this.page;
    this.bar.hidden = true;
    this.row.classList.add("failed");
    this.#say(sentence);
    this.page.tell(sentence);
    const name = this.file.name;
    const close = button(say("web-close"), () => {
      this.row.remove();
      find("words").focus();
    }, say("web-close-name", { name }));
    const again = button(say("web-retry"), () => {
      this.#wait();
      this.acts.querySelector("button")?.focus();
      this.again();
    }, `${say("web-retry")}: ${name}`);
    this.acts.replaceChildren(...(mayWork ? [again, close] : [close]));
  }

  /** @param {string} sentence */
  #say(sentence) {
    write(this.state, sentence);
  }

  /** @param {number} bytes */
  #size(bytes) {
    return size(bytes, this.page.language);
  }
}
