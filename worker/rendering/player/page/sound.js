/** The sound of the page: the mixer in a worklet, or behind a ScriptProcessorNode where there are no worklets. */
import { Mixer } from "./mixer.js";

const SCRIPT_BLOCK = 2048; // samples

/** The text of a script that the page holds but does not run. @param {string} id */
function heldScript(id) {
  return document.getElementById(id)?.textContent ?? "";
}

/** A worklet's address. A page from disk may load `data:`, not `blob:`. @param {string} code */
function moduleUrl(code) {
  return `data:text/javascript;charset=utf-8,${encodeURIComponent(code)}`;
}

export class Sound {
  /**
   * @param {object} options the mixer's song
   * @param {number} rate
   * @param {(report: {index: number, seeks: number, waiting: boolean, ended: boolean}) => void} onReport
   */
  constructor(options, rate, onReport) {
    this.options = options;
    this.rate = rate;
    this.onReport = onReport;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {AudioNode | null} */
    this.node = null;
    /** @type {any} Signalsmith Stretch, once tempo or pitch was changed */
    this.stretch = null;
    this.latency = 0; // seconds of the stretch, while it is in use
    /** @type {((message: object, moved: Transferable[]) => void) | null} */
    this.post = null;
    /** @type {[object, Transferable[]][]} messages before the first Play */
    this.waiting = [];
    /** @type {Promise<void> | null} */
    this.opening = null;
    this.tuning = Promise.resolve();
    this.canStretch = typeof AudioWorkletNode === "function" && window.isSecureContext;
  }

  static isSupported() {
    return typeof AudioContext === "function" && typeof OfflineAudioContext === "function";
  }

  /** @param {object} message @param {Transferable[]} moved */
  send(message, moved = []) {
    if (this.post === null) this.waiting.push([message, moved]);
    else this.post(message, moved);
  }

  /** Opens the sound, at the first gesture, and wakes it. */
  async open() {
    this.opening ??= this.#open();
    await this.opening;
    if (this.context?.state !== "running") await this.context?.resume();
  }

  async #open() {
    const session = /** @type {any} */ (navigator).audioSession;
    if (session) session.type = "playback"; // on iPhones: plays although the ringer is off
    const context = new AudioContext({ sampleRate: this.rate });
    this.context = context;
    if (this.canStretch) {
      await context.audioWorklet.addModule(moduleUrl(heldScript("mixer-worklet")));
      const node = new AudioWorkletNode(context, "mixer", {
        numberOfInputs: 0,
        outputChannelCount: [2],
        processorOptions: this.options,
      });
      node.port.onmessage = (event) => this.onReport(event.data);
      this.post = (message, moved) => node.port.postMessage(message, moved);
      this.node = node;
    } else {
      const mixer = new Mixer(/** @type {any} */ (this.options));
      const node = context.createScriptProcessor(SCRIPT_BLOCK, 0, 2);
      node.onaudioprocess = (event) => {
        mixer.fill(event.outputBuffer.getChannelData(0), event.outputBuffer.getChannelData(1));
        this.onReport(mixer.report());
      };
      this.post = (message) => mixer.tell(message);
      this.node = node;
    }
    this.node.connect(context.destination);
    for (const [message, moved] of this.waiting.splice(0)) this.post(message, moved);
  }

  /** Speed 1 is the song's. Pitch stays, moved by `semitones`. @param {number} speed @param {number} semitones */
  tune(speed, semitones) {
    this.send({ type: "speed", speed });
    if (!this.canStretch || this.context === null) return Promise.resolve();
    this.tuning = this.tuning.then(() => this.#tune(speed, semitones));
    return this.tuning;
  }

  /** @param {number} speed @param {number} semitones */
  async #tune(speed, semitones) {
    const { context, node } = this;
    if (context === null || node === null) return;
    const isPlain = speed === 1 && semitones === 0;
    if (isPlain && this.latency === 0) return;
    if (!isPlain && this.stretch === null) this.stretch = await this.#makeStretch(context);
    const wasPlain = this.latency === 0;
    if (!isPlain) {
      await this.stretch.schedule({ active: true, semitones: semitones - 12 * Math.log2(speed) });
      this.latency = await this.stretch.latency();
    } else {
      this.latency = 0;
    }
    if (isPlain === wasPlain) return;
    node.disconnect();
    node.connect(isPlain ? context.destination : this.stretch);
  }

  /** @param {AudioContext} context */
  async #makeStretch(context) {
    const code = heldScript("stretch");
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
    const make = /** @type {any} */ (window).SignalsmithStretch;
    make.moduleUrl = moduleUrl(code);
    const stretch = await make(context, { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [2] });
    stretch.connect(context.destination);
    return stretch;
  }
}
