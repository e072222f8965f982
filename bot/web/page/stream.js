/** The server's events, also after a lost connection, a restart of the server, and the sleep of a phone. */

const PAUSE = 2000; // milliseconds between two tries
const SLEPT = 20_000; // milliseconds out of sight, after which a stream may be dead without knowing
const PATIENCE = 3000; // milliseconds until a new stream has to tell something
const MOST_PATIENCE = 30_000; // the same, after as many tries as a browser keeps connections to a server
const CONNECTIONS = 6;

export const EVENTS = ["all", "task", "task-gone", "message", "message-gone"];

export class Stream {
  /**
   * @param {() => string} url
   * @param {(event: string, data: any) => void} take
   * @param {(connected: boolean) => void} tell
   */
  constructor(url, take, tell) {
    this.url = url;
    this.take = take;
    this.tell = tell;
    this.hiddenAt = 0;
    /** @type {EventSource | null} */
    this.source = null;
    this.timer = 0;
    this.tries = 0;
    /** @type {(() => void)[]} */
    this.waiting = [];
    this.connected = false;
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.#lost());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    // A page that goes leaves its stream at once: browsers open six connections to a server.
    addEventListener("pagehide", () => this.source?.close());
  }

  /** Begins anew; the server then tells everything again. */
  open() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = (this.source = new EventSource(this.url()));
    // After a sleep, a browser may take a connection that died unnoticed; and it may have several of them.
    this.timer = setTimeout(() => this.open(), this.tries++ < CONNECTIONS ? PATIENCE : MOST_PATIENCE);
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        this.take(name, JSON.parse(event.data));
        if (name === "all") this.#found();
      });
    }
    source.addEventListener("error", () => {
      this.#lost();
      // A browser tries again by itself, but not after an answer that is no stream, as of a proxy.
      if (source.readyState === EventSource.CLOSED && this.source === source) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.open(), PAUSE);
      }
    });
  }

  /** Resolves when the server is there. */
  back() {
    return this.connected ? Promise.resolve() : new Promise((resolve) => this.waiting.push(() => resolve(undefined)));
  }

  #found() {
    clearTimeout(this.timer);
    this.tries = 0;
    this.connected = true;
    this.tell(true);
    for (const go of this.waiting.splice(0)) go();
  }

  #lost() {
    if (!this.connected && this.source === null) return;
    this.connected = false;
    this.tell(false);
  }

  #seen() {
    if (document.hidden) this.hiddenAt = Date.now();
    else if (this.hiddenAt && Date.now() - this.hiddenAt > SLEPT) this.open();
  }
}
