/** The server's interface, as `docs/web-api.md` has it. */

/** A refusal, or a lost connection, as a sentence. `status`: 0 for a lost connection. */
export class Refused extends Error {
  /** @param {string} sentence @param {number} status */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }

  /** Whether the same may work a little later. */
  get isPassing() {
    return isPassing(this.status);
  }
}

/** @param {number} status */
export function isPassing(status) {
  return status === 0 || status === 408 || (status >= 500 && status !== 501 && status !== 507); // 507: no room
}

/** The sentence in a refusal's body; '' if there is none. @param {string} body */
export function sentenceOf(body) {
  try {
    const found = JSON.parse(body)?.error;
    return typeof found === "string" ? found : "";
  } catch {
    return "";
  }
}

/** An address with those fields that have a value. @param {string} path @param {Record<string, string>} fields */
function withFields(path, fields) {
  const given = new URLSearchParams(Object.entries(fields).filter(([, value]) => value));
  return given.size ? `${path}${path.includes("?") ? "&" : "?"}${given}` : path;
}

export class Api {
  /** @param {string} language that answers are in; '' for the browser's */
  constructor(language) {
    this.language = language;
    /** @type {import("./texts.js").Say} */
    this.say = (id) => id;
    /** Of a page that stands in a chat's program, where it has no cookie. */
    this.ticket = "";
    /** Gets a new ticket; null where there is none. @type {(() => Promise<void>) | null} */
    this.renew = null;
  }

  /** The address of a call, as a stream, a file or a frame needs it. @param {string} path */
  url(path) {
    return withFields(path, { language: this.language, ticket: this.ticket });
  }

  /** @param {string} path @returns {Promise<any>} */
  get(path) {
    return this.#call(path, {});
  }

  /** @param {string} path @param {unknown} value @returns {Promise<any>} */
  post(path, value) {
    const headers = { "Content-Type": "application/json" };
    return this.#call(path, { method: "POST", headers, body: JSON.stringify(value) });
  }

  /** @param {string} path @returns {Promise<any>} */
  delete(path) {
    return this.#call(path, { method: "DELETE" });
  }

  /** @param {string} path @param {RequestInit} options @param {boolean} isAgain @returns {Promise<any>} */
  async #call(path, options, isAgain = false) {
    let response, body;
    try {
      const headers = { ...options.headers, ...(this.ticket ? { "X-Ticket": this.ticket } : {}) };
      response = await fetch(withFields(path, { language: this.language }), { ...options, headers });
      body = await response.text();
    } catch {
      throw new Refused(this.say("web-unreachable"), 0);
    }
    if (response.status === 401 && this.ticket && this.renew && !isAgain) {
      await this.renew();
      return this.#call(path, options, true);
    }
    if (!response.ok) throw new Refused(sentenceOf(body) || this.say("web-went-wrong"), response.status);
    return JSON.parse(body);
  }
}
