"use strict";
/* Sort a table by the button in a column's header; what is missing stays at the bottom. */
document.querySelectorAll("button.sorteer").forEach((button) => {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const table = head.closest("table");
    const place = [...head.parentNode.children].indexOf(head);
    const up = head.getAttribute("aria-sort") !== "ascending";
    const rows = [...table.tBodies[0].rows];
    const key = (row) => {
      const cell = row.cells[place];
      return cell.hasAttribute("data-v") ? (cell.dataset.v === "" ? null : Number(cell.dataset.v)) : cell.textContent;
    };
    rows.sort((one, other) => {
      const a = key(one), b = key(other);
      if (a === null || b === null) return (a === null) - (b === null);
      const order = typeof a === "number" ? a - b : a.localeCompare(b, "nl", { numeric: true });
      return up ? order : -order;
    });
    table.tBodies[0].append(...rows);
    table.querySelectorAll("th[aria-sort]").forEach((th) => th.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
  });
});
/* Keep the rows in which what the search box holds occurs. */
const zoek = document.getElementById("zoek");
if (zoek) {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = [...document.querySelectorAll(".gezocht tbody tr")].map((row) => [row, plain(row.cells[0].textContent + " " + row.cells[1].textContent)]);
  zoek.addEventListener("input", () => {
    const asked = plain(zoek.value.trim());
    rows.forEach(([row, text]) => { row.hidden = !text.includes(asked); });
    const left = rows.filter(([row]) => !row.hidden).length;
    document.querySelector("output[for=zoek]").textContent = zoek.value && (left ? `${left} gevonden` : "niets gevonden");
  });
}
