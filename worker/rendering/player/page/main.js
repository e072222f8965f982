/** Starts the page. */
import { Controls } from "./controls.js";
import { readSong } from "./song.js";
import { Sound } from "./sound.js";
import { Transport } from "./transport.js";
import { chosenLanguage, sayer } from "./words.js";

function main() {
  const song = readSong();
  const language = chosenLanguage(song.language, Object.keys(song.texts));
  const say = sayer(song.texts[language]);
  document.documentElement.lang = language;
  const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
  if (!Sound.isSupported()) {
    notice.textContent = say("no-sound");
    return;
  }
  let due = false;
  const transport = new Transport(song, () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      controls.show();
    });
  });
  const controls = new Controls(song, transport, say);
  controls.show();
  new ResizeObserver(() => controls.show()).observe(document.body);
  document.addEventListener("visibilitychange", () => {
    // A phone that slept has stopped the sound.
    if (!document.hidden && transport.playing) transport.sound.open().catch(console.error);
  });
}

main();
