/** The page's controls: names, values and gestures. Text only: no title of a song becomes markup. */
import { Waveform } from "./waveform.js";
import { clock, preciseClock } from "./words.js";

const SKIP = 5; // seconds of an arrow key

/** @param {string} id @returns {any} */
const find = (id) => document.getElementById(id);

/**
 * @param {string} tag @param {Record<string, string>} attributes @param {(Node | string)[]} content
 * @returns {any}
 */
function element(tag, attributes, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** @param {HTMLElement} button @param {boolean} on */
function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

export class Controls {
  /**
   * @param {import("./song.js").Song} song
   * @param {import("./transport.js").Transport} transport
   * @param {import("./words.js").Say} say
   */
  constructor(song, transport, say) {
    this.song = song;
    this.transport = transport;
    this.say = say;
    this.name();
    this.stems = song.stems.map((stem, number) => this.#stem(stem, number));
    this.#listen();
    this.#keys();
  }

  /** Writes the sentences of the language. */
  name() {
    const { say, song } = this;
    for (const one of document.querySelectorAll("[data-text]")) {
      one.textContent = say(/** @type {HTMLElement} */ (one).dataset.text ?? "");
    }
    for (const [id, text] of [["position", "position"], ["tempo", "tempo"], ["pitch", "pitch"], ["stems", "stems"]]) {
      find(id).setAttribute("aria-label", say(text));
    }
    find("beats").hidden = !(song.analysis?.bpm && song.analysis.beats.length);
  }

  #listen() {
    const { transport } = this;
    find("play").addEventListener("click", () => transport.toggle());
    find("loop").addEventListener("click", () => transport.toggleLoop());
    find("loop-start").addEventListener("click", () => transport.setLoop("start"));
    find("loop-end").addEventListener("click", () => transport.setLoop("end"));
    find("count-in").addEventListener("click", () => transport.toggleCountIn());
    find("clicks").addEventListener("click", () => transport.toggleClicks());
    find("position").addEventListener("input", () => transport.seek(Number(find("position").value)));
    find("tempo").addEventListener("input", () => transport.tune({ tempo: Number(find("tempo").value) }));
    find("pitch").addEventListener("input", () => transport.tune({ pitch: Number(find("pitch").value) }));
    find("position").max = String(transport.seconds);
  }

  #keys() {
    const { transport } = this;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = /** @type {HTMLElement} */ (event.target);
      const isSlider = target instanceof HTMLInputElement && target.id !== "position";
      if (event.key === " " && target.closest("button") === null) transport.toggle();
      else if (event.key === "ArrowLeft" && !isSlider) transport.seek(transport.position - SKIP);
      else if (event.key === "ArrowRight" && !isSlider) transport.seek(transport.position + SKIP);
      else if (event.key === "l") transport.toggleLoop();
      else if (event.key === "[") transport.setLoop("start");
      else if (event.key === "]") transport.setLoop("end");
      else if (event.key >= "1" && event.key <= String(this.song.stems.length)) {
        const stem = Number(event.key) - 1;
        transport.setStem(stem, { muted: !transport.stems[stem].muted });
      } else return;
      event.preventDefault();
    });
  }

  /** @param {import("./song.js").Stem} stem @param {number} number */
  #stem(stem, number) {
    const { say, transport } = this;
    const name = say(`stem-${stem.name}`);
    const mute = element("button", { type: "button", "aria-label": say("mute", { name }) }, say("mute-short"));
    const solo = element("button", { type: "button", "aria-label": say("solo", { name }) }, say("solo-short"));
    const volume = element("input", { type: "range", min: "0", max: "100", step: "1", value: "100" });
    volume.setAttribute("aria-label", say("volume", { name }));
    const canvas = element("canvas", { "aria-hidden": "true" });
    const title = element("h3", {}, name);
    title.style.setProperty("--stem", stem.colour);
    find("stems").append(element("li", {}, title, mute, solo, volume, canvas));
    mute.addEventListener("click", () => transport.setStem(number, { muted: !transport.stems[number].muted }));
    solo.addEventListener("click", () => transport.setStem(number, { solo: !transport.stems[number].solo }));
    volume.addEventListener("input", () => transport.setStem(number, { volume: Number(volume.value) / 100 }));
    canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      transport.seek((event.offsetX / canvas.clientWidth) * transport.seconds);
    });
    return { mute, solo, volume, waveform: new Waveform(canvas, stem) };
  }

  /** Shows the state of the transport. */
  show() {
    const { transport, say } = this;
    const { position, seconds, loop } = transport;
    const play = find("play");
    play.disabled = !transport.ready;
    play.textContent = say(transport.playing ? "pause" : "play");
    const told = transport.trouble && say(transport.trouble);
    if (find("notice").textContent !== told) find("notice").textContent = told;
    find("tempo").disabled = find("pitch").disabled = !transport.sound.canStretch;
    const spoken = say("position-text", { at: clock(position), length: clock(seconds) });
    const slider = find("position");
    slider.value = String(position);
    if (slider.getAttribute("aria-valuetext") !== spoken) slider.setAttribute("aria-valuetext", spoken);
    find("time").textContent = `${clock(position)} / ${clock(seconds)}`;
    press(find("loop"), loop.on);
    press(find("count-in"), transport.countIn);
    press(find("clicks"), transport.clicks);
    find("loop-ends").textContent = `${preciseClock(loop.start)} – ${preciseClock(loop.end)}`;
    this.#tuned();
    this.#chords(position);
    const ends = loop.on ? { start: loop.start / seconds, end: loop.end / seconds } : null;
    const anySolo = transport.stems.some((one) => one.solo);
    this.stems.forEach(({ mute, solo, volume, waveform }, number) => {
      const stem = transport.stems[number];
      press(mute, stem.muted);
      press(solo, stem.solo);
      volume.setAttribute("aria-valuetext", `${Math.round(stem.volume * 100)} %`);
      waveform.draw(position / seconds, ends, stem.muted || (anySolo && !stem.solo));
    });
  }

  #tuned() {
    const { tempo, pitch } = this.transport;
    const bpm = this.song.analysis?.bpm;
    const beats = bpm ? ` · ${Math.round((bpm * tempo) / 100)} BPM` : "";
    const semitones = `${pitch > 0 ? "+" : ""}${pitch}`.replace("-", "−");
    find("tempo").value = String(tempo);
    find("pitch").value = String(pitch);
    find("tempo-text").textContent = `${tempo} %${beats}`;
    find("pitch-text").textContent = semitones;
    find("tempo").setAttribute("aria-valuetext", `${tempo} %${beats}`);
    find("pitch").setAttribute("aria-valuetext", this.say("semitones", { number: semitones }));
  }

  /** The chord at the position and the next ones, in the key that is heard. @param {number} position */
  #chords(position) {
    const analysis = this.song.analysis;
    const lane = find("chords");
    lane.hidden = !analysis?.chords.length;
    if (!analysis || lane.hidden) return;
    const names = analysis.names[((this.transport.pitch % 12) + 12) % 12];
    const at = analysis.chords.findIndex((chord) => chord.end > position);
    const coming = at < 0 ? [] : analysis.chords.slice(at, at + 6);
    const state = `${at} ${coming[0]?.start <= position} ${this.transport.pitch}`;
    if (lane.dataset.state === state) return;
    lane.dataset.state = state;
    lane.replaceChildren(
      ...coming.map((chord) => {
        const name = names[chord.root] + (chord.quality === "min" ? "m" : "");
        return element("li", chord.start <= position ? { "aria-current": "true" } : {}, name);
      }),
    );
  }
}
