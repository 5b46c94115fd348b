// The elements that are pressed: buttons and overflow menus; and the frame that shows waiting.

import { el, icon, safeUrl } from "./dom.js";
import { act, fieldKey } from "./form.js";
import { openMenu } from "./menu.js";
import { flat, textOf } from "./mrkdwn.js";

export const PRESSED = { button, workflow_button: button, overflow };

/** Show a spinner on `node` and ignore presses until `work` is done. */
export async function waiting(node, work) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function button(element, field) {
  const style = ["primary", "danger"].includes(element.style) ? ` button-${element.style}` : "";
  const node = el("button", {
    type: "button",
    id: field.id,
    class: `button${style}`,
    "aria-label": element.accessibility_label || null,
    data: { field: fieldKey(field.block, element), actionId: element.action_id ?? "" },
  });
  node.append(el("span", { class: "button-words" }, textOf(element.text, field.ctx)));
  node.addEventListener("click", () => waiting(node, () => press(element, field)));
  return node;
}

async function press(element, field) {
  const url = safeUrl(element.url);
  if (url) window.open(url, "_blank", "noopener,noreferrer");
  await act(field.form, field.block, element, undefined, field.ctx);
}

function overflow(element, field) {
  const node = el(
    "button",
    { type: "button", id: field.id, class: "button button-icon", "aria-label": element.accessibility_label || "More actions", "aria-haspopup": "menu", "aria-expanded": "false", data: { field: fieldKey(field.block, element), actionId: element.action_id ?? "" } },
    icon("more"),
  );
  node.addEventListener("click", () => openMenu(node, (element.options ?? []).map((each) => item(each, element, field, node)), { label: "More actions" }));
  return node;
}

function item(each, element, field, node) {
  const note = flat(each.description, field.ctx);
  return {
    label: el("span", { class: "menu-words" }, el("span", { class: "menu-name" }, textOf(each.text, field.ctx)), note ? el("span", { class: "menu-sub" }, note) : null),
    pick: () => {
      const url = safeUrl(each.url);
      if (url) window.open(url, "_blank", "noopener,noreferrer");
      void waiting(node, () => act(field.form, field.block, element, each.value, field.ctx));
    },
  };
}
