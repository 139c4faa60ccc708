/* The map: one set of borders, any layer over it. */
function maakKaart(s) {
  const keuze = el("select", { onchange: () => { laag = keuze.value; teken(); } });
  const wijzer = el("p", { class: "wijzer", "aria-hidden": "true" });
  const legenda = el("ul", { class: "legenda" });
  const uitleg = el("p", { class: "uitleg" });
  const doek = el("div", { class: "doek" });
  const vak = el("section", { class: "vak kaart", "aria-labelledby": s.id("kaartkop") },
    el("div", { class: "kop" }, el("h2", { id: s.id("kaartkop") }, "Kaart"), veld("Laag", keuze, s.id("laag"))),
    doek, wijzer, legenda, uitleg);
  let laag = "urgentie", paths = [], list;

  const PROEF = [
    { label: "5 of meer plaatsen omhoog", kleur: "var(--div-5)", teken: "++" },
    { label: "1 tot 4 plaatsen omhoog", kleur: "var(--div-4)", teken: "+" },
    { label: "zelfde plaats", kleur: "var(--div-3)", teken: "=" },
    { label: "1 tot 4 plaatsen omlaag", kleur: "var(--div-2)", teken: "−" },
    { label: "5 of meer plaatsen omlaag", kleur: "var(--div-1)", teken: "−−" }
  ];
  const stap = (shift) => (shift === null ? -1 : shift >= 5 ? 0 : shift > 0 ? 1 : shift === 0 ? 2 : shift > -5 ? 3 : 4);
  function huidig() {
    const stad = s.stad();
    if (laag !== "proef") return stad.lagen.find((one) => one.id === laag) || stad.lagen[0];
    const shift = s.model.get("proef").verschuiving;
    return {
      titel: "Verschuiving door de gewichten", uitleg: "Plaatsen omhoog of omlaag met de gewichten van nu.",
      klassen: PROEF, klasse: shift.map(stap), tekst: shift.map((v) => (v === null ? LEEG : PROEF[stap(v)].label))
    };
  }
  function bouw() {
    const stad = s.stad();
    opties(keuze, [...stad.lagen.map((one) => [one.id, one.titel]), ["proef", "Verschuiving door de gewichten"]], laag);
    laag = keuze.value;
    paths = stad.codes.map((code, i) => svg("path", {
      d: stad.paden[i], id: s.id("k" + i), class: "buurt", role: "option", "aria-selected": "false", "data-code": code
    }));
    const pockets = svg("g", { class: "deelbuurten", "aria-hidden": "true" },
      ...stad.deelbuurten.map((d) => svg("path", { d })));
    const box = svg("svg", {
      viewBox: "-6 -6 " + (stad.maat[0] + 12) + " " + (stad.maat[1] + 12), role: "listbox", tabindex: "0",
      "aria-label": "Kaart van " + stad.gemeente + ": pijltjes lopen langs de buurten, Enter kiest"
    }, svg("g", { role: "presentation" }, ...paths), pockets);
    doek.replaceChildren(box);
    list = keuzelijst(box, paths, { kies: (i) => s.kies(stad.codes[i]), wijs: noem });
    paths.forEach((path, i) => path.addEventListener("mouseenter", () => noem(i)));
    box.addEventListener("mouseleave", () => noem(stad.codes.indexOf(s.gekozen())));
    teken();
  }
  function noem(i) { wijzer.textContent = zin(i); }
  function zin(i) {
    const stad = s.stad(), one = huidig();
    const why = stad.reden[i] ? "; niet gerangschikt: " + stad.reden[i] : "";
    const said = s.model.get("oordelen")[stad.codes[i]];
    return stad.namen[i] + "; " + one.titel + ": " + one.tekst[i] + why + (said ? "; duiding: " + said : "");
  }
  function teken() {
    const stad = s.stad(), one = huidig();
    const grey = { label: "geen waarde", kleur: stad.leeg, teken: "" };
    const of = (i) => (one.klasse[i] < 0 ? grey : one.klassen[one.klasse[i]]);
    paths.forEach((path, i) => {
      path.setAttribute("fill", of(i).kleur);
      path.setAttribute("aria-label", zin(i));
    });
    uitleg.textContent = one.uitleg;
    const count = (k) => one.klasse.filter((v) => v === k).length;
    legenda.replaceChildren(...[...one.klassen.map((k, n) => [k, count(n)]), [grey, count(-1)]]
      .filter(([, n]) => n > 0)
      .map(([k, n]) => el("li", {}, staal(k), (k.teken ? k.teken + "  " : "") + k.label + " (" + n + ")")));
    markeer();
  }
  function staal(klasse) {
    return svg("svg", { width: 26, height: 18, "aria-hidden": "true" },
      svg("rect", { width: 26, height: 18, fill: klasse.kleur, stroke: "var(--lijn-2)" }));
  }
  function markeer() {
    const stad = s.stad();
    paths.forEach((path, i) => {
      const mine = stad.codes[i] === s.gekozen(), other = stad.codes[i] === s.model.get("ander");
      path.classList.toggle("gekozen", mine);
      path.classList.toggle("ander", other);
      path.setAttribute("aria-selected", mine ? "true" : "false");
      if (mine || other) path.parentNode.appendChild(path);
      if (mine && list) { list.zet(i); noem(i); }
    });
  }
  return { vak, bouw, teken, markeer };
}
