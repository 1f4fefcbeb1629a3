// Quality against cost, with the Pareto front.
if (document.querySelector("form.cost")) {
  const form = document.querySelector("form.cost");
  const { quality, cost } = form.elements;
  const WIDTH = 760, HEIGHT = 420, LEFT = 66, RIGHT = 24, TOP = 18, BOTTOM = 56, ZERO = 44;
  const measures = [...data.columns.map((column, index) => ({ column, values: data.means[index], intervals: data.intervals[index] })),
    ...data.setColumns.map((column, index) => ({ column, values: data.setScores[index], intervals: [] }))];

  // Whether `one` is at least as good in both, and better in one.
  const dominates = (one, other, high) => {
    const gain = (high ? 1 : -1) * (one.quality - other.quality);
    return gain >= 0 && one.cost <= other.cost && (gain > 0 || one.cost < other.cost);
  };

  const label = (entry, x, y, taken) => {
    const width = 6.6 * entry.name.length + 4;
    const places = [[11, 4, "start"], [-11, 4, "end"], [0, -12, "middle"], [0, 22, "middle"], [11, -10, "start"], [11, 18, "start"]];
    const box = ([dx, dy, anchor]) => {
      const left = x + dx - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
      return { left, right: left + width, top: y + dy - 11, bottom: y + dy + 3 };
    };
    const free = (each) => each.left > LEFT - 20 && each.right < WIDTH && !taken.some((other) => each.left < other.right && each.right > other.left && each.top < other.bottom && each.bottom > other.top);
    const place = places.find((each) => free(box(each))) || places[0];
    taken.push(box(place));
    return svg("text", { class: "name", x: x + place[0], y: y + place[1], "text-anchor": place[2] }, entry.name);
  };

  const decades = (low, high) => {
    const found = [];
    for (let power = Math.floor(low); power <= high; power++) {
      for (const digit of high - low > 2.5 ? [1] : [1, 2, 5]) {
        const at = power + Math.log10(digit);
        if (at >= low && at <= high) found.push(digit * 10 ** power);
      }
    }
    return found;
  };

  const drawAxes = (xs, ys, low, high, bottom, top, zero) => [
    ...ticks(bottom, top).flatMap((value) => [
      svg("line", { class: "rule", x1: LEFT, x2: WIDTH - RIGHT, y1: ys(value), y2: ys(value) }),
      svg("text", { class: "tick-text", x: LEFT - 8, y: ys(value) + 4, "text-anchor": "end" }, plain(value))]),
    ...[...(zero ? [0] : []), ...decades(low, high)].flatMap((value) => [
      svg("line", { class: "rule", x1: xs(value), x2: xs(value), y1: TOP, y2: HEIGHT - BOTTOM }),
      svg("text", { class: "tick-text", x: xs(value), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, plain(value))])];

  const drawPoint = (entry, { x, y }, optimal, costColumn, measure) => {
    const mark = svg("g", { class: "mark", tabindex: 0, role: "img" });
    mark.append(svg("circle", { class: "point " + (optimal ? "optimal" : "dominated"), cx: x(entry.cost), cy: y(entry.quality), r: 6.5 }));
    const value = (each) => shown(measure.column, each / measure.column.scale);
    explain(mark, `${entry.name}\n${measure.column.title} ${value(entry.quality)}${entry.interval ? ` (95 %: ${value(entry.interval[0])} – ${value(entry.interval[1])})` : ""}\n${costColumn.title} ${shown(costColumn, entry.cost / costColumn.scale)}${optimal ? "\non the Pareto front" : ""}`);
    return mark;
  };

  const drawPlot = (entries, measure, costColumn) => {
    const positive = entries.map((entry) => entry.cost).filter((value) => value > 0).map(Math.log10);
    const [from, to] = positive.length ? span(positive) : [0, 1];
    const wider = Math.max(0.12, (1 - (to - from)) / 2);  // at least a decade, so that the axis has labels
    const [low, high] = [from - wider, to + wider];
    const [bottom, top] = span(entries.map((entry) => entry.quality).filter(Number.isFinite));
    const zero = entries.some((entry) => entry.cost === 0);
    const start = LEFT + 12 + (zero ? ZERO : 0);
    // a logarithmic axis has no zero, so methods without cost get a separate place on the left
    const x = (value) => value === 0 ? LEFT + 22 : start + (Math.log10(value) - low) / (high - low) * (WIDTH - RIGHT - start);
    const y = (value) => HEIGHT - BOTTOM - Math.min(1, Math.max(0, (value - bottom) / (top - bottom))) * (HEIGHT - BOTTOM - TOP);
    const front = entries.filter((entry) => !entries.some((other) => dominates(other, entry, measure.column.high))).sort((one, two) => one.cost - two.cost);
    const path = front.map((entry, index) => index ? `H${x(entry.cost)}V${y(entry.quality)}` : `M${x(entry.cost)} ${y(entry.quality)}`).join("");
    const taken = entries.map((entry) => ({ left: x(entry.cost) - 8, right: x(entry.cost) + 8, top: y(entry.quality) - 8, bottom: y(entry.quality) + 8 }));
    return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": `${measure.column.title} against ${costColumn.title}` },
      ...drawAxes(x, y, low, high, bottom, top, zero),
      svg("path", { class: "front", d: `${path}H${WIDTH - RIGHT}` }),
      ...entries.map((entry) => drawPoint(entry, { x, y }, front.includes(entry), costColumn, measure)),
      ...entries.map((entry) => label(entry, x(entry.cost), y(entry.quality), taken)),
      svg("text", { class: "axis-title", x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 12, "text-anchor": "middle" }, `${costColumn.title}, logarithmic`),
      svg("text", { class: "axis-title", transform: `translate(16 ${(HEIGHT - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" }, `${measure.column.title} ${measure.column.high ? "↑" : "↓"}`));
  };

  const draw = () => {
    const measure = measures[quality.value];
    const costColumn = data.costColumns[cost.value];
    const all = data.methods.map((name, index) => ({
      name,
      quality: measure.values[index] === null ? null : measure.values[index] * measure.column.scale,
      interval: measure.intervals[index]?.map((side) => side * measure.column.scale),
      cost: data.costs[cost.value][index] === null ? null : data.costs[cost.value][index] * costColumn.scale,
    }));
    const entries = all.filter((entry) => entry.quality !== null && entry.cost !== null);
    const left = all.filter((entry) => !entries.includes(entry)).map((entry) => entry.name + (entry.cost === null ? "" : " (without this metric)"));
    document.querySelector(".pareto").replaceChildren(entries.some((entry) => Number.isFinite(entry.quality))
      ? drawPlot(entries, measure, costColumn) : html("p", { class: "quiet" }, "No method has both numbers."));
    document.querySelector(".without").textContent = "The line is the Pareto front: the methods on it are not surpassed in quality and cost by any other." + (left.length ? ` Without ${costColumn.title}: ${left.join(", ")}.` : "");
  };

  const titles = (columns, values) => columns.map((column, index) => values[index].some((value) => value !== null) ? column.title : "");
  const qualities = titles(measures.map((measure) => measure.column), measures.map((measure) => measure.values));
  const costs = titles(data.costColumns, data.costs);
  if (qualities.some(Boolean) && costs.some(Boolean)) {
    offer(quality, qualities, qualities.findIndex(Boolean));
    offer(cost, costs, costs.findIndex(Boolean));
    form.addEventListener("change", draw);
    draw();
  }
}
