// The elements that are pressed: buttons and overflow menus; and the frame that shows waiting.

import { agreed } from "./dialog.js";
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
  node.addEventListener("click", () => press(element, field, node, element.url));
  return node;
}

/** Ask if the element asks, follow its link if it has one, then tell the app; `value` only where one was picked. */
async function press(element, field, node, address, value) {
  if (node.getAttribute("aria-busy") === "true" || !(await agreed(element.confirm, field.ctx))) return;
  const url = safeUrl(address);
  if (url) window.open(url, "_blank", "noopener,noreferrer");
  await waiting(node, () => act(field.form, field.block, element, value));
}

function overflow(element, field) {
  const node = el(
    "button",
    {
      type: "button",
      id: field.id,
      class: "button button-icon",
      "aria-label": element.accessibility_label || "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { field: fieldKey(field.block, element), actionId: element.action_id ?? "" },
    },
    icon("more"),
  );
  node.addEventListener("click", () =>
    openMenu(
      node,
      (element.options ?? []).map((each) => item(each, element, field, node)),
      { label: "More actions" },
    ),
  );
  return node;
}

function item(each, element, field, node) {
  const note = flat(each.description, field.ctx);
  return {
    label: el(
      "span",
      { class: "menu-words" },
      el("span", { class: "menu-name" }, textOf(each.text, field.ctx)),
      note ? el("span", { class: "menu-sub" }, note) : null,
    ),
    pick: () => press(element, field, node, each.url, each.value),
  };
}
