// Modals: the acting person's stack of views, the last one on top and in use, the others kept underneath as they are.

import { blockItems, setError } from "./blocks.js";
import { el, icon, patch } from "./dom.js";
import { focusables, trap } from "./dialog.js";
import { waiting } from "./elements.js";
import { keepFocus } from "./focus.js";
import { collect, dropForm, formOf, prune } from "./form.js";
import { closeMenu, menuIsOpen } from "./menu.js";
import { plain } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { bot, context, explain, perform, store } from "./state.js";

let topId = null;
let cameFrom = null;
let shownIds = [];

const at = (id) => document.getElementById(id);

export function drawModals() {
  const views = store.server?.views ?? [];
  const ctx = context();
  for (const id of shownIds) if (!views.some((each) => each.id === id)) dropForm({ view_id: id });
  shownIds = views.map((each) => each.id);
  if (views.length && !topId) cameFrom = document.activeElement;
  const items = views.map((each) => ({ key: each.id, hash: "", make: () => shell(each.id) }));
  const nodes = patch(at("modals"), items);
  views.forEach((each, index) => fill(nodes[index], each, { ...ctx, top: index === views.length - 1 }));
  at("modals").hidden = views.length === 0;
  at("frame").inert = views.length > 0;
  turn(views.at(-1)?.id ?? null, nodes.at(-1));
}

/** Another view is on top: move the focus there, or back to where the person was. */
function turn(id, node) {
  if (id === topId) return;
  topId = id;
  if (menuIsOpen()) closeMenu(false);
  if (node) {
    const fields = focusables(node.querySelector(".modal-body"));
    const wanted =
      node.querySelector("[autofocus]") ??
      fields.find((each) => each.matches("[data-field]")) ??
      node.querySelector(".modal-close");
    wanted?.focus();
  } else {
    if (cameFrom?.isConnected) cameFrom.focus();
    cameFrom = null;
  }
}

function shell(id) {
  const title = el("h2", { class: "modal-title", id: `title-${id}` });
  const close = el(
    "button",
    { type: "button", class: "icon-button modal-close", "aria-label": "Close dialog", onclick: () => dismiss(id) },
    icon("close"),
  );
  const face = el("span", { class: "modal-face" });
  const form = el(
    "form",
    {
      class: "modal",
      novalidate: true,
      role: "dialog",
      "aria-modal": "true",
      "aria-labelledby": title.id,
      data: { view: id },
    },
    el("header", { class: "modal-head" }, face, title, close),
    el("div", { class: "modal-body blocks" }),
    el("div", { class: "modal-error", role: "alert", hidden: true }),
    el("footer", { class: "modal-foot" }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("[data-submit]");
    if (button) void waiting(button, () => submit(id, form));
  });
  form.addEventListener("keydown", (event) => keys(event, id, form));
  trap(form);
  return el("div", { class: "shade" }, form);
}

function keys(event, id, form) {
  if (event.key === "Escape") {
    event.preventDefault();
    void dismiss(id);
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
}

function dismiss(id) {
  return perform("close", { view_id: id });
}

function fill(node, { id, view, values, errors }, ctx) {
  node.hidden = !ctx.top;
  const body = node.querySelector(".modal-body");
  const form = formOf({ view_id: id });
  form.values = values ?? {};
  form.blocks = view.blocks ?? [];
  node.querySelector(".modal-title").replaceChildren(...plain(view.title));
  patch(node.querySelector(".modal-face"), [{ key: "face", hash: ctx.salt, make: () => avatar(bot(), "s") }]);
  keepFocus(body, () => patch(body, blockItems(form.blocks, { form, ctx, kind: "modal" }, ctx.salt)));
  prune(form, form.blocks);
  patch(node.querySelector(".modal-foot"), footer(id, view));
  form.onEdit = () => markErrors(node, form, errors);
  markErrors(node, form, errors);
}

function footer(id, view) {
  const inputs = (view.blocks ?? []).some((block) => block.type === "input");
  const words = (object, otherwise) => (object ? plain(object) : otherwise);
  const items = [
    {
      key: "close",
      hash: JSON.stringify(view.close ?? null),
      make: () =>
        el(
          "button",
          { type: "button", class: "button", onclick: () => dismiss(id) },
          words(view.close, view.submit || inputs ? "Cancel" : "Close"),
        ),
    },
  ];
  if (view.submit || inputs) {
    const make = () =>
      el(
        "button",
        { type: "submit", class: "button button-primary", data: { submit: "" } },
        el("span", { class: "button-words" }, words(view.submit, "Submit")),
      );
    items.push({ key: "submit", hash: JSON.stringify(view.submit ?? null), make });
  }
  return items;
}

/** Put each error at its block, until the person edits it; what belongs to no block stands above the buttons. */
function markErrors(node, form, stored = {}) {
  const errors = { ...stored, ...form.errors };
  for (const id of form.mended) delete errors[id];
  const loose = new Map(Object.entries(errors));
  for (const block of node.querySelectorAll(".modal-body > .block")) {
    const words = errors[block.dataset.blockId] ?? "";
    if (setError(block, words)) loose.delete(block.dataset.blockId);
  }
  if (!node.loose) say(node, [...loose.values()].join(" "));
}

function say(node, words) {
  const line = node.querySelector(".modal-error");
  if (line.textContent !== words) line.textContent = words;
  line.hidden = !words;
}

async function submit(id, box) {
  const form = formOf({ view_id: id });
  const node = box.parentElement;
  node.loose = null;
  form.errors = {};
  form.mended.clear();
  form.sending = true;
  const answer = await perform("submit", { view_id: id, values: collect(form, form.blocks) }, true);
  form.sending = false;
  if (!node.isConnected) return;
  form.errors = answer.errors ?? {};
  node.loose = answer.ok === false && answer.error && !answer.errors ? explain(answer.error) : null;
  markErrors(node, form);
  if (node.loose) say(node, node.loose);
  firstError(node);
}

function firstError(node) {
  const wrong = node.querySelector("[aria-invalid=true]");
  const target = wrong?.matches("[role=radiogroup], [role=group]") ? wrong.querySelector("input") : wrong;
  target?.focus();
  wrong?.closest(".block")?.scrollIntoView({ block: "nearest" });
}
