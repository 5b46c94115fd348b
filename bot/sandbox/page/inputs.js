// The elements that take a value: text, number, dates, select menus, radio buttons and checkboxes.
// `field` is {id, form, block, ctx, label, describedBy}; changes of a choice are told to the app at once, text only when asked.

import { agreed } from "./dialog.js";
import { el } from "./dom.js";
import { act, choose, fieldKey, keep, valueOf } from "./form.js";
import { flat, textOf } from "./mrkdwn.js";
import { choicesOf, picker } from "./picker.js";
import { fromField, toField } from "./time.js";

const PAUSE_MS = 400;

export const INPUTS = {
  plain_text_input: (element, field) => text(element, field),
  number_input: (element, field) => text(element, field, element.is_decimal_allowed ? "decimal" : "numeric"),
  email_text_input: (element, field) => text(element, field, "email"),
  url_text_input: (element, field) => text(element, field, "url"),
  rich_text_input: (element, field) => text({ ...element, multiline: true }, field),
  static_select: select,
  external_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  multi_static_select: picker,
  multi_external_select: picker,
  multi_users_select: picker,
  multi_channels_select: picker,
  multi_conversations_select: picker,
  radio_buttons: (element, field) => choices(element, field, "radio"),
  checkboxes: (element, field) => choices(element, field, "checkbox"),
  datepicker: (element, field) => dated(element, field, "date"),
  timepicker: (element, field) => dated(element, field, "time"),
  datetimepicker: (element, field) => dated(element, field, "datetime-local"),
};

/** The attributes by which a control is found, named and described. */
export function named(element, field) {
  const name = field.label
    ? null
    : element.accessibility_label || flat(element.placeholder, field.ctx) || element.action_id;
  return {
    id: field.id,
    "aria-label": name,
    "aria-describedby": field.describedBy,
    data: { field: fieldKey(field.block, element), actionId: element.action_id ?? "" },
  };
}

function required(field) {
  return field.block.type === "input" && !field.block.optional ? "true" : null;
}

function text(element, field, mode = "text") {
  const value = String(valueOf(field.form, field.block, element) ?? "");
  const node = el(element.multiline ? "textarea" : "input", {
    ...named(element, field),
    type: element.multiline ? null : "text",
    class: "input",
    rows: element.multiline ? 4 : null,
    inputmode: mode === "text" ? null : mode,
    placeholder: flat(element.placeholder, field.ctx) || null,
    "aria-required": required(field),
    autocomplete: "off",
    autofocus: element.focus_on_load ? true : null,
  });
  node.value = value;
  node.addEventListener("input", () => keep(field.form, field.block, element, node.value));
  if (field.block.dispatch_action) dispatching(node, element, field);
  return node;
}

function dispatching(node, element, field) {
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const send = () => act(field.form, field.block, element, node.value);
  let timer = null;
  const later = () => {
    // A view that lies under another one is not in use: what was typed there is heard of once it is on top again.
    if (field.form.sending || node.closest("[hidden]")) timer = setTimeout(later, PAUSE_MS);
    else if (node.isConnected) void send();
  };
  if (when.includes("on_character_entered")) {
    node.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(later, PAUSE_MS);
    });
  }
  if (when.includes("on_enter_pressed")) {
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      clearTimeout(timer);
      void send();
    });
  }
}

/** Keep a new value and tell the app; put the old one back when the person says no to the confirm. */
async function change(element, field, value, undo) {
  if (!(await agreed(element.confirm, field.ctx))) {
    undo(valueOf(field.form, field.block, element));
    return;
  }
  await choose(field.form, field.block, element, value);
}

function select(element, field) {
  const groups = choicesOf(element, field.ctx);
  const value = valueOf(field.form, field.block, element) ?? "";
  const hint = flat(element.placeholder, field.ctx) || "Choose an option";
  const first = el("option", { value: "", disabled: !field.block.optional }, hint);
  const node = el(
    "select",
    { ...named(element, field), class: "select", "aria-required": required(field) },
    first,
    groups.map(group),
  );
  node.value = value;
  if (node.value !== value) node.value = "";
  const note = el("div", { class: "choice-note" });
  const all = groups.flatMap((each) => each.options);
  const show = () => {
    node.classList.toggle("is-empty", node.value === "");
    note.replaceChildren(...textOf(all.find((each) => each.value === node.value)?.description, field.ctx));
  };
  node.addEventListener("change", () => {
    show();
    void change(element, field, node.value || null, (before) => {
      node.value = before ?? "";
      show();
    });
  });
  show();
  return el("div", { class: "select-box" }, el("span", { class: "select-frame" }, node), note);
}

function group({ label, options }) {
  const rows = options.map((each) => el("option", { value: each.value }, each.name));
  return label ? el("optgroup", { label }, rows) : rows;
}

function choices(element, field, type) {
  const many = type === "checkbox";
  const current = valueOf(field.form, field.block, element);
  const on = (value) => (many ? (current ?? []).includes(value) : current === value);
  const { id, ...rest } = named(element, field);
  const box = el("div", {
    id,
    ...rest,
    class: "choices",
    role: many ? "group" : "radiogroup",
    "aria-labelledby": field.label ? `${id}-label` : null,
    tabIndex: -1,
  });
  (element.options ?? []).forEach((each, index) =>
    box.append(choice(each, { id: `${id}-${index}`, name: id, type, checked: on(each.value), element, field })),
  );
  box.addEventListener("change", () => {
    const picked = [...box.querySelectorAll("input:checked")].map((input) => input.value);
    void change(element, field, many ? picked : (picked[0] ?? null), (before) => {
      for (const input of box.querySelectorAll("input"))
        input.checked = many ? (before ?? []).includes(input.value) : before === input.value;
    });
  });
  return box;
}

function choice(each, { id, name, type, checked, element, field }) {
  const note = each.description
    ? el("span", { class: "choice-note", id: `${id}-note` }, textOf(each.description, field.ctx))
    : null;
  const input = el("input", {
    type,
    id,
    name,
    value: each.value,
    checked,
    "aria-describedby": note ? note.id : null,
    data: { field: fieldKey(field.block, element), option: each.value },
  });
  return el(
    "div",
    { class: "choice" },
    input,
    el("div", { class: "choice-words" }, el("label", { htmlFor: id }, textOf(each.text, field.ctx)), note),
  );
}

function dated(element, field, type) {
  const whole = type === "datetime-local";
  const { tz } = field.ctx;
  const show = (value) => (value === null || value === "" ? "" : whole ? toField(value, tz) : value);
  const node = el("input", {
    ...named(element, field),
    type,
    class: "input input-date",
    "aria-required": required(field),
  });
  node.value = show(valueOf(field.form, field.block, element));
  node.addEventListener("change", () => {
    const value = whole ? fromField(node.value, tz) : node.value || null;
    void change(element, field, value, (before) => {
      node.value = show(before);
    });
  });
  return whole
    ? el("div", { class: "with-zone" }, node, el("span", { class: "choice-note" }, tz.replaceAll("_", " ")))
    : node;
}
