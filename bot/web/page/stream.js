/** The server's events, also after a lost connection, a restart of the server, and the sleep of a phone. All tabs of a browser
 * share one stream where they can. */
import { State } from "./state.js";
import { Tabs } from "./tabs.js";

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
    this.isJoined = false;
    this.state = new State(); // for tabs that come later
    this.tabs = Tabs.can ? new Tabs(this.#inTabs()) : null;
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.#lost());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    // A page that goes leaves its stream at once: browsers open six connections to a server.
    addEventListener("pagehide", () => {
      this.#close();
      this.tabs?.leave();
      this.isJoined = false;
    });
  }

  /** Begins anew; the server then tells everything again. */
  open() {
    if (!this.tabs || this.tabs.isLeader) return this.#connect();
    if (this.isJoined) return this.tabs.take();
    this.isJoined = true;
    this.tabs.join();
  }

  /** What the tabs of this browser do together. */
  #inTabs() {
    return {
      lead: () => this.#connect(),
      follow: () => {
        this.#close();
        this.tabs?.join();
      },
      asked: () => {
        const [tasks, messages] = [[...this.state.tasks.values()], [...this.state.messages.values()]];
        if (this.connected) this.tabs?.tell("all", { tasks, messages });
        else this.tabs?.tell("wait", null);
      },
      told: (/** @type {string} */ name, /** @type {any} */ data) => {
        if (EVENTS.includes(name)) this.#take(name, data);
        else if (name === "lost") this.#lost();
      },
    };
  }

  #close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  #connect() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = (this.source = new EventSource(this.url()));
    // After a sleep, a browser may take a connection that died unnoticed; and it may have several of them.
    this.timer = setTimeout(() => this.#connect(), this.tries++ < CONNECTIONS ? PATIENCE : MOST_PATIENCE);
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        const data = JSON.parse(event.data);
        this.tabs?.tell(name, data);
        this.#take(name, data);
      });
    }
    source.addEventListener("error", () => {
      this.tabs?.tell("lost", null);
      this.#lost();
      // A browser tries again by itself, but not after an answer that is no stream, as of a proxy.
      if (source.readyState === EventSource.CLOSED && this.source === source) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.#connect(), PAUSE);
      }
    });
  }

  /** Resolves when the server is there. */
  back() {
    return this.connected ? Promise.resolve() : new Promise((resolve) => this.waiting.push(() => resolve(undefined)));
  }

  /** @param {string} name @param {any} data */
  #take(name, data) {
    this.state.take(name, data);
    this.take(name, data);
    if (name === "all") this.#found();
  }

  #found() {
    clearTimeout(this.timer);
    this.tries = 0;
    this.connected = true;
    this.tell(true);
    for (const go of this.waiting.splice(0)) go();
  }

  #lost() {
    if (!this.connected && this.source === null && !this.isJoined) return;
    this.connected = false;
    this.tell(false);
  }

  #seen() {
    if (document.hidden) this.hiddenAt = Date.now();
    else if (this.hiddenAt && Date.now() - this.hiddenAt > SLEPT) this.open();
  }
}
