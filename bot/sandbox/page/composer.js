// The field at the bottom of a channel or thread. Enter sends; a text that starts with "/" is a command.

import { el, icon } from "./dom.js";
import { waiting } from "./elements.js";
import { perform, store } from "./state.js";

const drafts = new Map();

/** Make one; `aim({key, channel, threadTs, hint})` points it at a channel or thread and swaps the draft. */
export function composer() {
  const field = el("textarea", { class: "composer-text", rows: 1 });
  const button = el(
    "button",
    { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" },
    icon("send", 17),
  );
  const note = el(
    "span",
    { class: "composer-note" },
    el("kbd", {}, "Enter"),
    " sends, ",
    el("kbd", {}, "/"),
    " starts a command",
  );
  const node = el("form", { class: "composer" }, field, el("div", { class: "composer-foot" }, note, button));
  const self = { node, field, button, target: null };
  field.addEventListener("input", () => fit(self));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send(self);
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(self);
  });
  return { node, aim: (target) => aim(self, target), focus: () => field.focus() };
}

function aim(self, target) {
  const same = self.target?.key === target.key;
  self.target = target;
  self.field.placeholder = target.hint;
  self.field.setAttribute("aria-label", target.hint);
  if (!same) fill(self, drafts.get(target.key) ?? "");
}

function fill(self, text) {
  self.field.value = text;
  fit(self);
}

/** As high as its text, up to a point; and remember what is not sent yet. */
function fit({ node, field, target }) {
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", `${Math.min(field.scrollHeight, 180)}px`);
  node.classList.toggle("has-text", field.value.trim() !== "");
  if (target) drafts.set(target.key, field.value);
}

/** Send what was typed; it comes back into the field when the sandbox would not take it. */
function send(self) {
  const text = self.field.value.trim();
  const { target } = self;
  if (!text || !target) return null;
  fill(self, "");
  return waiting(self.button, async () => {
    const answer = await deliver(text, target);
    const refused = answer.ok === false && !answer.status;
    if (refused && self.target.key === target.key && !self.field.value) fill(self, text);
  });
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
  const named = [...store.users.values()].flatMap((user) =>
    [user.real_name, user.name].filter(Boolean).map((name) => [`@${name}`, `<@${user.id}>`]),
  );
  const rooms = [...store.channels.values()]
    .filter((channel) => channel.name && channel.kind !== "im")
    .map((channel) => [`#${channel.name}`, `<#${channel.id}>`]);
  for (const [name, reference] of [...named, ...rooms].sort((one, two) => two[0].length - one[0].length)) {
    const exact = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    out = out.replace(new RegExp(`(^|[^\\w&<])${exact}(?![\\w-])`, "giu"), `$1${reference}`);
  }
  return out;
}
