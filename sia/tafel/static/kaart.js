/* The map: the works that run in one year, those on one spot together, and what is missed there. */
function maakWerkkaart(t) {
  const jaar = el("input", { type: "range", step: 1, oninput: teken });
  const toon = el("output", { for: t.id("jaar"), class: "groot" });
  const doek = el("div", { class: "doek" }), zin = el("p", { class: "wijzer" }), lijst = el("ul", { class: "werken" }), legenda = el("ul", { class: "legenda" });
  const vak = el("section", { class: "vak werkkaart", "aria-labelledby": t.id("kaartkop") },
    el("h2", { id: t.id("kaartkop") }, "Kaart per jaar"), el("div", { class: "jaarkeuze" }, veld("Jaar", jaar, t.id("jaar")), toon), doek,
    el("p", { class: "klein" }, "Getal: aantal werken op die plek. Dichte ring: koppelkans die samen gaat. Streepjes: hier gaan werken nu niet samen."), zin, el("details", {}, el("summary", {}, "Werken in dit jaar"), lijst), el("h3", {}, "Partners"), legenda);
  let lagen;
  const DICHT = 18;

  function bouw() {
    const s = t.stad, first = s.jaren[0], last = s.jaren[s.jaren.length - 1];
    jaar.min = first;
    jaar.max = last;
    lagen = svg("g");
    doek.replaceChildren(svg("svg", { role: "img", "aria-labelledby": t.id("kaartzin") },
      svg("g", { class: "grond" }, ...s.paden.map((d, i) => svg("path", { d }, svg("title", {}, s.namen[i])))), lagen));
    zin.id = t.id("kaartzin");
    new ResizeObserver(() => { kader(); teken(); }).observe(doek);
    kader();
    teken();
  }
  /* The map shows the area that the timeline shows. */
  function kader() {
    const s = t.stad, in_ = t.gebied ? s.werken.filter((_, i) => t.binnen(i)) : [];
    const box = in_.length ? [Math.min(...in_.map((w) => w.x)) - 60, Math.min(...in_.map((w) => w.y)) - 60, Math.max(...in_.map((w) => w.x)) + 60, Math.max(...in_.map((w) => w.y)) + 60] : [-6, -6, s.maat[0] + 6, s.maat[1] + 6];
    doek.firstChild.setAttribute("viewBox", [box[0], box[1], box[2] - box[0], box[3] - box[1]].join(" "));
    // signs keep their size on the screen, however large the area is
    t.maat = Math.max((box[2] - box[0]) / Math.max(doek.clientWidth, 200), (box[3] - box[1]) / Math.max(doek.clientHeight, 200));
  }
  function teken() {
    if (!lagen) return;
    const s = t.stad, y = Number(jaar.value), m = t.maat;
    const loopt = (i) => t.start(i) !== null && t.start(i) <= y && y < t.start(i) + s.werken[i].duur;
    const nu = s.werken.map((_, i) => i).filter((i) => loopt(i) && t.binnen(i));
    const plekken = [];
    nu.forEach((i) => {
      const near = plekken.find((p) => Math.hypot(p.x - s.werken[i].x, p.y - s.werken[i].y) < DICHT * m);
      if (near) near.wie.push(i);
      else plekken.push({ x: s.werken[i].x, y: s.werken[i].y, wie: [i] });
    });
    const kansen = s.kansen.map((k, n) => n).filter((n) => s.kansen[n].fase !== "vervallen" && s.kansen[n].werken.some((i) => nu.includes(i)));
    const samen = kansen.filter((n) => t.antwoord.samen[n] > 0), mist = kansen.filter((n) => t.antwoord.samen[n] < t.antwoord.van[n]);
    const op = (list, p) => list.some((n) => s.kansen[n].werken.some((i) => p.wie.includes(i)));
    toon.textContent = String(y);
    lagen.replaceChildren(...plekken.map((p) => {
      const partners = [...new Set(p.wie.map((i) => s.werken[i].partner))];
      const g = svg("g", { class: "plek" + (p.wie.includes(t.gekozen) ? " gekozen" : "") },
        svg("circle", { cx: p.x, cy: p.y, r: 9 * m, fill: partners.length > 1 ? "#ffffff" : s.partners[partners[0]].kleur, class: op(samen, p) ? "samen" : op(mist, p) ? "mist" : "los", "stroke-width": 2.5 * m }),
        svg("text", { x: p.x, y: p.y, "font-size": 13 * m, fill: partners.length > 1 ? "#000000" : s.partners[partners[0]].letter }, String(p.wie.length)),
        svg("title", {}, p.wie.map((i) => s.werken[i].titel).join(", ")));
      g.addEventListener("click", () => t.kies(p.wie[0]));
      return g;
    }));
    const dubbel = plekken.filter((p) => p.wie.length > 1).length;
    zin.textContent = "In " + y + (t.gebied ? " in " + t.gebied : "") + ": " + nu.length + (nu.length === 1 ? " werk" : " werken") + ", op " + dubbel +
      (dubbel === 1 ? " plek" : " plekken") + " meer dan één. Koppelkansen: " + samen.length + " samen, " + mist.length + " (nog) niet of niet helemaal.";
    lijst.replaceChildren(...nu.map((i) => el("li", {}, t.blokje(s.werken[i].partner),
      el("button", { type: "button", class: "naam", onclick: () => t.kies(i) }, s.werken[i].titel), el("span", { class: "klein" }, " " + s.werken[i].buurt))));
  }
  function naar(year) { if (year !== null) { jaar.value = year; teken(); } }
  return { vak, legenda, bouw, teken, kader, naar };
}
