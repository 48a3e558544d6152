// Draws a figure's table as a chart above it. Without this script, or where it fails, the table says the same.
// The drawing is on a canvas: an SVG by ECharts sets style attributes, which the content policy refuses.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, CanvasRenderer, GridComponent, LegendComponent, LineChart, TooltipComponent]);

const SYMBOLS = ["circle", "triangle", "rect", "diamond", "pin"];
const LINES = ["solid", "dashed", "dotted"];

/** Pixels of a length in rem: a reader's larger text makes the drawing larger too. */
const rem = (length) => length * parseFloat(getComputedStyle(document.documentElement).fontSize);
/** How large the words of a drawing are: `--t-canvas` where the page says so, in rem. */
const words = (figure) => rem(parseFloat(getComputedStyle(figure).getPropertyValue("--t-canvas")) || 0.8125);
const text = (cell) => (cell.firstChild?.textContent ?? "").trim();

/** 1 234.5 万元 → 1234.5; what is no number leaves a gap. */
function number(words) {
  const found = words.replace(/[\s\u00a0\u202f]/g, "").match(/-?\d+(\.\d+)?/);
  return found ? Number(found[0]) : null;
}

/** The table's first column names the points, every number column is a series; of a long table the first `most` rows are drawn. */
function read(table, most) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows].slice(0, most || undefined).map((row) => [...row.cells].map(text));
  const series = heads.map((head, place) => ({ name: text(head), place, numeric: head.classList.contains("c-number") }));
  return {
    caption: table.caption.textContent.trim(),
    points: rows.map((row) => row[0]),
    series: series.filter((one) => one.numeric).map((one) => ({ name: one.name, colour: heads[one.place].dataset.colour, values: rows.map((row) => number(row[one.place])) })),
  };
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), soft: of("--ink-2"), line: of("--line"), ground: of("--ground"), series: ["--brand", "--amber-mark", "--green", "--purple", "--red"].map(of) };
}

function options(data, figure) {
  if (["stack", "rows"].includes(figure.dataset.chart)) return lying(data, figure);
  const paint = colours();
  const { chart: kind, unit = "", low, high } = figure.dataset;
  const font = getComputedStyle(figure).fontFamily;
  const small = words(figure);
  const axis = { axisLine: { lineStyle: { color: paint.line } }, axisTick: { show: false }, axisLabel: { color: paint.soft, fontFamily: font, fontSize: small } };
  return {
    animation: false,
    textStyle: { fontFamily: font, color: paint.ink },
    color: data.series.map((one, place) => colour(one, place, paint)),
    // More than one bar beside another is told apart by its pattern too.
    aria: { enabled: true, label: { enabled: false }, decal: { show: kind === "bar" && data.series.length > 1 } },
    grid: { left: rem(0.25), right: rem(1), top: data.series.length > 1 || unit ? rem(2.5) : rem(1.25), bottom: rem(0.25), outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: data.series.length > 1 ? { top: 0, right: 0, textStyle: { color: paint.ink, fontSize: small } } : undefined,
    // Drawn, not written as HTML: its markup would carry style attributes.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: paint.ground, borderColor: paint.soft, textStyle: { color: paint.ink, fontSize: small }, valueFormatter: (value) => (value === null ? "—" : `${value}${unit ? ` ${unit}` : ""}`) },
    xAxis: { type: "category", data: data.points, ...axis },
    yAxis: { type: "value", name: unit, nameTextStyle: { color: paint.soft, align: "left", fontSize: small, fontFamily: font }, minInterval: unit && unit !== "%" ? 1 : undefined, min: low ? Number(low) : undefined, max: high ? Number(high) : undefined, splitLine: { lineStyle: { color: paint.line } }, ...axis },
    series: data.series.map((one, place) => ({
      type: kind, name: one.name, data: one.values, connectNulls: false, barMaxWidth: 40,
      symbol: SYMBOLS[place % SYMBOLS.length], symbolSize: 8, lineStyle: { width: 2.5, type: LINES[place % LINES.length] },
      label: { show: data.points.length <= 8 && data.series.length === 1, position: "top", color: paint.ink, fontSize: small, fontFamily: font },
    })),
  };
}

/** A head may name the token of its colour. */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = (one, place, paint) => (one.colour ? token(one.colour) : paint.series[place % paint.series.length]);

/** Bars that lie: one a point with the series one after another in it (stack), or one a series (rows). */
function lying(data, figure) {
  const paint = colours();
  const font = getComputedStyle(figure).fontFamily;
  const small = words(figure);
  const label = { color: paint.soft, fontFamily: font, fontSize: small };
  const { unit = "", chart: kind } = figure.dataset;
  return {
    animation: false,
    textStyle: { fontFamily: font, color: paint.ink },
    color: data.series.map((one, place) => colour(one, place, paint)),
    aria: { enabled: true, label: { enabled: false }, decal: { show: data.series.length > 1 } },
    grid: { left: 0, right: rem(1.5), top: data.series.length > 1 ? rem(2) : rem(0.5), bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: data.series.length < 2 ? undefined : { top: 0, left: 0, itemWidth: rem(0.875), itemHeight: rem(0.625), itemGap: rem(0.625), textStyle: { color: paint.ink, fontSize: small } },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", confine: true, backgroundColor: paint.ground, borderColor: paint.soft, textStyle: { color: paint.ink, fontSize: small }, valueFormatter: (value) => (value === null ? "0" : `${value}${unit ? ` ${unit}` : ""}`) },
    xAxis: { type: "value", minInterval: kind === "stack" ? 1 : undefined, axisLabel: { ...label, hideOverlap: true }, splitLine: { lineStyle: { color: paint.line } } },
    yAxis: { type: "category", inverse: true, data: data.points, axisLine: { lineStyle: { color: paint.line } }, axisTick: { show: false }, axisLabel: { ...label, width: rem(8), overflow: "truncate" } },
    series: data.series.map((one) => ({ type: "bar", stack: kind === "stack" ? "all" : undefined, name: one.name, data: one.values.map((value) => value || null), barWidth: rem(0.75) })),
  };
}

function draw(figure) {
  const table = figure.querySelector("table");
  if (!table || figure.querySelector(".chart-canvas")) return;
  const data = read(table, Number(figure.dataset.most));
  if (data.points.length < 2 || data.series.length === 0) return;
  const place = document.createElement("div");
  place.className = "chart-canvas";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", `${data.caption}，图；数据见下表`);
  const { chart: kind, image } = figure.dataset;
  if (kind === "stack") place.style.height = `${4 + 1.5 * data.points.length}rem`;
  if (kind === "rows") place.style.height = `${3 + (0.5 + data.series.length) * data.points.length}rem`;
  table.parentElement.before(place);
  const rest = table.tBodies[0].rows.length - data.points.length;
  if (rest > 0) {
    const told = document.createElement("p");
    told.className = "hint";
    told.textContent = `图中是前 ${data.points.length} 个，其余 ${rest} 个见下表。`;
    place.after(told);
  }
  const chart = init(place, null, { renderer: "canvas" });
  chart.setOption(options(data, figure));
  if (image) offer(figure, chart, image);
  new ResizeObserver(() => chart.resize()).observe(place);
  // Paper and a reader's own colours are other surroundings: drawn anew.
  for (const query of ["(prefers-contrast: more)", "print"]) matchMedia(query).addEventListener("change", () => chart.setOption(options(data, figure)));
}

/** Beside the figure's other ways out: the drawing as a picture, on the page's own ground. */
function offer(figure, chart, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chart-image";
  button.textContent = "存为图片";
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: token("--ground") });
    link.download = `${name}.png`;
    link.click();
  });
  (figure.querySelector(".take") ?? figure).append(" ", button);
}

const all = () => document.querySelectorAll("figure.chart[data-chart]").forEach(draw);
all();
document.addEventListener("htmx:afterSwap", all);
