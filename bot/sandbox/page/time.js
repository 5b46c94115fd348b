// Dates and times in the acting person's time zone, and back from what a date field holds.

const cache = new Map();

function format(tz, options) {
  const key = tz + JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, make(tz, options));
  return cache.get(key);
}

function make(tz, options) {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: tz, hourCycle: "h23", ...options });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", hourCycle: "h23", ...options });
  }
}

function parts(date, tz) {
  const options = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  };
  return Object.fromEntries(
    format(tz, options)
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );
}

export function fromTs(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

/** "2026-11-23": the day a moment falls on, there. */
export function dayOf(date, tz) {
  const { year, month, day } = parts(date, tz);
  return `${year}-${month}-${day}`;
}

/** "14:05" */
export function clockTime(date, tz) {
  return format(tz, { hour: "2-digit", minute: "2-digit" }).format(date);
}

/** "Mon 23 Nov 2026, 14:05" */
export function stamp(date, tz) {
  const day = format(tz, { weekday: "short", day: "numeric", month: "short", year: "numeric" })
    .format(date)
    .replaceAll(",", "");
  return `${day}, ${clockTime(date, tz)}`;
}

/** "Today", "Yesterday", "Monday 23 November", with the year when it is another one. */
export function dayName(date, now, tz) {
  const gap = Math.round((Date.parse(dayOf(now, tz)) - Date.parse(dayOf(date, tz))) / 86_400_000);
  if (gap === 0) return "Today";
  if (gap === 1) return "Yesterday";
  if (gap === -1) return "Tomorrow";
  const year = parts(date, tz).year === parts(now, tz).year ? {} : { year: "numeric" };
  return format(tz, { weekday: "long", day: "numeric", month: "long", ...year })
    .format(date)
    .replaceAll(",", "");
}

/** What a datetime-local field shows for epoch seconds, there. */
export function toField(seconds, tz) {
  const { year, month, day, hour, minute } = parts(new Date(seconds * 1000), tz);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** Epoch seconds for what a datetime-local field holds, there; null when it holds nothing. */
export function fromField(text, tz) {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return null;
  let guess = wanted;
  for (let turn = 0; turn < 2; turn += 1) guess += wanted - Date.parse(`${toField(guess / 1000, tz)}Z`);
  return Math.round(guess / 1000);
}

const TOKENS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { day: "numeric", month: "long", year: "numeric" },
  date_short: { day: "numeric", month: "short", year: "numeric" },
  date_long: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** Slack's date tokens: "{date_short_pretty} at {time}". */
export function byTokens(pattern, date, now, tz) {
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => {
    if (token === "date_num") return dayOf(date, tz);
    if (token === "ago") return ago(date, now);
    const plain = token.replace(/_pretty$/, "");
    if (!TOKENS[plain]) return whole;
    if (plain === token) return format(tz, TOKENS[plain]).format(date);
    const near = dayName(date, now, tz);
    return /^(Today|Yesterday|Tomorrow)$/.test(near) ? near.toLowerCase() : format(tz, TOKENS[plain]).format(date);
  });
}

/** "3 hours ago", "in 2 days" */
export function ago(date, now) {
  const seconds = (now - date) / 1000;
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? [null, 1];
  if (!unit) return "just now";
  const count = Math.floor(Math.abs(seconds) / size);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}
