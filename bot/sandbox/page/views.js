// The main column (a channel or App Home) and the thread at its right.

import { blockItems } from "./blocks.js";
import { composer } from "./composer.js";
import { el, patch } from "./dom.js";
import { keepFocus } from "./focus.js";
import { formOf } from "./form.js";
import { messageItems, repliesTo, roots } from "./messages.js";
import { nameOf } from "./people.js";
import { heading } from "./sidebar.js";
import { bot, context, go, markSeen, messagesOf, partner, store } from "./state.js";

const NEAR_PX = 80;
const at = (id) => document.getElementById(id);

const mainComposer = composer();
const threadComposer = composer();
let shownPlace = "";
let shownThread = "";

export function mount() {
  at("main-foot").append(mainComposer.node);
  at("thread-foot").append(threadComposer.node);
  at("thread-close").addEventListener("click", closeThread);
  at("jump-down").addEventListener("click", () => toBottom(at("main-scroll")));
  at("main-scroll").addEventListener("scroll", jumpButton, { passive: true });
}

export function closeThread() {
  const root = store.thread;
  go(store.place);
  document.querySelector(`#main-list [data-ts="${CSS.escape(root ?? "")}"] .thread-line`)?.focus();
}

export function openThread(ts) {
  go(store.place, ts);
  threadComposer.focus();
}

export function drawMain() {
  const ctx = context();
  const top = heading();
  const title = { key: "title", hash: JSON.stringify([top.key, store.names, top.topic]), make: () => titleNode(top) };
  patch(at("main-title"), [title]);
  const home = store.place.kind === "home";
  at("home").hidden = !home;
  at("channel").hidden = home;
  drawTabs();
  if (home) drawHome(ctx);
  else if (store.place.kind === "channel") drawChannel(store.place.id, ctx);
}

function titleNode({ title, topic }) {
  return el(
    "div",
    { class: "title-words" },
    el("h1", { class: "title" }, title),
    topic ? el("p", { class: "topic", title: topic }, topic) : null,
  );
}

/** App Home and the conversation with the app are two tabs of one thing. */
function drawTabs() {
  const app = bot();
  const channel = [...store.channels.values()].find((each) => each.kind === "im" && partner(each)?.id === app?.id);
  const home = store.place.kind === "home";
  const here = home || (channel && store.place.id === channel.id);
  const tab = (name, on, place) => ({
    key: name,
    hash: `${on} ${channel?.id}`,
    make: () =>
      el(
        "button",
        { type: "button", class: "tab", "aria-current": on ? "page" : null, onclick: () => go(place) },
        name,
      ),
  });
  patch(
    at("tabs"),
    here && channel
      ? [tab("Home", home, { kind: "home" }), tab("Messages", !home, { kind: "channel", id: channel.id })]
      : [],
  );
  at("tabs").hidden = !(here && channel);
}

function drawHome(ctx) {
  const home = store.server?.home;
  const blocks = home?.blocks ?? home?.view?.blocks ?? [];
  const form = formOf(home?.id ? { view_id: home.id } : { home: true });
  if (form.origin.home) form.origin = {};
  if (home?.values) form.values = home.values;
  const items = blockItems(blocks, { form, ctx, kind: "home" }, ctx.salt);
  const none = {
    key: "none",
    hash: "",
    make: () => empty("Nothing here yet", `${nameOf(bot())} fills this page when it has something to show you.`),
  };
  keepFocus(at("home-list"), () => patch(at("home-list"), items.length ? items : [none]));
}

function empty(title, words) {
  return el(
    "div",
    { class: "empty" },
    el("div", { class: "empty-mark", "aria-hidden": "true" }),
    el("p", { class: "empty-title" }, title),
    el("p", { class: "empty-words" }, words),
  );
}

function drawChannel(id, ctx) {
  const all = messagesOf(id);
  const scroll = at("main-scroll");
  const fresh = shownPlace !== `${store.me} ${id}`;
  const low = fresh || isLow(scroll);
  const items = messageItems(roots(all), { channel: id, ctx, all, openThread, spot: store.spot });
  const name =
    store.channels.get(id)?.kind === "im"
      ? nameOf(partner(store.channels.get(id)))
      : `#${store.channels.get(id)?.name ?? ""}`;
  const none = {
    key: "none",
    hash: id + store.names,
    make: () => empty("Nothing here yet", `This is the very beginning of ${name}. Say something, or wait for the app.`),
  };
  keepFocus(at("main-list"), () => patch(at("main-list"), items.length ? items : [none]));
  mainComposer.aim({ key: id, channel: id, threadTs: null, hint: `Message ${name}` });
  shownPlace = `${store.me} ${id}`;
  if (low) toBottom(scroll);
  if (fresh) show("main-list");
  jumpButton();
  if (!document.hidden)
    markSeen(
      id,
      all
        .filter((each) => !each.ephemeral)
        .reduce((last, each) => (Number(each.ts) > Number(last) ? each.ts : last), "0"),
    );
}

/** Bring the message a link points at into sight. */
function show(list) {
  if (!store.spot) return;
  document.querySelector(`#${list} [data-ts="${CSS.escape(store.spot)}"]`)?.scrollIntoView({ block: "center" });
}

function isLow(scroll) {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
}

function toBottom(scroll) {
  scroll.scrollTop = scroll.scrollHeight;
}

function jumpButton() {
  at("jump-down").hidden = isLow(at("main-scroll"));
}

export function drawThread() {
  const channel = store.place.kind === "channel" ? store.place.id : null;
  const all = channel ? messagesOf(channel) : [];
  const root = store.thread ? all.find((each) => each.ts === store.thread) : null;
  const open = Boolean(channel && store.thread && (root || repliesTo(all, store.thread).length));
  at("thread").hidden = !open;
  document.body.classList.toggle("has-thread", open);
  if (!open) {
    shownThread = "";
    return;
  }
  const ctx = context();
  const view = { channel, ctx, all, openThread: null, spot: store.spot === store.thread ? null : store.spot };
  const replies = repliesTo(all, store.thread);
  const scroll = at("thread-scroll");
  const fresh = shownThread !== `${channel} ${store.thread}`;
  const low = isLow(scroll);
  const count = { key: "count", hash: String(replies.length), make: () => countLine(replies.length) };
  const items = [...messageItems(root ? [root] : [], view, false), count, ...messageItems(replies, view, false)];
  keepFocus(at("thread-list"), () => patch(at("thread-list"), items));
  at("thread-where").textContent =
    store.channels.get(channel)?.kind === "im"
      ? nameOf(partner(store.channels.get(channel)))
      : `#${store.channels.get(channel)?.name}`;
  threadComposer.aim({ key: `${channel} ${store.thread}`, channel, threadTs: store.thread, hint: "Reply…" });
  shownThread = `${channel} ${store.thread}`;
  if (fresh || low) toBottom(scroll);
  if (fresh) show("thread-list");
}

function countLine(count) {
  return el(
    "div",
    { class: "thread-divider" },
    el("span", {}, count === 0 ? "No replies yet" : `${count} ${count === 1 ? "reply" : "replies"}`),
  );
}
