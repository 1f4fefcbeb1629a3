// Two methods on every image: a scatter plot, and the images on which each of them leads most.
{
  const form = document.querySelector("form.pairwise");
  const { a, b, metric, swap } = form.elements;
  const LISTED = 5;
  const SIDE = 520, LEFT = 62, BOTTOM = 54, EDGE = 14;

  // How much better A is than B on one image, in the unit of the metric; negative where B is better.
  const lead = (image, column) => {
    const [own, other] = [image.values[metric.value][a.value], image.values[metric.value][b.value]];
    if (own === null || other === null) return null;
    return own === other ? 0 : column.high ? own - other : other - own;
  };
  const title = (select) => data.methods[select.value];

  const axis = (low, high, place, side) => ticks(low, high).flatMap((value) => {
    const at = place(value);
    return side === "x"
      ? [svg("line", { class: "rule", x1: at, x2: at, y1: EDGE, y2: SIDE - BOTTOM }), svg("text", { class: "tick-text", x: at, y: SIDE - BOTTOM + 18, "text-anchor": "middle" }, plain(value))]
      : [svg("line", { class: "rule", x1: LEFT, x2: SIDE - EDGE, y1: at, y2: at }), svg("text", { class: "tick-text", x: LEFT - 8, y: at + 4, "text-anchor": "end" }, plain(value))];
  });

  const point = (entry, column, x, y) => {
    const { image, ahead } = entry;
    const values = image.values[metric.value];
    const side = ahead > 0 ? "a" : ahead < 0 ? "b" : "even";
    const mark = svg(image.place ? "a" : "g", { class: "mark", tabindex: -1, role: image.place ? null : "img", href: image.place ? "#case-" + image.place : null },
      svg("circle", { class: "point " + side, cx: x(values[a.value]), cy: y(values[b.value]), r: 5.5 }));
    explain(mark, `${image.name}\n${title(a)}: ${shown(column, values[a.value])}\n${title(b)}: ${shown(column, values[b.value])}` + (image.place ? "" : "\nnot among the images below"));
    if (image.place) mark.addEventListener("click", (event) => { event.preventDefault(); hideTip(); openImage(image.place, a.value, b.value); });
    return mark;
  };

  // The points are one stop of the Tab key; arrow keys move through them from left to right.
  const rove = (marks) => {
    if (marks.length) marks[0].setAttribute("tabindex", 0);
    marks.forEach((mark, index) => mark.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      const next = event.key === "Home" ? marks[0] : event.key === "End" ? marks.at(-1) : step && marks[index + step];
      if (!next) return;
      event.preventDefault();
      mark.setAttribute("tabindex", -1);
      next.setAttribute("tabindex", 0);
      next.focus();
    }));
  };

  const drawScatter = (entries, column) => {
    const scaled = (value) => value * column.scale;
    const finite = entries.flatMap(({ image }) => [a, b].map((each) => scaled(image.values[metric.value][each.value]))).filter(Number.isFinite);
    const box = document.querySelector(".scatter");
    if (!finite.length) return box.replaceChildren(html("p", { class: "quiet" }, "No image has this metric for both methods."));
    const [low, high] = span(finite);
    const share = (value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
    const x = (value) => LEFT + share(value) * (SIDE - LEFT - EDGE);
    const y = (value) => SIDE - BOTTOM - share(value) * (SIDE - BOTTOM - EDGE);
    const ordered = [...entries].sort((first, second) => scaled(first.image.values[metric.value][a.value]) - scaled(second.image.values[metric.value][a.value]) || 0);
    const marks = ordered.map((entry) => point(entry, column, (value) => x(scaled(value)), (value) => y(scaled(value))));
    const corner = (text, right) => svg("text", { class: "corner", x: right ? SIDE - EDGE - 6 : LEFT + 6, y: right ? SIDE - BOTTOM - 8 : EDGE + 16, "text-anchor": right ? "end" : "start" }, text);
    const better = (select) => `${title(select)} better`;
    rove(marks);
    return box.replaceChildren(svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "group", "aria-label": `${column.title} of every image, ${title(a)} across, ${title(b)} up` },
      ...axis(low, high, x, "x"), ...axis(low, high, y, "y"),
      svg("line", { class: "diagonal", x1: x(low), y1: y(low), x2: x(high), y2: y(high) }),
      corner(better(column.high ? b : a), false), corner(better(column.high ? a : b), true),
      svg("text", { class: "axis-title", x: (LEFT + SIDE) / 2, y: SIDE - 12, "text-anchor": "middle" }, `A: ${title(a)}, ${column.title}`),
      svg("text", { class: "axis-title", x: 0, y: 0, transform: `translate(16 ${(SIDE - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" }, `B: ${title(b)}, ${column.title}`),
      ...marks));
  };

  const thumb = (place, index) => {
    const article = document.getElementById("case-" + place);
    const thumbnail = html("img", { alt: "", loading: "lazy", src: article.querySelectorAll("figure")[index].querySelector(".image").src });
    // only the region that the article enlarges at first: whole images look alike at this size
    return html("span", { class: "thumb", style: article.dataset.region }, thumbnail);
  };
  const item = ({ image }, column) => {
    const values = image.values[metric.value];
    const said = html("span", { class: "said" }, html("bdi", {}, image.name), html("small", {}, `A ${shown(column, values[a.value])} · B ${shown(column, values[b.value])}`),
      html("small", {}, `A − B ${signed(column, values[a.value] - values[b.value])}`));
    const article = document.getElementById("case-" + image.place);
    const titles = [...article.querySelectorAll("figcaption bdi")].map((each) => each.textContent);
    const figure = (select) => titles.indexOf(title(select), 1);
    const link = html("a", { href: "#case-" + image.place }, thumb(image.place, titles.length - 1), thumb(image.place, figure(a)), thumb(image.place, figure(b)), said);
    link.addEventListener("click", (event) => { event.preventDefault(); openImage(image.place, a.value, b.value); });
    return html("li", {}, link);
  };
  const list = (name, entries, column, text) => {
    document.querySelector(".better-" + name).textContent = text;
    const items = entries.slice(0, LISTED).map((entry) => item(entry, column));
    document.querySelector(".list-" + name).replaceChildren(...(items.length ? items : [html("li", { class: "quiet" }, "none")]));
  };

  const order = () => {
    const sign = { a: -1, b: 1 }[filter.elements.order.value];
    const column = data.columns[metric.value];
    const leads = new Map(data.images.map((image) => [image.place, lead(image, column)]));
    const missing = sign ? Infinity : 0;
    const key = (article) => {
      const place = Number(article.id.slice(5));
      const ahead = sign ? leads.get(place) : place;
      return ahead === null || ahead === undefined ? missing : (sign || 1) * ahead;
    };
    const sorted = [...articles].sort((first, second) => key(first) === key(second) ? 0 : key(first) - key(second));
    if (sorted.some((article, index) => article.nextElementSibling !== (sorted[index + 1] || null))) articles[0]?.parentNode.append(...sorted);
  };

  const draw = () => {
    const column = data.columns[metric.value];
    const entries = data.images.map((image) => ({ image, ahead: lead(image, column) })).filter(({ ahead }) => ahead !== null);
    const count = (test) => entries.filter(({ ahead }) => test(ahead)).length;
    document.querySelector(".tally").textContent = `${column.title}: ${title(a)} is better on ${count((ahead) => ahead > 0)} of ${entries.length} images, ${title(b)} on ${count((ahead) => ahead < 0)}, equal on ${count((ahead) => ahead === 0)}.`;
    drawScatter(entries, column);
    const visible = entries.filter(({ image }) => image.place).sort((first, second) => first.ahead === second.ahead ? 0 : second.ahead - first.ahead);
    list("a", visible.filter(({ ahead }) => ahead > 0), column, `Largest lead of A: ${title(a)}`);
    list("b", visible.filter(({ ahead }) => ahead < 0).reverse(), column, `Largest lead of B: ${title(b)}`);
    order();
  };

  if (data.methods.length && data.images.length) {
    // at first: the best and the second best method by the first metric that has values
    const first = Math.max(0, data.means.findIndex((means) => means.some((mean) => mean !== null)));
    const rank = data.methods.map((_, index) => index).sort((one, two) => (data.columns[first].high ? -1 : 1) * (data.means[first][one] - data.means[first][two]) || 0);
    offer(a, data.methods, rank[0]);
    offer(b, data.methods, rank[1] ?? rank[0]);
    offer(metric, data.columns.map((column, index) => data.means[index].some((mean) => mean !== null) ? column.title : ""), first);
    form.addEventListener("change", draw);
    swap.addEventListener("click", () => { [a.value, b.value] = [b.value, a.value]; draw(); });
    filter.elements.order.addEventListener("change", order);
    draw();
  }
}
