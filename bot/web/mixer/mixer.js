/** Opens the player of one song: from a link, or in a chat's own program, which says who opened it. */

const LOOK = 1000; // milliseconds between two looks
const TELEGRAM = "https://web.telegram.org";

// What Telegram's programs append. https://core.telegram.org/bots/webapps#initializing-mini-apps
const given = new URLSearchParams(location.hash.slice(1));
const [, named] = /^\/mixer\/([\w-]+)$/.exec(location.pathname) ?? [];
const opening = {
  song: named ?? given.get("tgWebAppStartParam") ?? "",
  init_data: given.get("tgWebAppData") ?? "",
};

/** Tells the program around the page, if there is one. @param {string} eventType */
function tell(eventType) {
  const around = /** @type {any} */ (window).TelegramWebviewProxy;
  if (around) around.postEvent(eventType, "{}");
  else if (parent !== window) parent.postMessage(JSON.stringify({ eventType, eventData: {} }), TELEGRAM);
}

/** @param {string} id */
function find(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} sentence */
function say(sentence) {
  if (find("said").textContent !== sentence) find("said").textContent = sentence;
}

async function look() {
  const answer = await fetch("/api/mixer", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(opening),
  });
  return { answer, told: await answer.json() };
}

/** Looks until the player is there, or cannot be. */
async function open() {
  find("again").hidden = true;
  for (;;) {
    try {
      const { answer, told } = await look();
      if (told.heading) find("song").textContent = told.heading;
      if (told.player) return location.replace(told.player);
      say(told.error ?? told.text);
      if (told.error && ![429, 503].includes(answer.status)) break;
    } catch {
      say(document.body.dataset.lost ?? "");
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
  find("again").hidden = false;
}

find("again").addEventListener("click", () => void open());
tell("web_app_ready");
tell("web_app_expand");
void open();
