// The markdown block: the common part of Markdown (headings, lists, quotes, code, tables, emphasis, links).

import { el, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

const BULLET = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const RULE = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/;
const BREAKS = [/^```/, /^#{1,6}\s/, /^\s*>/, BULLET, RULE];

export function markdown(text) {
  const rows = String(text ?? "").split("\n");
  const out = [];
  let at = 0;
  while (at < rows.length) {
    const [node, next] = part(rows, at);
    if (node) out.push(node);
    at = next;
  }
  return el("div", { class: "markdown" }, out);
}

function part(rows, at) {
  const row = rows[at];
  if (!row.trim()) return [null, at + 1];
  if (row.startsWith("```")) return fence(rows, at);
  if (RULE.test(row)) return [el("hr", { class: "rule" }), at + 1];
  const heading = row.match(/^(#{1,6})\s+(.*?)\s*#*$/);
  if (heading)
    return [
      el(`h${Math.min(heading[1].length + 2, 6)}`, { class: `md-h${heading[1].length}` }, spans(heading[2])),
      at + 1,
    ];
  if (/^\s*>/.test(row)) return quote(rows, at);
  if (BULLET.test(row)) return list(rows, at);
  if (row.includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(rows[at + 1] ?? ""))
    return table(rows, at);
  return paragraph(rows, at);
}

function run(rows, at, keep) {
  let end = at;
  while (end < rows.length && keep(rows[end], end)) end += 1;
  return [rows.slice(at, end), end];
}

function fence(rows, at) {
  const [body, end] = run(rows, at + 1, (row) => !row.startsWith("```"));
  return [el("pre", { class: "pre" }, body.join("\n")), end + 1];
}

function quote(rows, at) {
  const [body, end] = run(rows, at, (row) => /^\s*>/.test(row));
  return [
    el("blockquote", { class: "quote" }, markdown(body.map((row) => row.replace(/^\s*> ?/, "")).join("\n"))),
    end,
  ];
}

function list(rows, at) {
  const [body, end] = run(rows, at, (row) => BULLET.test(row));
  const items = body
    .map((row) => row.match(BULLET))
    .map(([, space, number, words]) => ({ depth: space.length, number, words }));
  return [nested(items), end];
}

/** A list of items, those further in becoming a list inside the item before them. */
function nested(items) {
  const { depth, number } = items[0];
  const node = el(number === undefined ? "ul" : "ol", {
    class: "rich-list",
    start: number === undefined || number === "1" ? null : number,
  });
  for (let at = 0; at < items.length;) {
    const item = el("li", {}, spans(items[at].words));
    const [inner, next] = run(items, at + 1, (each) => each.depth > depth + 1);
    if (inner.length) item.append(nested(inner));
    node.append(item);
    at = next;
  }
  return node;
}

function cells(row) {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function table(rows, at) {
  const [body, end] = run(rows, at + 2, (row) => row.includes("|"));
  const head = el(
    "tr",
    {},
    cells(rows[at]).map((cell) => el("th", { scope: "col" }, spans(cell))),
  );
  const rest = body.map((row) =>
    el(
      "tr",
      {},
      cells(row).map((cell) => el("td", {}, spans(cell))),
    ),
  );
  return [
    el("div", { class: "table-wrap" }, el("table", { class: "table" }, el("thead", {}, head), el("tbody", {}, rest))),
    end,
  ];
}

function paragraph(rows, at) {
  const [body, end] = run(
    rows,
    at,
    (row, index) => row.trim() && (index === at || !BREAKS.some((sign) => sign.test(row))),
  );
  return [el("p", {}, spans(body.join("\n"))), end];
}

const SPANS =
  /`([^`\n]+)`|\*\*(.+?)\*\*|__(.+?)__|(?<![\w*])\*(?=\S)([^*\n]+?)\*|(?<!\w)_(?=\S)([^_\n]+?)_(?!\w)|~~(.+?)~~|!?\[([^\]\n]*)\]\(([^\s)]+)\)|<(https?:\/\/[^>\s]+)>/su;

function spans(text) {
  const hit = text.match(SPANS);
  if (!hit) return withEmoji(text);
  const [whole, code, bold, bold2, italic, italic2, strike, label, url, bare] = hit;
  return [
    ...withEmoji(text.slice(0, hit.index)),
    made({ code, bold: bold ?? bold2, italic: italic ?? italic2, strike, label, url, bare }),
    ...spans(text.slice(hit.index + whole.length)),
  ];
}

function made({ code, bold, italic, strike, label, url, bare }) {
  if (code !== undefined) return el("code", { class: "code" }, code);
  if (bold !== undefined) return el("strong", {}, spans(bold));
  if (italic !== undefined) return el("em", {}, spans(italic));
  if (strike !== undefined) return el("s", {}, spans(strike));
  return link(url ?? bare, label === undefined ? bare : spans(label));
}
