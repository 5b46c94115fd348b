// The rich_text block: sections, lists, quotes, preformatted text, and the inline elements inside them.

import { el, link } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { channelMention, dateNode, groupMention, userMention } from "./mrkdwn.js";

export function richText(block, ctx) {
  return el("div", { class: "rich" }, group(block.elements ?? [], ctx));
}

/** Lists that follow one another with other indents are one list to the reader: each keeps its own margin. */
function group(elements, ctx) {
  return elements.map((part) => (PARTS[part.type] ?? unknown)(part, ctx));
}

const PARTS = {
  rich_text_section: (part, ctx) => el("div", { class: "rich-section" }, inlines(part.elements, ctx)),
  rich_text_quote: (part, ctx) => el("blockquote", { class: "quote" }, inlines(part.elements, ctx)),
  rich_text_preformatted: (part, ctx) => el("pre", { class: "pre" }, inlines(part.elements, ctx, true)),
  rich_text_list: list,
};

function list(part, ctx) {
  const ordered = part.style === "ordered";
  const indent = Math.min(Number(part.indent) || 0, 8);
  const start = ordered && part.offset ? part.offset + 1 : null;
  const items = (part.elements ?? []).map((item) =>
    el("li", {}, item.type === "rich_text_section" ? inlines(item.elements, ctx) : group([item], ctx)),
  );
  const node = el(
    ordered ? "ol" : "ul",
    { class: `rich-list indent-${indent % 3}${part.border ? " bordered" : ""}`, start },
    items,
  );
  node.style.setProperty("--indent", indent);
  return node;
}

function inlines(elements, ctx, raw = false) {
  return (elements ?? []).map((element) =>
    styled((INLINES[element.type] ?? unknown)(element, ctx, raw), element.style),
  );
}

const INLINES = {
  text: (element, ctx, raw) =>
    raw || element.style?.code ? String(element.text ?? "") : withEmoji(String(element.text ?? ""), false),
  link: (element) => link(element.url, element.text || element.url),
  emoji: (element) => emoji(element.name, element.unicode),
  user: (element, ctx) => userMention(element.user_id, ctx),
  channel: (element, ctx) => channelMention(element.channel_id, ctx),
  usergroup: (element) => groupMention(`@${element.usergroup_id}`),
  broadcast: (element) => groupMention(`@${element.range}`),
  color: (element) => swatch(element.value),
  date: (element, ctx) => dateNode(element.timestamp, element.format, element.url, element.fallback, ctx),
};

function swatch(value) {
  const chip = el("span", { class: "swatch" });
  chip.style.setProperty("background-color", String(value));
  return el("span", {}, chip, String(value));
}

function styled(node, style = {}) {
  let out = node;
  if (style.code) out = el("code", { class: "code" }, out);
  if (style.strike) out = el("s", {}, out);
  if (style.underline) out = el("u", {}, out);
  if (style.italic) out = el("em", {}, out);
  if (style.bold) out = el("strong", {}, out);
  return out;
}

function unknown(part) {
  return typeof part?.text === "string" ? part.text : "";
}
