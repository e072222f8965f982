/** The page's sentences in one language, and figures. */

/** @typedef {(id: string, values?: Record<string, string | number>) => string} Say */

/** @param {Record<string, string>} texts @returns {Say} */
export function sayer(texts) {
  return (id, values = {}) =>
    (texts[id] ?? id).replace(/\{\s*\$?([\w-]+)\s*\}/g, (_, name) => String(values[name] ?? ""));
}

/** 1:05, or 1:00:05. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.round(seconds);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** 48.3 MB, in the language's figures. @param {number} bytes @param {string} language */
export function size(bytes, language) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  const most = value < 99.95 && unit > 0 ? 1 : 0;
  return `${value.toLocaleString(language, { maximumFractionDigits: most })} ${units[unit]}`;
}

/** 1:02.5, 62,5 or 62 in seconds; NaN for what is no time. @param {string} text */
export function secondsOf(text) {
  const found = /^(?:(?:(\d+):)?(\d{1,3}):)?(\d{1,5}(?:[.,]\d+)?)$/.exec(text.trim());
  if (!found) return NaN;
  const seconds = Number(found[3].replace(",", "."));
  if (found[2] !== undefined && seconds >= 60) return NaN;
  return Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + seconds;
}

/** −2, +2 or 0, with a true minus. @param {number} number */
export function signed(number) {
  return `${number > 0 ? "+" : ""}${number}`.replace("-", "−");
}

/** The first letter large. @param {string} text */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
