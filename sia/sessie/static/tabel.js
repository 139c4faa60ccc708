/* The table: every buurt, ranked or not, with figure and judgement side by side. */
function maakTabel(s) {
  const body = el("tbody");
  const KOLOMMEN = [["Buurt", "none"], ["Plaats", "ascending"], ["Marge"], ["Proef", "none"], ["Duiding"]];
  const koppen = KOLOMMEN.map(([text, hoe]) => (!hoe ? el("th", { scope: "col" }, text)
    : el("th", { scope: "col", "aria-sort": hoe }, el("button", { type: "button", class: "sorteer" }, text, el("span", { "aria-hidden": "true" })))));
  const tabel = el("table", {}, el("caption", {}, "Plaats op urgentie, in de SIA en met de gewichten van nu (proef), en de duiding"),
    el("thead", {}, el("tr", {}, ...koppen)), body);
  const vak = el("section", { class: "vak tabelvak", "aria-labelledby": s.id("tabelkop") },
    el("h2", { id: s.id("tabelkop") }, "Alle buurten"),
    el("div", { class: "rol", role: "region", tabindex: "0", "aria-labelledby": s.id("tabelkop") }, tabel));
  let rows = [];
  Sia.sorteerbaar(tabel);

  function bouw() {
    const stad = s.stad();
    rows = stad.codes.map((code, i) => {
      const button = el("button", { type: "button", class: "naam", tabindex: "-1", onclick: () => s.kies(code) }, stad.namen[i]);
      return el("tr", { "data-code": code }, el("th", { scope: "row", "data-v": i }, button),
        el("td", { class: "getal" }), el("td", { class: "getal" }), el("td", { class: "getal" }), el("td"));
    });
    rows.forEach((row, i) => {
      if (stad.reden[i]) row.firstChild.append(el("span", { class: "klein" }, " Niet gerangschikt: " + stad.reden[i]));
    });
    body.replaceChildren(...rows);
    teken();
    Sia.orden(tabel);
  }
  function teken() {
    const stad = s.stad(), proef = s.model.get("proef"), said = s.model.get("oordelen");
    rows.forEach((row, i) => {
      const cells = row.children, now = proef.na[i], shift = proef.verschuiving[i];
      cells[1].dataset.v = stad.rang[i] ?? "";
      cells[3].dataset.v = now ?? "";
      cells[1].textContent = stad.rang[i] === null ? LEEG : stad.rang[i];
      cells[2].textContent = stad.rang[i] === null ? LEEG : stad.marge[i];
      cells[3].textContent = now === null ? LEEG : now + (shift ? (shift > 0 ? " ▲" : " ▼") + Math.abs(shift) : "");
      cells[4].textContent = said[stad.codes[i]] || "";
    });
    if (koppen[3].getAttribute("aria-sort") !== "none") Sia.orden(tabel);
    markeer();
  }
  function markeer() {
    const active = document.activeElement, focused = active && body.contains(active);
    rows.forEach((row) => {
      const mine = row.dataset.code === s.gekozen();
      row.classList.toggle("gekozen", mine);
      row.classList.toggle("ander", row.dataset.code === s.model.get("ander"));
      const button = row.firstChild.firstChild;
      button.setAttribute("aria-pressed", mine ? "true" : "false");
      button.tabIndex = mine ? 0 : -1;
      if (mine && !focused) zichtbaar(row);
    });
  }
  /* Only the table's own box scrolls; the page stays where the room is looking. */
  function zichtbaar(row) {
    const box = vak.querySelector(".rol");
    const top = row.offsetTop, bottom = top + row.offsetHeight;
    if (top < box.scrollTop + 60 || bottom > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2;
  }
  body.addEventListener("keydown", (event) => {
    const shown = [...body.children], at = shown.findIndex((row) => row.contains(document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const row = shown[Math.max(0, Math.min(shown.length - 1, to))];
    row.querySelector("button").focus();
  });
  return { vak, bouw, teken, markeer };
}
