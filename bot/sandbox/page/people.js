// How a person or an app is shown: initials on their colour, name, badge.

import { el } from "./dom.js";

const COLORS = ["#7a5bd0", "#2c7fb8", "#1f8a70", "#b5533c", "#a8417f", "#5d7a2b", "#8a6a1f", "#4a63c2"];

export function nameOf(user) {
  return user ? user.real_name || user.name || user.id : "Someone";
}

function initials(user) {
  const words = nameOf(user)
    .replace(/[^\p{L}\p{N} ]/gu, " ")
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  const first = [...(words[0] ?? "?")][0];
  const last = words.length > 1 ? [...words.at(-1)][0] : "";
  return (first + last).toUpperCase();
}

function colorOf(user) {
  if (/^#?[0-9a-f]{6}$/i.test(user?.color ?? "")) return `#${user.color.replace("#", "")}`;
  const sum = [...(user?.id ?? "")].reduce((total, letter) => total * 31 + letter.codePointAt(0), 7);
  return COLORS[Math.abs(sum) % COLORS.length];
}

/** Decoration only: the name always stands beside it. */
export function avatar(user, size = "m") {
  const node = el(
    "span",
    { class: `avatar avatar-${size}${user?.is_bot ? " avatar-bot" : ""}`, "aria-hidden": "true" },
    initials(user),
  );
  node.style.setProperty("background-color", colorOf(user));
  return node;
}

export function badge(user) {
  return user?.is_bot ? el("span", { class: "badge" }, "APP") : null;
}
