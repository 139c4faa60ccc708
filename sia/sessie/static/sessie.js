/* The page: choices on top, map and order on the left, one subject at a time, the table on the right. */
let teller = 0;

function render({ model, el: wortel }) {
  const prefix = "sia" + (teller += 1) + "-";
  const opslag = "sia-sessie:" + model.get("gemeente") + ":" + model.get("jaar") + ":";
  let klok = 0;
  const melding = el("p", { role: "alert", class: "fout" });
  const s = {
    model, id: (name) => prefix + name, stad: () => model.get("stad"), gekozen: () => model.get("gekozen"),
    /* Kept in this tab only, until it is closed: so that a reload loses nothing that was typed. */
    onthoud(name, value) {
      const key = opslag + (name.startsWith("concept") ? model.get("gemeente") + model.get("jaar") : "") + name;
      if (value === undefined) return JSON.parse(sessionStorage.getItem(key));
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(value));
      return value;
    },
    kies(code) {
      if (code === model.get("gekozen")) return;
      if (code === model.get("ander")) model.set("ander", model.get("gekozen"));
      model.set("gekozen", code);
      stuur();
    },
    stuur: () => stuur(),
    wacht() {
      clearTimeout(klok);
      klok = setTimeout(() => verbroken(), 15000);
    }
  };
  function verbroken() {
    melding.textContent = "Het programma geeft geen antwoord. Laad de pagina opnieuw (F5). Wat bevestigd is, staat vast; wat u typte, blijft in dit venster bewaard.";
  }
  function stuur() {
    s.onthoud("keuze", { gemeente: model.get("gemeente"), jaar: model.get("jaar"), gekozen: model.get("gekozen"), ander: model.get("ander"), gewichten: model.get("gewichten") });
    try {
      model.save_changes();
    } catch (error) {
      verbroken();
    }
    s.wacht();
  }
  const vrager = maakVrager(model, {
    // who confirms waits for a word; taking the record along may wait for a kernel that draws
    wacht: (soort) => (soort === "bewaar" ? 6000 : 30000),
    stil() {
      verbroken();
      return "Geen antwoord: NIET bevestigd. Laad de pagina opnieuw en bevestig nog eens; wat u typte blijft staan, en dubbel opslaan kan niet.";
    }
  });
  s.vraag = vrager.vraag;

  const keuzeGemeente = el("select", { onchange: () => wissel(keuzeGemeente.value, model.get("jaar")) });
  const keuzeJaar = el("select", { onchange: () => wissel(model.get("gemeente"), Number(keuzeJaar.value)) });
  const keuzeBuurt = el("select", { onchange: () => s.kies(keuzeBuurt.value) });
  const keuzeAnder = el("select", { onchange: () => { model.set("ander", keuzeAnder.value); stuur(); } });
  const titel = el("h1");
  const fictief = el("p", { class: "fictief" }), methode = el("p", { class: "klein methode" });
  const delen = [maakKaart(s), maakRangorde(s), maakTabel(s), maakGewichten(s)];
  const [kaart, rangorde, tabel, gewichten] = delen;
  const duiding = maakDuiding(s);
  const buurten = el("div", { class: "buurten" });
  const land = el("p", { class: "klein" });
  const verschil = el("div", { class: "tabel verschil" }), verkenner = el("div", { class: "verkenner" });
  const tabs = tabbladen(s.id, [["buurt", "De buurt", el("div", {}, verschil, buurten, land)], ["gewichten", "Gewichten", gewichten.vak], ["duiding", "Duiding", duiding.vak], ["verkenner", "Verkenner", verkenner]], {
    begin: s.onthoud("tab") || 0,
    getoond(n, vak) {
      s.onthoud("tab", n);
      wortel.classList.toggle("breed", vak.contains(verkenner));
      if (vak.contains(verkenner)) verken();
    }
  });

  function wissel(gemeente, jaar) {
    const years = model.get("keuzes").find((one) => one.code === gemeente).jaren;
    model.set("gemeente", gemeente);
    model.set("jaar", years.includes(jaar) ? jaar : years[0]);
    stuur();
  }
  /* The explorer is a widget of its own; Python makes it when the tab is opened. */
  async function verken() {
    const id = model.get("verkenner");
    if (verkenner.dataset.van === (id || "gevraagd")) return;
    verkenner.dataset.van = id || "gevraagd";
    verkenner.replaceChildren(el("p", { role: "status" }, "Even geduld …"));
    if (!id) {
      const answer = await s.vraag("verken", {});
      if (!answer.goed) verkenner.replaceChildren(el("p", { role: "status" }, answer.tekst));
      return;
    }
    const manager = model.widget_manager, child = await manager.get_model(id.slice("IPY_MODEL_".length));
    verkenner.replaceChildren((await manager.create_view(child)).el);
  }
  function keuzes() {
    opties(keuzeGemeente, model.get("keuzes").map((one) => [one.code, one.naam]), model.get("gemeente"));
    const own = model.get("keuzes").find((one) => one.code === model.get("gemeente"));
    opties(keuzeJaar, own.jaren.map((year) => [year, year]), model.get("jaar"));
    if (!er()) return;
    const stad = s.stad(), list = stad.codes.map((code, i) => [code, stad.namen[i]]);
    opties(keuzeBuurt, list, model.get("gekozen"));
    naast();
  }
  function naast() {
    const stad = s.stad(), list = stad.codes.map((code, i) => [code, stad.namen[i]]);
    keuzeBuurt.value = model.get("gekozen");
    opties(keuzeAnder, [["", "geen"], ...list.filter(([code]) => code !== model.get("gekozen"))], model.get("ander"));
  }
  function panelen() {
    verschil.innerHTML = model.get("verschil");
    const html = model.get("panelen"), wanted = [model.get("gekozen"), model.get("ander")].filter(Boolean);
    buurten.classList.toggle("naast", wanted.length > 1);
    buurten.setAttribute("aria-busy", wanted.every((code) => html[code]) ? "false" : "true");
    buurten.replaceChildren(...wanted.map((code) => {
      const one = el("article", { class: "buurtvak", "data-code": code });
      if (html[code]) one.innerHTML = html[code];
      else one.textContent = "Even geduld …";
      const heading = one.querySelector("h3");
      if (heading) heading.after(oordeel(code));
      return one;
    }));
  }
  /* What was said stands with the figures, also where the room is not looking at the record. */
  function oordeel(code) {
    const mark = model.get("oordelen")[code], last = code === s.gekozen() && model.get("duidingen").find((row) => !row.vervallen);
    const words = last ? " Het laatst gezegd (" + last.rol + ", " + last.jaar + "): “" + last.uitspraak + "”" : "";
    return el("p", { class: "oordeel" }, mark ? "Duiding: " + mark + (mark.endsWith("?") ? "" : ".") + words : "Nog geen duiding.");
  }
  const er = () => Boolean(s.stad().codes);
  function alles() {
    const stad = s.stad();
    melding.textContent = model.get("fout");
    vlak.hidden = !er();
    keuzes();
    titel.textContent = "Duidingssessie";
    if (!er()) return;
    titel.textContent = "Duidingssessie " + stad.gemeente + " " + stad.jaar;
    fictief.textContent = stad.fictief;
    fictief.hidden = !stad.fictief;
    methode.textContent = "Methode " + stad.methode;
    land.textContent = stad.land;
    raam.style.setProperty("--kleur", stad.kleur);
    delen.forEach((deel) => deel.bouw());
    gewichten.teken();
    panelen();
    duiding.bouw();
  }
  const vlak = el("div", { class: "vlak" }, el("div", { class: "links" }, kaart.vak, rangorde.vak), tabs, tabel.vak);
  /* JupyterLab has keys of its own (Enter, arrows) for what lies in a notebook. */
  const raam = el("div", { class: "raam", "data-lm-suppress-shortcuts": "true" },
    el("header", {}, titel, fictief, methode, themaKnop(wortel), el("div", { class: "keuzes" },
      veld("Gemeente", keuzeGemeente, s.id("gemeente")), veld("Jaar", keuzeJaar, s.id("jaar")),
      veld("Buurt", keuzeBuurt, s.id("buurt")), veld("Vergelijk met", keuzeAnder, s.id("ander"))), melding),
    vlak);
  wortel.classList.add("sia-thema", "sia-sessie");
  wortel.replaceChildren(raam);
  alles();

  /* After a reload the page opens where the room was. */
  function herstel() {
    const was = s.onthoud("keuze");
    if (!was) return;
    const known = model.get("keuzes").find((one) => one.code === was.gemeente);
    if (!known || !known.jaren.includes(was.jaar)) return;
    for (const name in was) model.set(name, was[name]);
    stuur();
    gewichten.bouw();
  }
  const reken = () => delen.forEach((deel) => deel.teken());
  const merk = () => { [kaart, rangorde, tabel].forEach((deel) => deel.markeer()); naast(); panelen(); };
  const events = {
    "change:stad": alles, "change:proef": reken, "change:gekozen": merk, "change:ander": merk, "change:panelen": panelen, "change:verschil": panelen, "change:verkenner": () => verkenner.closest("[hidden]") || verken(),
    "change:gebieden": () => (duiding.isVan() === s.gekozen() ? duiding.bijwerken() : duiding.bouw()),
    "change:duidingen": () => { duiding.teken(); panelen(); }, "change:logboek": () => duiding.teken(),
    "change:oordelen": () => { reken(); panelen(); },
    "change:antwoord": () => { clearTimeout(klok); melding.textContent = model.get("fout"); },
    "change:fout": () => { melding.textContent = model.get("fout"); }
  };
  for (const name in events) {
    const act = events[name];
    events[name] = () => { if (er()) act(); else melding.textContent = model.get("fout"); };
    model.on(name, events[name]);
  }
  herstel();
  /* What others say comes in by itself, and a program that is gone is noticed. */
  let kijkt = false;
  const kijker = setInterval(async () => {
    if (kijkt || document.hidden || !er()) return;
    kijkt = true;
    const answer = await s.vraag("kijk", {});
    kijkt = false;
    if (answer.tekst) melding.textContent = answer.tekst;
  }, 1000);
  return () => {
    clearTimeout(klok);
    clearInterval(kijker);
    vrager.sluit();
    for (const name in events) model.off(name, events[name]);
  };
}

export default { render };
