"use strict";

// Sorting: a heading becomes a button; the first press puts the best on top, values that are missing stay last.
for (const table of document.querySelectorAll("table")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const first = heading.dataset.best === "high" ? "descending" : "ascending";
      const other = first === "descending" ? "ascending" : "descending";
      const order = heading.getAttribute("aria-sort") === first ? other : first;
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const value = (row) => row.cells[index].dataset.value;
      const compare = (a, b) => index === 0 ? a.localeCompare(b) : a - b;
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const [left, right] = [value(a), value(b)];
        if (left === "" || right === "") return (left === "") - (right === "");
        return sign * compare(left, right);
      });
      table.tBodies[0].append(...rows);
    });
  });
}

// Sliders: two pictures of the strip on top of each other, the left one cut off at the divider.
for (const article of document.querySelectorAll("article")) {
  const box = article.querySelector(".compare");
  const pictures = article.querySelectorAll("figure img");
  const stage = box.querySelector(".stage");
  const range = box.querySelector("input");
  for (const select of box.querySelectorAll("select")) {
    const image = box.querySelector("img." + select.name);
    const show = () => { image.src = pictures[select.value].src; };
    select.addEventListener("change", show);
    show();
  }
  range.addEventListener("input", () => stage.style.setProperty("--at", range.value + "%"));
  box.hidden = false;
}

// Filter by hole ratio and name.
const filter = document.querySelector(".filter");
filter.hidden = false;
filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", () => {
  const bin = filter.elements.bin.value;
  const name = filter.elements.name.value.toLowerCase();
  let shown = 0;
  for (const article of document.querySelectorAll("article")) {
    const fits = (!bin || article.dataset.bin === bin) && article.dataset.name.toLowerCase().includes(name);
    article.hidden = !fits;
    shown += fits;
  }
  filter.querySelector("output").textContent = shown + " shown";
});
