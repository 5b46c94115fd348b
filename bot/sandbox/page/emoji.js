// The few emoji the page knows. Those drawn here look the same on every machine, also on one without an emoji font.

import { el, svg } from "./dom.js";
import { DRAWN } from "./drawn.js";

const CHARS = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  heavy_minus_sign: "➖",
  x: "❌",
  warning: "⚠️",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  tada: "🎉",
  bell: "🔔",
  no_bell: "🔕",
  lock: "🔒",
  unlock: "🔓",
  chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉",
  bar_chart: "📊",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  octagonal_sign: "🛑",
  information_source: "ℹ️",
  question: "❓",
  exclamation: "❗",
  bulb: "💡",
  eyes: "👀",
  wave: "👋",
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  thumbsdown: "👎",
  pray: "🙏",
  raised_hands: "🙌",
  rocket: "🚀",
  fire: "🔥",
  heart: "❤️",
  star: "⭐",
  sparkles: "✨",
  trophy: "🏆",
  moneybag: "💰",
  money_with_wings: "💸",
  calendar: "📅",
  date: "📅",
  clock1: "🕐",
  alarm_clock: "⏰",
  stopwatch: "⏱️",
  memo: "📝",
  pencil2: "✏️",
  clipboard: "📋",
  page_facing_up: "📄",
  link: "🔗",
  mag: "🔍",
  gear: "⚙️",
  wrench: "🔧",
  shield: "🛡️",
  key: "🔑",
  robot_face: "🤖",
  seedling: "🌱",
  repeat: "🔁",
  arrows_counterclockwise: "🔄",
  arrow_right: "➡️",
  arrow_left: "⬅️",
  arrow_up: "⬆️",
  arrow_down: "⬇️",
  leftwards_arrow_with_hook: "↩️",
  raised_hand: "✋",
  arrow_forward: "▶️",
  speech_balloon: "💬",
  busts_in_silhouette: "👥",
  bust_in_silhouette: "👤",
  large_green_circle: "🟢",
  large_yellow_circle: "🟡",
  large_orange_circle: "🟠",
  red_circle: "🔴",
  large_blue_circle: "🔵",
  white_circle: "⚪",
  black_circle: "⚫",
  smile: "😄",
  slightly_smiling_face: "🙂",
  zzz: "💤",
  palm_tree: "🌴",
  credit_card: "💳",
  package: "📦",
  inbox_tray: "📥",
  outbox_tray: "📤",
  mega: "📣",
  rotating_light: "🚨",
  checkered_flag: "🏁",
};

const SAME = { thumbsup: "+1", date: "calendar" };

const names = new Map(Object.entries(CHARS).map(([name, char]) => [char.replaceAll("\uFE0F", ""), name]));
const BY_CHAR = new RegExp(`(?:${[...names.keys()].join("|")})[\\u{1F3FB}-\\u{1F3FF}\uFE0F]?`, "gu");

export function known(name) {
  return Object.hasOwn(CHARS, name);
}

/** One emoji; an unknown name stays as it was written. */
export function emoji(name, unicode) {
  const drawn = DRAWN[SAME[name] ?? name];
  if (drawn) {
    const shapes = drawn.map(([tag, props]) => svg(tag, props));
    return svg(
      "svg",
      { viewBox: "0 0 20 20", class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") },
      shapes,
    );
  }
  const char = CHARS[name] ?? fromCode(unicode);
  return char
    ? el(
        "span",
        { class: "emoji-char", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
        char,
      )
    : `:${name}:`;
}

function fromCode(unicode) {
  if (!/^[0-9a-f-]+$/i.test(unicode ?? "")) return null;
  const points = unicode
    .split("-")
    .map((code) => Number.parseInt(code, 16))
    .filter((point) => point <= 0x10ffff);
  return String.fromCodePoint(...points);
}

/** Text with its emoji characters and (unless `codes` is false) its :codes: replaced; the rest stays literal. */
export function withEmoji(text, codes = true) {
  const out = [];
  let at = 0;
  const pattern = codes ? new RegExp(`:([a-z0-9_+-]+):|${BY_CHAR.source}`, "gu") : BY_CHAR;
  for (const hit of String(text).matchAll(pattern)) {
    const name = hit[1] ?? names.get(hit[0].replace(/[\u{1F3FB}-\u{1F3FF}\uFE0F]/gu, ""));
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
