"""A page with the player in it, as a person uses it, and what is heard of it."""

import base64
import time

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Frame, Locator, Page, expect

from tests.sounds import RATE

Sound = NDArray[np.float32]

SILENT, LOUD = 0.002, 0.15  # amplitudes of tones of 0.2

#: Records what arrives at the destination, before anything of the page runs. The worklet is a `data:` module of the
#: page's own kind; where there are no worklets, a ScriptProcessorNode records.
RECORD = """
(() => {
  const recorder = `registerProcessor("recorder", class extends AudioWorkletProcessor {
    process(inputs) {
      const [left, right] = inputs[0].length ? inputs[0] : [new Float32Array(128), new Float32Array(128)];
      this.port.postMessage([left.slice(), (right ?? left).slice()]);
      return true;
    }
  });`;
  window.heard = { left: [], right: [], contexts: 0 };
  const keep = ([left, right]) => { window.heard.left.push(left); window.heard.right.push(right); };
  const connect = AudioNode.prototype.connect;
  const recorders = new WeakMap();
  const make = async (context) => {
    window.heard.contexts++;
    window.heard.clock = () => context.currentTime;
    const gain = context.createGain();
    recorders.set(context, gain);
    await context.audioWorklet.addModule("data:text/javascript," + encodeURIComponent(recorder));
    const node = new (window.RecorderNode ?? AudioWorkletNode)(context, "recorder", { numberOfOutputs: 0 });
    node.port.onmessage = (event) => keep(event.data);
    connect.call(gain, node);
  };
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      if (!recorders.has(this.context)) void make(this.context);
      connect.call(this, recorders.get(this.context));
    }
    return connect.call(this, to, ...rest);
  };
  const toText = (blocks) => {
    const bytes = new Uint8Array(blocks.length * 512);
    blocks.forEach((block, i) => bytes.set(new Uint8Array(block.buffer), i * 512));
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(text);
  };
  window.takeHeard = () => [toText(window.heard.left.splice(0)), toText(window.heard.right.splice(0))];
})();
"""


class Player:
    """The player by roles and names. `frame`: where it is, if it is not the page itself."""

    def __init__(self, page: Page, errors: list[str], frame: Frame | None = None) -> None:
        self.page = page
        self.errors = errors
        self._at = frame or page

    def button(self, name: str) -> Locator:
        return self._at.get_by_role("button", name=name, exact=True)

    def slider(self, name: str) -> Locator:
        return self._at.get_by_role("slider", name=name, exact=True)

    def play(self) -> None:
        expect(self.button("Play")).to_be_enabled(timeout=20_000)
        self.button("Play").click()
        expect(self.button("Pause")).to_be_visible()

    def pause(self) -> None:
        self.button("Pause").click()

    def stands_at(self, seconds: float, within: float = 1e-3, patience: float = 30) -> None:
        """Waits until the position is there: the page shows a change with its next frame."""
        end = time.monotonic() + patience
        while abs(self.position - seconds) > within:
            assert time.monotonic() < end, f"at {self.position} instead of {seconds}"
            self.page.wait_for_timeout(20)

    @property
    def position(self) -> float:
        return float(self.slider("Position").input_value())

    def clock(self) -> tuple[float, float]:
        """The seconds of sound so far, and the position, at one moment."""
        sound, position = self._at.evaluate("[heard.clock(), Number(document.getElementById('position').value)]")
        return float(sound), float(position)

    def wait_until(self, seconds: float, patience: float = 30) -> None:
        """Waits until the position has passed `seconds`."""
        end = time.monotonic() + patience
        while self.position < seconds:
            assert time.monotonic() < end, f"still at {self.position}"
            self.page.wait_for_timeout(20)

    def listen(self, seconds: float) -> Sound:
        """What is heard from now on, for so long: (samples, 2), settled for a moment before."""
        self.page.wait_for_timeout(400)
        self.taken()
        parts: list[Sound] = []
        end = time.monotonic() + 30
        while sum(map(len, parts)) < seconds * RATE:
            assert time.monotonic() < end, "no sound is recorded"
            self.page.wait_for_timeout(100)
            parts.append(self.taken())
        return np.concatenate(parts)

    def taken(self) -> Sound:
        """What was heard since the last time: (samples, 2)."""
        sides = [np.frombuffer(base64.b64decode(side), np.float32) for side in self._at.evaluate("takeHeard()")]
        return np.stack(sides, axis=1)


def level(sound: Sound) -> float:
    """RMS in dB of full scale."""
    return float(20 * np.log10(np.sqrt((sound.astype(float) ** 2).mean()) + 1e-9))


def strength(sound: Sound, hertz: float) -> float:
    """The amplitude of one tone in the left side."""
    side = sound[:, 0] * np.hanning(len(sound)) * 2
    time_ = np.arange(len(side)) / RATE
    return float(2 * abs(np.mean(side * np.exp(-2j * np.pi * hertz * time_))))


def pitch(sound: Sound) -> float:
    """The frequency of the loudest tone in Hz."""
    side = sound[:, 0] * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(side, 1 << 20))
    return float(np.argmax(spectrum) * RATE / (1 << 20))
