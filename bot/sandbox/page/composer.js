// The field at the bottom of a channel or thread. Enter sends; a text that starts with "/" is a command.

import { el, icon } from "./dom.js";
import { waiting } from "./elements.js";
import { perform, store } from "./state.js";

const drafts = new Map();

/** Make one; `aim({key, channel, threadTs, hint})` points it at a channel or thread and swaps the draft. */
export function composer() {
  let target = null;
  const field = el("textarea", { class: "composer-text", rows: 1 });
  const button = el("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon("send", 17));
  const node = el("form", { class: "composer" }, field, el("div", { class: "composer-foot" }, el("span", { class: "composer-note" }), button));
  const fit = () => {
    field.style.setProperty("height", "auto");
    field.style.setProperty("height", `${Math.min(field.scrollHeight, 180)}px`);
    node.classList.toggle("has-text", field.value.trim() !== "");
    if (target) drafts.set(target.key, field.value);
  };
  const send = () => {
    const text = field.value.trim();
    if (!text || !target) return;
    field.value = "";
    fit();
    void waiting(button, () => deliver(text, target));
  };
  field.addEventListener("input", fit);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  const aim = (next) => {
    const same = target?.key === next.key;
    target = next;
    field.placeholder = next.hint;
    field.setAttribute("aria-label", next.hint);
    if (same) return;
    field.value = drafts.get(next.key) ?? "";
    fit();
  };
  node.querySelector(".composer-note").append(el("kbd", {}, "Enter"), " sends, ", el("kbd", {}, "/"), " starts a command");
  return { node, aim, focus: () => field.focus() };
}

function deliver(text, { channel, threadTs }) {
  const command = text.match(/^(\/[\w-]+)(?:\s+([\s\S]*))?$/);
  if (command) return perform("command", { channel, command: command[1], text: (command[2] ?? "").trim() });
  const body = { channel, text: wire(text) };
  if (threadTs) body.thread_ts = threadTs;
  return perform("say", body);
}

/** As Slack's client sends it: & < > escaped, @name and #channel as references. */
export function wire(text) {
  let out = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const named = [...store.users.values()].flatMap((user) => [user.real_name, user.name].filter(Boolean).map((name) => [`@${name}`, `<@${user.id}>`]));
  const rooms = [...store.channels.values()].filter((channel) => channel.name && channel.kind !== "im").map((channel) => [`#${channel.name}`, `<#${channel.id}>`]);
  for (const [name, reference] of [...named, ...rooms].sort((one, two) => two[0].length - one[0].length)) {
    const exact = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    out = out.replace(new RegExp(`(^|[^\\w&<])${exact}(?![\\w-])`, "giu"), `$1${reference}`);
  }
  return out;
}
