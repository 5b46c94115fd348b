// What every dialog needs: a focus trap, and the small "are you sure?" of Slack's confirm object.

import { el } from "./dom.js";
import { flat, textOf } from "./mrkdwn.js";

const FOCUSABLE =
  "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex='0']";

export function focusables(box) {
  return [...box.querySelectorAll(FOCUSABLE)].filter((node) => node.tabIndex >= 0 && node.getClientRects().length > 0);
}

/** Keep Tab inside `box`. */
export function trap(box) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const nodes = focusables(box);
    const [first, last] = [nodes[0], nodes.at(-1)];
    const edge = event.shiftKey ? first : last;
    if (document.activeElement !== edge && box.contains(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  });
}

/** Ask what the confirm object asks; true when the person agrees. Without one there is nothing to ask. */
export function agreed(confirm, ctx) {
  if (!confirm) return Promise.resolve(true);
  const back = document.activeElement;
  return new Promise((resolve) => {
    const end = (answer) => {
      shade.remove();
      if (back?.isConnected) back.focus();
      resolve(answer);
    };
    const shade = el("div", { class: "shade shade-confirm" }, confirmBox(confirm, ctx, end));
    shade.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      end(false);
    });
    document.body.append(shade);
    shade.querySelector("[data-agree]").focus();
  });
}

function confirmBox(confirm, ctx, end) {
  const style = confirm.style === "danger" ? "danger" : "primary";
  const box = el(
    "div",
    {
      class: "dialog dialog-small",
      role: "alertdialog",
      "aria-modal": "true",
      "aria-label": flat(confirm.title, ctx) || "Are you sure?",
      "aria-describedby": "confirm-text",
    },
    el("h2", { class: "dialog-title" }, textOf(confirm.title ?? "Are you sure?", ctx)),
    el("div", { class: "dialog-text", id: "confirm-text" }, textOf(confirm.text, ctx)),
    el(
      "div",
      { class: "dialog-foot" },
      el(
        "button",
        { type: "button", class: "button", onclick: () => end(false) },
        textOf(confirm.deny ?? "Cancel", ctx),
      ),
      el(
        "button",
        { type: "button", class: `button button-${style}`, data: { agree: "" }, onclick: () => end(true) },
        textOf(confirm.confirm ?? "Yes", ctx),
      ),
    ),
  );
  trap(box);
  return box;
}
