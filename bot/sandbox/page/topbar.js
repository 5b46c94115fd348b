// The bar at the top: the sandbox's clock, the notes kept behind the bell, light or dark, and who one acts as.

import { post } from "./api.js";
import { el, icon, patch } from "./dom.js";
import { openMenu } from "./menu.js";
import { avatar, nameOf } from "./people.js";
import { actAs, context, explain, refresh, store } from "./state.js";
import { stamp } from "./time.js";
import { kept, onToast, readAll, remember, toast, unreadNotes } from "./toasts.js";

const THEME = "leeway.sandbox.theme";
const at = (id) => document.getElementById(id);

export function mountTop() {
  at("act-as").addEventListener("click", () => openMenu(at("act-as"), peopleItems(), { label: "Act as", wide: true }));
  at("clock").addEventListener("click", () => openMenu(at("clock"), clockItems(), { label: "Clock" }));
  at("bell").addEventListener("click", openNotes);
  at("theme").addEventListener("click", flipTheme);
  at("sidebar-toggle").addEventListener("click", () => toggleSidebar());
  at("sidebar-shade").addEventListener("click", () => toggleSidebar(false));
  at("bell").append(icon("bell"));
  at("sidebar-toggle").append(icon("menu"));
  at("thread-close").append(icon("close"));
  document.querySelector(".clock-sign").append(icon("clock", 16));
  for (const caret of document.querySelectorAll(".caret")) caret.append(icon("down", 13));
  onToast(drawBell);
  showTheme();
}

export function toggleSidebar(open = !document.body.classList.contains("has-sidebar")) {
  document.body.classList.toggle("has-sidebar", open);
  at("sidebar-toggle").setAttribute("aria-expanded", String(open));
}

export function drawTop() {
  const { me, users, server, online } = store;
  const { now, tz } = context();
  const user = users.get(me);
  const face = {
    key: "me",
    hash: `${me} ${store.names}`,
    make: () => el("span", { class: "me" }, avatar(user, "s"), el("span", { class: "me-name" }, nameOf(user))),
  };
  patch(at("act-as-face"), [face]);
  const words = server ? stamp(now, tz) : "…";
  if (at("clock-face").textContent !== words) at("clock-face").textContent = words;
  at("clock").title = `The sandbox's time in ${tz}`;
  at("offline").hidden = online;
}

function peopleItems() {
  const people = [...store.users.values()].filter((user) => !user.is_bot && !user.deleted);
  const item = (user) => ({
    checked: user.id === store.me,
    pick: () => actAs(user.id),
    label: [
      avatar(user),
      el(
        "span",
        { class: "menu-words" },
        el("span", { class: "menu-name" }, nameOf(user)),
        user.title ? el("span", { class: "menu-sub" }, user.title) : null,
      ),
    ],
  });
  return [{ heading: "Act as" }, ...people.map(item)];
}

function clockItems() {
  const jump = (label, body) => ({
    label: el("span", { class: "menu-name" }, label),
    pick: async () => {
      const answer = await post("clock", body);
      await refresh();
      if (answer.error) toast(explain(answer.error), "error");
    },
  });
  return [
    { heading: `Time in ${context().tz.replaceAll("_", " ")}` },
    jump("+1 h", { jump: 3600 }),
    jump("+1 day", { jump: 86_400 }),
    jump("to Monday 09:00", { to: "monday 09:00" }),
  ];
}

function openNotes() {
  const { tz } = context();
  const rows = kept.map((note) => ({
    label: el(
      "div",
      { class: `note note-${note.tone}` },
      el("div", {}, note.text),
      note.at ? el("div", { class: "menu-sub" }, stamp(new Date(note.at), tz)) : null,
    ),
  }));
  openMenu(at("bell"), [{ heading: "Notifications" }, ...(rows.length ? rows : [{ label: "Nothing here yet" }])], {
    label: "Notifications",
    wide: true,
  });
  readAll();
}

function drawBell() {
  const count = unreadNotes();
  at("bell").classList.toggle("has-news", count > 0);
  at("bell").setAttribute("aria-label", count ? `Notifications, ${count} new` : "Notifications");
}

let lastNotice = null;

/** Show what the workspace had to say to this person since the last look. */
export function drawNotices() {
  const notices = store.server?.notices ?? [];
  const top = Math.max(0, ...notices.map((notice) => notice.id));
  const known = lastNotice?.me === store.me && top >= lastNotice.id ? lastNotice.id : null;
  if (known === null && store.server) remember(notices.map(({ text, at: when }) => ({ text, at: when })));
  for (const notice of notices) if (known !== null && notice.id > known) toast(notice.text, "info", notice.at);
  lastNotice = { me: store.me, id: top };
}

function isDark() {
  const chosen = localStorage.getItem(THEME);
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function flipTheme() {
  localStorage.setItem(THEME, isDark() ? "light" : "dark");
  showTheme();
}

function showTheme() {
  const chosen = localStorage.getItem(THEME);
  if (chosen) document.documentElement.dataset.theme = chosen;
  at("theme").setAttribute("aria-label", isDark() ? "Use the light theme" : "Use the dark theme");
  at("theme").title = at("theme").getAttribute("aria-label");
  at("theme").replaceChildren(icon(isDark() ? "sun" : "moon"));
}
