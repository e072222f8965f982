/** The box for links and words, and the ways of a file into the page. */
import { Refused } from "./api.js";
import { find, write } from "./elements.js";

/** @typedef {import("./main.js").Page} Page */

/** @param {Page} page @param {(files: Iterable<File>) => void} upload */
export function listen(page, upload) {
  const words = find("words");
  find("ask").addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (!text) return words.focus();
    const send = find("ask").querySelector("[type=submit]");
    if (send.getAttribute("aria-disabled") === "true") return;
    send.setAttribute("aria-disabled", "true"); // it keeps the focus, unlike a disabled one
    const isTaken = await page.ask("/api/say", text);
    if (isTaken && words.value.trim() === text) words.value = "";
    send.removeAttribute("aria-disabled");
  });
  find("choose").addEventListener("click", () => find("files").click());
  find("files").addEventListener("change", () => {
    upload([...find("files").files]);
    find("files").value = ""; // the same file may be chosen again
  });
  listenForDrops(upload);
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (files?.length) upload([...files]);
  });
}

/** A file may be dropped anywhere. @param {(files: Iterable<File>) => void} upload */
function listenForDrops(upload) {
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  const show = (/** @type {boolean} */ on) => (find("drop").hidden = !on);
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(false);
  });
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(false);
    upload([...(event.dataTransfer?.files ?? [])]);
  });
}

/** Shows whether the server is there. @param {Page} page @param {boolean} connected */
export function tellConnection(page, connected) {
  write(find("connection"), connected ? "" : page.say("web-lost"));
}

/** The sentence of an error. @param {Page} page @param {unknown} error */
export function sentenceFor(page, error) {
  if (error instanceof Refused) return error.message;
  console.error(error);
  return page.say("web-went-wrong");
}
