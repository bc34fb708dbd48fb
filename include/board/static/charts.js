// Charts are drawn from the tables of the page, so that nothing is lost without them. Colours come from the stylesheet.
"use strict";

const wide = (place) => Math.max(260, Math.round(place.getBoundingClientRect().width));
const cells = (id) => [...document.querySelectorAll(`#${CSS.escape(id)} tbody tr`)]
  .map((row) => [...row.children].map((cell) => cell.textContent.trim()));
const shorten = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

function canvas(place, width, height) {
  place.replaceChildren();
  return d3.select(place).append("svg").attr("viewBox", `0 0 ${width} ${height}`).attr("width", width)
    .attr("height", height).attr("aria-hidden", "true");
}

function axes(svg, x, y, width, height, left, bottom, every) {
  svg.append("g").attr("class", "axis").attr("transform", `translate(0,${height - bottom})`)
    .call(d3.axisBottom(x).tickValues(x.domain().filter((_, i) => i % every === 0)).tickSizeOuter(0));
  svg.append("g").attr("class", "axis").attr("transform", `translate(${left},0)`)
    .call(d3.axisLeft(y).ticks(Math.min(5, y.domain()[1])).tickFormat(d3.format("d")).tickSize(left - width));
  svg.selectAll(".axis").attr("font-family", null).attr("font-size", null);
}

function drawMonths(place) {
  const rows = cells(place.dataset.table).map(([month, count]) => ({ month, count: +count }));
  const width = wide(place), height = 200, left = 32, bottom = 28;
  const svg = canvas(place, width, height);
  const x = d3.scaleBand(rows.map((row) => row.month), [left, width]).padding(0.2);
  const y = d3.scaleLinear([0, Math.max(3, d3.max(rows, (row) => row.count))], [height - bottom, 8]).nice();
  axes(svg, x, y, width, height, left, bottom, Math.ceil((rows.length * 62) / (width - left)));
  svg.append("g").selectAll("rect").data(rows).join("rect").attr("class", "bar").attr("x", (row) => x(row.month))
    .attr("y", (row) => y(row.count)).attr("width", Math.min(60, x.bandwidth())).attr("height", (row) => y(0) - y(row.count))
    .append("title").text((row) => `${row.month}: ${row.count}`);
}

function drawBand(place) {
  const width = wide(place), height = 240, left = 32, bottom = 28;
  const rows = cells(place.dataset.table).slice(width < 500 ? -20 : -60).map(([end, observed, expected, usual, alarm]) => (
    { end, observed: +observed, expected: +expected, usual: +usual, alarm: alarm === "yes" }));
  const svg = canvas(place, width, height);
  const x = d3.scaleBand(rows.map((row) => row.end), [left, width]).padding(0.25);
  const top = d3.max(rows, (row) => Math.max(row.observed, row.usual + 0.5, 3));
  const y = d3.scaleLinear([0, top], [height - bottom, 12]).nice();
  const step = x.step() / 2 - x.bandwidth() / 2;
  svg.append("g").selectAll("rect").data(rows).join("rect").attr("class", "band").attr("x", (row) => x(row.end) - step)
    .attr("width", x.step()).attr("y", (row) => y(row.usual)).attr("height", (row) => y(0) - y(row.usual));
  axes(svg, x, y, width, height, left, bottom, Math.ceil((rows.length * 84) / (width - left)));
  svg.append("g").selectAll("rect").data(rows).join("rect").attr("class", (row) => (row.alarm ? "bar alarm" : "bar"))
    .attr("x", (row) => x(row.end) + x.bandwidth() / 2 - Math.min(40, x.bandwidth()) / 2)
    .attr("width", Math.min(40, x.bandwidth())).attr("y", (row) => y(row.observed))
    .attr("height", (row) => y(0) - y(row.observed))
    .append("title").text((row) => `30 days to ${row.end}: ${row.observed} left, ${row.expected} expected, up to ${row.usual} by chance`);
  const line = d3.line((row) => x(row.end) + x.bandwidth() / 2, (row) => y(row.expected));
  svg.append("path").attr("class", "expected").attr("d", line(rows));
}

// Left and right nodes are apart, so that A to B and B to A are two flows and no circle.
function drawSankey(place) {
  const width = wide(place), most = width < 500 ? 8 : +place.dataset.most;
  const rows = cells(place.dataset.table).slice(0, most).map(([from, to, people]) => ({ from, to, people: +people }));
  const nodes = [...new Set(rows.map((row) => `<${row.from}`)), ...new Set(rows.map((row) => `>${row.to}`))];
  const height = Math.max(160, 30 * Math.max(new Set(rows.map((r) => r.from)).size, new Set(rows.map((r) => r.to)).size));
  const label = Math.min(180, width * 0.32);
  const svg = canvas(place, width, height);
  const graph = d3.sankey().nodeId((node) => node.id).nodeWidth(10).nodePadding(12).nodeSort(null)
    .extent([[label, 6], [width - label, height - 6]])({
      nodes: nodes.map((id) => ({ id, name: id.slice(1) })),
      links: rows.map((row) => ({ source: `<${row.from}`, target: `>${row.to}`, value: row.people })),
    });
  svg.append("g").selectAll("path").data(graph.links).join("path").attr("class", "flow")
    .attr("d", d3.sankeyLinkHorizontal()).attr("stroke-width", (link) => Math.max(1.5, link.width))
    .append("title").text((link) => `${link.source.name} to ${link.target.name}: ${link.value}`);
  svg.append("g").selectAll("rect").data(graph.nodes).join("rect").attr("class", "node").attr("x", (node) => node.x0)
    .attr("y", (node) => node.y0).attr("width", 10).attr("height", (node) => Math.max(2, node.y1 - node.y0));
  svg.append("g").selectAll("text").data(graph.nodes).join("text").attr("y", (node) => (node.y0 + node.y1) / 2)
    .attr("dy", "0.35em").attr("x", (node) => (node.id[0] === "<" ? label - 8 : width - label + 8))
    .attr("text-anchor", (node) => (node.id[0] === "<" ? "end" : "start"))
    .text((node) => `${shorten(node.name, Math.floor(label / 7.5) - 3)} ${node.value}`);
}

const kinds = { months: drawMonths, band: drawBand, sankey: drawSankey };
function drawAll() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    if (cells(place.dataset.table).length) kinds[place.dataset.chart](place);
  }
}
drawAll();
let drawnAt = window.innerWidth;
window.addEventListener("resize", () => { if (window.innerWidth !== drawnAt) { drawnAt = window.innerWidth; drawAll(); } });
