// The few emoji the page knows. Those drawn here look the same on every machine, also on one without an emoji font.

import { el, svg } from "./dom.js";

const CHARS = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", hourglass: "⌛", hourglass_flowing_sand: "⏳", tada: "🎉",
  bell: "🔔", no_bell: "🔕", lock: "🔒", unlock: "🔓", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊",
  no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", information_source: "ℹ️", question: "❓", exclamation: "❗", bulb: "💡",
  eyes: "👀", wave: "👋", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", pray: "🙏", raised_hands: "🙌", rocket: "🚀", fire: "🔥",
  heart: "❤️", star: "⭐", sparkles: "✨", trophy: "🏆", moneybag: "💰", money_with_wings: "💸", calendar: "📅", date: "📅", clock1: "🕐",
  alarm_clock: "⏰", stopwatch: "⏱️", memo: "📝", pencil2: "✏️", clipboard: "📋", page_facing_up: "📄", link: "🔗", mag: "🔍", gear: "⚙️",
  wrench: "🔧", shield: "🛡️", key: "🔑", robot_face: "🤖", seedling: "🌱", repeat: "🔁", arrows_counterclockwise: "🔄", arrow_right: "➡️",
  arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", leftwards_arrow_with_hook: "↩️", speech_balloon: "💬", busts_in_silhouette: "👥",
  bust_in_silhouette: "👤", large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", red_circle: "🔴",
  large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", smile: "😄", slightly_smiling_face: "🙂", zzz: "💤", palm_tree: "🌴",
  credit_card: "💳", package: "📦", inbox_tray: "📥", outbox_tray: "📤", mega: "📣", rotating_light: "🚨", checkered_flag: "🏁",
};

const dot = (color) => [["circle", { cx: 10, cy: 10, r: 7.5, fill: color }]];
const tile = (color, ...marks) => [["rect", { x: 1.5, y: 1.5, width: 17, height: 17, rx: 4, fill: color }], ...marks];
const line = (d, color, width = 2.4) => ["path", { d, fill: "none", stroke: color, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const fill = (d, color) => ["path", { d, fill: color }];
const glass = [
  fill("M5 2h10v2.500c0 2.500-3.500 4-3.500 5.500s3.500 3 3.500 5.500V18H5v-2.500c0-2.500 3.500-4 3.500-5.500S5 7 5 4.500z", "#bcd9ee"),
  fill("M6.500 16.500c.5-2 3.500-2.500 3.500-4.500c0 2 3 2.500 3.500 4.500zM7 5.500h6c-.5 1.500-3 2.500-3 4c0-1.500-2.500-2.500-3-4z", "#d9a441"),
  line("M4.500 2h11M4.500 18h11", "#8a5a2b", 2),
];

const DRAWN = {
  white_check_mark: tile("#2fa860", line("M5.500 10.500l3 3l6-7", "#fff")),
  heavy_check_mark: [line("M4 11l4 4l8.500-10", "#2fa860", 3)],
  x: [line("M4.500 4.500l11 11M15.500 4.500l-11 11", "#dc3b4b", 3.2)],
  warning: [fill("M10 1.800c.7 0 1.200.4 1.500.9l7 12.800c.6 1.200-.1 2.500-1.500 2.500H3c-1.400 0-2.100-1.300-1.500-2.500l7-12.800c.3-.5.8-.9 1.500-.9z", "#f5b82e"), line("M10 7v4.500M10 14.700v.1", "#3a2a00", 2.200)],
  hourglass: glass,
  hourglass_flowing_sand: glass,
  bell: [fill("M10 1.500c3.600 0 5.500 2.700 5.500 6c0 4 1 5.500 2 7H2.500c1-1.500 2-3 2-7c0-3.300 1.900-6 5.500-6z", "#f2b531"), fill("M7.800 16h4.400a2.200 2.200 0 0 1-4.400 0z", "#b9801a")],
  lock: [line("M6.500 9V6.500a3.500 3.500 0 0 1 7 0V9", "#8d949e", 2), ["rect", { x: 4, y: 8.500, width: 12, height: 9.500, rx: 2, fill: "#eab03b" }], line("M10 12v2.500", "#5d420c", 1.800)],
  unlock: [line("M6.500 9V6a3.500 3.500 0 0 1 6.800-1.200", "#8d949e", 2), ["rect", { x: 4, y: 8.500, width: 12, height: 9.500, rx: 2, fill: "#eab03b" }], line("M10 12v2.500", "#5d420c", 1.800)],
  chart_with_upwards_trend: tile("#e8eef5", line("M4.500 14l3.500-4l2.500 2.500l5-7", "#dc3b4b", 2)),
  chart_with_downwards_trend: tile("#e8eef5", line("M4.500 6l3.500 4l2.500-2.500l5 7", "#2f74d0", 2)),
  bar_chart: tile("#e8eef5", line("M6 15v-4", "#2fa860", 2.600), line("M10 15V5.500", "#2f74d0", 2.600), line("M14 15V8.500", "#dc3b4b", 2.600)),
  no_entry: [...dot("#dc3b4b"), line("M6.300 10h7.400", "#fff", 2.800)],
  no_entry_sign: [["circle", { cx: 10, cy: 10, r: 7, fill: "none", stroke: "#dc3b4b", "stroke-width": 2.400 }], line("M5.200 5.200l9.600 9.600", "#dc3b4b", 2.400)],
  octagonal_sign: [fill("M6.500 1.500h7l5 5v7l-5 5h-7l-5-5v-7z", "#dc3b4b"), line("M6 10h8", "#fff", 2.600)],
  information_source: tile("#2f74d0", line("M10 9.500V14M10 6v.1", "#fff", 2.200)),
  question: [line("M6.500 6.500c.3-4.500 7-4.300 7-.2c0 2.700-3.500 2.700-3.500 5.700M10 16v.1", "#dc3b4b", 2.600)],
  exclamation: [line("M10 3v9M10 16.500v.1", "#dc3b4b", 3)],
  bulb: [fill("M10 1.500a6 6 0 0 1 3.500 10.900c-.7.500-1 1.200-1 2.100h-5c0-.9-.3-1.600-1-2.100A6 6 0 0 1 10 1.500z", "#f7cf46"), line("M8 16.300h4M8.800 18.300h2.400", "#8d949e", 1.500)],
  tada: [fill("M2 18L7 6.500L13.500 13z", "#eab03b"), line("M11 7c.5-2 2-3 1.500-5M13 9.500c2-.5 3-.3 5-2M8.500 4.500L8 2.500M15.500 13l2.500.5", "#2f74d0", 1.600), line("M16 3.500v.1M17.500 10.500v.1M11.500 4v.1", "#dc3b4b", 2.200)],
  "+1": [fill("M2 9h3.500v8.500H2zM7 9l3-6.500c1.500-.5 2.500.8 2.200 2.500L11.700 8H16c1.400 0 2 1 1.700 2.200l-1.400 5.800c-.2.900-.9 1.500-1.800 1.500H8L7 16.500z", "#f2b531")],
  rocket: [fill("M17.500 2.500c-5-.5-8.500 2-10.500 6l4.500 4.500c4-2 6.500-5.500 6-10.500z", "#dfe6ee"), fill("M7 8.500l-4 .5l2.500-3.500L8.500 6zM11.500 13l-.5 4l3.500-2.500L14 11.500z", "#dc3b4b"), fill("M6.500 11.500l2 2c-1 2-3 3-5.500 3c0-2.500 1.500-4 3.500-5z", "#f5a52e"), ["circle", { cx: 13, cy: 7, r: 1.600, fill: "#2f74d0" }]],
  star: [fill("M10 1.800l2.500 5.300l5.800.8l-4.200 4l1 5.800L10 15l-5.100 2.700l1-5.800l-4.200-4l5.800-.8z", "#f7c331")],
  sparkles: [fill("M8 4l1.600 4.400L14 10l-4.400 1.600L8 16l-1.600-4.400L2 10l4.400-1.600zM15 2l.8 2.200L18 5l-2.200.8L15 8l-.8-2.200L12 5l2.200-.8zM15.500 12l.7 1.800l1.800.7l-1.800.7l-.7 1.800l-.7-1.800l-1.800-.7l1.800-.7z", "#f7c331")],
  seedling: [line("M10 18v-8", "#3c8f4a", 1.800), fill("M10 11C10 6.500 6.500 4.500 2 5c0 4.500 3 6.500 8 6zM10 9.500c0-4.500 3-6.500 8-6.500c0 4.500-3.500 6.500-8 6.500z", "#58b566")],
  memo: [["rect", { x: 3, y: 2, width: 12, height: 16, rx: 1.500, fill: "#eef2f6", stroke: "#a8b3c0" }], line("M6 6.500h6M6 9.500h6M6 12.500h3.500", "#8d9aa9", 1.200), line("M10.500 15l6.500-7", "#f2a531", 2.200)],
  calendar: [["rect", { x: 2, y: 3, width: 16, height: 15, rx: 2.500, fill: "#eef2f6", stroke: "#a8b3c0" }], fill("M2 8V5.500A2.500 2.500 0 0 1 4.500 3h11A2.500 2.500 0 0 1 18 5.500V8z", "#dc3b4b"), line("M6 11.500h.1M10 11.500h.1M14 11.500h.1M6 14.800h.1M10 14.800h.1", "#67748a", 2)],
  rotating_light: [fill("M5 15V9.500a5 5 0 0 1 10 0V15z", "#dc3b4b"), fill("M3.500 15h13v3h-13z", "#8d949e"), line("M10 1v1.500M3 4l1 1M17 4l-1 1", "#f5a52e", 1.600)],
  repeat: tile("#2f74d0", line("M5.500 9V8c0-1 .6-1.500 1.500-1.500h6.500M12 4.500l2 2l-2 2M14.500 11v1c0 1-.6 1.500-1.500 1.500H6.500M8 15.500l-2-2l2-2", "#fff", 1.500)),
  arrow_right: tile("#2f74d0", line("M5.500 10h8.500M10.500 6.500L14 10l-3.500 3.500", "#fff", 2)),
  speech_balloon: [fill("M10 3c5 0 8.500 2.700 8.500 6.300s-3.500 6.200-8.500 6.200c-.8 0-1.500-.1-2.200-.2L4 17.500l.5-3.500C2.600 12.900 1.500 11.200 1.500 9.300C1.500 5.700 5 3 10 3z", "#cfdceb"), line("M6.500 9.300h.1M10 9.300h.1M13.500 9.300h.1", "#67748a", 2)],
  large_green_circle: dot("#2fa860"), large_yellow_circle: dot("#f2c231"), large_orange_circle: dot("#ee8c2c"), red_circle: dot("#dc3b4b"),
  large_blue_circle: dot("#2f74d0"), white_circle: dot("#dfe4ea"), black_circle: dot("#39404a"),
  wave: [fill("M6 17.500c-3-2-4.500-6.500-3.500-8.500c.8-.8 1.600-.2 2 .8L3 5.500c-.2-1.500 1.600-2 2.200-.7L7 8.500L6 3c-.1-1.600 1.900-1.900 2.300-.4L9.800 8l.3-5c.2-1.500 2.200-1.300 2.200.2v5.500l1.500-3.500c.7-1.300 2.300-.6 2 .8l-1.500 6.500c-.6 3-2.500 5.500-5 5.800c-1.200.2-2.200 0-3.300-.8z", "#f2b531")],
  eyes: [["ellipse", { cx: 5.800, cy: 10, rx: 4, ry: 5.500, fill: "#fff", stroke: "#8d949e" }], ["ellipse", { cx: 14.200, cy: 10, rx: 4, ry: 5.500, fill: "#fff", stroke: "#8d949e" }], ["circle", { cx: 4.500, cy: 10.500, r: 2, fill: "#39404a" }], ["circle", { cx: 12.900, cy: 10.500, r: 2, fill: "#39404a" }]],
};
const SAME = { thumbsup: "+1", date: "calendar" };

const names = new Map(Object.entries(CHARS).map(([name, char]) => [char.replaceAll("\uFE0F", ""), name]));
const BY_CHAR = new RegExp(`(?:${[...names.keys()].join("|")})\uFE0F?`, "gu");

export function known(name) {
  return Object.hasOwn(CHARS, name);
}

/** One emoji; an unknown name stays as it was written. */
export function emoji(name, unicode) {
  const drawn = DRAWN[SAME[name] ?? name];
  if (drawn) {
    const shapes = drawn.map(([tag, props]) => svg(tag, props));
    return svg("svg", { viewBox: "0 0 20 20", class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") }, shapes);
  }
  const char = CHARS[name] ?? fromCode(unicode);
  return char ? el("span", { class: "emoji-char", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, char) : `:${name}:`;
}

function fromCode(unicode) {
  if (!/^[0-9a-f-]+$/i.test(unicode ?? "")) return null;
  const points = unicode.split("-").map((code) => Number.parseInt(code, 16)).filter((point) => point <= 0x10ffff);
  return String.fromCodePoint(...points);
}

/** Text with its emoji characters and (unless `codes` is false) its :codes: replaced; the rest stays literal. */
export function withEmoji(text, codes = true) {
  const out = [];
  let at = 0;
  const pattern = codes ? new RegExp(`:([a-z0-9_+-]+):|${BY_CHAR.source}`, "gu") : BY_CHAR;
  for (const hit of String(text).matchAll(pattern)) {
    const name = hit[1] ?? names.get(hit[0].replaceAll("\uFE0F", ""));
    if (!known(name)) continue;
    out.push(...breakable(text.slice(at, hit.index)), emoji(name));
    at = hit.index + hit[0].length;
  }
  out.push(...breakable(String(text).slice(at)));
  return out.filter((piece) => piece !== "");
}

/** Let long paths (platform/engineering/search) break after a slash rather than in the middle of a word. */
function breakable(text) {
  return text.split(/(?<=[a-z]\/)(?=[a-z])/i).flatMap((piece, index) => (index ? [el("wbr"), piece] : [piece]));
}
