/* Sliders for the domains, and what changes and does not. */
function maakGewichten(s) {
  const sliders = el("div", { class: "schuiven" });
  const zinnen = el("div", { role: "status", class: "zinnen" });
  const lijst = el("tbody");
  const duur = el("p", { class: "klein" });
  const vak = el("div", {},
    el("p", {}, "Bij 1 weegt een domein zoals in de methode; het percentage is zijn deel van alles. Schuif om te zien wat een andere weging doet. " +
      "De cijfers zelf veranderen niet, en wat u hier schuift wordt niet bewaard."),
    sliders,
    el("button", { type: "button", onclick: gelijk }, "Terug naar de methode"),
    el("h3", {}, "Wat verandert er, en wat niet?"), zinnen,
    el("div", { class: "tabel", role: "region", tabindex: "0", "aria-label": "Buurten die het meest verschuiven" },
      el("table", {}, el("caption", {}, "Buurten die het meest verschuiven"),
        el("thead", {}, el("tr", {}, ...["Buurt", "Plaats", "Wordt", "Verschuiving", "Duiding"].map((t) => el("th", { scope: "col" }, t)))), lijst)),
    duur);
  let inputs = {}, asked = 0;
  function bouw() {
    inputs = {};
    sliders.replaceChildren(...s.stad().domeinen.map((one) => {
      const given = s.model.get("gewichten")[one.id];
      const input = el("input", { type: "range", min: 0, max: 5, step: 0.25, value: given === undefined ? 1 : given });
      const shown = el("output", { for: s.id("g" + one.id) });
      input.addEventListener("input", () => { toon(); stuur(); });
      inputs[one.id] = { input, shown, gewicht: one.gewicht };
      const row = veld(one.naam, input, s.id("g" + one.id));
      row.appendChild(shown);
      return row;
    }));
    toon();
  }
  function toon() {
    const weegt = (one) => one.gewicht * Number(one.input.value);
    const total = Object.values(inputs).reduce((sum, one) => sum + weegt(one), 0);
    for (const key in inputs) {
      const { input, shown } = inputs[key];
      const share = total ? Math.round(100 * weegt(inputs[key]) / total) : 0;
      shown.textContent = "× " + Number(input.value).toLocaleString("nl") + " (" + share + " %)";
      input.setAttribute("aria-valuetext", Number(input.value).toLocaleString("nl") + " keer, " + share + " procent");
    }
  }
  function stuur() {
    const given = {};
    for (const key in inputs) given[key] = Number(inputs[key].input.value);
    asked = performance.now();
    s.model.set("gewichten", given);
    s.stuur();
  }
  function gelijk() {
    for (const key in inputs) inputs[key].input.value = 1;
    toon();
    stuur();
  }
  function teken() {
    const proef = s.model.get("proef"), said = s.model.get("oordelen");
    zinnen.replaceChildren(...proef.zinnen.map((text) => el("p", {}, text)));
    lijst.replaceChildren(...proef.schuivers.map((row) => el("tr", {},
      el("th", { scope: "row" }, el("button", { type: "button", class: "naam", onclick: () => s.kies(row.code) }, row.naam)),
      el("td", { class: "getal" }, row.voor), el("td", { class: "getal" }, row.na), el("td", {}, row.verschuiving),
      el("td", {}, said[row.code] || LEEG))));
    if (asked) {
      const took = Math.round(performance.now() - asked);
      vak.dataset.ms = took;
      duur.textContent = "Antwoord in " + took + " milliseconden.";
      asked = 0;
    }
  }
  return { vak, bouw, teken };
}
