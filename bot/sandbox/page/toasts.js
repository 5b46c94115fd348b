// Short notes at the edge of the page, and the list behind the bell that keeps them.

import { el, icon } from "./dom.js";

const SHOWN_MS = 8000;
const KEPT = 50;

export const kept = [];
const listeners = [];

export function onToast(listener) {
  listeners.push(listener);
}

/** Show `text` for a while; `tone` is "info" or "error". */
export function toast(text, tone = "info", at = "") {
  kept.unshift({ text, tone, at, read: false });
  kept.length = Math.min(kept.length, KEPT);
  const box = document.getElementById("toasts");
  const node = el("div", { class: `toast toast-${tone}`, role: tone === "error" ? "alert" : "status" });
  const close = () => {
    clearTimeout(timer);
    node.remove();
  };
  const timer = setTimeout(close, SHOWN_MS);
  node.append(
    el("span", { class: "toast-text" }, text),
    el("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: close }, icon("close", 14)),
  );
  box.append(node);
  while (box.children.length > 4) box.firstElementChild.remove();
  for (const listener of listeners) listener();
}

/** Start the list anew with what was said to this person earlier. */
export function remember(notes) {
  kept.splice(
    0,
    kept.length,
    ...notes
      .map((note) => ({ tone: "info", read: true, ...note }))
      .reverse()
      .slice(0, KEPT),
  );
  for (const listener of listeners) listener();
}

export function readAll() {
  for (const note of kept) note.read = true;
  for (const listener of listeners) listener();
}

export function unreadNotes() {
  return kept.filter((note) => !note.read).length;
}
