// The drawings of emoji.js: shapes [tag, attributes] on a square of 20 by 20.

const dot = (color) => [["circle", { cx: 10, cy: 10, r: 7.5, fill: color }]];
const tile = (color, ...marks) => [["rect", { x: 1.5, y: 1.5, width: 17, height: 17, rx: 4, fill: color }], ...marks];
const line = (d, color, width = 2.4) => [
  "path",
  { d, fill: "none", stroke: color, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" },
];
const fill = (d, color) => ["path", { d, fill: color }];
const glass = [
  fill("M5 2h10v2.5c0 2.5-3.5 4-3.5 5.5s3.5 3 3.5 5.5V18H5v-2.5c0-2.5 3.5-4 3.5-5.5S5 7 5 4.5z", "#bcd9ee"),
  fill("M6.5 16.5c.5-2 3.5-2.5 3.5-4.5c0 2 3 2.5 3.5 4.5zM7 5.5h6c-.5 1.5-3 2.5-3 4c0-1.5-2.5-2.5-3-4z", "#d9a441"),
  line("M4.5 2h11M4.5 18h11", "#8a5a2b", 2),
];

export const DRAWN = {
  white_check_mark: tile("#2fa860", line("M5.5 10.5l3 3l6-7", "#fff")),
  heavy_check_mark: [line("M4 11l4 4l8.5-10", "#2fa860", 3)],
  heavy_minus_sign: [line("M4.5 10h11", "#8d949e", 3)],
  x: [line("M4.5 4.5l11 11M15.5 4.5l-11 11", "#dc3b4b", 3.2)],
  warning: [
    fill(
      "M10 1.8c.7 0 1.2.4 1.5.9l7 12.8c.6 1.2-.1 2.5-1.5 2.5H3c-1.4 0-2.1-1.3-1.5-2.5l7-12.8c.3-.5.8-.9 1.5-.9z",
      "#f5b82e",
    ),
    line("M10 7v4.5M10 14.7v.1", "#3a2a00", 2.2),
  ],
  hourglass: glass,
  hourglass_flowing_sand: glass,
  bell: [
    fill("M10 1.5c3.6 0 5.5 2.7 5.5 6c0 4 1 5.5 2 7H2.5c1-1.5 2-3 2-7c0-3.3 1.9-6 5.5-6z", "#f2b531"),
    fill("M7.8 16h4.4a2.2 2.2 0 0 1-4.4 0z", "#b9801a"),
  ],
  lock: [
    line("M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9", "#8d949e", 2),
    ["rect", { x: 4, y: 8.5, width: 12, height: 9.5, rx: 2, fill: "#eab03b" }],
    line("M10 12v2.5", "#5d420c", 1.8),
  ],
  unlock: [
    line("M6.5 9V6a3.5 3.5 0 0 1 6.8-1.2", "#8d949e", 2),
    ["rect", { x: 4, y: 8.5, width: 12, height: 9.5, rx: 2, fill: "#eab03b" }],
    line("M10 12v2.5", "#5d420c", 1.8),
  ],
  chart_with_upwards_trend: tile("#e8eef5", line("M4.5 14l3.5-4l2.5 2.5l5-7", "#dc3b4b", 2)),
  chart_with_downwards_trend: tile("#e8eef5", line("M4.5 6l3.5 4l2.5-2.5l5 7", "#2f74d0", 2)),
  bar_chart: tile(
    "#e8eef5",
    line("M6 15v-4", "#2fa860", 2.6),
    line("M10 15V5.5", "#2f74d0", 2.6),
    line("M14 15V8.5", "#dc3b4b", 2.6),
  ),
  no_entry: [...dot("#dc3b4b"), line("M6.3 10h7.4", "#fff", 2.8)],
  no_entry_sign: [
    ["circle", { cx: 10, cy: 10, r: 7, fill: "none", stroke: "#dc3b4b", "stroke-width": 2.4 }],
    line("M5.2 5.2l9.6 9.6", "#dc3b4b", 2.4),
  ],
  octagonal_sign: [fill("M6.5 1.5h7l5 5v7l-5 5h-7l-5-5v-7z", "#dc3b4b"), line("M6 10h8", "#fff", 2.6)],
  information_source: tile("#2f74d0", line("M10 9.5V14M10 6v.1", "#fff", 2.2)),
  question: [line("M6.5 6.5c.3-4.5 7-4.3 7-.2c0 2.7-3.5 2.7-3.5 5.7M10 16v.1", "#dc3b4b", 2.6)],
  exclamation: [line("M10 3v9M10 16.5v.1", "#dc3b4b", 3)],
  bulb: [
    fill("M10 1.5a6 6 0 0 1 3.5 10.9c-.7.5-1 1.2-1 2.1h-5c0-.9-.3-1.6-1-2.1A6 6 0 0 1 10 1.5z", "#f7cf46"),
    line("M8 16.3h4M8.8 18.3h2.4", "#8d949e", 1.5),
  ],
  tada: [
    fill("M2 18L7 6.5L13.5 13z", "#eab03b"),
    line("M11 7c.5-2 2-3 1.5-5M13 9.5c2-.5 3-.3 5-2M8.5 4.5L8 2.5M15.5 13l2.5.5", "#2f74d0", 1.6),
    line("M16 3.5v.1M17.5 10.5v.1M11.5 4v.1", "#dc3b4b", 2.2),
  ],
  "+1": [
    fill(
      "M2 9h3.5v8.5H2zM7 9l3-6.5c1.5-.5 2.5.8 2.2 2.5L11.7 8H16c1.4 0 2 1 1.7 2.2l-1.4 5.8c-.2.9-.9 1.5-1.8 1.5H8L7 16.5z",
      "#f2b531",
    ),
  ],
  rocket: [
    fill("M17.5 2.5c-5-.5-8.5 2-10.5 6l4.5 4.5c4-2 6.5-5.5 6-10.5z", "#dfe6ee"),
    fill("M7 8.5l-4 .5l2.5-3.5L8.5 6zM11.5 13l-.5 4l3.5-2.5L14 11.5z", "#dc3b4b"),
    fill("M6.5 11.5l2 2c-1 2-3 3-5.5 3c0-2.5 1.5-4 3.5-5z", "#f5a52e"),
    ["circle", { cx: 13, cy: 7, r: 1.6, fill: "#2f74d0" }],
  ],
  star: [fill("M10 1.8l2.5 5.3l5.8.8l-4.2 4l1 5.8L10 15l-5.1 2.7l1-5.8l-4.2-4l5.8-.8z", "#f7c331")],
  sparkles: [
    fill(
      "M8 4l1.6 4.4L14 10l-4.4 1.6L8 16l-1.6-4.4L2 10l4.4-1.6zM15 2l.8 2.2L18 5l-2.2.8L15 8l-.8-2.2L12 5l2.2-.8zM15.5 12l.7 1.8l1.8.7l-1.8.7l-.7 1.8l-.7-1.8l-1.8-.7l1.8-.7z",
      "#f7c331",
    ),
  ],
  seedling: [
    line("M10 18v-8", "#3c8f4a", 1.8),
    fill("M10 11C10 6.5 6.5 4.5 2 5c0 4.5 3 6.5 8 6zM10 9.5c0-4.5 3-6.5 8-6.5c0 4.5-3.5 6.5-8 6.5z", "#58b566"),
  ],
  memo: [
    ["rect", { x: 3, y: 2, width: 12, height: 16, rx: 1.5, fill: "#eef2f6", stroke: "#a8b3c0" }],
    line("M6 6.5h6M6 9.5h6M6 12.5h3.5", "#8d9aa9", 1.2),
    line("M10.5 15l6.5-7", "#f2a531", 2.2),
  ],
  calendar: [
    ["rect", { x: 2, y: 3, width: 16, height: 15, rx: 2.5, fill: "#eef2f6", stroke: "#a8b3c0" }],
    fill("M2 8V5.5A2.5 2.5 0 0 1 4.5 3h11A2.5 2.5 0 0 1 18 5.5V8z", "#dc3b4b"),
    line("M6 11.5h.1M10 11.5h.1M14 11.5h.1M6 14.8h.1M10 14.8h.1", "#67748a", 2),
  ],
  rotating_light: [
    fill("M5 15V9.5a5 5 0 0 1 10 0V15z", "#dc3b4b"),
    fill("M3.5 15h13v3h-13z", "#8d949e"),
    line("M10 1v1.5M3 4l1 1M17 4l-1 1", "#f5a52e", 1.6),
  ],
  repeat: tile(
    "#2f74d0",
    line(
      "M5.5 9V8c0-1 .6-1.5 1.5-1.5h6.5M12 4.5l2 2l-2 2M14.5 11v1c0 1-.6 1.5-1.5 1.5H6.5M8 15.5l-2-2l2-2",
      "#fff",
      1.5,
    ),
  ),
  arrow_right: tile("#2f74d0", line("M5.5 10h8.5M10.5 6.5L14 10l-3.5 3.5", "#fff", 2)),
  leftwards_arrow_with_hook: tile("#2f74d0", line("M8 4.5L5 7.5l3 3M5.5 7.5H11a3.2 3.2 0 0 1 0 6.5H7", "#fff", 2)),
  alarm_clock: [
    line("M3 5.5L6 3M17 5.5L14 3M6 16.5l-1.5 1.5M14 16.5l1.5 1.5", "#dc3b4b", 2.2),
    ["circle", { cx: 10, cy: 10.5, r: 6.3, fill: "#eef2f6", stroke: "#dc3b4b", "stroke-width": 2.2 }],
    line("M10 7v3.5l2.3 1.6", "#39404a", 1.6),
  ],
  checkered_flag: [
    fill("M4 3h13v9H4z", "#eef2f6"),
    fill("M4 3h3.25v3H4zM10.5 3h3.25v3H10.5zM7.25 6h3.25v3H7.25zM13.75 6H17v3h-3.25zM4 9h3.25v3H4zM10.5 9h3.25v3H10.5z", "#39404a"),
    line("M3.5 2.5v16", "#8a5a2b", 1.8),
  ],
  speech_balloon: [
    fill(
      "M10 3c5 0 8.5 2.7 8.5 6.3s-3.5 6.2-8.5 6.2c-.8 0-1.5-.1-2.2-.2L4 17.5l.5-3.5C2.6 12.9 1.5 11.2 1.5 9.3C1.5 5.7 5 3 10 3z",
      "#cfdceb",
    ),
    line("M6.5 9.3h.1M10 9.3h.1M13.5 9.3h.1", "#67748a", 2),
  ],
  large_green_circle: dot("#2fa860"),
  large_yellow_circle: dot("#f2c231"),
  large_orange_circle: dot("#ee8c2c"),
  red_circle: dot("#dc3b4b"),
  large_blue_circle: dot("#2f74d0"),
  white_circle: dot("#dfe4ea"),
  black_circle: dot("#39404a"),
  wave: [
    fill(
      "M6 17.5c-3-2-4.5-6.5-3.5-8.5c.8-.8 1.6-.2 2 .8L3 5.5c-.2-1.5 1.6-2 2.2-.7L7 8.5L6 3c-.1-1.6 1.9-1.9 2.3-.4L9.8 8l.3-5c.2-1.5 2.2-1.3 2.2.2v5.5l1.5-3.5c.7-1.3 2.3-.6 2 .8l-1.5 6.5c-.6 3-2.5 5.5-5 5.8c-1.2.2-2.2 0-3.3-.8z",
      "#f2b531",
    ),
  ],
  eyes: [
    ["ellipse", { cx: 5.8, cy: 10, rx: 4, ry: 5.5, fill: "#fff", stroke: "#8d949e" }],
    ["ellipse", { cx: 14.2, cy: 10, rx: 4, ry: 5.5, fill: "#fff", stroke: "#8d949e" }],
    ["circle", { cx: 4.5, cy: 10.5, r: 2, fill: "#39404a" }],
    ["circle", { cx: 12.9, cy: 10.5, r: 2, fill: "#39404a" }],
  ],
};
