"use strict";
document.querySelectorAll("table:has(button.sorteer)").forEach(Sia.sorteerbaar);
/* On a phone a table that is wider than the page becomes a card per row, the first five at first. */
const koppel = (row, roles) => { row.setAttribute("role", "row"); [...row.cells].forEach((cell, k) => cell.setAttribute("role", k && cell.tagName === "TD" ? "cell" : roles)); };
function passend(box) {
  const table = box.querySelector("table");
  if (innerWidth > 760 || !box.clientWidth || box.scrollWidth <= box.clientWidth + 1 || table.classList.contains("kaartjes")) return;
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent), rows = [...table.tBodies[0].rows];
  table.setAttribute("role", "table");
  [table.tHead, table.tBodies[0]].forEach((part) => part.setAttribute("role", "rowgroup"));
  koppel(table.tHead.rows[0], "columnheader");
  rows.forEach((row) => { koppel(row, "rowheader"); [...row.cells].forEach((cell, k) => { cell.dataset.kop = names[k]; }); });
  table.classList.add("kaartjes");
  if (rows.length < 9) return;
  table.classList.add("kort");
  box.after(Sia.h("button", { class: "alles scherm", onclick: () => table.classList.remove("kort") }, `Toon alle ${rows.length} rijen`));
}
const tabellen = document.querySelectorAll(".tabel");
tabellen.forEach(passend);
document.addEventListener("toggle", (event) => event.target.querySelectorAll(".tabel").forEach(passend), true);
/* Keep the rows in which what the search box holds occurs. */
const zoek = document.getElementById("zoek");
if (zoek) {
  const plain = Sia.kaal;
  const rows = [...document.querySelectorAll(".gezocht tbody tr")].map((row) => [row, plain(row.cells[0].textContent + " " + row.cells[1].textContent)]);
  zoek.addEventListener("input", () => {
    const asked = plain(zoek.value.trim());
    rows.forEach(([row, text]) => { row.hidden = !text.includes(asked); });
    const left = rows.filter(([row]) => !row.hidden).length;
    document.querySelector("output[for=zoek]").textContent = zoek.value && (left ? `${left} gevonden` : "niets gevonden");
  });
}
