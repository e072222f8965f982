/** The mixer in the thread of the sound. Play state belongs to the page: this one reports its position and the end. */
import { Mixer } from "./mixer.js";

const BLOCKS = 8; // of 128 samples between two reports

class MixerProcessor extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.mixer = new Mixer(options.processorOptions);
    this.port.onmessage = (event) => this.mixer.tell(event.data);
    this.blocks = 0;
  }

  process(_inputs, outputs) {
    this.mixer.fill(outputs[0][0], outputs[0][1]);
    if (this.blocks++ % BLOCKS === 0) this.port.postMessage(this.mixer.report());
    return true;
  }
}

registerProcessor("mixer", MixerProcessor);
