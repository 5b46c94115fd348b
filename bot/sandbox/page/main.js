// Where the page starts: mounts the parts, redraws them when the state changes, and follows links inside the page.

import { whenIdle } from "./focus.js";
import { closeMenu, menuIsOpen } from "./menu.js";
import { flat, mrkdwn } from "./mrkdwn.js";
import { drawModals } from "./modal.js";
import { nameOf } from "./people.js";
import { drawSidebar } from "./sidebar.js";
import { changed, context, go, listen, readAddress, refresh, start, store, teamName } from "./state.js";
import { drawNotices, drawTop, mountTop, toggleSidebar } from "./topbar.js";
import { closeThread, drawMain, drawThread, mount } from "./views.js";

let lastPlace = "";

function draw() {
  document.title = `Leeway sandbox · ${teamName()}`;
  const place = JSON.stringify(store.place);
  if (place !== lastPlace) toggleSidebar(false);
  lastPlace = place;
  drawTop();
  drawMain();
  drawThread();
  drawSidebar();
  drawModals();
  drawNotices();
  announce();
  document.body.dataset.ready = String(Boolean(store.server));
}

const heard = { me: null, ts: 0 };

/** Say new messages of the open channel to a screen reader, once. */
function announce() {
  const list = store.place.kind === "channel" ? (store.server?.messages?.[store.place.id] ?? []) : [];
  const place = `${store.me} ${store.place.id ?? ""}`;
  const last = Math.max(0, ...list.map((each) => Number(each.ts)));
  if (heard.me === place) {
    const ctx = context();
    const fresh = list.filter((each) => Number(each.ts) > heard.ts && each.user !== store.me);
    const words = fresh.map((each) => `${nameOf(store.users.get(each.user))}: ${spoken(each, ctx)}`);
    if (words.length) document.getElementById("live").textContent = words.join(". ");
  }
  Object.assign(heard, { me: place, ts: last });
}

function spoken(message, ctx) {
  const box = document.createElement("span");
  box.append(...mrkdwn(message.text ?? "", ctx).map((piece) => piece));
  return box.textContent || flat(message.blocks?.[0]?.text, ctx);
}

function follow(event) {
  const link = event.target.closest?.("[data-go-channel]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const { goChannel, goTs } = link.dataset;
  go({ kind: "channel", id: goChannel }, goTs ? store.thread : null, goTs ?? null);
}

function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (menuIsOpen()) closeMenu();
  else if (document.body.classList.contains("has-sidebar")) toggleSidebar(false);
  else if (store.thread && !store.server?.views?.length) closeThread();
}

mountTop();
mount();
listen(() => whenIdle(draw));
document.addEventListener("click", follow);
document.addEventListener("keydown", escape);
window.addEventListener("popstate", () => {
  readAddress();
  changed();
  void refresh(true);
});
void start();
