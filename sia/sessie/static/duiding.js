/* The form and the list: what was said, by which role, about which figures. */
function maakDuiding(s) {
  const o = s.model.get("opties");
  const kies = (list, text) => el("select", {}, ...[["", text], ...list.map((v) => [v, v])].map(([v, t]) => new Option(t, v)));
  const f = {
    gebied: el("select"), uitspraak: el("textarea", { rows: 3, maxlength: 4000 }), rol: kies(o.rollen, "kies een rol"),
    effect: null, soort: null, aanpak: kies(o.aanpakken, "kies een aanpak"),
    reden: el("textarea", { rows: 2, maxlength: 2000 }), sessie: el("input", { type: "text", maxlength: 80 })
  };
  const rond = (name, legend, list) => {
    const set = el("fieldset", { class: "rond" }, el("legend", {}, legend), ...list.map((v) => el("label", {},
      el("input", { type: "radio", name: s.id(name), value: v, onchange: bewaarConcept }), " " + v)));
    set.lees = () => (set.querySelector("input:checked") || { value: "" }).value;
    set.zet = (v) => set.querySelectorAll("input").forEach((input) => { input.checked = input.value === v; });
    return set;
  };
  f.soort = rond("soort", "Hoe verhoudt dit zich tot de cijfers?", o.soorten);
  f.effect = rond("effect", "Wat betekent dit voor het voorstel?", o.effecten);
  const band = el("p", { class: "band", hidden: true });
  const versie = el("p", { class: "klein" });
  const waarschuwing = el("div", { class: "waarschuwing", role: "alert" });
  const nagekeken = el("input", { type: "checkbox", id: s.id("nagekeken") });
  const vink = el("label", { class: "vink", for: s.id("nagekeken") }, nagekeken,
    " Dit komt in het openbare rapport. Ik heb het nagekeken: er staat niets in dat naar een persoon verwijst.");
  const uitslag = el("p", { role: "status", class: "uitslag" });
  const knop = el("button", { type: "submit", class: "hoofd" }, "Bevestigen en opslaan");
  const vervang = el("div", { class: "vervang" }, veld("Aanpak die moet gelden", f.aanpak, s.id("aanpak")));
  const form = el("form", { novalidate: true, onsubmit: verstuur }, band,
    veld("Over welk gebied?", f.gebied, s.id("gebied")), veld("Wat is er gezegd?", f.uitspraak, s.id("uitspraak")),
    veld("Rol van de spreker (geen naam)", f.rol, s.id("rol")), f.soort, f.effect, vervang,
    veld("Reden", f.reden, s.id("reden")), veld("Sessie (naam of datum)", f.sessie, s.id("sessie")),
    versie, vink,
    // what comes and goes stands under the button, so that it never moves away under the mouse
    el("div", { class: "knoppen" }, knop), uitslag, waarschuwing);
  const lijst = el("div", { class: "duidingen" });
  const bestand = el("input", { type: "file", accept: ".csv,text/csv", onchange: voerIn });
  const archief = el("p", { role: "status", class: "uitslag" }), logboek = el("div", { class: "logboek" });
  const vak = el("div", {}, el("h3", {}, "Vastleggen"), form, el("h3", {}, "Wat er over deze buurt is vastgelegd"), lijst,
    el("h3", {}, "Archief"), el("p", {}, "Een uitvoer bevat alle duidingen van alle jaren. Bewaar haar na elke sessie."),
    el("div", { class: "knoppen" }, el("button", { type: "button", onclick: voerUit }, "Uitvoeren als CSV"),
      veld("Invoeren uit een uitvoer van een ander", bestand, s.id("bestand"))), archief, logboek);
  let concept = {}, van = "", bezig = false;

  function kenmerk() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  }
  const leeg = () => ({ id: kenmerk(), gebied: s.gekozen(), effect: "geen", sessie: s.onthoud("sessie") || vandaag(), rol: s.onthoud("rol") || "" });
  const vandaag = () => new Date().toLocaleDateString("nl-NL");

  function bouw() {
    van = s.gekozen();
    const places = s.model.get("gebieden");
    opties(f.gebied, places.map((one) => [one.code, one.naam + (one.code === van ? " (hele buurt)" : " (deel-buurt)")]), "");
    toonConcept(s.onthoud("concept:" + van) || leeg());
    uitslag.textContent = "";
    uitslag.className = "uitslag";
    teken();
  }
  function toonConcept(fields) {
    concept = { ...fields };
    f.gebied.value = concept.gebied || van;
    for (const name of ["uitspraak", "rol", "aanpak", "reden", "sessie"]) f[name].value = concept[name] || "";
    f.soort.zet(concept.soort || "");
    f.effect.zet(concept.effect || "geen");
    const what = concept.corrigeert ? (concept.neemtOver ? "U neemt duiding " : "U verbetert duiding ") + concept.nummer + (concept.neemtOver ? " over." : ". De oude blijft bewaard.")
      : concept.vervolgt ? "Antwoord op duiding " + concept.nummer + " uit " + concept.uitJaar + ": " + concept.geldt + "." : "";
    band.replaceChildren(what + " ", what ? el("button", { type: "button", onclick: () => { vergeet(); toonConcept(leeg()); } }, "Toch niet") : "");
    band.hidden = !what;
    f.gebied.disabled = Boolean(what);
    meldWaarschuwing([]);
    nagekeken.checked = false;
    bijwerken();
  }
  function velden() {
    const read = (name) => (f[name].lees ? f[name].lees() : f[name].value);
    return { ...concept, ...Object.fromEntries(Object.keys(f).map((name) => [name, read(name)])) };
  }
  function bewaarConcept() {
    concept = velden();
    s.onthoud("concept:" + van, concept);
    bijwerken();
  }
  function vergeet() { s.onthoud("concept:" + van, null); }
  function bijwerken() {
    const effect = f.effect.lees();
    vervang.hidden = !(effect === "bijgesteld" || effect === "overruled");
    if (vervang.hidden) f.aanpak.value = "";
    const place = s.model.get("gebieden").find((one) => one.code === f.gebied.value);
    versie.textContent = "Dit oordeel gaat over de cijfers van " + s.stad().jaar + ", versie " + (place ? place.versie : LEEG) + ".";
  }
  form.addEventListener("input", bewaarConcept);
  form.addEventListener("input", (event) => event.target.closest(".veld, .rond") && zegFout(event.target.closest(".rond") || event.target, ""));
  for (const name of ["uitspraak", "reden", "sessie"]) f[name].addEventListener("change", async () => {
    const answer = await s.vraag("nakijken", { velden: velden() });
    meldWaarschuwing(answer.waarschuwingen || []);
  });
  function meldWaarschuwing(list) {
    waarschuwing.replaceChildren(...list.map((text) => el("p", {}, "Let op. " + text)));
  }
  async function verstuur(event) {
    event.preventDefault();
    if (bezig) return;
    bezig = true;
    bewaarConcept();
    const mine = van, fields = velden();
    zeg(uitslag, "Bezig met opslaan …", "");
    const answer = await s.vraag("bewaar", { velden: fields, nagekeken: nagekeken.checked });
    bezig = false;
    if (answer.goed) {
      s.onthoud("concept:" + mine, null);
      s.onthoud("rol", fields.rol);
      s.onthoud("sessie", fields.sessie);
      if (mine === van) toonConcept(leeg());
    } else {
      meldWaarschuwing(answer.waarschuwingen || []);
      const wrong = answer.velden || {}, order = Object.keys(f).filter((name) => wrong[name]);
      for (const name in f) zegFout(f[name], wrong[name]);
      (order.length ? form.querySelector("[aria-invalid]") : nagekeken).focus();
    }
    zeg(uitslag, answer.tekst, answer.goed ? "goed" : "slecht");
  }
  function zeg(where, text, kind) {
    where.className = "uitslag " + kind;
    where.textContent = text;
  }
  function begin(fields, focus) {
    toonConcept({ ...leeg(), ...fields });
    bewaarConcept();
    focus.scrollIntoView({ block: "center" });
    focus.focus();
  }
  function neem(row, extra) {
    const same = ["gebied", "uitspraak", "soort", "effect", "reden", "aanpak"];
    return { ...Object.fromEntries(same.map((name) => [name, row[name]])), nummer: row.nummer, uitJaar: row.jaar, ...extra };
  }
  function teken() {
    const rows = s.model.get("duidingen");
    lijst.replaceChildren(...(rows.length ? rows.map(kaartje) : [el("p", {}, "Nog niets.")]));
    const [kop, ...mis] = s.model.get("logboek");
    logboek.replaceChildren(el("p", { class: "klein" }, kop || ""), ...mis.map((text) => el("p", { class: "letop" }, text)));
  }
  function kaartje(row) {
    const facts = [row.soort, row.effect === "geen" ? "" : "aanpak " + row.effect + (row.aanpak ? ": " + row.aanpak : "")];
    const links = [row.verbetert ? "verbetert duiding " + row.verbetert : "", row.antwoord_op ? "antwoord op duiding " + row.antwoord_op + ": " + row.geldt : ""];
    const about = [row.moment, row.sessie && "sessie " + row.sessie, "cijfers van " + row.jaar + ", versie " + row.cijferversie];
    const knoppen = el("div", { class: "knoppen" });
    if (row.vraag) {
      knoppen.append(el("p", { class: "vraag" }, "Deze duiding is uit " + row.jaar + ". Geldt zij nog?"),
        el("button", { type: "button", onclick: () => begin(neem(row, { vervolgt: row.id, geldt: o.geldt[0], rol: "" }), f.rol) }, "Geldt nog"),
        el("button", { type: "button", onclick: () => begin({ gebied: row.gebied, nummer: row.nummer, uitJaar: row.jaar, vervolgt: row.id, geldt: o.geldt[1], rol: "" }, f.uitspraak) }, "Geldt niet meer"));
    }
    if (row.kan) knoppen.append(el("button", { type: "button", onclick: () =>
      begin(neem(row, { corrigeert: row.id, rol: row.rol, vervolgt: row.vervolgt, geldt: row.geldt, sessie: row.sessie, neemtOver: row.ingevoerd }), f.uitspraak) }, row.ingevoerd ? "Overnemen" : "Verbeteren"));
    return el("article", { class: "kaartje" + (row.vervallen || row.aangetast ? " vervallen" : ""), "data-nummer": row.nummer },
      el("h4", {}, "Duiding " + row.nummer + " · " + row.plek),
      el("blockquote", {}, row.uitspraak),
      el("p", {}, [row.rol, ...facts, ...links].filter(Boolean).join("; ") + "."),
      row.reden ? el("p", {}, "Reden: " + row.reden) : "",
      row.let_op ? el("p", { class: "letop" }, row.let_op) : "",
      el("p", { class: "klein" }, about.filter(Boolean).join("; ") + "."), knoppen);
  }
  async function voerUit() {
    const answer = await s.vraag("uitvoer", {});
    zeg(archief, answer.tekst, answer.goed ? "goed" : "slecht");
    if (!answer.goed) return;
    Sia.bewaar(new Blob([answer.inhoud], { type: "text/csv" }), answer.naam);
  }
  async function voerIn() {
    const file = bestand.files[0];
    if (!file) return;
    const answer = await s.vraag("invoer", { naam: file.name }, [await file.arrayBuffer()]);
    zeg(archief, answer.tekst, answer.goed ? "goed" : "slecht");
    bestand.value = "";
  }
  return { vak, bouw, teken, isVan: () => van, bijwerken };
}
