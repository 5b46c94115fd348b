// The data_visualization block as a small SVG: line, area, bar and pie, always with the numbers as text for those who cannot see it.

import { el, svg } from "./dom.js";

const WIDE = 560;
const HIGH = 220;
const PAD = { left: 52, right: 12, top: 12, bottom: 26 };

export function chart(block) {
  const data = block.chart ?? {};
  const pie = data.type === "pie";
  const names = pie ? (data.segments ?? []).map((each) => each.label) : (data.series ?? []).map((each) => each.name);
  const legend = el(
    "ul",
    { class: "legend" },
    names.map((name, index) => el("li", { class: `tint-${index % 6}` }, String(name))),
  );
  const picture = pie ? drawPie(data.segments ?? []) : drawAxes(data);
  picture.setAttribute("aria-label", `${block.title ?? "Chart"}: ${spoken(data)}`);
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", { class: "chart-title" }, String(block.title ?? "")),
    picture,
    names.length > 1 || pie ? legend : null,
  );
}

function spoken(data) {
  const points = (list) => (list ?? []).map((each) => `${each.label} ${each.value}`).join(", ");
  if (data.segments) return points(data.segments);
  return (data.series ?? []).map((each) => `${each.name}: ${points(each.data)}`).join("; ");
}

function drawPie(segments) {
  const total = segments.reduce((sum, each) => sum + Number(each.value), 0) || 1;
  const node = svg("svg", { viewBox: "0 0 200 200", class: "chart-pie", role: "img" });
  let turn = -Math.PI / 2;
  segments.forEach((each, index) => {
    const share = Number(each.value) / total;
    const end = turn + Math.min(share, 0.9999) * 2 * Math.PI;
    const spot = (angle) => `${100 + 92 * Math.cos(angle)} ${100 + 92 * Math.sin(angle)}`;
    node.append(
      svg("path", {
        class: `slice tint-${index % 6}`,
        d: `M100 100L${spot(turn)}A92 92 0 ${share > 0.5 ? 1 : 0} 1 ${spot(end)}Z`,
      }),
    );
    turn = end;
  });
  return node;
}

function drawAxes(data) {
  const series = data.series ?? [];
  const labels = data.axis_config?.categories ?? (series[0]?.data ?? []).map((each) => each.label);
  const values = series.flatMap((each) => (each.data ?? []).map((point) => Number(point.value)));
  const top = roundUp(Math.max(...values, 0));
  const bottom = Math.min(...values, 0);
  const y = (value) => PAD.top + (HIGH - PAD.top - PAD.bottom) * (1 - (value - bottom) / (top - bottom || 1));
  const step = (WIDE - PAD.left - PAD.right) / Math.max(labels.length, 1);
  const x = (index) => PAD.left + step * (index + 0.5);
  const node = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "chart-axes", role: "img" });
  node.append(...grid(bottom, top, y), ...ticks(labels, x));
  const draw = { bar: bars, area: areas }[data.type] ?? lines;
  node.append(...draw(series, { x, y, step, zero: y(Math.max(bottom, 0)) }));
  return node;
}

function roundUp(value) {
  if (value <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((each) => each * size).find((each) => each >= value);
}

function grid(bottom, top, y) {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const value = bottom + (top - bottom) * part;
    const words = Math.abs(value) >= 1000 ? `${Number((value / 1000).toFixed(1))}k` : String(Number(value.toFixed(2)));
    const line = { class: "grid", x1: PAD.left, x2: WIDE - PAD.right, y1: y(value), y2: y(value) };
    return [
      svg("line", line),
      svg("text", { class: "tick-text", x: PAD.left - 8, y: y(value) + 4, "text-anchor": "end" }, words),
    ];
  });
}

function ticks(labels, x) {
  const every = Math.ceil(labels.length / 8);
  return labels.flatMap((label, index) =>
    index % every
      ? []
      : [
          svg(
            "text",
            { class: "tick-text", x: x(index), y: HIGH - 8, "text-anchor": "middle" },
            String(label).slice(0, 12),
          ),
        ],
  );
}

function bars(series, { x, y, step, zero }) {
  const wide = Math.min((step * 0.7) / series.length, 40);
  return series.flatMap((each, row) =>
    (each.data ?? []).map((point, index) => {
      const left = x(index) - (wide * series.length) / 2 + wide * row;
      const high = y(Number(point.value));
      return svg("rect", {
        class: `slice tint-${row % 6}`,
        x: left + 1,
        width: Math.max(wide - 2, 1),
        y: Math.min(high, zero),
        height: Math.abs(zero - high),
        rx: 2,
      });
    }),
  );
}

function path(each, { x, y }) {
  return (each.data ?? []).map((point, index) => `${index ? "L" : "M"}${x(index)} ${y(Number(point.value))}`).join("");
}

function lines(series, scale) {
  return series.map((each, row) => svg("path", { class: `stroke tint-${row % 6}`, d: path(each, scale) }));
}

function areas(series, scale) {
  return series.flatMap((each, row) => {
    const last = Math.max((each.data ?? []).length - 1, 0);
    const closed = `${path(each, scale)}L${scale.x(last)} ${scale.zero}L${scale.x(0)} ${scale.zero}Z`;
    return [
      svg("path", { class: `slice faint tint-${row % 6}`, d: closed }),
      svg("path", { class: `stroke tint-${row % 6}`, d: path(each, scale) }),
    ];
  });
}
