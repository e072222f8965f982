/** What the page knows: tasks and messages, as the server told them. Pure. */

/** @typedef {any} Task as in `docs/web-api.md` */
/** @typedef {{id: string, text: string, buttons: {label: string, action: string}[][]}} Message */
/** @typedef {{song: string, tasks: Task[]}} Song its tasks, the oldest first */

export class State {
  constructor() {
    /** @type {Map<string, Task>} */
    this.tasks = new Map();
    /** @type {Map<string, Message>} */
    this.messages = new Map();
    /** @type {Set<string>} ids of messages that a person closed */
    this.closed = new Set();
  }

  /** Takes one event, or the task of an `answer`, which may come after later events. @param {string} name
   * @param {any} data */
  take(name, data) {
    if (name === "all") {
      const foreign = [...this.tasks.values()].filter((task) => !task.mine);
      this.tasks = new Map([...foreign, ...data.tasks].map((task) => [task.task_id, task]));
      this.messages = new Map(data.messages.map((/** @type {Message} */ one) => [one.id, one]));
    } else if (name === "task") this.tasks.set(data.task_id, data);
    else if (name === "answer") {
      const known = this.tasks.get(data.task_id);
      if (!known?.mine || isOpen(known)) this.tasks.set(data.task_id, data);
    }
    else if (name === "task-gone") this.tasks.delete(data.task_id);
    else if (name === "message") {
      this.messages.set(data.id, data);
      this.closed.delete(data.id); // it has something new to say
    } else if (name === "message-gone") this.messages.delete(data.id);
  }

  /** @param {string} id */
  close(id) {
    this.closed.add(id);
  }

  /** Messages to show, the newest first. */
  get shown() {
    return [...this.messages.values()].filter((one) => !this.closed.has(one.id)).reverse();
  }

  /** Songs, by the time of their first task, the newest first: no song moves while one works with it. */
  get songs() {
    /** @type {Map<string, Song>} */
    const songs = new Map();
    const tasks = [...this.tasks.values()].sort((one, other) => one.created_at - other.created_at);
    for (const task of tasks) {
      const song = songs.get(task.song);
      if (song) song.tasks.push(task);
      else songs.set(task.song, { song: task.song, tasks: [task] });
    }
    return [...songs.values()].reverse();
  }
}

/** @param {Task} task */
export function isOpen(task) {
  return ["receiving", "waiting", "ready", "sending"].includes(task.phase);
}

/** The task whose title, stems and pictures stand for a song: a finished one of all stems, if there is one.
 * @param {Task[]} tasks */
export function baseOf(tasks) {
  const newest = [...tasks].reverse();
  const isPlain = (/** @type {Task} */ task) => task.order.content.kind === "stems" && isUntreated(task.order.effect);
  return (
    newest.find((task) => task.phase === "done" && !task.gone && isPlain(task)) ??
    newest.find((task) => task.phase === "done" && isPlain(task)) ??
    newest.find((task) => task.phase === "done") ??
    newest.find(isOpen) ??
    newest[0]
  );
}

/** @param {any} effect */
export function isUntreated(effect) {
  const { tempo = 100, key = 0, click = null, count_in = 0, passage = null } = effect ?? {};
  return tempo === 100 && key === 0 && !click && !count_in && !passage;
}

/** The fraction of a task that is done, 0 to 1; null while it is not known. @param {Task} task */
export function fractionOf(task) {
  const fraction = task.progress?.fraction;
  return typeof fraction === "number" ? Math.min(1, Math.max(0, fraction)) : null;
}

/** The page's title: how far the song in the works is, for people in another tab. @param {Task[]} tasks */
export function titleOf(tasks) {
  const open = tasks.filter(isOpen);
  if (open.length === 0) return "FL-BT";
  const fraction = open.map(fractionOf).find((one) => one !== null);
  return fraction == null ? "… – FL-BT" : `${Math.floor(100 * fraction)} % – FL-BT`;
}

/** A card's text without its bar of blocks, which the page draws. @param {string} text */
export function withoutBar(text) {
  return text.replace(/[▰▱]+[^\S\n]*/g, "");
}

/** The data of the button that forgets a task's song, confirmed. A card shows it behind others, which name the same
 * request; '' for a task without buttons. @param {Task} task */
export function forgetting(task) {
  const actions = task.buttons.flat().map((/** @type {any} */ one) => /^[a-z]+:([0-9a-f]{16})/.exec(one.action)?.[1]);
  const request = actions.find(Boolean);
  return request ? `forget:${request}:yes` : "";
}
