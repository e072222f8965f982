/** The waveform of a stem on a canvas; the part that was played is brighter, the loop has a ground of its own. */
import { bytesOf } from "./song.js";

export class Waveform {
  /** @param {HTMLCanvasElement} canvas @param {import("./song.js").Stem} stem */
  constructor(canvas, stem) {
    this.canvas = canvas;
    this.peaks = bytesOf(stem.peaks);
    this.colour = stem.colour;
    this.drawn = "";
  }

  /** All three as fractions of the song. @param {number} position @param {{start: number, end: number} | null} loop
   * @param {boolean} silent */
  draw(position, loop, silent) {
    const { canvas } = this;
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
    const played = Math.round(position * width);
    const state = `${width} ${height} ${played} ${loop?.start} ${loop?.end} ${silent}`;
    if (state === this.drawn || width === 0) return;
    this.drawn = state;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = pen.strokeStyle = this.colour;
    if (loop !== null) {
      pen.globalAlpha = 0.15;
      pen.fillRect(loop.start * width, 0, (loop.end - loop.start) * width, height);
    }
    const faint = silent ? 0.15 : 0.4;
    for (let x = 0; x < width; x++) {
      const half = (this.#peak(x, width) / 255) * (height / 2 - 1) + 0.5;
      pen.globalAlpha = x < played ? (silent ? 0.3 : 1) : faint;
      pen.fillRect(x, height / 2 - half, 1, 2 * half);
    }
    pen.globalAlpha = 1;
    pen.fillRect(Math.min(played, width - scale), 0, scale, height);
  }

  /** The largest peak in a column of pixels. @param {number} x @param {number} width */
  #peak(x, width) {
    const { peaks } = this;
    const from = Math.floor((x * peaks.length) / width);
    const to = Math.max(from + 1, Math.floor(((x + 1) * peaks.length) / width));
    let peak = 0;
    for (let i = from; i < to; i++) peak = Math.max(peak, peaks[i]);
    return peak;
  }
}
