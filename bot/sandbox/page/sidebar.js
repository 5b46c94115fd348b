// The left side: channels, direct messages and apps, with what waits for the acting person.

import { el, icon, patch } from "./dom.js";
import { avatar, badge, nameOf } from "./people.js";
import { bot, go, partner, store, teamName, unread } from "./state.js";

export function drawSidebar() {
  const channels = [...store.channels.values()];
  const ims = channels.filter((channel) => channel.kind === "im");
  document.getElementById("team-name").textContent = teamName();
  fill("channel-list", channels.filter((channel) => channel.kind !== "im").map(channelItem), "No channels yet");
  fill("direct-list", ims.map(directItem), "No conversations yet");
  fill("app-list", bot() ? [appItem(bot())] : [], "No apps installed");
}

function fill(id, items, empty) {
  const none = { key: "none", hash: empty, make: () => el("li", { class: "side-empty" }, empty) };
  patch(document.getElementById(id), items.length ? items : [none]);
}

function item(key, { here, waiting, label, face, pick, note = "" }) {
  const hash = JSON.stringify([here, waiting, label, store.names]);
  const make = () => {
    const count = waiting
      ? el("span", { class: "count" }, String(waiting), el("span", { class: "unseen" }, " unread"))
      : null;
    const props = {
      type: "button",
      class: `side-item${here ? " is-here" : ""}${waiting ? " is-unread" : ""}`,
      "aria-current": here ? "page" : null,
      data: { place: key },
      onclick: pick,
    };
    return el(
      "li",
      {},
      el(
        "button",
        props,
        face(),
        el("span", { class: "side-name" }, label, note ? el("span", { class: "side-note" }, ` ${note}`) : null),
        count,
      ),
    );
  };
  return { key, hash, make };
}

function isHere(id) {
  return store.place.kind === "channel" && store.place.id === id;
}

function channelItem(channel) {
  return item(channel.id, {
    here: isHere(channel.id),
    waiting: isHere(channel.id) ? 0 : unread(channel),
    label: channel.name,
    face: () => el("span", { class: "side-sign" }, icon("hash", 15)),
    pick: () => go({ kind: "channel", id: channel.id }),
  });
}

function directItem(channel) {
  const user = partner(channel);
  return item(channel.id, {
    here: isHere(channel.id),
    waiting: isHere(channel.id) ? 0 : unread(channel),
    label: user ? nameOf(user) : channel.name || channel.id,
    face: () => el("span", { class: "side-sign" }, avatar(user, "s")),
    pick: () => go({ kind: "channel", id: channel.id }),
  });
}

function appItem(user) {
  const here = store.place.kind === "home";
  return item("home", {
    here,
    waiting: 0,
    label: nameOf(user),
    note: "Home",
    face: () => el("span", { class: "side-sign" }, avatar(user, "s")),
    pick: () => go({ kind: "home" }),
  });
}

/** The heading of the main column. */
export function heading() {
  const { place } = store;
  if (place.kind === "home") return { title: [nameOf(bot()), badge(bot())], topic: "App Home", key: "home" };
  const channel = store.channels.get(place.id);
  if (!channel) return { title: ["Nothing open"], topic: "", key: "none" };
  if (channel.kind !== "im")
    return { title: [icon("hash", 18), channel.name], topic: channel.topic ?? "", key: channel.id };
  const user = partner(channel);
  return { title: [avatar(user, "s"), nameOf(user), badge(user)], topic: user?.title ?? "", key: channel.id };
}
