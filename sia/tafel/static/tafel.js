/* The table: what is asked on top and to the right, what follows in every part at once. */
let tafels = 0;

function render({ model, el: wortel }) {
  const prefix = "tafel" + (tafels += 1) + "-";
  let klok = 0, laatste = 0;
  const leeg = () => ({ jaren: {}, weg: [], zonder: [], budget: {}, afgewezen: [] });
  const t = {
    id: (name) => prefix + name, vraag: leeg(), gekozen: -1, gebied: "", was: [],
    binnen: (i) => !t.gebied || t.stad.werken[i].gebied === t.gebied,
    start(i) {
      const w = t.stad.werken[i];
      if (t.vraag.weg.includes(w.plan) || t.vraag.zonder.includes(t.stad.partners[w.partner].naam)) return null;
      return w.plan in t.vraag.jaren ? t.vraag.jaren[w.plan] : t.antwoord.start[i];
    },
    verf: (p) => "background:" + t.stad.partners[p].kleur + ";color:" + t.stad.partners[p].letter,
    blokje: (p) => el("span", { class: "blokje", style: t.verf(p), title: t.stad.partners[p].naam }, String(p + 1)),
    zegJaar(i, year) {
      const w = t.stad.werken[i], was = t.was[i];
      if (year === null) return "geen jaar" + (was ? "; in het programma " + was : "");
      return "start in " + year + (w.duur > 1 ? ", " + w.duur + " jaar" : "") + (was === year ? "" : was === null ? "; in het programma geen jaar" : "; in het programma " + was);
    },
    zegKans(n) {
      const k = t.stad.kansen[n], a = t.antwoord, van = a.van[n] + 1, was = a.was[n] !== a.samen[n] ? " (was " + (a.was[n] ? a.was[n] + 1 : 0) + ")" : "";
      const nu = k.fase === "vervallen" ? "vervallen" : a.samen[n] ? a.samen[n] + 1 + " van " + van + " samen" + (a.jaar[n] ? " in " + a.jaar[n] : "") + was : "niet samen" + was;
      return "Koppelkans " + k.soort + ": " + nu + ". Fase: " + k.fase + "." + (k.fase === "kans" ? " Beslis uiterlijk vóór " + k.beslis + ": daarna kan het niet meer samen." : "");
    },
    kies(i) {
      if (i === t.gekozen) return;
      t.gekozen = i;
      tijdlijn.teken();
      kaart.naar(t.start(i));
      werk();
    },
    zet(i, year) {
      const w = t.stad.werken[i];
      verander((v) => {
        v.weg = v.weg.filter((p) => p !== w.plan);
        if (year === t.antwoordLeeg.start[i]) delete v.jaren[w.plan];
        else v.jaren[w.plan] = year;
      }, w.plan);
      kaart.naar(year);
      zeg(w.titel + ": " + t.zegJaar(i, year) + ". Het antwoord wordt berekend.");
    },
    naBouw() { kaart.kader(); kaart.teken(); }
  };

  // ---- asking ---------------------------------------------------------------------------------
  const { vraag, sluit } = maakVrager(model, {
    wacht: () => 90000,
    stil: () => "Geen antwoord. Laad de pagina opnieuw (F5); wat is vastgelegd, staat vast.",
    weg: () => "Het programma is gestopt. Start de tafel opnieuw; wat is vastgelegd, staat vast."
  });
  const kopie = (v) => JSON.parse(JSON.stringify(v));
  const terug = [];
  let zelfde = "";
  /* Steps of one and the same control are undone together. */
  function verander(doe, wat) {
    if (!wat || wat !== zelfde) terug.push(kopie(t.vraag));
    zelfde = wat || "";
    doe(t.vraag);
    stuur();
  }
  function stuur() {
    tijdlijn.teken();
    kaart.teken();
    clearTimeout(klok);
    raam.setAttribute("aria-busy", "true");
    klok = setTimeout(reken, 300);
  }
  async function reken() {
    const mijn = (laatste += 1), begin = performance.now();
    const answer = await vraag("reken", { vraag: t.vraag });
    if (mijn !== laatste) return;
    raam.setAttribute("aria-busy", "false");
    raam.dataset.antwoord = String(mijn);
    raam.dataset.ms = String(Math.round(performance.now() - begin));
    if (!answer.goed) return fout(answer.tekst);
    fout("");
    t.antwoord = answer.antwoord;
    toon();
  }
  function toon() {
    const a = t.antwoord;
    hoofdzin.textContent = a.zin;
    verschil.innerHTML = a.verschil;
    knelt.innerHTML = a.knelt;
    geld.innerHTML = a.geld;
    ongedaan.disabled = !terug.length;
    tijdlijn.teken();
    kaart.teken();
    werk();
    knoppenWatAls();
    formulier();
    zeg(a.zin);
  }
  const zeg = (text) => { live.textContent = text; };
  const fout = (text) => { melding.textContent = text; };

  // ---- the parts ------------------------------------------------------------------------------
  const live = el("p", { class: "onzichtbaar", role: "status" }), melding = el("p", { role: "alert", class: "fout" });
  const titel = el("h1"), fictief = el("p", { class: "fictief" }), versie = el("p", { class: "klein" });
  const hoofdzin = el("p", { class: "hoofdzin" }, "De plannen worden gelezen en het programma wordt gemaakt.");
  const knop = (text, doe, more) => el("button", { type: "button", onclick: doe, ...more }, text);
  const ongedaan = knop("Ongedaan maken", () => { t.vraag = terug.pop(); zelfde = ""; stuur(); }, { disabled: true });
  const opnieuw = knop("Terug naar het programma", () => verander((v) => Object.assign(v, leeg())));
  const tijdlijn = maakTijdlijn(t), kaart = maakWerkkaart(t);
  const kaartje = el("section", { class: "vak werk", "aria-label": "Gekozen werk" }, el("p", {}, "Kies een balk, een plek op de kaart of een werk in een lijst."));
  const verschil = el("div"), knelt = el("div"), geld = el("div"), watals = el("div"), naast = el("div"), besloten = el("div"), levering = el("div");

  function werk() {
    if (t.gekozen < 0) return;
    const i = t.gekozen, w = t.stad.werken[i], now = t.start(i), weg = t.vraag.weg.includes(w.plan);
    const jaren = [];
    for (let y = w.eerste; y <= w.laatste; y += 1) jaren.push([y, y]);
    const kies = el("select", { onchange: () => { if (kies.value) t.zet(i, Number(kies.value)); } });
    opties(kies, [["", "geen jaar"], ...jaren], now === null ? "" : now);
    const feit = (a, b) => el("div", {}, el("dt", {}, a), el("dd", {}, b));
    kaartje.replaceChildren(el("h2", {}, t.blokje(w.partner), w.titel), el("p", { class: "klein" }, t.stad.partners[w.partner].naam + ", " + w.buurt + ". " + w.soort + ", " + w.status + ". " + w.kosten + ", " + w.duur + " jaar. " + (w.mensen ? w.mensen + ". " : "") + "Nummer " + w.plan + "."),
      el("div", { class: "knoppen" }, veld("Start in", kies, t.id("startin")),
        knop(weg ? "Zet het plan terug" : "Stel: dit plan vervalt", () => verander((v) => {
          v.weg = weg ? v.weg.filter((p) => p !== w.plan) : [...v.weg, w.plan];
          delete v.jaren[w.plan];
        })), w.plan in t.vraag.jaren ? knop("Laat het jaar los", () => verander((v) => { delete v.jaren[w.plan]; })) : null),
      el("dl", { class: "feiten" }, feit("In het programma", t.was[i] === null ? "geen jaar" : String(t.was[i])), w.besloten === null ? null : feit("Besloten", String(w.besloten)), feit("Kan beginnen", w.eerste + (w.laatste > w.eerste ? " tot en met " + w.laatste : ""))),
      ...t.stad.kansen.map((k, n) => (k.werken.includes(i) ? el("details", { class: "letop" }, el("summary", {}, t.zegKans(n)), k.zin) : null)).filter(Boolean));
  }
  function knoppenWatAls() {
    const actief = document.activeElement && document.activeElement.id;
    const vink = (list, key, text, n) => el("label", { class: "vink" }, el("input", { type: "checkbox", id: t.id(list + n), checked: !t.vraag[list].includes(key),
      onchange: () => verander((v) => { v[list] = v[list].includes(key) ? v[list].filter((x) => x !== key) : [...v[list], key]; }) }), " " + text);
    const schuif = (p, n) => {
      const naam = p.naam, out = el("output", {}, (t.vraag.budget[naam] ?? 100) + " %");
      const input = el("input", { type: "range", min: 0, max: 150, step: 5, value: t.vraag.budget[naam] ?? 100, oninput: () => { out.textContent = input.value + " %"; },
        onchange: () => verander((v) => { if (Number(input.value) === 100) delete v.budget[naam]; else v.budget[naam] = Number(input.value); }, naam) });
      return el("div", {}, veld(naam, input, t.id("budget" + n)), out);
    };
    const open = t.stad.partners.map((p, n) => [p, n]).filter(([p]) => p.open);
    watals.replaceChildren(
      el("fieldset", { class: "rond" }, el("legend", {}, "Wie doet mee"), ...t.stad.partners.map((p, n) => vink("zonder", p.naam, p.naam, n))),
      el("fieldset", { class: "rond" }, el("legend", {}, "Welke subsidies komen er"), ...t.stad.subsidies.map((x, n) => vink("afgewezen", x.id, x.naam, n))),
      el("h3", {}, "Ander budget"), open.length ? el("div", { class: "schuiven" }, ...open.map(([p, n]) => schuif(p, n))) : "",
      open.length < t.stad.partners.length ? el("p", { class: "klein" }, "Een partner die haar budget alleen geeft om mee te rekenen, staat hier niet. Vindt zij het aan deze tafel goed, start dan met --samen en haar naam.") : "");
    if (actief && document.getElementById(actief)) document.getElementById(actief).focus();
  }

  // ---- variants -------------------------------------------------------------------------------
  const naam = el("input", { type: "text", maxlength: 60 }), bewaard = el("div", { class: "knoppen" }), uitslagVariant = el("p", { role: "status" });
  async function bewaar(name, asked) {
    const answer = await vraag("bewaar", { naam: name, vraag: asked });
    uitslagVariant.textContent = answer.goed ? (asked ? "Bewaard: " : "Weggehaald: ") + name + "." : answer.tekst;
    if (!answer.goed) return;
    naam.value = "";
    toonVarianten(answer.varianten);
    if (!naast.hidden && naast.firstChild) vergelijk();
  }
  function toonVarianten(list) {
    bewaard.replaceChildren(...list.map((one) => el("span", { class: "variant" },
      knop("Open " + one.naam, () => verander((v) => Object.assign(v, leeg(), kopie(one.vraag)))),
      knop("Haal weg", () => bewaar(one.naam, null), { "aria-label": "Haal variant " + one.naam + " weg" }))));
  }
  async function vergelijk() {
    naast.textContent = "De varianten worden berekend …";
    const answer = await vraag("vergelijk", { vraag: t.vraag });
    if (answer.goed) naast.innerHTML = answer.html;
    else naast.textContent = answer.tekst;
  }
  const varianten = el("div", {}, el("form", { class: "knoppen", onsubmit: (event) => { event.preventDefault(); bewaar(naam.value, kopie(t.vraag)); } },
    veld("Naam van de variant die op tafel ligt", naam, t.id("naam")), el("button", { type: "submit" }, "Bewaar")), uitslagVariant, bewaard, knop("Zet de varianten naast elkaar", vergelijk), naast);

  // ---- decisions ------------------------------------------------------------------------------
  const over = el("select", { onchange: () => { keuzeOver = over.value; fasen(); } }), fase = el("select"), rollen = el("datalist", { id: t.id("rollen") }), wie = el("input", { type: "text", maxlength: 200, list: t.id("rollen") });
  const tekst = el("textarea", { rows: 3, maxlength: 1000 }), nagekeken = el("input", { type: "checkbox", id: t.id("nagekeken") });
  const uitslag = el("p", { role: "status", class: "uitslag" });
  let keuzeOver = "";
  function formulier() {
    const gezet = Object.keys(t.vraag.jaren).map((plan) => t.stad.werken.find((w) => w.plan === plan)).filter(Boolean);
    const list = [["", "kies waarover u besluit"], ...(gezet.length > 1 ? [["alles", "Alle gezette jaren (" + gezet.length + ")"]] : []),
      ...gezet.map((w) => ["plan:" + w.plan, w.titel + " begint in " + t.vraag.jaren[w.plan]]),
      ...t.stad.werken.filter((w) => w.besloten !== null).map((w) => ["los:" + w.plan, "Laat los: " + w.titel + " begint in " + w.besloten]),
      ...t.stad.kansen.filter((k) => k.kan.length).map((k) => ["kans:" + k.kans, "Koppelkans (" + k.fase + "): " + k.werken.map((i) => t.stad.werken[i].titel).join(", ")])];
    opties(over, list, list.some(([v]) => v === keuzeOver) ? keuzeOver : "");
    keuzeOver = over.value;
    fasen();
  }
  function fasen() {
    const k = t.stad.kansen.find((one) => "kans:" + one.kans === over.value);
    opties(fase, (k ? k.kan : ["afspraak"]).map((f) => [f, f]), fase.value);
    fase.parentNode.hidden = !k;
  }
  async function besluit(event) {
    event.preventDefault();
    const samen = { wie: wie.value, besluit: tekst.value, nagekeken: nagekeken.checked, fase: fase.value };
    const plannen = over.value === "alles" ? Object.keys(t.vraag.jaren) : over.value.startsWith("plan:") ? [over.value.slice(5)] : [];
    const besluiten = plannen.map((plan) => ({ ...samen, kans: plan, jaar: t.vraag.jaren[plan] }));
    if (over.value.startsWith("los:")) besluiten.push({ ...samen, kans: over.value.slice(4), fase: "kans", jaar: t.stad.werken.find((w) => w.plan === over.value.slice(4)).besloten });
    if (over.value.startsWith("kans:")) besluiten.push({ ...samen, kans: over.value.slice(5) });
    uitslag.className = "uitslag";
    uitslag.textContent = "Het besluit wordt vastgelegd, en het programma opnieuw gemaakt …";
    const answer = await vraag("besluit", { besluiten });
    uitslag.className = "uitslag " + (answer.goed ? "goed" : "slecht");
    uitslag.textContent = answer.tekst;
    if (!answer.stad) return;
    plannen.forEach((plan) => { delete t.vraag.jaren[plan]; });
    tekst.value = "";
    nagekeken.checked = false;
    terug.length = 0;
    begin(answer);
    if (Object.keys(t.vraag.jaren).length || t.vraag.weg.length || t.vraag.zonder.length || t.vraag.afgewezen.length || Object.keys(t.vraag.budget).length) stuur();
  }
  const besluiten = el("div", {}, el("form", { novalidate: true, onsubmit: besluit }, veld("Waarover", over, t.id("over")), veld("Nieuwe fase", fase, t.id("fase")),
    veld("Wie besluit (rol of overleg, geen naam)", wie, t.id("wie")), rollen, veld("Besluit en reden", tekst, t.id("tekst")),
    el("label", { class: "vink", for: t.id("nagekeken") }, nagekeken, " Ik heb het nagekeken: er staat niets in dat naar een persoon verwijst."),
    el("div", { class: "knoppen" }, el("button", { type: "submit", class: "hoofd" }, "Leg het besluit vast")), uitslag), besloten);

  // ---- the page -------------------------------------------------------------------------------
  const onderwerpen = tabbladen(t.id, [["verschil", "Verschil", verschil], ["watals", "Wat als", watals], ["varianten", "Varianten", varianten],
    ["knelt", "Wat knelt", knelt], ["geld", "Geld en mensen", geld], ["besluiten", "Besluiten", besluiten], ["levering", "Levering", levering]]);
  const vlak = el("div", { class: "tafelvlak", hidden: true }, tijdlijn.vak, el("div", { class: "rechts" }, kaartje, onderwerpen), kaart.vak);
  const raam = el("div", { class: "raam", "data-lm-suppress-shortcuts": "true", "aria-busy": "true" },
    el("header", {}, titel, fictief, versie, themaKnop(wortel), melding), el("div", { class: "zinbalk" }, hoofdzin, el("div", { class: "knoppen" }, ongedaan, opnieuw)), live, vlak);
  wortel.classList.add("sia-thema", "sia-sessie", "sia-tafel");
  wortel.replaceChildren(raam);
  titel.textContent = "Agendatafel";

  function begin(answer) {
    t.stad = answer.stad;
    t.antwoord = t.antwoordLeeg = answer.antwoord;
    t.was = answer.antwoord.start;
    besloten.innerHTML = answer.besluiten;
    levering.innerHTML = answer.levering;
    titel.textContent = "Agendatafel " + t.stad.gemeente + " " + t.stad.jaar;
    fictief.textContent = t.stad.fictief;
    fictief.hidden = !t.stad.fictief;
    versie.textContent = t.stad.versie;
    raam.style.setProperty("--kleur", t.stad.kleur);
    rollen.replaceChildren(...t.stad.rollen.map((value) => el("option", { value })));
    kaart.legenda.replaceChildren(...t.stad.partners.map((p, n) => el("li", {}, t.blokje(n), p.naam)));
    vlak.hidden = false;
    raam.setAttribute("aria-busy", "false");
    toonVarianten(answer.varianten);
    kaart.bouw();
    tijdlijn.bouw();
    toon();
  }
  vraag("open", {}).then((answer) => {
    if (answer.goed) begin(answer);
    else { fout(answer.tekst); hoofdzin.textContent = ""; }
  });
  return () => { clearTimeout(klok); sluit(); };
}

export default { render };
