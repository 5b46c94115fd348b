// DOM helpers: nodes are built from data with text nodes only (no innerHTML anywhere), and lists are patched by key.

const PROPERTIES = new Set([
  "value",
  "checked",
  "disabled",
  "selected",
  "multiple",
  "hidden",
  "tabIndex",
  "htmlFor",
  "type",
  "id",
]);

/** Make an element. `on*` are listeners, `class` and `data` are what they say, null and false leave a thing out. */
export function el(tag, props = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  add(node, kids);
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "class") node.className = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

export function add(node, ...kids) {
  node.append(...kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return node;
}

/** An SVG from a nested description: svg("path", {d: "…"}). */
export function svg(tag, props = {}, ...kids) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  return add(node, kids);
}

const ICONS = {
  menu: "M3 6h18M3 12h18M3 18h18",
  close: "M6 6l12 12M18 6L6 18",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4l2-2zM10 21h4",
  sun: "M12 7.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  clock: "M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18zM12 7.5V12l3 2",
  send: "M4 12l16-8l-5 16l-3.5-6.5z",
  hash: "M9.5 4L7.5 20M16.5 4L14.5 20M4.5 9.5h15.5M4 15h15.5",
  down: "M6 9l6 6l6-6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  app: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  thread: "M4 5h16v11H10l-4 4v-4H4z",
  eye: "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12zM12 9a3 3 0 1 1 0 6a3 3 0 0 1 0-6z",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

export function icon(name, size = 18) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", width: size, height: size, class: "icon", "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );
}

/** Only web, mail and page addresses may become links; anything else (javascript:, data:) stays text. */
export function safeUrl(url) {
  return /^(https?:\/\/|mailto:|\/(?!\/)|\?|#)/i.test(String(url ?? "").trim()) ? String(url).trim() : null;
}

export function link(url, ...kids) {
  const href = safeUrl(url);
  if (!href) return el("span", {}, kids);
  const here = /^[/?#]/.test(href);
  return el(
    "a",
    { href, class: "link", target: here ? null : "_blank", rel: here ? null : "noopener noreferrer" },
    kids,
  );
}

/**
 * Make `parent` show `items` ({key, hash, make}) in order. A node whose key and hash are unchanged is kept as it is, so
 * focus, typed text and a click in progress survive. Returns the nodes in order.
 */
export function patch(parent, items) {
  const old = parent.keyed ?? new Map();
  const next = new Map();
  for (const item of unique(items)) {
    const had = old.get(item.key);
    next.set(item.key, had && had.hash === item.hash ? had : { hash: item.hash, node: item.make(had?.node) });
  }
  for (const [key, had] of old) if (next.get(key) !== had && next.get(key)?.node !== had.node) had.node.remove();
  let cursor = parent.firstChild;
  for (const { node } of next.values()) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
  parent.keyed = next;
  return [...next.values()].map(({ node }) => node);
}

function unique(items) {
  const seen = new Map();
  return items.map((item) => {
    const times = seen.get(item.key) ?? 0;
    seen.set(item.key, times + 1);
    return times ? { ...item, key: `${item.key}~${times}` } : item;
  });
}

let serial = 0;

export function freshId(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}
