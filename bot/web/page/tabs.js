/** One stream for all tabs of a browser: over HTTP/1.1 it opens six connections to a server, and each stream takes one.
 *
 * The tab that holds a lock has the stream, and tells the others what it tells. When that tab goes, the lock passes on.
 * A tab that is not answered, or that wakes from a sleep, takes the lock away from the one that has it.
 */

const PATIENCE = 3000; // milliseconds in which the leading tab has to answer

export class Tabs {
  /** Whether tabs can share: locks need HTTPS or this machine. A Mini App, whose address names no song, is alone. */
  static get can() {
    return "locks" in navigator && "BroadcastChannel" in window && location.pathname !== "/mixer";
  }

  /**
   * @param {{lead: () => void, follow: () => void, told: (name: string, data: any) => void, asked: () => void}} on
   * `lead` and `follow`: this tab leads from now on, or no more; `told`: by the leading tab; `asked`: of the leading
   * tab, for everything.
   */
  constructor(on) {
    this.on = on;
    this.name = `flbt ${location.pathname}`;
    this.isLeader = false;
    this.timer = 0;
    /** the lock that this tab has */
    this.held = {};
    /** @type {AbortController | null} ends the wait for the lock */
    this.waiting = null;
    /** gives the lock back */
    this.resign = () => {};
    this.channel = new BroadcastChannel(this.name);
    this.channel.addEventListener("message", ({ data: { name, data } }) => {
      if (name === "ask") {
        if (this.isLeader) on.asked();
      } else if (!this.isLeader) {
        clearTimeout(this.timer);
        on.told(name, data);
      }
    });
  }

  /** Follows the leading tab, and leads when no other does. */
  join() {
    this.waiting = new AbortController();
    this.#hold({ signal: this.waiting.signal });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.take(), PATIENCE);
    this.tell("ask", null);
  }

  /** Leads, whatever the leading tab does. */
  take() {
    this.waiting?.abort();
    this.#hold({ steal: true });
  }

  /** Leaves the lead to others, and waits for it no more. */
  leave() {
    this.isLeader = false;
    clearTimeout(this.timer);
    this.waiting?.abort();
    this.resign();
  }

  /** Tells the other tabs. @param {string} name @param {any} data */
  tell(name, data) {
    this.channel.postMessage({ name, data });
  }

  /** @param {LockOptions} options */
  async #hold(options) {
    const held = {};
    try {
      await navigator.locks.request(this.name, options, () => {
        this.held = held;
        this.isLeader = true;
        clearTimeout(this.timer);
        this.on.lead();
        return new Promise((resolve) => (this.resign = () => resolve(undefined)));
      });
    } catch {
      // another tab took it, or the wait was ended
      if (this.held !== held || !this.isLeader) return;
      this.isLeader = false;
      this.on.follow();
    }
  }
}
