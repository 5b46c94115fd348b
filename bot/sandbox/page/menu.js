// A menu that opens under a button: arrow keys move, Enter picks, Escape or a click elsewhere closes.

import { el } from "./dom.js";

let open = null;

/** Items: {label: nodes, pick, checked?, tone?, note?, heading?}. Focus goes back to the anchor on close. */
export function openMenu(anchor, items, { label, wide = false } = {}) {
  const again = open?.anchor === anchor;
  closeMenu();
  if (again) return;
  const list = el("div", {
    class: `menu${wide ? " menu-wide" : ""}`,
    role: "menu",
    "aria-label": label,
    onkeydown: keys,
  });
  list.append(...items.map(row));
  place(anchor, list);
  const buttons = [...list.querySelectorAll("button")];
  (buttons.find((button) => button.getAttribute("aria-checked") === "true") ?? buttons[0])?.focus();
}

function row(item) {
  if (item.heading) return el("div", { class: "menu-heading", role: "presentation" }, item.heading);
  if (!item.pick) return el("div", { class: "menu-note", role: "presentation" }, item.label);
  const radio = item.checked !== undefined;
  const props = {
    type: "button",
    class: `menu-item${item.tone ? ` tone-${item.tone}` : ""}`,
    role: radio ? "menuitemradio" : "menuitem",
    "aria-checked": radio ? String(item.checked) : null,
    tabIndex: -1,
    onclick: () => {
      closeMenu();
      item.pick();
    },
  };
  return el("button", props, item.label);
}

/** Any box under an anchor, closed by Escape, by a click elsewhere and by a change of window size. */
export function place(anchor, box) {
  const host = anchor.closest("[role=dialog]") ?? document.body;
  host.append(box);
  anchor.setAttribute("aria-expanded", "true");
  const outside = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) closeMenu(false);
  };
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", closeMenu);
  open = { anchor, box, outside };
  fit(anchor, box);
}

function fit(anchor, box) {
  const spot = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(spot.left, window.innerWidth - size.width - 8));
  const below = spot.bottom + 6 + size.height <= window.innerHeight - 8;
  const top = below ? spot.bottom + 6 : Math.max(8, spot.top - size.height - 6);
  box.style.setProperty("left", `${left}px`);
  box.style.setProperty("top", `${top}px`);
}

export function closeMenu(focus = true) {
  if (!open) return false;
  const { anchor, box, outside } = open;
  open = null;
  document.removeEventListener("pointerdown", outside, true);
  window.removeEventListener("resize", closeMenu);
  const inside = box.contains(document.activeElement);
  box.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (focus !== false && inside && anchor.isConnected) anchor.focus();
  box.onclosed?.();
  return true;
}

export function menuIsOpen() {
  return open !== null;
}

function keys(event) {
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 };
  if (event.key === "Escape" || event.key === "Tab") {
    event.stopPropagation();
    event.preventDefault();
    closeMenu();
  } else if (event.key in moves) {
    event.preventDefault();
    buttons[(moves[event.key] + buttons.length) % buttons.length]?.focus();
  }
}
