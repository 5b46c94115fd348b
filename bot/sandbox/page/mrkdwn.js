// Slack's mrkdwn and plain_text as DOM nodes. Everything a person or an app wrote ends in a text node, so it stays inert.
// `ctx` is {users, channels, me, tz, now}: what a mention or a date needs to be shown.

import { el, link } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { byTokens, stamp } from "./time.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

export function decode(text) {
  return String(text ?? "").replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** A text object: plain_text is literal, mrkdwn is parsed. */
export function textOf(object, ctx) {
  if (object === null || object === undefined) return [];
  if (typeof object === "string") return plain({ text: object });
  return object.type === "mrkdwn" ? mrkdwn(object.text, ctx, object.verbatim) : plain(object);
}

export function plain(object) {
  return withEmoji(String(object?.text ?? ""), object?.emoji !== false);
}

/** The same as one flat string, for labels, titles and announcements. */
export function flat(object, ctx) {
  return el("span", {}, textOf(object, ctx)).textContent.trim();
}

export function mrkdwn(text, ctx, verbatim = false) {
  const pieces = String(text ?? "").split("```");
  const closed = pieces.length % 2 === 1;
  const out = [];
  pieces.forEach((piece, index) => {
    if (index % 2 === 0) out.push(...lines(trimAround(piece, index, pieces.length), ctx, verbatim));
    else if (closed || index < pieces.length - 1)
      out.push(el("pre", { class: "pre" }, bare(piece.replace(/^\n|\n$/g, ""), ctx)));
    else out.push(...lines("```" + piece, ctx, verbatim));
  });
  return out;
}

function trimAround(piece, index, count) {
  let text = piece;
  if (index > 0) text = text.replace(/^\n/, "");
  if (index < count - 1) text = text.replace(/\n$/, "");
  return text;
}

function lines(text, ctx, verbatim) {
  const out = [];
  let quote = [];
  const flush = () => {
    if (quote.length) out.push(el("blockquote", { class: "quote" }, inline(quote.join("\n"), ctx, verbatim)));
    quote = [];
  };
  const rows = text.split("\n");
  rows.forEach((row, index) => {
    const quoted = row.match(/^(?:>|&gt;) ?(.*)$/);
    if (quoted) {
      quote.push(quoted[1]);
      return;
    }
    const after = quote.length > 0;
    flush();
    if (index > 0 && !after) out.push("\n");
    out.push(...inline(row, ctx, verbatim));
  });
  flush();
  return out;
}

const MARK = (sign) => `(?<![\\w${sign}])${sign}(?=[^\\s${sign}])(.+?)(?<=\\S)${sign}(?![\\w${sign}])`;
const INLINE = new RegExp(
  [
    "<([^<>\\n]+)>",
    "`([^`\\n]+)`",
    MARK("\\*"),
    MARK("_"),
    MARK("~"),
    "(\\bhttps?://[^\\s<>|*`]+[^\\s<>|*`.,;:!?)'\"_~])",
  ].join("|"),
  "u",
);

function inline(text, ctx, verbatim) {
  const out = [];
  let rest = text;
  let before = "";
  for (let hit = find(rest, before); hit; hit = find(rest, before)) {
    if (hit.index > 0) out.push(...withEmoji(decode(rest.slice(0, hit.index))));
    out.push(...marked(hit, ctx, verbatim));
    const end = hit.index + hit[0].length;
    before = rest.slice(0, end).at(-1);
    rest = rest.slice(end);
  }
  if (rest) out.push(...withEmoji(decode(rest)));
  return out;
}

/** The next mark in `rest`; one glued to the word before it (a*b*) is none. */
function find(rest, before) {
  const hit = rest.match(INLINE);
  if (!hit || hit.index > 0 || !/\w/.test(before) || !/^[*_~]/.test(hit[0])) return hit;
  const later = rest.slice(1).match(INLINE);
  if (later) later.index += 1;
  return later;
}

function marked(hit, ctx, verbatim) {
  const [, control, code, bold, italic, strike, url] = hit;
  if (control !== undefined) return controlled(control, ctx);
  if (code !== undefined) return [el("code", { class: "code" }, bare(code, ctx))];
  if (bold !== undefined) return [el("strong", {}, inline(bold, ctx, verbatim))];
  if (italic !== undefined) return [el("em", {}, inline(italic, ctx, verbatim))];
  if (strike !== undefined) return [el("s", {}, inline(strike, ctx, verbatim))];
  return [verbatim ? decode(url) : link(decode(url), decode(url))];
}

/** Inside code only links and entities mean anything. */
function bare(text, ctx) {
  return text
    .split(/(<[^<>\n]+>)/)
    .map((piece, index) => (index % 2 ? controlled(piece.slice(1, -1), ctx) : decode(piece)));
}

/** What stands between < and >. */
function controlled(body, ctx) {
  const cut = body.indexOf("|");
  const [target, label] = cut < 0 ? [body, null] : [body.slice(0, cut), decode(body.slice(cut + 1))];
  if (/^@[A-Z0-9]+$/.test(target)) return [userMention(target.slice(1), ctx, label)];
  if (/^#[A-Z0-9]+$/.test(target)) return [channelMention(target.slice(1), ctx, label)];
  if (target.startsWith("!date^")) return [dateMention(target, label, ctx)];
  if (target.startsWith("!subteam^")) return [groupMention(label ?? `@${target.slice(9)}`)];
  if (/^!(here|channel|everyone)$/.test(target)) return [groupMention(`@${target.slice(1)}`)];
  if (target.startsWith("!")) return [label ?? `<${decode(body)}>`];
  if (/^[a-z][a-z0-9+.-]*:/i.test(target))
    return [link(decode(target), withEmoji(label || decode(target).replace(/^mailto:/, "")))];
  return [decode(`<${body}>`)];
}

export function userMention(id, ctx, label) {
  const user = ctx.users.get(id);
  const name = user ? user.real_name || user.name : label?.replace(/^@/, "") || id;
  return el(
    "span",
    { class: id === ctx.me ? "mention mention-me" : "mention", title: user?.title || null },
    `@${name}`,
  );
}

export function channelMention(id, ctx, label) {
  const channel = ctx.channels.get(id);
  const name = `#${channel?.name ?? label?.replace(/^#/, "") ?? id}`;
  if (!channel) return el("span", { class: "mention" }, name);
  return el("a", { class: "mention", href: `?channel=${encodeURIComponent(id)}`, data: { goChannel: id } }, name);
}

export function groupMention(name) {
  return el("span", { class: "mention mention-group" }, name);
}

function dateMention(target, label, ctx) {
  const [, seconds, pattern, url] = target.split("^");
  return dateNode(seconds, pattern, url, label, ctx);
}

export function dateNode(seconds, pattern, url, fallback, ctx) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime()) || !pattern) return fallback ?? "";
  const time = el(
    "time",
    { class: "when", datetime: date.toISOString(), title: stamp(date, ctx.tz) },
    byTokens(decode(pattern), date, ctx.now, ctx.tz),
  );
  return url ? link(decode(url), time) : time;
}
