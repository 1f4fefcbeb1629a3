// Sorting: headings become buttons; the first press puts the best on top, missing values stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  const sort = (index) => {
    const heading = headings[index];
    const first = heading.dataset.best === "high" ? "descending" : "ascending";
    const other = first === "descending" ? "ascending" : "descending";
    const order = heading.getAttribute("aria-sort") === first ? other : first;
    headings.forEach((each) => each.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const value = (row) => row.cells[index].dataset.value;
    const number = (text) => text === "inf" ? Number.MAX_VALUE : Number(text);
    const compare = (a, b) => index === 0 ? a.localeCompare(b, undefined, { numeric: true }) : number(a) - number(b);
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === "" || right === "") return (left === "") - (right === "");
      return sign * compare(left, right);
    });
    table.tBodies[0].append(...rows);
  };
  headings.forEach((heading, index) => {
    const button = html("button", { type: "button" }, ...heading.childNodes);
    button.addEventListener("click", () => sort(index));
    heading.append(button);
  });
}
