"use strict";
// Draws the charts from the JSON beside them, moves their cursors by keys, and sorts the tables.
(() => {
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  function shown(value, unit) {
    if (value === null || value === undefined) return "–";
    if (unit === "%") return Number((100 * value).toFixed(Math.abs(value) < 0.0995 ? 1 : 0)) + "%";
    return Number(value.toPrecision(3)).toLocaleString("en") + (unit === "s" ? " s" : "");
  }

  // Marks lie at round values, such as 12.5%.
  const mark = (value, unit) => (unit === "%" ? Number((100 * value).toFixed(1)) + "%" : shown(value, unit));

  // Each layer of a stack lies on the sum of those before it. The highest is drawn first, and the others over it.
  function layers(chart) {
    const sums = chart.x.map(() => 0);
    return chart.series.map((each) => each.values.map((value, i) => (sums[i] += value ?? 0))).reverse();
  }

  function series(chart) {
    if (chart.is_stack) {
      const paths = uPlot.paths.bars({ size: [1, Infinity], gap: chart.x.length > 60 ? 0 : 1 });
      return chart.series.map((each) => ({ paths, fill: color(each.color), width: 0, points: { show: false } })).reverse();
    }
    return chart.series.map((each) => {
      const stroke = color(each.color);
      if (each.style === "dots") {
        return { stroke, width: 0, paths: () => null, points: { show: true, size: 4, width: 0, fill: stroke + "80" } };
      }
      const dash = each.style === "dashes" ? [6, 4] : undefined;
      return { stroke, width: 2.2, dash, spanGaps: true, points: { show: chart.x.length === 1 } };
    });
  }

  function heights(chart, data) {
    const values = data.flat().filter((each) => each !== null);
    const top = Math.max(...values);
    if (chart.is_stack && chart.unit === "%") return [0, 1];
    if (chart.title === "Reward" || (chart.unit === "%" && top > 0.5)) return [Math.min(0, ...values), Math.max(1, top)];
    return [0, 1.08 * top];
  }

  function draw(figure) {
    const chart = JSON.parse(figure.querySelector("script").textContent);
    const [plot, said] = [figure.querySelector(".plot"), figure.querySelector(".unseen")];
    const values = figure.querySelectorAll(".legend b");
    const data = chart.is_stack ? layers(chart) : chart.series.map((each) => each.values);
    const margin = chart.x.length > 1 ? (chart.is_stack ? (chart.x[1] - chart.x[0]) / 2 : 0) : 0.5;
    const [low, high] = heights(chart, data);
    const axis = { stroke: color("soft"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    const grid = { stroke: color("grid"), width: 1 };

    function tell(u) {
      const i = u.cursor.idx;
      const isIn = i !== null && i !== undefined && u.cursor.left >= 0;
      const words = chart.series.map((each) => (isIn ? shown(each.values[i], chart.unit) : ""));
      [isIn ? chart.x[i] : "", ...words].forEach((each, n) => { values[n].textContent = each; });
      const isAsked = isIn && document.activeElement === plot;
      said.textContent = isAsked ? `Step ${chart.x[i]}: ` + chart.series.map((each, n) => `${each.name} ${words[n]}`).join(", ") : "";
    }

    const drawn = new uPlot({
      width: plot.clientWidth,
      height: plot.clientHeight,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: !chart.is_stack } },
      scales: {
        x: { time: false, range: [chart.x[0] - margin, chart.x[chart.x.length - 1] + margin] },
        y: { range: [low, high] },
      },
      axes: [
        { ...axis, grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000], size: 28 },
        { ...axis, grid, size: 50, values: (u, marks) => marks.map((each) => mark(each, chart.unit)) },
      ],
      series: [{}, ...series(chart)],
      hooks: { setCursor: [tell] },
    }, [chart.x, ...data], plot);
    return { plot, drawn, x: chart.x };
  }

  // The last place that each plot's keys went to; charts are drawn anew when the colour scheme changes.
  const figures = [...document.querySelectorAll("figure.chart")];
  let charts = figures.map(draw);
  const at = charts.map((each) => each.x.length - 1);

  function point(n) {
    const { drawn, x } = charts[n];
    drawn.setCursor({ left: drawn.valToPos(x[at[n]], "x"), top: 1 });
  }

  figures.forEach((figure, n) => {
    const plot = figure.querySelector(".plot");
    plot.addEventListener("focus", () => { if (plot.matches(":focus-visible")) point(n); });
    plot.addEventListener("blur", () => charts[n].drawn.setCursor({ left: -10, top: -10 }));
    plot.addEventListener("keydown", (event) => {
      const last = charts[n].x.length - 1;
      const to = { ArrowLeft: at[n] - 1, ArrowRight: at[n] + 1, Home: 0, End: last, PageUp: at[n] - 10, PageDown: at[n] + 10 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      at[n] = Math.min(last, Math.max(0, to));
      point(n);
    });
    new ResizeObserver(() => charts[n].drawn.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    charts.forEach((each) => each.drawn.destroy());
    charts = figures.map(draw);
  });

  for (const button of document.querySelectorAll("table.sortable th button")) {
    button.addEventListener("click", () => {
      const th = button.closest("th");
      const body = th.closest("table").tBodies[0];
      const isDown = th.getAttribute("aria-sort") === "ascending";
      const value = (row) => {
        const cell = row.cells[th.cellIndex];
        const text = cell.dataset.value ?? cell.textContent.trim();
        return text === "" ? -Infinity : Number.isNaN(Number(text)) ? text : Number(text);
      };
      const order = (a, b) => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1);
      const rows = [...body.rows].sort((a, b) => order(value(a), value(b)));
      body.append(...(isDown ? rows.reverse() : rows));
      for (const each of th.parentNode.cells) each.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    });
  }
})();
