// Block Kit: one function per block type, each giving a node. `surface` is {form, ctx, kind}.

import { chart } from "./charts.js";
import { add, el, freshId, safeUrl } from "./dom.js";
import { PRESSED } from "./elements.js";
import { INPUTS } from "./inputs.js";
import { markdown } from "./markdown.js";
import { flat, textOf } from "./mrkdwn.js";
import { richText } from "./rich.js";

const BLOCKS = {
  header: (block, { ctx }) =>
    el(block.level === 1 ? "h2" : "h3", { class: "block-header-text" }, textOf(block.text, ctx)),
  section,
  context,
  divider: () => el("hr", { class: "rule" }),
  actions: (block, surface) =>
    el(
      "div",
      { class: "actions" },
      (block.elements ?? []).map((element) => control(element, block, surface)),
    ),
  image: picture,
  input,
  rich_text: (block, { ctx }) => richText(block, ctx),
  markdown: (block) => markdown(block.text),
  table,
  alert: notice,
  data_visualization: chart,
};

/** The items `patch` takes for a list of blocks. `salt` is anything else the look depends on. */
export function blockItems(blocks, surface, salt = "") {
  return (blocks ?? []).map((block, index) => ({
    key: block.block_id || `${index}:${block.type}`,
    hash: salt + JSON.stringify(block),
    make: () => blockNode(block, surface),
  }));
}

export function blockNode(block, surface) {
  const make = BLOCKS[block.type];
  const node = el("div", {
    class: `block block-${String(block.type).replace(/\W/g, "")}`,
    data: { blockId: block.block_id ?? "", blockType: block.type ?? "" },
  });
  try {
    node.append(make ? make(block, surface) : unknown(block.type));
  } catch (problem) {
    console.error("a block could not be drawn", block, problem);
    node.append(unknown(block.type));
  }
  return node;
}

function unknown(type) {
  return el("div", { class: "placeholder" }, `The sandbox does not draw ${type ? `“${type}”` : "this"} here.`);
}

function control(element, block, surface, label = null, id = freshId("field"), describedBy = null) {
  const make = PRESSED[element.type] ?? INPUTS[element.type];
  if (element.type === "image") return image(element, "accessory-image");
  return make
    ? make(element, { id, form: surface.form, ctx: surface.ctx, block, label, describedBy })
    : unknown(element.type);
}

function section(block, surface) {
  const { ctx } = surface;
  const words = el("div", { class: "section-words" });
  if (block.text) words.append(el("div", { class: "text" }, textOf(block.text, ctx)));
  if (block.fields)
    words.append(
      el(
        "div",
        { class: "fields" },
        block.fields.map((each) => el("div", { class: "text field-text" }, textOf(each, ctx))),
      ),
    );
  const node = el("div", { class: "section" }, words);
  if (!block.accessory) return node;
  const wide = !["button", "workflow_button", "overflow", "image"].includes(block.accessory.type);
  return add(
    node,
    el("div", { class: wide ? "accessory accessory-wide" : "accessory" }, control(block.accessory, block, surface)),
  );
}

function context(block, { ctx }) {
  const parts = (block.elements ?? []).map((element) =>
    element.type === "image"
      ? image(element, "context-image")
      : el("span", { class: "context-text" }, textOf(element, ctx)),
  );
  return el("div", { class: "context" }, parts);
}

function image(element, name) {
  const src = safeImage(element.image_url);
  const alt = String(element.alt_text ?? "");
  if (!src) return el("span", { class: `${name} image-missing`, role: "img", "aria-label": alt }, alt);
  const node = el("img", { class: name, src, alt, loading: "lazy", referrerpolicy: "no-referrer" });
  node.addEventListener(
    "error",
    () => node.replaceWith(el("span", { class: `${name} image-missing`, role: "img", "aria-label": alt }, alt)),
    { once: true },
  );
  return node;
}

function safeImage(url) {
  const text = String(url ?? "");
  return /^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(text) ? text : safeUrl(text);
}

function picture(block, { ctx }) {
  const title = block.title ? el("figcaption", { class: "image-title" }, textOf(block.title, ctx)) : null;
  return el("figure", { class: "picture" }, title, image(block, "image"));
}

function input(block, surface) {
  const id = freshId("field");
  const { ctx } = surface;
  const element = block.element ?? {};
  const grouped = ["radio_buttons", "checkboxes"].includes(element.type);
  const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
  const words = [el("span", {}, textOf(block.label, ctx)), optional];
  const label = grouped
    ? el("div", { class: "label", id: `${id}-label` }, words)
    : el("label", { class: "label", htmlFor: id, id: `${id}-label` }, words);
  const hint = block.hint ? el("div", { class: "hint", id: `${id}-hint` }, textOf(block.hint, ctx)) : null;
  const describedBy = [hint ? `${id}-hint` : null, `${id}-error`].filter(Boolean).join(" ");
  const error = el("div", { class: "field-error", id: `${id}-error`, hidden: true });
  return el(
    "div",
    { class: "field" },
    label,
    control(element, block, surface, flat(block.label, ctx), id, describedBy),
    error,
    hint,
  );
}

/** Say what is wrong with a block's field, or with "" that nothing is. */
export function setError(node, words) {
  const error = node.querySelector(".field-error");
  if (!error) return false;
  error.hidden = !words;
  error.textContent = words || "";
  const target = node.querySelector("[role=radiogroup], [role=group], [data-field]");
  if (words) target?.setAttribute("aria-invalid", "true");
  else target?.removeAttribute("aria-invalid");
  node.classList.toggle("has-error", Boolean(words));
  return Boolean(words);
}

function table(block, { ctx }) {
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    el(
      "tr",
      {},
      cells.map((cell, index) => {
        const align = ["center", "right"].includes(settings[index]?.align) ? ` align-${settings[index].align}` : "";
        return el(
          tag,
          { class: `${settings[index]?.is_wrapped ? "wraps" : "nowrap"}${align}`, scope: tag === "th" ? "col" : null },
          cellOf(cell, ctx),
        );
      }),
    );
  const [head, ...rest] = block.rows ?? [];
  const body = el(
    "table",
    { class: "table" },
    head ? el("thead", {}, row(head, "th")) : null,
    el(
      "tbody",
      {},
      rest.map((cells) => row(cells, "td")),
    ),
  );
  return el("div", { class: "table-wrap", tabIndex: 0, role: "region", "aria-label": "Table" }, body);
}

function cellOf(cell, ctx) {
  if (cell?.type === "rich_text") return richText(cell, ctx);
  if (cell?.type === "raw_number") return String(cell.text ?? cell.value ?? "");
  return textOf({ type: "plain_text", text: String(cell?.text ?? cell?.value ?? ""), emoji: false }, ctx);
}

const LEVELS = { info: "i", success: "✓", warning: "!", error: "!", default: "i" };

function notice(block, { ctx }) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return el(
    "div",
    { class: `alert alert-${level}`, role: level === "error" ? "alert" : "note" },
    el("span", { class: "alert-sign", "aria-hidden": "true" }, LEVELS[level]),
    el("div", { class: "text" }, textOf(block.text, ctx)),
  );
}
