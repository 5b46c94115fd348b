// What a person has filled in on one surface (a view, a message, App Home): drafts first, then what the server keeps, then the
// element's own initial value. A draft belongs to block_id and action_id, so it outlives a views.update. Text stays a draft until
// it is submitted; a choice is one only while the server is being told, because the server knows what still fits.

import { perform } from "./state.js";

const forms = new Map();

/** `origin` is what an action is sent with: {view_id} or {channel, ts}. */
export function formOf(origin) {
  const key = JSON.stringify(origin);
  if (!forms.has(key)) forms.set(key, { origin, drafts: new Map(), values: {}, errors: {}, mended: new Set(), sending: false });
  return forms.get(key);
}

export function dropForm(origin) {
  forms.delete(JSON.stringify(origin));
}

export function fieldKey(block, element) {
  return `${block.block_id ?? ""}/${element.action_id ?? ""}`;
}

const option = (prefix) => (from) => from[`${prefix}_option`]?.value ?? null;
const options = (prefix) => (from) => (from[`${prefix}_options`] ?? []).map((each) => each.value);
const plain = (name, empty) => (from) => from[name] ?? empty;

const SHAPES = {
  static_select: [option("selected"), option("initial")],
  external_select: [option("selected"), option("initial")],
  radio_buttons: [option("selected"), option("initial")],
  multi_static_select: [options("selected"), options("initial")],
  multi_external_select: [options("selected"), options("initial")],
  checkboxes: [options("selected"), options("initial")],
  users_select: [plain("selected_user", null), plain("initial_user", null)],
  channels_select: [plain("selected_channel", null), plain("initial_channel", null)],
  conversations_select: [plain("selected_conversation", null), plain("initial_conversation", null)],
  multi_users_select: [plain("selected_users", []), plain("initial_users", [])],
  multi_channels_select: [plain("selected_channels", []), plain("initial_channels", [])],
  multi_conversations_select: [plain("selected_conversations", []), plain("initial_conversations", [])],
  datepicker: [plain("selected_date", null), plain("initial_date", null)],
  timepicker: [plain("selected_time", null), plain("initial_time", null)],
  datetimepicker: [plain("selected_date_time", null), plain("initial_date_time", null)],
};
const TEXT = [plain("value", ""), plain("initial_value", "")];

function draftKey(block, element) {
  return `${fieldKey(block, element)}/${element.type}`;
}

/** The element's value as the control API takes it: text, option value, list, date, epoch seconds; null or "" when empty. */
export function valueOf(form, block, element) {
  const key = draftKey(block, element);
  if (form.drafts.has(key)) return form.drafts.get(key);
  const [stored, initial] = SHAPES[element.type] ?? TEXT;
  const entry = form.values?.[block.block_id]?.[element.action_id];
  return entry && Object.keys(entry).length ? stored(entry) : initial(element);
}

export function keep(form, block, element, value) {
  form.drafts.set(draftKey(block, element), value);
  form.mended.add(block.block_id);
  form.onEdit?.(block.block_id);
}

/** Tell the app of a choice; afterwards the server's copy counts, unless another choice was made meanwhile. */
export async function choose(form, block, element, value) {
  keep(form, block, element, value);
  const answer = await act(form, block, element, value);
  const key = draftKey(block, element);
  if (form.drafts.get(key) === value) form.drafts.delete(key);
  return answer;
}

/** Forget drafts of blocks that are no longer shown. */
export function prune(form, blocks) {
  const shown = new Set(blocks.flatMap((block) => elementsOf(block).map((element) => draftKey(block, element))));
  for (const key of form.drafts.keys()) if (!shown.has(key)) form.drafts.delete(key);
}

export function elementsOf(block) {
  return [block.element, block.accessory, ...(block.type === "actions" ? (block.elements ?? []) : [])].filter(Boolean);
}

/** The values to submit, by block_id (or action_id where a block has none). */
export function collect(form, blocks) {
  const inputs = blocks.filter((block) => block.type === "input" && block.element);
  return Object.fromEntries(
    inputs.map((block) => [block.block_id ?? block.element.action_id, valueOf(form, block, block.element)]),
  );
}

/** Tell the app of a press or a change. */
export function act(form, block, element, value) {
  const body = { ...form.origin, action_id: element.action_id, block_id: block.block_id };
  if (value !== undefined) body.value = value;
  return perform("act", body);
}
