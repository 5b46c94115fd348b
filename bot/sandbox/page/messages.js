// Messages: grouped by day, by person and by time, each drawn from its blocks (or its text), with its thread's summary.

import { blockItems } from "./blocks.js";
import { el, icon, link, patch } from "./dom.js";
import { formOf } from "./form.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, badge, nameOf } from "./people.js";
import { clockTime, dayName, dayOf, fromTs, stamp } from "./time.js";

const TOGETHER_S = 300;

export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

/** What the channel itself shows: no replies, except those also sent to the channel. */
export function roots(messages) {
  return messages.filter((each) => !isReply(each) || each.subtype === "thread_broadcast");
}

export function repliesTo(messages, ts) {
  return messages.filter((each) => isReply(each) && each.thread_ts === ts);
}

/** Items for `patch`: day dividers and messages. `view` is {channel, ctx, all, openThread?, spot?}; no openThread inside a thread. */
export function messageItems(list, view, days = true) {
  const { ctx } = view;
  const items = [];
  let before = null;
  for (const message of [...list].sort((one, two) => Number(one.ts) - Number(two.ts))) {
    const day = dayOf(fromTs(message.ts), ctx.tz);
    const newDay = days && (!before || dayOf(fromTs(before.ts), ctx.tz) !== day);
    if (newDay) items.push({ key: `day ${day}`, hash: ctx.salt, make: () => divider(fromTs(message.ts), ctx) });
    const compact = !newDay && follows(before, message);
    const thread = view.openThread ? summary(message, view) : null;
    const spot = view.spot === message.ts;
    const hash = ctx.salt + JSON.stringify([{ ...message, values: null }, compact, thread?.hash, spot]);
    items.push({
      key: `${message.ts} ${message.ephemeral ? "e" : ""}`,
      hash,
      make: () => draw(message, { ...view, compact, thread, marked: spot }),
    });
    before = message;
  }
  return items;
}

function follows(before, message) {
  if (!before || before.user !== message.user || before.ephemeral || message.ephemeral || before.reply_count)
    return false;
  return before.username === message.username && Number(message.ts) - Number(before.ts) < TOGETHER_S;
}

function divider(date, { now, tz }) {
  return el("div", { class: "day", role: "separator" }, el("span", { class: "day-name" }, dayName(date, now, tz)));
}

function draw(message, view) {
  const { ctx, channel, compact } = view;
  const user = ctx.users.get(message.user);
  const classes = [
    "message",
    compact ? "compact" : "",
    message.ephemeral ? "ephemeral" : "",
    view.marked ? "marked" : "",
  ];
  const body = el(
    "div",
    { class: "message-body" },
    message.ephemeral ? el("div", { class: "only-you" }, icon("eye", 13), "Only visible to you") : null,
    compact ? el("span", { class: "unseen" }, nameOf(user)) : head(message, user, view),
    content(message, view),
    view.thread ? view.thread.node() : null,
  );
  const label = `${message.username || nameOf(user)}, ${clockTime(fromTs(message.ts), ctx.tz)}`;
  const gutter = el("div", { class: "gutter" }, compact ? timeLink(message, view) : avatar(user));
  return el(
    "article",
    { class: classes.filter(Boolean).join(" "), "aria-label": label, data: { ts: message.ts, channel } },
    gutter,
    body,
    tools(message, view),
  );
}

function head(message, user, view) {
  const name = el("span", { class: "who", title: user?.title || null }, message.username || nameOf(user));
  return el("div", { class: "message-head" }, name, badge(user), timeLink(message, view));
}

function timeLink(message, { ctx, channel }) {
  const date = fromTs(message.ts);
  const href = `?as=${encodeURIComponent(ctx.me ?? "")}&channel=${encodeURIComponent(channel)}&ts=${encodeURIComponent(message.ts)}`;
  return el(
    "a",
    { class: "time", href, title: stamp(date, ctx.tz), data: { goChannel: channel, goTs: message.ts } },
    el("time", { datetime: date.toISOString() }, clockTime(date, ctx.tz)),
  );
}

function content(message, { ctx, channel }) {
  const box = el("div", { class: "message-content" });
  const form = formOf({ channel, ts: message.ts });
  form.values = message.values ?? {};
  if (message.blocks?.length) {
    const inner = el("div", { class: "blocks" });
    patch(inner, blockItems(message.blocks, { form, ctx, kind: "message" }));
    box.append(inner);
  } else if (message.text) {
    box.append(el("div", { class: "text" }, mrkdwn(message.text, ctx)));
  }
  box.append(...(message.attachments ?? []).map((each) => attachment(each, { form, ctx, kind: "message" })));
  if (message.edited) box.append(el("span", { class: "edited" }, "(edited)"));
  return box;
}

function attachment(part, surface) {
  const inner = el("div", { class: "blocks" });
  if (part.blocks?.length) patch(inner, blockItems(part.blocks, surface));
  else
    inner.append(
      part.title
        ? el("div", { class: "text strong" }, part.title_link ? link(part.title_link, part.title) : part.title)
        : "",
      el("div", { class: "text" }, mrkdwn(part.text ?? part.fallback ?? "", surface.ctx)),
    );
  const node = el("div", { class: "attachment" }, inner);
  if (/^#?[0-9a-f]{6}$/i.test(part.color ?? "")) node.style.setProperty("--bar", `#${part.color.replace("#", "")}`);
  return node;
}

/** The line under a message that has a thread: who answered, how many, when last. */
function summary(message, { ctx, all, openThread }) {
  const replies = repliesTo(all, message.ts);
  const count = Math.max(message.reply_count ?? 0, replies.length);
  if (!count || isReply(message)) return null;
  const people = [...new Set(replies.map((each) => each.user))].slice(-4);
  const last = replies.at(-1);
  const node = () =>
    el(
      "button",
      { type: "button", class: "thread-line", onclick: () => openThread(message.ts) },
      people.map((id) => avatar(ctx.users.get(id), "s")),
      el("span", { class: "thread-count" }, `${count} ${count === 1 ? "reply" : "replies"}`),
      last ? el("span", { class: "thread-last" }, `Last reply ${lastAt(last, ctx)}`) : null,
    );
  return { hash: `${count} ${people} ${last?.ts}`, node };
}

function lastAt(message, { now, tz }) {
  const date = fromTs(message.ts);
  const day = dayName(date, now, tz);
  return `${/^(Today|Yesterday|Tomorrow)$/.test(day) ? day.toLowerCase() : day} at ${clockTime(date, tz)}`;
}

function tools(message, { openThread }) {
  if (!openThread || message.ephemeral || isReply(message)) return null;
  return el(
    "div",
    { class: "tools" },
    el(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Reply in thread",
        title: "Reply in thread",
        onclick: () => openThread(message.ts),
      },
      icon("thread", 16),
    ),
  );
}
