// What the page knows: the server's last answer, where the acting person is looking, and who wants to hear of changes.

import { post, read } from "./api.js";
import { dayOf } from "./time.js";
import { toast } from "./toasts.js";

const PERIOD_MS = 700;
const SEEN = "leeway.sandbox.seen";
const AS = "leeway.sandbox.as";

export const store = {
  server: null,
  me: null,
  place: { kind: "none" },
  thread: null,
  spot: null,
  online: true,
  users: new Map(),
  channels: new Map(),
  names: 0,
};

const listeners = [];
let asked = 0;
let timer = null;

export function listen(listener) {
  listeners.push(listener);
}

export function changed() {
  for (const listener of listeners) listener(store);
}

/** What rendering needs to know about people, channels and time. */
export function context() {
  const { me, users, channels, server } = store;
  const tz = users.get(me)?.tz || server?.tz || "UTC";
  const now = new Date(server?.now ?? 0);
  return { me, users, channels, tz, now, salt: `${me}|${tz}|${dayOf(now, tz)}|${store.names}|` };
}

export function bot() {
  return [...store.users.values()].find((user) => user.is_bot && !user.deleted) ?? null;
}

export function messagesOf(channel) {
  return store.server?.messages?.[channel] ?? [];
}

/** The person at the other end of a direct message. */
export function partner(channel) {
  return (
    store.users.get(channel.user && channel.user !== store.me ? channel.user : bot()?.id) ??
    store.users.get(channel.user) ??
    null
  );
}

/** Do something in the acting person's name, look at what came of it, say what went wrong. */
export async function perform(path, body, quiet = false) {
  const told = lastNotice();
  const answer = await post(path, { as: store.me, ...body });
  await refresh();
  const said = lastNotice() > told;
  if (answer.ok === false && answer.error && !quiet && !said) toast(explain(answer.error), "error");
  return answer;
}

/** The newest of the workspace's own notes; what it says need not be said again. */
function lastNotice() {
  return Math.max(0, ...(store.server?.notices ?? []).map((notice) => notice.id));
}

const REASONS = {
  unreachable: "The sandbox does not answer. Is it still running?",
  operation_timeout: "The app did not respond in time.",
  dispatch_failed: "The app could not be reached.",
};

export function explain(error) {
  return REASONS[error] ?? `That did not work: ${error}`;
}

/** Ask for the state; an answer to an older question, or to another person's, is dropped. */
export async function refresh(full = false) {
  const turn = (asked += 1);
  const { me, server } = store;
  const since = full || server?.me !== me ? undefined : server.rev; // a revision of what another person saw says nothing
  const answer = await read("state", { as: me, since });
  if (turn !== asked || me !== store.me) return;
  if (answer.rev === undefined) {
    setOnline(!answer.unreachable && answer.ok !== false);
    if (answer.error && !answer.unreachable && me) forget();
    return;
  }
  setOnline(true);
  take(answer, server);
}

function take(answer, server) {
  if (answer.messages || answer.channels) {
    if (!server || named(server) !== named(answer)) store.names += 1;
    store.server = answer;
    store.users = new Map((answer.users ?? []).map((user) => [user.id, user]));
    store.channels = new Map((answer.channels ?? []).map((channel) => [channel.id, channel]));
    settle();
    changed();
  } else if (server && answer.rev !== server.rev) {
    void refresh(true);
  } else if (server && answer.now !== server.now) {
    server.now = answer.now;
    changed();
  }
}

/** What mentions depend on: when it changes everything is drawn anew. */
function named(server) {
  return JSON.stringify([server.users, (server.channels ?? []).map(({ id, name }) => [id, name])]);
}

function setOnline(online) {
  if (store.online === online) return;
  store.online = online;
  changed();
}

/** The remembered person is not here (another workspace): start as whoever the server offers. */
function forget() {
  localStorage.removeItem(AS);
  store.me = null;
}

/** After a first answer: who am I, and where am I looking? */
function settle() {
  const people = [...store.users.values()].filter((user) => !user.is_bot && !user.deleted);
  if (!store.me || !store.users.has(store.me)) store.me = store.server.me ?? people[0]?.id ?? null;
  const { place } = store;
  const gone = place.kind === "channel" && !store.channels.has(place.id);
  if (place.kind === "none" || place.kind === "app" || gone) {
    const wanted = (channel) => (channel.kind === "im") === (place.kind === "app"); // the only direct message is the app's
    const first = [...store.channels.values()].find(wanted) ?? [...store.channels.values()][0];
    store.place = first ? { kind: "channel", id: first.id } : { kind: "none" };
    if (gone) store.thread = null;
  }
  if (store.spot && !store.thread) store.thread = rootOf(store.place.id, store.spot);
}

/** The root of the thread that `ts` belongs to; null for a message that has no thread. */
function rootOf(channel, ts) {
  const message = messagesOf(channel).find((each) => each.ts === ts);
  if (!message) return null;
  if (message.thread_ts && message.thread_ts !== ts) return message.thread_ts;
  return message.reply_count ? ts : null;
}

export function readAddress() {
  const query = new URLSearchParams(location.search);
  store.me = query.get("as") || store.me || localStorage.getItem(AS);
  const channel = query.get("channel");
  if (query.get("tab") === "home") store.place = { kind: "home" };
  else if (query.has("app")) store.place = { kind: "app" };
  else store.place = channel ? { kind: "channel", id: channel } : { kind: "none" };
  store.spot = query.get("ts");
  store.thread = null;
  if (store.server) settle();
}

function writeAddress(replace) {
  const query = new URLSearchParams();
  if (store.me) query.set("as", store.me);
  if (store.place.kind === "channel") query.set("channel", store.place.id);
  if (store.place.kind === "home") query.set("tab", "home");
  if (store.spot ?? store.thread) query.set("ts", store.spot ?? store.thread);
  const address = `?${query}`;
  if (address !== location.search) history[replace ? "replaceState" : "pushState"](null, "", address + location.hash);
}

/** Look somewhere else: {kind: "channel", id} or {kind: "home"}, perhaps with a thread open. */
export function go(place, thread = null, spot = null) {
  Object.assign(store, { place, thread: thread ?? (spot ? rootOf(place.id, spot) : null), spot });
  writeAddress(false);
  changed();
  if (place.kind === "home") void perform("home", {});
}

export async function actAs(id) {
  if (id === store.me) return;
  store.me = id;
  localStorage.setItem(AS, id);
  writeAddress(false);
  await refresh(true);
  writeAddress(true);
  if (store.place.kind === "home") await perform("home", {});
}

/** The newest message this person has seen in a channel, remembered by this browser. */
export function seen(channel) {
  return seenAll()[`${store.me} ${channel}`] ?? "";
}

export function markSeen(channel, ts) {
  if (!ts || Number(ts) <= Number(seen(channel) || 0)) return false;
  localStorage.setItem(SEEN, JSON.stringify({ ...seenAll(), [`${store.me} ${channel}`]: ts }));
  return true;
}

function seenAll() {
  try {
    return JSON.parse(localStorage.getItem(SEEN) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** How many messages wait for this person in a channel. */
export function unread(channel) {
  if (!channel.unread) return 0;
  const from = Number(seen(channel.id) || 0);
  const fresh = messagesOf(channel.id).filter((each) => Number(each.ts) > from && each.user !== store.me);
  return Math.min(channel.unread, fresh.length);
}

export async function start() {
  readAddress();
  await refresh(true);
  if (!store.server) await refresh(true);
  if (store.me) localStorage.setItem(AS, store.me);
  writeAddress(true);
  changed();
  if (store.place.kind === "home") void perform("home", {});
  document.addEventListener("visibilitychange", poll);
  poll();
}

function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  timer = setTimeout(async () => {
    await refresh();
    poll();
  }, PERIOD_MS);
}

export function teamName() {
  return String(store.server?.team?.name ?? "…");
}
