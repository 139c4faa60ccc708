/* The timeline: a row per work, a bar that the mouse drags and the arrow keys move. */
function maakTijdlijn(t) {
  const gebied = el("select", { onchange: bouw }), orde = el("select", { onchange: bouw });
  const veldjes = el("div", { class: "keuzes" }, veld("Gebied", gebied, t.id("gebied")), veld("Orden per", orde, t.id("orde")));
  const uitleg = el("p", { class: "klein", id: t.id("uitleg") },
    "Sleep een balk, of kies hem met Tab en pijl omhoog of omlaag. Pijl links en rechts: een jaar eerder of later. " +
    "De grijze lijn is wanneer het werk kan beginnen; ◇ is het jaar dat de partner zelf zou kiezen.");
  const kop = el("div", { class: "rij jaren", "aria-hidden": "true" }), lijst = el("div", { class: "rijen" });
  const vak = el("section", { class: "vak tijdlijn", "aria-labelledby": t.id("tijdkop") },
    el("div", { class: "kop" }, el("h2", { id: t.id("tijdkop") }, "Tijdlijn"), veldjes), uitleg, kop, lijst);
  const ORDE = [["plek", "buurt en straat"], ["partner", "partner"]];
  let rijen = [], sleept = null;
  const deel = (year) => (100 * (year - t.stad.jaren[0])) / t.stad.jaren.length;

  function bouw() {
    const s = t.stad, names = [...new Set(s.werken.map((w) => w.gebied))].sort();
    opties(gebied, [["", "Hele stad"], ...names.map((n) => [n, n])], gebied.options.length ? gebied.value : t.gebied);
    opties(orde, ORDE, orde.value || "plek");
    t.gebied = gebied.value;
    kop.replaceChildren(el("span"), el("div", { class: "baan" }, ...s.jaren.map((y) => el("span", { style: "left:" + deel(y) + "%" }, String(y)))));
    const naar = orde.value === "partner" ? (w) => s.partners[w.partner].naam : (w) => w.buurt;
    const wie = s.werken.map((w, i) => i).filter((i) => t.binnen(i));
    const kans = (i) => (orde.value === "partner" ? -1 : s.werken[i].kans), los = (i) => (kans(i) < 0 ? 1e9 : kans(i));
    const eerste = (i) => (t.start(i) === null ? 9999 : t.start(i));
    wie.sort((a, b) => naar(s.werken[a]).localeCompare(naar(s.werken[b]), "nl") 
      || los(a) - los(b) || eerste(a) - eerste(b) || a - b);
    lijst.replaceChildren();
    rijen = [];
    let groep, sub;
    wie.forEach((i) => {
      if (naar(s.werken[i]) !== groep) {
        groep = naar(s.werken[i]);
        sub = undefined;
        lijst.append(el("h3", {}, groep));
      }
      if (kans(i) >= 0 && kans(i) !== sub) lijst.append(el("p", { class: "kans", "data-kans": kans(i) }));
      if (kans(i) < 0 && sub >= 0) lijst.append(el("p", { class: "kans los" }, "Zonder koppelkans"));
      sub = kans(i);
      rijen.push(rij(i));
      lijst.append(rijen[rijen.length - 1].doos);
    });
    teken();
    t.naBouw();
  }
  function rij(i) {
    const w = t.stad.werken[i], partner = t.stad.partners[w.partner], last = t.stad.jaren[t.stad.jaren.length - 1];
    const balk = el("div", {
      class: "balk", role: "slider", tabindex: "-1", id: t.id("balk" + i), "data-plan": w.plan, "aria-describedby": t.id("uitleg"),
      "aria-label": w.titel + ", " + partner.naam, "aria-valuemin": w.eerste, "aria-valuemax": w.laatste, style: t.verf(w.partner),
      "aria-disabled": w.eerste === w.laatste ? "true" : false,
      onkeydown: (event) => toets(event, i), onpointerdown: (event) => pak(event, i), onfocus: () => t.kies(i)
    }, String(w.partner + 1));
    const einde = Math.min(w.laatste, last) + 1;
    const doos = el("div", { class: "rij", "data-i": i }, el("span", { class: "titel", title: w.titel, onclick: () => { t.kies(i); balk.focus(); } }, t.blokje(w.partner), " " + w.titel),
      el("div", { class: "baan" }, el("i", { class: "venster", style: "left:" + deel(w.eerste) + "%;width:" + (deel(einde) - deel(w.eerste)) + "%" }),
        el("i", { class: "wens", style: "left:" + deel(w.voorkeur) + "%" }, "◇"), balk));
    return { i, doos, balk };
  }
  function plaats(r, year) {
    const w = t.stad.werken[r.i], s = t.stad, shown = year === null ? w.voorkeur : year;
    const tot = Math.min(shown + w.duur, s.jaren[s.jaren.length - 1] + 1);
    r.balk.style.left = deel(shown) + "%";
    r.balk.style.width = "calc(" + (deel(tot) - deel(shown)) + "% - 2px)";
    r.balk.classList.toggle("zonder", year === null);
    r.balk.setAttribute("aria-valuenow", shown);
    r.balk.setAttribute("aria-valuetext", t.zegJaar(r.i, year));
  }
  function teken() {
    rijen.forEach((r) => {
      const plan = t.stad.werken[r.i].plan;
      plaats(r, t.start(r.i));
      r.balk.classList.toggle("gezet", plan in t.vraag.jaren);
      r.doos.classList.toggle("anders", t.start(r.i) !== t.was[r.i]);
      r.doos.classList.toggle("weg", t.vraag.weg.includes(plan));
      r.doos.classList.toggle("gekozen", r.i === t.gekozen);
      r.balk.tabIndex = r.i === t.gekozen || (t.gekozen < 0 && r === rijen[0]) ? 0 : -1;
    });
    if (rijen.length && !rijen.some((r) => r.balk.tabIndex === 0)) rijen[0].balk.tabIndex = 0;
    lijst.querySelectorAll("[data-kans]").forEach((p) => { p.textContent = t.zegKans(Number(p.dataset.kans)); });
  }
  function toets(event, i) {
    const w = t.stad.werken[i], now = t.start(i) === null ? w.voorkeur : t.start(i), at = rijen.findIndex((r) => r.i === i);
    const naar = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: w.eerste, End: w.laatste }[event.key];
    const loop = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - 10, PageDown: at + 10 }[event.key];
    if (naar !== undefined) t.zet(i, Math.max(w.eerste, Math.min(w.laatste, naar)));
    else if (loop !== undefined) rijen[Math.max(0, Math.min(rijen.length - 1, loop))].balk.focus();
    else return;
    event.preventDefault();
  }
  /* The bar goes along with the mouse by whole years, and never out of the years that it may have. */
  function pak(event, i) {
    const w = t.stad.werken[i], r = rijen.find((one) => one.i === i);
    r.balk.focus();
    if (event.button || w.eerste === w.laatste) return;
    sleept = { i, r, x: event.clientX, van: t.start(i) === null ? w.voorkeur : t.start(i), jaar: null, breed: r.balk.parentNode.offsetWidth / t.stad.jaren.length };
    r.balk.setPointerCapture(event.pointerId);
    event.preventDefault();
  }
  lijst.addEventListener("pointermove", (event) => {
    if (!sleept) return;
    const w = t.stad.werken[sleept.i], stap = Math.round((event.clientX - sleept.x) / sleept.breed);
    sleept.jaar = Math.max(w.eerste, Math.min(w.laatste, sleept.van + stap));
    plaats(sleept.r, sleept.jaar);
  });
  function los(event) {
    if (!sleept) return;
    const { i, jaar, van, r } = sleept;
    sleept = null;
    if (event.type === "pointerup" && jaar !== null && jaar !== van) t.zet(i, jaar);
    else plaats(r, t.start(i));
  }
  lijst.addEventListener("pointerup", los);
  lijst.addEventListener("pointercancel", los);
  return { vak, bouw, teken };
}
