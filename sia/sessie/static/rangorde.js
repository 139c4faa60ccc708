/* The order of all buurten: a line for the interval, a dot for the rank, a ring for the trial. */
function maakRangorde(s) {
  const doek = el("div", { class: "doek" });
  const wijzer = el("p", { class: "wijzer", "aria-hidden": "true" });
  const vak = el("section", { class: "vak rangorde", "aria-labelledby": s.id("rangkop") },
    el("h2", { id: s.id("rangkop") }, "Rangorde op urgentie"), doek, wijzer,
    el("p", { class: "uitleg" }, "Punt: plaats in de SIA. Streep: plaats in 90 % van de doorrekeningen. " +
      "Open ruit: plaats met de gewichten van nu. Links is het meest urgent; boven is plaats 1."));
  let rows = [], list, order = [];
  function bouw() {
    const stad = s.stad();
    order = stad.codes.map((_, i) => i).filter((i) => stad.rang[i] !== null).sort((a, b) => stad.rang[a] - stad.rang[b]);
    const n = order.length, w = 1000, h = 420, left = 58, x = (k) => left + (k + 0.5) * (w - left) / Math.max(n, 1);
    const y = (rank) => 20 + (rank - 1) * (h - 40) / Math.max(n - 1, 1);
    rows = order.map((i, k) => {
      const parts = [svg("rect", { x: x(k) - (w - left) / n / 2, y: 0, width: (w - left) / n, height: h, class: "baan" })];
      if (stad.laag[i] !== null) parts.push(svg("line", { x1: x(k), x2: x(k), y1: y(stad.laag[i]), y2: y(stad.hoog[i]), class: "marge" }));
      parts.push(svg("circle", { cx: x(k), cy: y(stad.rang[i]), r: 6.5, class: "plaats" }));
      parts.push(svg("path", { class: "nieuw" }));
      return svg("g", { id: s.id("r" + i), role: "option", "aria-selected": "false", "data-code": stad.codes[i] }, ...parts);
    });
    const ticks = [1, Math.ceil(n / 4), Math.ceil(n / 2), n].map((rank) => svg("text", { x: 4, y: y(rank), class: "as" }, String(rank)));
    const quarter = svg("line", { x1: left, x2: w, y1: y(Math.ceil(n / 4) + 0.5), y2: y(Math.ceil(n / 4) + 0.5), class: "kwart" });
    const box = svg("svg", {
      viewBox: "0 0 " + w + " " + h, role: "listbox", tabindex: n ? "0" : "-1",
      "aria-label": "Rangorde met marges: pijltjes lopen langs de buurten, Enter kiest"
    }, svg("g", { "aria-hidden": "true" }, ...ticks, quarter), svg("g", { role: "presentation" }, ...rows));
    box.place = { x, y };
    doek.replaceChildren(box);
    if (n) list = keuzelijst(box, rows, { kies: (k) => s.kies(stad.codes[order[k]]), wijs: noem });
    rows.forEach((row, k) => row.addEventListener("mouseenter", () => noem(k)));
    box.addEventListener("mouseleave", () => {
      const k = order.findIndex((i) => stad.codes[i] === s.gekozen());
      if (k >= 0) noem(k);
    });
    teken();
  }
  function zin(k) {
    const stad = s.stad(), i = order[k], now = s.model.get("proef").na[i];
    const said = s.model.get("oordelen")[stad.codes[i]];
    return stad.namen[i] + ": plaats " + stad.rang[i] + ", marge " + stad.marge[i] +
      (now === null || now === stad.rang[i] ? "" : ", met deze gewichten plaats " + now) + (said ? "; duiding: " + said : "");
  }
  function noem(k) { wijzer.textContent = zin(k); }
  function teken() {
    const box = doek.firstChild, proef = s.model.get("proef"), stad = s.stad();
    rows.forEach((row, k) => {
      const now = proef.na[order[k]], moved = now !== null && now !== stad.rang[order[k]];
      const cx = box.place.x(k), cy = moved ? box.place.y(now) : 0;
      row.lastChild.setAttribute("d", moved ? "M" + cx + "," + (cy - 8) + "l8,8l-8,8l-8,-8Z" : "");
      row.setAttribute("aria-label", zin(k));
    });
    markeer();
  }
  function markeer() {
    const stad = s.stad();
    rows.forEach((row, k) => {
      const mine = stad.codes[order[k]] === s.gekozen();
      row.classList.toggle("gekozen", mine);
      row.classList.toggle("ander", stad.codes[order[k]] === s.model.get("ander"));
      row.setAttribute("aria-selected", mine ? "true" : "false");
      if (mine) { list.zet(k); noem(k); }
    });
  }
  return { vak, bouw, teken, markeer };
}
