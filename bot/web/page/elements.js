/** The page's elements are made here, of text only: no title of a song becomes markup. */

/**
 * Makes an element. A `null` attribute is left out.
 * @param {string} tag @param {Record<string, string | null>} attributes @param {(Node | string)[]} content
 * @returns {any}
 */
export function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** A button with its act. @param {string} label @param {(event: Event) => void} act @param {string} [name] */
export function button(label, act, name) {
  const made = element("button", { type: "button", "aria-label": name ?? null }, label);
  made.addEventListener("click", act);
  return made;
}

/** Changes a text only where it differs, so that screen readers and selections keep it. @param {any} one
 * @param {string} text */
export function write(one, text) {
  if (one.textContent !== text) one.textContent = text;
}

/**
 * Makes the children of a list those wanted, without a move of one that is in order: a frame that is moved loads anew.
 * @param {any} list @param {any[]} wanted
 */
export function arrange(list, wanted) {
  const kept = new Set(wanted);
  for (const child of [...list.children]) if (!kept.has(child)) child.remove();
  let next = list.firstElementChild;
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling;
    else list.insertBefore(child, next);
  }
}

/** @param {string} id @returns {any} */
export const find = (id) => document.getElementById(id);
