/** The page's sentences in one language. */

/** @typedef {(id: string, values?: Record<string, string>) => string} Say */

/** The language asked for, else the browser's, else English. @param {string} asked @param {string[]} known */
export function chosenLanguage(asked, known) {
  const primary = (/** @type {string} */ code) => code.toLowerCase().split("-")[0];
  for (const code of [asked, ...navigator.languages]) {
    const found = code && known.find((one) => primary(one) === primary(code));
    if (found) return found;
  }
  return "en";
}

/** @param {Record<string, string>} texts @returns {Say} */
export function sayer(texts) {
  return (id, values = {}) => (texts[id] ?? id).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** 1:05, or 1:00:05. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** 1:05.3, for the ends of a loop. @param {number} seconds */
export function preciseClock(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  return `${clock(tenths / 10)}.${tenths % 10}`;
}
