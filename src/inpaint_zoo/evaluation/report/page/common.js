document.documentElement.classList.add("js");
// JSON has no infinity; a method named "inf" keeps its name.
const data = JSON.parse(document.getElementById("data").textContent, (key, value) => key !== "name" && value === "inf" ? Infinity : value);
data.methods = data.methods.map((method) => method.name);

// A value as text, scaled and rounded as in the tables.
const shown = (column, value) => value === null ? "–" : value === Infinity ? "∞" : (value * column.scale).toFixed(column.digits);
const signed = (column, value) => {
  if (!Number.isFinite(value)) return value > 0 ? "+∞" : "−∞";
  const text = (Math.abs(value) * column.scale).toFixed(column.digits);
  return (value < 0 ? "−" : "+") + text;
};

const offer = (select, titles, chosen) => {
  select.replaceChildren(...titles.map((title, index) => new Option(title, index)).filter((option) => option.text));
  select.value = chosen;
};

// Round numbers that divide [low, high] into about `count` parts.
const ticks = (low, high, count = 5) => {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, index) => (first + index) * step);
};
// Without digits that are only rounding errors.
const plain = (value) => String(Number(value.toPrecision(6)));
const span = (values) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
  return [low - margin, high + margin];
};

// The text of a mark is shown beside it while the mark is hovered or focused.
const tip = document.querySelector(".tip");
let explained = null;
const hideTip = () => { tip.hidden = true; };
const placeTip = () => {
  if (tip.hidden) return;
  const box = explained.getBoundingClientRect();
  const left = Math.min(box.right + 10, innerWidth - tip.offsetWidth - 8);
  const top = Math.min(box.bottom + 8, innerHeight - tip.offsetHeight - 8);
  tip.style.left = Math.max(8, left) + "px";
  tip.style.top = Math.max(8, top) + "px";
};
const explain = (mark, text) => {
  mark.setAttribute("aria-label", text.replaceAll("\n", ", "));
  const show = () => {
    tip.textContent = text;
    tip.hidden = false;
    explained = mark;
    placeTip();
  };
  mark.addEventListener("pointerenter", show);
  mark.addEventListener("focus", show);
  mark.addEventListener("pointerleave", hideTip);
  mark.addEventListener("blur", hideTip);
};
addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
addEventListener("scroll", placeTip, { passive: true });
