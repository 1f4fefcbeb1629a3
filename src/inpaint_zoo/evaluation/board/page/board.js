// Rows whose name does not hold the text are hidden.
const search = document.querySelector("[name=name]");
search.addEventListener("input", () => {
  const wanted = search.value.toLowerCase();
  for (const row of document.querySelectorAll("table.sortable tbody tr")) {
    row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
  }
});
