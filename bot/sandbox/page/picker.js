// A select menu for several values: chips, a field that filters, and a list to tick. Also where options come from.

import { el, icon } from "./dom.js";
import { choose, fieldKey, valueOf } from "./form.js";
import { closeMenu, place } from "./menu.js";
import { flat } from "./mrkdwn.js";
import { partner } from "./state.js";

/** The options of any select menu, in groups: [{label, options: [{value, name, description}]}]. */
export function choicesOf(element, ctx) {
  if (/users_select$/.test(element.type)) return [{ options: people(ctx) }];
  if (/channels_select$/.test(element.type)) return [{ options: rooms(ctx) }];
  if (/conversations_select$/.test(element.type)) return conversations(element.filter?.include, ctx);
  const listed = (options) =>
    (options ?? []).map((each) => ({ value: each.value, name: flat(each.text, ctx), description: each.description }));
  if (element.option_groups)
    return element.option_groups.map((each) => ({ label: flat(each.label, ctx), options: listed(each.options) }));
  return [{ options: listed(element.options) }];
}

function people(ctx) {
  const alive = [...ctx.users.values()].filter((user) => !user.deleted && !user.is_bot);
  return alive
    .map((user) => ({ value: user.id, name: user.real_name || user.name }))
    .sort((one, two) => one.name.localeCompare(two.name));
}

function rooms(ctx) {
  return [...ctx.channels.values()]
    .filter((channel) => channel.kind !== "im")
    .map((channel) => ({ value: channel.id, name: `#${channel.name}` }));
}

function conversations(include, ctx) {
  const wanted = (kind) => !include || include.includes(kind);
  const direct = [...ctx.channels.values()].filter((channel) => channel.kind === "im");
  const groups = [];
  if (wanted("public") || wanted("private")) groups.push({ label: "Channels", options: rooms(ctx) });
  if (wanted("im") && direct.length)
    groups.push({
      label: "Direct messages",
      options: direct.map((channel) => ({
        value: channel.id,
        name: partner(channel)?.real_name ?? channel.name ?? channel.id,
      })),
    });
  return groups;
}

export function picker(element, field) {
  const state = { element, field, picked: [...(valueOf(field.form, field.block, element) ?? [])], at: 0, list: null };
  state.all = choicesOf(element, field.ctx).flatMap((each) => each.options);
  const label = field.label
    ? null
    : element.accessibility_label || flat(element.placeholder, field.ctx) || element.action_id;
  state.input = el("input", {
    id: field.id,
    type: "text",
    class: "picker-input",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    "aria-haspopup": "listbox",
    "aria-controls": `${field.id}-list`,
    "aria-label": label,
    "aria-describedby": field.describedBy,
    data: { field: fieldKey(field.block, element), actionId: element.action_id ?? "" },
  });
  state.chips = el("span", { class: "chips" });
  state.box = el("div", { class: "picker input" }, state.chips, state.input);
  state.box.addEventListener("click", () => {
    state.input.focus();
    show(state);
  });
  state.input.addEventListener("input", () => show(state));
  state.input.addEventListener("keydown", (event) => keys(event, state));
  draw(state);
  return state.box;
}

function draw(state) {
  const chips = state.picked.map((value) => {
    const name = state.all.find((each) => each.value === value)?.name ?? value;
    const drop = (event) => {
      event.stopPropagation();
      toggle(state, value);
    };
    return el(
      "span",
      { class: "chip" },
      el("span", { class: "chip-name" }, name),
      el(
        "button",
        { type: "button", class: "chip-drop", "aria-label": `Remove ${name}`, onclick: drop },
        icon("close", 11),
      ),
    );
  });
  state.chips.replaceChildren(...chips);
  state.input.placeholder = state.picked.length
    ? ""
    : flat(state.element.placeholder, state.field.ctx) || "Choose one or more";
  if (state.list) fill(state);
}

function show(state) {
  if (state.list) return fill(state);
  state.list = el("div", {
    class: "menu picker-list",
    role: "listbox",
    id: `${state.field.id}-list`,
    "aria-multiselectable": "true",
    "aria-label": "Options",
  });
  state.list.style.setProperty("min-width", `${state.box.getBoundingClientRect().width}px`);
  state.list.onclosed = () => {
    state.list = null;
    state.input.setAttribute("aria-expanded", "false");
    state.input.value = "";
  };
  fill(state);
  place(state.box, state.list);
  state.input.setAttribute("aria-expanded", "true");
}

function shown(state) {
  const wanted = state.input.value.trim().toLowerCase();
  return state.all.filter((each) => each.name.toLowerCase().includes(wanted));
}

function fill(state) {
  const rows = shown(state);
  state.at = Math.max(0, Math.min(state.at, rows.length - 1));
  const nodes = rows.map((each, index) => {
    const on = state.picked.includes(each.value);
    const props = {
      class: `menu-item${index === state.at ? " is-at" : ""}`,
      role: "option",
      id: `${state.field.id}-option-${index}`,
      "aria-selected": String(on),
      onclick: () => toggle(state, each.value),
    };
    return el(
      "div",
      props,
      el("span", { class: "tick" }, on ? icon("check", 14) : null),
      el("span", { class: "menu-name" }, each.name),
    );
  });
  state.list.replaceChildren(...(nodes.length ? nodes : [el("div", { class: "menu-note" }, "Nothing matches")]));
  state.input.setAttribute("aria-activedescendant", nodes.length ? `${state.field.id}-option-${state.at}` : "");
}

function toggle(state, value) {
  const { element, field } = state;
  const most = element.max_selected_items ?? Infinity;
  const off = state.picked.includes(value);
  if (!off && state.picked.length >= most) return;
  state.picked = off ? state.picked.filter((each) => each !== value) : [...state.picked, value];
  state.input.value = "";
  draw(state);
  void choose(field.form, field.block, element, state.picked);
}

function keys(event, state) {
  const rows = shown(state);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    state.at += state.list ? (event.key === "ArrowDown" ? 1 : -1) : 0;
    show(state);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (state.list && rows[state.at]) toggle(state, rows[state.at].value);
  } else if (event.key === "Backspace" && !state.input.value && state.picked.length) {
    toggle(state, state.picked.at(-1));
  } else if (event.key === "Escape" && state.list) {
    event.stopPropagation();
    closeMenu();
  } else if (event.key === "Tab") {
    closeMenu();
  }
}
