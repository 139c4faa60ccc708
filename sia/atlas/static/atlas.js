"use strict";
(() => {
/* ---- small things ---- */
const X = JSON.parse(document.getElementById("gegevens").textContent);
const $ = (id) => document.getElementById(id), R = document.documentElement;
const { zet, h, sv, f, kaal, bewaar, png: alsPng, donker, themaKnop, orden, sorteerbaar } = Sia;
const vul = (id, ...k) => $(id).replaceChildren(...k.flat().filter((x) => x != null && x !== false));
const fp = (v, d = 1) => (v > 0 ? "+" : "") + f(v, d);
const TEL = ["geen", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf", "dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien", "twintig"];
const tw = (n) => TEL[n] || f(n);
const Hf = (s) => (s.startsWith("één") ? "E" : s.charAt(0).toUpperCase()) + s.slice(1);
const en = (a) => (a.length < 2 ? a : a.flatMap((x, i) => (i ? [i === a.length - 1 ? " en " : ", ", x] : [x])));
const buurten = (n) => `${tw(n)} ${n === 1 ? "buurt" : "buurten"}`;
const midden = (a) => { const s = a.filter((v) => v != null).sort((x, y) => x - y), n = s.length; return n ? (s[(n - 1) >> 1] + s[n >> 1]) / 2 : null; };
const geld = (v) => (v >= 1e6 ? `€\u00a0${f(v / 1e6, v < 1e7 ? 1 : 0)}\u00a0miljoen` : `€\u00a0${f(v)}`);
const kleur = (t) => ({ "--f": `var(--${t})`, "--o": `var(--${t}-op)` });
let meldt;
const meld = (t) => { $("meld").textContent = t; clearTimeout(meldt); meldt = setTimeout(() => ($("meld").textContent = ""), 3500); };

/* ---- the buurten, the years and the order ---- */
const B = X.buurten, NR = new Map(B.map((b, i) => [b.c, i])), D = Object.keys(X.domeinen);
const S = (jaar = X.jaar) => X.scores[jaar];
const orde = (jaar) => B.map((_, i) => i).filter((i) => S(jaar).r[i] != null).sort((i, j) => S(jaar).r[i] - S(jaar).r[j] || (B[i].n < B[j].n ? -1 : 1));
const G = orde(X.jaar), N = G.length, KWART = Math.ceil(N / 4);
const WOORD = ["zeker", "waarschijnlijk", "misschien", "waarschijnlijk niet", "zeker niet"];
const woord = (i, jaar = X.jaar) => {
  const k = S(jaar).k[i], vast = Math.min(Math.max(k, 1 - k), S(jaar).ks[i] ?? 1) >= 0.95;
  return k == null ? "" : WOORD[k >= 0.8 ? (vast ? 0 : 1) : k > 0.2 ? 2 : vast ? 4 : 3];
};
const metWoord = (w, jaar = X.jaar) => orde(jaar).filter((i) => woord(i, jaar) === w);
const marges = (jaar) => orde(jaar).some((i) => S(jaar).lo[i] != null);
const plaats = (i, jaar = X.jaar) => { const s = S(jaar); return s.r[i] == null ? "" : `plaats ${s.r[i]}` + (s.lo[i] == null ? "" : `, met marge ${s.lo[i]}–${s.hi[i]}`); };
const reden = (b) => (b.water ? "Water." : b.reden ? `Niet gerangschikt: ${b.reden}.`.replace("..", ".") : "Niet gerangschikt.");
const zonderKwart = orde().length < 4 && !orde().some((i) => S().k[i]);
const zeker = metWoord("zeker"), waar = metWoord("waarschijnlijk"), eerst = orde().filter((i) => zeker.includes(i) || waar.includes(i));
const AANPAK = [["integrale gebiedsaanpak", "Integrale aanpak"], ["gerichte koppelkansen", "Koppelkansen"], ["deel-buurtaanpak", "Deel van de buurt"], ["volgen", "Volgen"], ["basis", "Gewoon beheer"]];
const aanpakNr = (b) => AANPAK.findIndex(([k]) => b.aanpak.toLowerCase().startsWith(k)) + 1;
const aanpakNaam = (b) => (AANPAK[aanpakNr(b) - 1] || ["", b.aanpak])[1];
const TYPEN = new Map([...B].filter((b) => b.type).map((b) => b.type).sort((a, b) => a[0] - b[0]));
const typeKleur = (n) => "type-" + (((n - 1) % 8) + 1);
const OORDEEL = [["daalt", "daalt meer dan de ruis"], ["binnen de ruis", "binnen de ruis"], ["stijgt", "stijgt meer dan de ruis"]];

/* ---- layers: what the map can show ---- */
const net = (v) => { const m = 10 ** Math.floor(Math.log10(Math.abs(v) || 1) - 1); return Math.round(v / m) * m; };
const grenzen = (w) => {
  const s = w.filter((v) => v != null).sort((a, b) => a - b);
  const g = [0.2, 0.4, 0.6, 0.8].map((q) => +net(s[Math.floor(q * (s.length - 1))]).toPrecision(6));
  return [...new Set(g)].filter((v) => v > s[0]);
};
const LAAG = {};
const getal = (id, n, groep, waarde, x = {}) => { LAAG[id] = { id, n, groep, waarde, dec: 1, eenheid: "", ramp: "urg", jaren: X.jaren, kop: `${n} (0–100)`, ...x }; };
if (N) getal("urgentie", "Urgentie", "Uitkomst", (i, j) => S(j).u[i], { g: [20, 40, 60, 80], kop: "Waar is de urgentie het grootst?" });
if (B.some((_, i) => S().p[i] != null)) getal("potentie", "Potentie", "Uitkomst", (i, j) => S(j).p[i], { g: [20, 40, 60, 80], ramp: "pot", kop: "Waar valt samen het meest te winnen?" });
const soort = (id, n, kop, klasse, tekst, legenda) => { LAAG[id] = { id, n, groep: "Uitkomst", kop, klasse, tekst, legenda, jaren: [X.jaar] }; };
if (X.verandering) soort("verandering", "Verandering", `Wat veranderde er echt sinds ${X.verandering.sinds}?`,
  (i) => { const k = OORDEEL.findIndex(([w]) => w === X.verandering.oordeel[i]); return k < 0 ? null : [`ver-${k + 1}`, "▼=▲"[k]]; },
  (i) => { const v = X.verandering; return v.echt[i] == null ? v.oordeel[i] || "geen cijfer" : `${v.oordeel[i]}: ${fp(v.echt[i])} punt (${fp(v.laag[i])} tot ${fp(v.hoog[i])})`; },
  OORDEEL.map(([, t], k) => [`ver-${k + 1}`, "▼=▲"[k], t]));
if (TYPEN.size) soort("type", "Type", "Welke buurten lijken op elkaar?", (i) => B[i].type && [typeKleur(B[i].type[0]), B[i].type[0]], (i) => (B[i].type ? `type ${B[i].type[0]}: ${B[i].type[1]}` : "geen type"),
  [...TYPEN].map(([n, t]) => [typeKleur(n), n, `${n}. ${t}`]));
if (B.some((b) => b.aanpak)) soort("aanpak", "Aanpak", "Wat stellen wij voor?", (i) => (S().r[i] != null && aanpakNr(B[i]) ? ["aanpak-" + aanpakNr(B[i]), "IKDVB"[aanpakNr(B[i]) - 1]] : null), (i) => aanpakNaam(B[i]) || "geen voorstel",
  AANPAK.map(([, t], k) => ["aanpak-" + (k + 1), "IKDVB"[k], t]));
const GEBIED = [...new Set(B.map((b) => b.dia).filter(Boolean))].sort();
if (GEBIED.length) soort("dia", "Voorgesteld DIA-gebied", "Welke buurten horen in het voorstel bij elkaar?", (i) => (B[i].dia ? [typeKleur(GEBIED.indexOf(B[i].dia) + 1), GEBIED.indexOf(B[i].dia) + 1] : null), (i) => B[i].dia || "geen gebied", GEBIED.map((g, k) => [typeKleur(k + 1), k + 1, `${k + 1}. ${g}`]));
for (const d of D) getal(d, X.domeinen[d], "Onderwerpen, 0–100", (i, j) => (S(j).d[d] || [])[i], { g: [20, 40, 60, 80] });
const GROEP = { ...X.domeinen, potentie: "Potentie", context: "Ter toelichting" };
for (const k of X.indicatoren) getal(k.id, k.n, "Cijfers: " + (GROEP[k.d] || k.d), (i, j) => (k.v[j] || [])[i], { dec: k.dec, eenheid: k.e, ramp: k.d === "context" || k.d === "potentie" ? "pot" : "urg", omlaag: k.r < 0, jaren: X.jaren.filter((j) => k.v[j]), kop: `${k.n}, ${k.e}`, bron: k });
for (const L of Object.values(LAAG)) if (!L.klasse) {
  L.g = L.g || grenzen(L.jaren.flatMap((j) => B.map((_, i) => L.waarde(i, j))));
  L.klasse = (i, j) => {
    const v = L.waarde(i, j);
    if (v == null) return null;
    let k = 0; while (k < L.g.length && v >= L.g[k]) k++;
    return trede(L, k);
  };
  L.tekst = (i, j) => { const v = L.waarde(i, j); return v == null ? "geen cijfer" + vlag(L, i) : `${L.bron ? "" : L.n.toLowerCase() + " "}${f(v, L.dec)} ${L.eenheid}`.trim() + (j === X.jaar ? vlag(L, i) : ""); };
  L.legenda = [...L.g, null].map((g, k) => [...trede(L, k), k === 0 ? (L.g.length ? `tot ${f(L.g[0], komma(L))}` : "alle buurten") : g == null ? `vanaf ${f(L.g[k - 1], komma(L))}` : `${f(L.g[k - 1], komma(L))} tot ${f(g, komma(L))}`]);
}
function komma(L) { return Math.max(0, ...L.g.map((v) => Math.min(L.dec, (String(v).split(".")[1] || "").length))); }
function trede(L, k) { const t = L.g.length ? Math.round((k / L.g.length) * 4) + 1 : 3; return [`${L.ramp}-${L.omlaag ? 6 - t : t}`, k + 1]; }
function vlag(L, i) { if (!L.bron) return ""; const w = Object.entries(L.bron.vlag).find(([, a]) => a.includes(i)); return w ? ` (${w[0].replace("ontbreekt: ", "")})` : ""; }
const HOOFD = ["urgentie", "potentie", "verandering", "type", "aanpak"].filter((k) => LAAG[k]);

/* ---- state, in the address ---- */
const EIGEN = () => D.map(() => 1);
const st = { buurt: null, met: null, naar: null, laag: HOOFD[0], jaar: X.jaar, naast: null, naastjaar: X.jaar, gewicht: EIGEN() };
const adres = () => {
  const p = new URLSearchParams();
  if (st.buurt != null) p.set("buurt", B[st.buurt].c);
  if (st.met != null || st.naar) p.set("met", st.naar || B[st.met].c);
  if (st.laag !== HOOFD[0]) p.set("laag", st.laag);
  if (st.jaar !== X.jaar) p.set("jaar", st.jaar);
  if (st.naast) { p.set("naast", st.naast); if (st.naastjaar !== X.jaar) p.set("naastjaar", st.naastjaar); }
  if (st.gewicht.some((v) => v !== 1)) p.set("gewicht", st.gewicht.join("_"));
  return p.size ? "#" + p : "#";
};
let lezend = false;
function onthoud(nieuw = true) {
  if (lezend || adres() === (location.hash || "#")) return;
  history[nieuw ? "pushState" : "replaceState"](null, "", adres());
}
function lees() {
  if (location.hash.length > 1 && !location.hash.includes("=")) return;
  const q = new URLSearchParams(location.hash.slice(1));
  lezend = true;
  const nr = (k) => NR.get(q.get(k)) ?? null, laag = (k, d) => (Object.hasOwn(LAAG, q.get(k)) ? q.get(k) : d);
  const jaar = (k) => (X.jaren.includes(+q.get(k)) ? +q.get(k) : X.jaar);
  const w = (q.get("gewicht") || "").split("_").map(Number);
  Object.assign(st, { laag: laag("laag", HOOFD[0]), jaar: jaar("jaar"), naast: laag("naast", null), naastjaar: jaar("naastjaar"), met: nr("met"), naar: Object.hasOwn(X.anderen, q.get("met")) ? q.get("met") : null });
  st.gewicht = w.length === D.length && w.every((v) => v >= 0 && v <= 3) && w.some((v) => v) ? w : EIGEN();
  lagen(); ranglijst(); weeg(); kies(nr("buurt"), { stil: true });
  lezend = false;
}

/* ---- headline and four answers ---- */
const knop = (i) => h("button", { type: "button", class: "l", onclick: () => kies(i) }, B[i].n);
function vragen() {
  const inw = (l) => l.reduce((s, i) => s + (B[i].inw || 0), 0), al = inw(B.map((_, i) => i));
  const deel = al && eerst.length ? ` Daar woont ${f((inw(eerst) / al) * 100)}\u00a0% van de inwoners${planDeel()}.` : "";
  vul("kop", !N ? "Er is geen rangorde van de buurten." : zonderKwart ? "Te weinig buurten voor een volgorde." : eerst.length ? `${Hf(buurten(eerst.length))} ${eerst.length === 1 ? "gaat" : "gaan"} voor.` : marges(X.jaar) ? "Geen buurt gaat zeker voor." : `${B[G[0]].n} staat bovenaan.`,
    h("em", {}, N && !marges(X.jaar) ? " Hoe zeker dat is, is niet doorgerekend." : N ? deel + perHoofd() : " Er zijn te weinig cijfers. De kaart laat zien wat er wel is."));
  const vraag = (t, g, ...p) => h("div", { class: "vraag" }, h("h2", {}, t), h("p", { class: "g" }, g), ...p);
  const tel = (w) => metWoord(w).length, klein = (t) => h("small", {}, t), al3 = eerst.slice(0, 3);
  const uit = [];
  if (N) uit.push(vraag("Welke buurten eerst?", [String(eerst.length), klein(` van ${N} gerangschikte buurten`)], h("p", {}, ...(al3.length ? ["Bovenaan ", al3.length > 1 ? "staan " : "staat ", ...en(al3.map(knop)), ". De kaart geeft de groep een dikke rand."] : [zonderKwart ? "Bij minder dan vier gerangschikte buurten is er geen meest urgente kwart. " : marges(X.jaar) ? "De marges zijn te breed om er buurten uit te lichten. " : "De marges zijn niet doorgerekend. ", "Kijk naar de volgorde."]))));
  if (N && marges(X.jaar) && !zonderKwart) {
    const ten = eerst.reduce((s, i) => s + 1 - S().k[i], 0);
    uit.push(vraag("Hoe zeker is dat?", [String(zeker.length), klein(" zeker")],
      h("div", { class: "strook", role: "img", "aria-label": WOORD.map((w) => `${tel(w)} ${w}`).join(", ") }, WOORD.map((w, k) => h("i", { style: { flex: tel(w), "--f": `var(--${["urg-5", "urg-4", "urg-3", "urg-2", "lijn"][k]})` } }))),
      h("p", {}, `${tel("waarschijnlijk")} waarschijnlijk, ${tel("misschien")} misschien, ${tel("waarschijnlijk niet") + tel("zeker niet")} waarschijnlijk of zeker niet.`, al3.length ? ` Van de ${eerst.length} genoemde hoort er naar verwachting ${ten < 0.1 ? "minder dan 0,1" : f(ten, 1)} niet bij het meest urgente kwart.` : "")));
  }
  const per = AANPAK.map(([, t], k) => [t, eerst.filter((i) => aanpakNr(B[i]) === k + 1)]).filter(([, l]) => l.length);
  if (per.length) uit.push(vraag("Wat stellen wij voor?", per.slice(0, 2).flatMap(([t, l], k) => [k ? " \u00a0" : "", String(l.length), klein(" " + t.toLowerCase())]),
    h("p", {}, `${per[0][0]} in `, ...en(per[0][1].slice(0, 5).map(knop)), per[0][1].length > 5 ? " en andere" : "", ". ", per[0][1].some((i) => B[i].mits) ? "Dit past mits het corporatiebezit hoog genoeg is; dat is onbekend. " : "", B[per[0][1][0]].waarom.length < 150 ? "" : "Kies een buurt voor de reden.")));
  const plan = plannen(), kas = geldSom(Object.values(X.geld.gebieden));
  if (plan.size || kas.som) {
    const jaren = [...plan.values()].flatMap((p) => [p[2], p[3]]);
    uit.push(vraag("Wat gebeurt er, en wat kost het?", kas.som ? [kas.weg ? klein("ten minste ") : "", "€\u00a0" + f(kas.som / 1e6), klein(` miljoen, ${X.geld.jaren[0]}–${X.geld.jaren.at(-1)}`)] : [String(plan.size), klein(" plannen")],
      h("p", {}, plan.size ? `${plan.size} ${X.editie === "openbaar" ? "openbare plannen" : "plannen"} van ${((n) => n + (n === 1 ? " partner" : " partners"))(new Set([...plan.values()].map((p) => p[1])).size)}, ${Math.min(...jaren)}–${Math.max(...jaren)}. ` : "", h("a", { href: "#geld" }, "Per jaar en gebied"))));
  }
  vul("vragen", uit);
}
function geldSom(rijen) { const c = rijen.flat(); return { som: c.reduce((s, v) => s + (v || 0), 0), weg: c.filter((v) => v == null).length }; }
const plannen = () => new Map(B.flatMap((b) => b.plannen.map((p) => [p.slice(0, 4).join("|"), p])));
function planDeel() { // how many of the plans lie in the buurten that go first
  const alle = plannen().size, daar = new Set(eerst.flatMap((i) => B[i].plannen.map((p) => p.slice(0, 4).join("|")))).size;
  return alle && eerst.length ? ` en ${daar > 1 ? "liggen" : "ligt"} ${daar ? f(daar) : "geen"} van de ${f(alle)} ${X.editie === "openbaar" ? "openbare plannen" : "plannen"}` : "";
}
function perHoofd() { // only where every amount is known: a hidden one may turn it round
  const urg = new Set(eerst.map((i) => B[i].dia)), per = [0, 0], inw = [0, 0];
  for (const [g, rij] of Object.entries(X.geld.gebieden)) {
    const k = urg.has(g) ? 0 : 1;
    if (geldSom([rij]).weg) return "";
    per[k] += geldSom([rij]).som;
    inw[k] += B.filter((b) => b.dia === g).reduce((s, b) => s + (b.inw || 0), 0);
  }
  return inw[0] && inw[1] ? ` In hun gebieden is €\u00a0${f(per[0] / inw[0])} per inwoner gepland, in de andere €\u00a0${f(per[1] / inw[1])}.` : "";
}

/* ---- map ---- */
const ringen = (g) => g.map((r) => { let x = 0, y = 0; const p = []; for (let i = 0; i < r.length; i += 2) p.push([(x += r[i]), (y += r[i + 1])]); return p; });
const lijnen = (rs) => rs.map((r) => "M" + r.map((p) => p.join(" ")).join("L") + "Z").join("");
const RING = B.map((b) => ringen(b.g)), PAD = RING.map(lijnen);
const heel = (() => { // all land, with some room for the line around it
  const p = RING.filter((_, i) => !B[i].water).flat(2);
  if (!p.length) return [0, 0, 100, 60];
  const [x0, y0, x1, y1] = p.reduce((m, q) => [Math.min(m[0], q[0]), Math.min(m[1], q[1]), Math.max(m[2], q[0]), Math.max(m[3], q[1])], [Infinity, Infinity, -Infinity, -Infinity]);
  return [x0 - 20, y0 - 20, x1 - x0 + 40, y1 - y0 + 40];
})();
function rand(leden) { // the lines that a group does not share with itself
  const open = new Map();
  for (const i of leden) for (const r of RING[i]) for (let k = 0; k < r.length; k++) {
    const a = r[k], b = r[(k + 1) % r.length], l = a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? [a, b] : [b, a], s = l.join("|");
    if (open.has(s)) open.delete(s); else open.set(s, l);
  }
  return [...open.values()].map(([a, b]) => `M${a.join(" ")}L${b.join(" ")}`).join("");
}
const EERST = rand(eerst), DEEL = X.deelbuurten.map((d) => lijnen(ringen(d))).join("");
const WIJKEN = [...new Set(B.map((b) => b.w))].map((n) => ({ n, l: B.map((_, i) => i).filter((i) => B[i].w === n && B[i].p && !B[i].water) })).filter((w) => w.l.length);
for (const w of WIJKEN) {
  w.d = rand(w.l);
  const m = [0, 1].map((k) => w.l.reduce((s, i) => s + B[i].p[k], 0) / w.l.length);
  w.p = B[w.l.reduce((a, i) => (Math.hypot(B[i].p[0] - m[0], B[i].p[1] - m[1]) < Math.hypot(B[a].p[0] - m[0], B[a].p[1] - m[1]) ? i : a))].p;
}
const meet = document.createElement("canvas").getContext("2d");
const LETTER = getComputedStyle(document.body).fontFamily, BREED = new Map(); // asking for them again costs a layout of the page
const breed = (t, px) => {
  const k = px + t;
  if (!BREED.has(k)) { meet.font = `600 ${px}px ${LETTER}`; BREED.set(k, meet.measureText(t).width); }
  return BREED.get(k);
};
function stad() { // where people live: farmland around it stays a step of zooming out away
  const p = RING.filter((_, i) => S().r[i] != null).flat(2);
  if (!p.length) return [...heel];
  const lo = [0, 1].map((k) => p.reduce((m, q) => Math.min(m, q[k]), Infinity)), hi = [0, 1].map((k) => p.reduce((m, q) => Math.max(m, q[k]), 0));
  const w = Math.min(heel[2], 1.12 * Math.max(hi[0] - lo[0], ((hi[1] - lo[1]) * heel[2]) / heel[3])), hh = (w * heel[3]) / heel[2];
  return [0, 1].map((k) => Math.max(heel[k], Math.min(heel[k] + heel[k + 2] - [w, hh][k], (lo[k] + hi[k] - [w, hh][k]) / 2))).concat([w, hh]);
}
let vb = stad(), focus = G[0] ?? 0;
const KAARTEN = [];
function maakKaart(nr, laag, jaar) {
  const K = $("kaart" + nr), doek = K.parentNode, T = doek.querySelector(".tip"), gB = sv("g"), gT = sv("g", { "aria-hidden": "true" });
  const lijn = (c) => sv("path", { class: "lijn " + c }), groep = lijn("groep"), deel = lijn("deel"), w0 = lijn("onder"), w1 = lijn("wijs"), k0 = lijn("onder"), k1 = lijn("keus"), k2 = lijn("keus met");
  const P = B.map((b, i) => sv("path", { d: PAD[i], class: "b", "data-i": i, role: "button", tabindex: -1 }));
  gB.append(...P.filter((_, i) => PAD[i]));
  K.append(gB, sv("g", { "aria-hidden": "true" }, WIJKEN.map((w) => sv("path", { class: "lijn wijk", d: w.d })), groep, deel, w0, w1, k0, k2, k1), gT);
  K.setAttribute("aria-label", `Kaart van ${X.gemeente}. Ga met de pijltjes van buurt naar buurt; Enter kiest een buurt.`);
  const zoomd = () => vb[2] < heel[2] - 1;
  function namen() {
    gT.textContent = "";
    const W = K.clientWidth || 600, H = K.clientHeight || 400, s = Math.min(W / vb[2], H / vb[3]), z = stad()[2] / vb[2], px = 13 / s, box = [], L = LAAG[laag()];
    const zet1 = (p, t, cl, x = {}) => {
      const w = breed(t, 13) / s, r = [p[0] - w / 2, p[1] - px * 0.8, p[0] + w / 2, p[1] + px * 0.8];
      if (r[0] < vb[0] || r[2] > vb[0] + vb[2] || r[1] < vb[1] || r[3] > vb[1] + vb[3] || box.some((q) => r[0] < q[2] && r[2] > q[0] && r[1] < q[3] && r[3] > q[1])) return false;
      box.push(r);
      gT.append(sv("text", { x: p[0], y: p[1], class: cl, "font-size": px, style: { "stroke-width": 3.5 / s, ...x } }, t));
      return true;
    };
    for (const i of [st.buurt, st.met]) if (i != null && B[i].p) zet1(B[i].p, B[i].n, "nm");
    if (z < 1.5 && laag() === "urgentie" && jaar() === X.jaar) for (const i of eerst) if (B[i].p && i !== st.buurt && i !== st.met) zet1(B[i].p, String(S().r[i]), "pn", { stroke: "none", fill: `var(--${L.klasse(i, X.jaar)[0]}-op)` });
    if (z >= 1.5) for (const i of [...G, ...B.keys()]) { if (B[i].p && i !== st.buurt && i !== st.met) zet1(B[i].p, B[i].n, "nm", { "font-weight": S().r[i] == null ? 400 : 600 }); }
    else if (W > 400) for (const w of WIJKEN) for (const d of [0, -1.6, 1.6, -3, 3]) if (zet1([w.p[0], w.p[1] + d * px], w.n.replace(/^Wijk \d+ /, ""), "wn")) break;
    for (const i of B.keys()) if (B[i].p) gT.append(sv("text", { x: B[i].p[0], y: B[i].p[1], class: "fc", "font-size": px, style: { "stroke-width": 3 / s } }, String((L.klasse(i, jaar()) || ["", "–"])[1])));
  }
  function verf() {
    const L = LAAG[laag()], j = jaar();
    B.forEach((b, i) => {
      const k = L.klasse(i, j);
      P[i].style.fill = `var(--${k ? k[0] : b.water ? "water" : "geen"})`;
      P[i].setAttribute("aria-label", [b.n, plaats(i, j) || reden(b), L.id === "urgentie" && !plaats(i, j) ? "" : L.tekst(i, j)].filter(Boolean).join(", "));
      P[i].setAttribute("aria-pressed", st.buurt === i);
      P[i].setAttribute("tabindex", i === focus ? 0 : -1);
    });
    const toon = !["type", "dia"].includes(laag()) && eerst.length && j === X.jaar;
    const plekken = DEEL && laag() === "aanpak";
    groep.setAttribute("d", toon ? EERST : ""); deel.setAttribute("d", plekken ? DEEL : "");
    k0.setAttribute("d", st.buurt == null ? "" : PAD[st.buurt]); k1.setAttribute("d", st.buurt == null ? "" : PAD[st.buurt]); k2.setAttribute("d", st.met == null ? "" : PAD[st.met]);
    $("kaartkop" + nr).textContent = `${L.kop}${/[?]$/.test(L.kop) ? " " : ", "}${j}`;
    const leeg = B.some((b, i) => !b.water && !L.klasse(i, j));
    vul("legenda" + nr, L.waarde ? h("div", { class: "trap" }, L.legenda.map(([t, n, tx]) => h("span", {}, h("i", { style: kleur(t) }, String(n)), tx))) : h("div", { class: "soort" }, L.legenda.map(([t, , tx]) => h("span", {}, h("i", { style: kleur(t) }), tx))),
      h("div", { class: "soort los" }, toon ? h("span", {}, h("i", { class: "zeker" }), [zeker.length && "zeker", waar.length && "waarschijnlijk"].filter(Boolean).join(" of ") + " urgent" + (laag() === "urgentie" ? ", met plaats" : "")) : null, plekken ? h("span", {}, h("i", { class: "plek" }), "deel-buurt die afwijkt") : null, leeg ? h("span", {}, h("i", { style: kleur("geen") }), (laag() === "verandering" ? "niet te vergelijken, " : "") + "geen cijfer of geen woonbuurt") : null));
    namen();
  }
  function tip(i, e) {
    if (i == null) { T.hidden = true; return; }
    const b = B[i], L = LAAG[laag()], j = jaar(), r = K.getBoundingClientRect(), s = Math.min(r.width / vb[2], r.height / vb[3]);
    T.replaceChildren(h("b", {}, b.n), Hf(plaats(i, j)) || reden(b), ...(L.id === "urgentie" && !plaats(i, j) ? [] : [h("br"), (L.bron ? L.n + ": " : "") + L.tekst(i, j)]));
    T.hidden = false;
    const x = e ? e.clientX - r.left : r.width / 2 + (b.p[0] - vb[0] - vb[2] / 2) * s, y = e ? e.clientY - r.top : r.height / 2 + (b.p[1] - vb[1] - vb[3] / 2) * s, w = T.offsetWidth / 2;
    T.style.left = Math.min(r.width - w, Math.max(w, x)) + "px"; T.style.top = y + "px"; T.classList.toggle("laag", y < 100);
  }
  const van = (e) => (e.target.dataset && e.target.dataset.i != null ? +e.target.dataset.i : null);
  let sleep = null, knijp = null;
  const vingers = new Map(); // two fingers zoom and move the map; one scrolls the page
  const greep = () => { const [a, b] = [...vingers.values()]; return { d: Math.hypot(a[0] - b[0], a[1] - b[1]), m: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], v: [...vb] }; };
  for (const soort of ["pointerdown", "pointermove"]) K.addEventListener(soort, (e) => {
    if (e.pointerType !== "touch" || (soort === "pointermove" && !vingers.has(e.pointerId))) return;
    vingers.set(e.pointerId, [e.clientX, e.clientY]);
    if (vingers.size !== 2) return;
    if (!knijp) { knijp = greep(); tip(null); return; }
    const nu = greep(), r = K.getBoundingClientRect(), w = Math.min(heel[2], Math.max(heel[2] / 12, (knijp.v[2] * knijp.d) / nu.d));
    const s0 = Math.min(r.width / knijp.v[2], r.height / knijp.v[3]), s1 = (s0 * knijp.v[2]) / w, hh = (w * heel[3]) / heel[2];
    const punt = [0, 1].map((k) => knijp.v[k] + knijp.v[k + 2] / 2 + (knijp.m[k] - (k ? r.top + r.height / 2 : r.left + r.width / 2)) / s0);
    kijk(punt[0] - (nu.m[0] - r.left - r.width / 2) / s1 - w / 2, punt[1] - (nu.m[1] - r.top - r.height / 2) / s1 - hh / 2, w);
  });
  for (const soort of ["pointerup", "pointercancel"]) addEventListener(soort, (e) => { vingers.delete(e.pointerId); if (vingers.size < 2) setTimeout(() => (knijp = null)); });
  K.addEventListener("pointerdown", (e) => { if (zoomd() && e.pointerType !== "touch") sleep = { x: e.clientX, y: e.clientY, v: [...vb], ver: false }; });
  addEventListener("pointerup", () => setTimeout(() => (sleep = null)));
  K.addEventListener("pointermove", (e) => {
    if (knijp) return;
    if (!sleep) { const i = van(e); wijs(i); tip(i, e); return; }
    const s = Math.min(K.clientWidth / vb[2], K.clientHeight / vb[3]);
    sleep.ver = sleep.ver || Math.hypot(e.clientX - sleep.x, e.clientY - sleep.y) > 4;
    kijk(sleep.v[0] - (e.clientX - sleep.x) / s, sleep.v[1] - (e.clientY - sleep.y) / s, vb[2]);
  });
  K.addEventListener("pointerleave", () => { wijs(null); tip(null); });
  K.addEventListener("click", (e) => { const i = van(e); if (i != null && !knijp && !(sleep && sleep.ver)) kies(i === st.buurt ? null : i); });
  K.addEventListener("wheel", (e) => { if (e.ctrlKey) { e.preventDefault(); zoom(e.deltaY < 0 ? 1.3 : 1 / 1.3); } }, { passive: false });
  K.addEventListener("focusin", (e) => { const i = van(e); if (i != null && e.target.matches(":focus-visible")) { wijs(i); tip(i); } });
  K.addEventListener("focusout", () => { wijs(null); tip(null); });
  K.addEventListener("keydown", (e) => {
    const i = van(e), d = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (i == null) return;
    if (e.key === "Enter" || e.key === " ") { e.preventDefault(); kies(i); }
    if (e.key === "+" || e.key === "-") zoom(e.key === "+" ? 1.6 : 1 / 1.6, B[i].p);
    if (!d) return;
    e.preventDefault();
    let beste = null, score = Infinity;
    for (const k of B.keys()) {
      if (k === i || !B[k].p) continue;
      const dx = B[k].p[0] - B[i].p[0], dy = B[k].p[1] - B[i].p[1], voor = dx * d[0] + dy * d[1], opzij = Math.abs(dx * d[1]) + Math.abs(dy * d[0]);
      if (voor > 0 && opzij < voor * 1.5 && voor + 2 * opzij < score) { score = voor + 2 * opzij; beste = k; }
    }
    if (beste != null) { focus = beste; for (const k of KAARTEN) k.tab(); P[beste].focus(); }
  });
  doek.querySelectorAll("[data-zoom]").forEach((k) => k.addEventListener("click", () => zoom(+k.dataset.zoom, st.buurt != null && B[st.buurt].p)));
  const kaart = { verf, namen, tab: () => P.forEach((p, i) => p.setAttribute("tabindex", i === focus ? 0 : -1)),
    kijk: () => { K.setAttribute("viewBox", vb.join(" ")); namen(); },
    wijs: (i) => { w0.setAttribute("d", i == null ? "" : PAD[i]); w1.setAttribute("d", i == null ? "" : PAD[i]); } };
  K.style.aspectRatio = `${heel[2]} / ${heel[3]}`; K.setAttribute("viewBox", vb.join(" "));
  new ResizeObserver(namen).observe(K);
  KAARTEN.push(kaart);
}
function kijk(x, y, w) {
  const hh = (w * heel[3]) / heel[2];
  vb = [Math.min(heel[0] + heel[2] - w, Math.max(heel[0], x)), Math.min(heel[1] + heel[3] - hh, Math.max(heel[1], y)), w, hh];
  KAARTEN.forEach((k) => k.kijk());
}
function zoom(m, p) { const w = Math.min(heel[2], Math.max(heel[2] / 12, vb[2] / m)), c = p || [vb[0] + vb[2] / 2, vb[1] + vb[3] / 2]; kijk(c[0] - w / 2, c[1] - (w * heel[3]) / heel[2] / 2, w); }
let gewezen = null;
function wijs(i) {
  if (gewezen === i) return;
  document.querySelectorAll(".hv").forEach((x) => x.classList.remove("hv"));
  gewezen = i;
  KAARTEN.forEach((k) => k.wijs(i));
  if (i != null) document.querySelectorAll(`[data-rij="${i}"]`).forEach((x) => x.classList.add("hv"));
}
const gekoppeld = (i) => ({ "data-rij": i, onpointerenter: () => wijs(i), onpointerleave: () => wijs(null), onfocusin: () => wijs(i), onfocusout: () => wijs(null) });

/* ---- choice of layers and years ---- */
const keuzes = (id) => { const per = Object.groupBy ? Object.groupBy(Object.values(LAAG), (L) => L.groep) : Object.values(LAAG).reduce((m, L) => ((m[L.groep] = m[L.groep] || []).push(L), m), {}); $(id).append(...Object.entries(per).map(([g, l]) => h("optgroup", { label: g }, l.map((L) => h("option", { value: L.id }, L.n))))); };
function lagen() {
  for (const [nr, laag, jaar] of [[1, st.laag, st.jaar], [2, st.naast, st.naastjaar]]) {
    const L = LAAG[laag];
    if (!L) continue;
    $("laag" + nr).value = laag;
    $("jaar" + nr).replaceChildren(...X.jaren.map((j) => h("option", { value: j, disabled: !L.jaren.includes(j) }, String(j))));
    const kan = L.jaren.includes(jaar) ? jaar : L.jaren.includes(X.jaar) ? X.jaar : L.jaren.at(-1);
    st[nr === 1 ? "jaar" : "naastjaar"] = kan; $("jaar" + nr).value = kan;
  }
  document.querySelectorAll("#lagen input").forEach((x) => (x.checked = x.value === st.laag));
  $("kaartdoos2").hidden = !st.naast; $("drie").classList.toggle("twee", !!st.naast);
  $("naast").setAttribute("aria-pressed", !!st.naast); $("naast").textContent = st.naast ? "Tweede kaart weg" : "Tweede kaart ernaast";
  KAARTEN.forEach((k, i) => (i === 0 || st.naast) && k.verf());
}
const neemLaag = (k, v) => { st[k] = v; lagen(); if (k === "jaar" || k === "laag") ranglijst(); onthoud(); };

/* ---- ranking ---- */
const schaal = (r) => (N > 1 ? `${((r - 1) / (N - 1)) * 100}%` : "0");
function marge(i, jaar = X.jaar) {
  const s = S(jaar), k = LAAG.urgentie.klasse(i, jaar);
  return h("span", { class: "marge", style: { "--f": `var(--${k ? k[0] : "geen"})` } }, h("u", { style: { left: schaal(KWART + 0.5) } }),
    s.lo[i] == null ? null : h("i", { style: { left: schaal(s.lo[i]), width: `max(4px, calc(${schaal(s.hi[i])} - ${schaal(s.lo[i])}))` } }), h("b", { style: { left: schaal(s.r[i]) } }));
}
function ranglijst() {
  const jaar = st.jaar, l = orde(jaar), met = marges(jaar);
  $("rang").hidden = !l.length;
  vul("rangkop", met ? `Plaats op urgentie, met marge, ${jaar}` : `Plaats op urgentie, ${jaar}`);
  vul("ranguitleg", met ? "Stip: plaats. Streep: waar de plaats ligt in 90 van de 100 doorrekeningen." + (zonderKwart ? "" : " Stippellijn: grens van het meest urgente kwart.") : "Stip: plaats. De marges zijn niet doorgerekend: buurten dicht bij elkaar kunnen van plaats wisselen.");
  vul("rangas", h("div", {}, [1, KWART, Math.round(N / 2), N].map((v) => h("span", { style: { left: schaal(v) } }, String(v)))));
  const rij = (i) => h("button", { type: "button", class: "rij", "aria-pressed": st.buurt === i, onclick: () => kies(i === st.buurt ? null : i), ...gekoppeld(i) }, h("span", {}, String(S(jaar).r[i])), h("span", { class: "nn", title: B[i].n }, B[i].n, h("span", { class: "sr" }, S(jaar).lo[i] == null ? "" : `, marge ${S(jaar).lo[i]} tot ${S(jaar).hi[i]}`)), marge(i, jaar));
  const groepen = met && !zonderKwart ? WOORD.map((w) => [Hf(w) + (w === "zeker" ? " bij het meest urgente kwart" : ""), l.filter((i) => woord(i, jaar) === w)]) : [["Alle buurten", l]];
  vul("lijst", groepen.filter(([, g]) => g.length).flatMap(([t, g]) => [h("h3", {}, `${t} (${g.length})`), ...g.map(rij)]));
}

/* ---- card ---- */
const zin = (i) => { const k = S().k[i], w = woord(i); return zonderKwart ? "Bij minder dan vier gerangschikte buurten is er geen meest urgente kwart." : k == null ? "De marge van deze plaats is niet doorgerekend." : w === "misschien" ? `Deze buurt hoort misschien bij het meest urgente kwart: in ${f(k * 100)} van de 100 doorrekeningen.` : `Deze buurt hoort ${w} bij het meest urgente kwart van de stad.`; };
const mid = Object.fromEntries(D.map((d) => [d, midden(G.map((i) => S().d[d][i]))]));
function afwijking(i) {
  const a = D.filter((d) => S().d[d][i] != null && mid[d] != null).map((d) => [S().d[d][i] - mid[d], d]).sort((x, y) => y[0] - x[0]);
  if (!a.length) return "";
  const zeg = ([, d]) => `${X.domeinen[d].toLowerCase()} (${f(S().d[d][i])}; middelste buurt ${f(mid[d])})`, mee = a.at(-1)[0] < -5 ? ` ${Hf(zeg(a.at(-1)).replace(" (", " valt mee ("))}.` : "";
  return (a[0][0] < 5 ? "Op geen onderwerp is de opgave veel groter dan in de middelste buurt." : `Grootste opgave naast de middelste buurt: ${zeg(a[0])}.`) + mee;
}
function kaartje(i) {
  const b = B[i], s = S(), tel = s.r[i] != null, plan = b.plannen, doms = D.filter((d) => s.d[d][i] != null);
  const v = X.verandering;
  vul("buurt", h("button", { type: "button", class: "knop stil", onclick: () => kies(null) }, "← In het kort"), h("h2", { tabindex: -1 }, b.n), h("p", { class: "noot" }, [b.w, b.s].filter(Boolean).join(", ") + (b.inw ? ` · ${f(b.inw)} inwoners` : "")),
    tel ? h("p", { class: "plaats" }, `Plaats ${s.r[i]} `, h("small", {}, `van ${N}${s.lo[i] == null ? "" : `, met marge ${s.lo[i]}–${s.hi[i]}`}`)) : null, h("p", {}, tel ? zin(i) : reden(b)), b.anders ? h("p", { class: "noot" }, `Bij andere gewichten: plaats ${b.anders}. ${b.omslag ? `In of uit het meest urgente kwart bij ${b.omslag}.` : ""}`) : null,
    doms.length ? [h("h3", {}, "Onderwerpen, 0–100"), h("div", { class: "dom" }, doms.flatMap((d) => [h("span", { title: X.domeinen[d] }, X.domeinen[d].split(" en ")[0]), h("span", { class: "bk", role: "img", "aria-label": `${X.domeinen[d]} ${f(s.d[d][i])}, middelste buurt ${f(mid[d])}` }, h("i", { style: { width: s.d[d][i] + "%", "--f": `var(--${LAAG[d].klasse(i, X.jaar)[0]})` } }), h("b", { style: { left: mid[d] + "%" } })), h("span", { class: "w" }, f(s.d[d][i]))])), h("p", { class: "noot" }, "Streepje: de middelste buurt. " + afwijking(i))] : null,
    v && v.oordeel[i] ? [h("h3", {}, `Sinds ${v.sinds}`), h("p", { class: "noot" }, Hf(LAAG.verandering.tekst(i)) + ".")] : null,
    b.type ? [h("h3", {}, `Type ${b.type[0]}: ${b.type[1]}`), h("p", { class: "noot" }, Hf(b.zeker) + ".")] : null,
    b.aanpak && tel ? [h("h3", {}, "Voorstel ", h("span", { class: `chip a${aanpakNr(b)}`, style: kleur("aanpak-" + aanpakNr(b)) }, aanpakNaam(b))), h("p", { class: "noot" }, b.waarom.replace(/^In [^.]* van de doorrekeningen [^.]*\(plaats[^)]*\)\. /, ""))] : null,
    b.duiding ? [h("h3", {}, "Wat kenners van de buurt zeggen"), h("p", { class: "noot" }, b.duiding)] : null,
    b.deel.length ? [h("h3", {}, b.deel.length === 1 ? "Eén plek wijkt duidelijk af" : `${Hf(tw(b.deel.length))} plekken wijken duidelijk af`), h("p", { class: "noot" }, b.deel.join(", "))] : null,
    h("h3", {}, plan.length ? `Gepland: ${plan.length} ${plan.length === 1 ? "plan" : "plannen"}` : "Er zijn geen plannen bekend"), plan.length ? h("ul", { class: "pl" }, plan.slice(0, 6).map((p) => h("li", {}, h("span", {}, p[2] + (p[3] > p[2] ? "–" + p[3] : "")), h("span", {}, `${p[0]} (${p[1]})`)))) : null, plan.length > 6 ? h("p", { class: "noot" }, `en nog ${plan.length - 6}`) : null, gebiedGeld(b),
    h("div", { class: "knoppen" }, h("a", { class: "knop", href: "#vergelijk" }, "Vergelijk"), X.rapporten[b.c] ? h("a", { class: "knop", href: X.rapporten[b.c] }, "Profiel") : null, h("button", { type: "button", class: "knop", onclick: kopieer }, "Kopieer de link"), h("button", { type: "button", class: "knop", "data-cite": "buurt" }, "Citeer")));
}
function gebiedGeld(b) {
  const rij = X.geld.gebieden[b.dia];
  if (!rij) return null;
  const { som, weg } = geldSom([rij]);
  return h("p", { class: "noot" }, `In het gebied ${b.dia}: ${som ? (weg ? "ten minste " : "") + geld(som) : "geen bedrag dat getoond mag worden"}, ${X.geld.jaren[0]}–${X.geld.jaren.at(-1)}${weg ? ` (${weg} ${weg === 1 ? "jaar" : "jaren"} niet getoond)` : ""}.`);
}
const kopieer = () => opKlembord(location.href, "De link staat op het klembord.", "Kopieer het adres van deze pagina: uw keuze staat erin.");
function kies(i, { stil = false, naar = false } = {}) {
  st.buurt = i;
  if (i == null) st.met = st.naar = null; else focus = i;
  if (st.met === i) st.met = null;
  document.querySelectorAll(".rij").forEach((r) => r.setAttribute("aria-pressed", +r.dataset.rij === i));
  document.querySelectorAll("#tabel tbody tr").forEach((r) => r.classList.toggle("sel", +r.dataset.rij === i));
  $("vragen").hidden = i != null; $("buurt").hidden = i == null;
  if (i != null) {
    kaartje(i);
    const l = $("lijst"), r = l.querySelector(`.rij[data-rij="${i}"]`);
    if (r && (r.offsetTop < l.scrollTop + 24 || r.offsetTop > l.scrollTop + l.clientHeight - 48)) l.scrollTop = r.offsetTop - l.clientHeight / 2;
    if (B[i].p && (B[i].p[0] < vb[0] || B[i].p[1] < vb[1] || B[i].p[0] > vb[0] + vb[2] || B[i].p[1] > vb[1] + vb[3])) zoom(1, B[i].p);
    if (!stil && innerWidth > 760 && $("drie").getBoundingClientRect().top < -200) $("drie").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    if (naar) $("buurt").querySelector("h2").focus({ preventScroll: innerWidth > 760 });
  }
  KAARTEN.forEach((k, n) => (n === 0 || st.naast) && k.verf());
  vergelijk(); onthoud();
}

/* ---- comparison: with another buurt, the city and the country ---- */
const NORMEN = X.indicatoren.some((k) => k.land != null);
let alleCijfers = false;
function vergelijkRijen() {
  const i = st.buurt, j = st.met, uit = [], voeg = (id, n, dec, e, groep, w, land, ander = {}) => {
    const al = G.map(w), m = midden(al), sp = midden(al.filter((v) => v != null).map((v) => Math.abs(v - m))) || 1, a = w(i), b = st.naar ? ander[st.naar] ?? null : j == null ? m : w(j);
    if (st.naar ? b != null : a != null || (j != null && b != null)) uit.push({ id, n, dec, e, groep, a, b, m, land, weegt: a == null || b == null ? -1 : Math.abs(a - b) / sp });
  };
  for (const id of ["urgentie", "potentie", ...D]) if (LAAG[id]) voeg(id, LAAG[id].n, 1, "0–100", "Scores", (k) => LAAG[id].waarde(k, X.jaar), null);
  for (const k of X.indicatoren) if (k.v[X.jaar]) voeg(k.id, k.n, k.dec, k.e, GROEP[k.d] || k.d, (q) => k.v[X.jaar][q], k.land, k.a);
  const eerst = (r) => (r.groep === "Scores" ? 0 : 1);
  return $("metorde").value === "verschil" ? uit.sort((x, y) => eerst(x) - eerst(y) || (eerst(x) ? y.weegt - x.weegt : 0)) : uit;
}
function vergelijk() {
  const i = st.buurt, j = st.met, s = S();
  $("vergelijk").hidden = i == null;
  if (i == null) return;
  $("met").value = st.naar || (j == null ? "" : B[j].c);
  vul("vergelijkkop", st.naar ? `${B[i].n} naast ${X.anderen[st.naar]}` : j == null ? `${B[i].n} naast de stad${NORMEN ? " en het land" : ""}` : `${B[i].n} naast ${B[j].n}`);
  const over = j != null && s.lo[i] != null && s.lo[j] != null ? (s.lo[i] <= s.hi[j] && s.lo[j] <= s.hi[i] ? "Hun marges overlappen: wie van de twee voorgaat, is niet zeker." : `Hun marges overlappen niet: ${s.r[i] < s.r[j] ? B[i].n : B[j].n} gaat voor.`) : "";
  vul("vergelijkzin", st.naar ? `Het verschil is met de middelste woonbuurt van ${X.anderen[st.naar]}, ${X.jaar}. Scores staan er niet bij: die zijn van elke stad apart.` : j == null ? "Het verschil is met de middelste woonbuurt van de stad." + (NORMEN ? " Waar landelijke cijfers zijn, staat de middelste woonbuurt van Nederland erbij." : " Landelijke cijfers zijn er niet.") : `${Hf(plaats(i)) || reden(B[i])}; ${plaats(j) || reden(B[j])} (${B[j].n}). ${over}`);
  vul2("mettabel", ["Cijfer", B[i].n, ...(st.naar ? [X.anderen[st.naar]] : j == null ? [] : [B[j].n]), "Verschil", "Middelste buurt", ...(NORMEN ? ["Nederland"] : [])].map((t, k) => h("th", { scope: "col", class: k ? "num" : "" }, t)));
  const rijen = vergelijkRijen(), toon = alleCijfers ? rijen : rijen.slice(0, 15);
  $("mettabel").tBodies[0].replaceChildren(...toon.map((r) => h("tr", {}, h("th", { scope: "row" }, r.n, h("small", {}, ` ${r.e}`)), [r.a, ...(j == null && !st.naar ? [] : [r.b])].map((v) => h("td", { class: "num" }, f(v, r.dec))), h("td", { class: "num" }, r.weegt < 0 ? "–" : h("b", {}, fp(r.a - r.b, r.dec))), h("td", { class: "num" }, f(r.m, r.dec)), NORMEN && h("td", { class: "num" }, f(r.land, r.dec)))));
  $("metalles").hidden = rijen.length <= 15; $("metalles").textContent = alleCijfers ? "Toon minder" : `Toon alle ${rijen.length} cijfers`;
}
const vul2 = (id, th) => $(id).tHead.rows[0].replaceChildren(...th);

/* ---- search ---- */
const Z = $("zoek");
function afstand(a, b) { const m = [...Array(b.length + 1).keys()]; for (let i = 1; i <= a.length; i++) { let p = m[0]; m[0] = i; for (let j = 1; j <= b.length; j++) { const t = m[j]; m[j] = Math.min(m[j] + 1, m[j - 1] + 1, p + (a[i - 1] !== b[j - 1])); p = t; } } return m[b.length]; }
window.SiaZoek(Z, $("zoeklijst"), null, {
  labels: B.map((b) => b.n), keys: B.map((b) => kaal(`${b.n} ${b.w}`)), least: 1, most: 8,
  shown: (i) => [B[i].n + " ", h("small", {}, `${B[i].w}${S().r[i] == null ? "" : ", plaats " + S().r[i]}`)],
  others(q) { // a slip of the pen
    const d = [...B.keys()].map((i) => [afstand(q, kaal(B[i].n)), i]).sort((a, b) => a[0] - b[0]);
    const bedoeld = d.filter((x) => x[0] <= Math.max(2, q.length / 3) && x[0] <= d[0][0] + 1).slice(0, 3).map((x) => x[1]);
    return ["Geen buurt met die naam." + (bedoeld.length ? " Bedoelt u:" : ""), bedoeld];
  },
  take(i) { Z.value = ""; kies(i, { naar: true }); },
});
Z.addEventListener("keydown", (e) => { if (e.key === "Escape") Z.value = ""; });

/* ---- table ---- */
const stapel = (i) => S().st[i];
const echt = (i) => (X.verandering ? X.verandering.echt[i] : null);
function vonk(i) {
  const a = X.jaren.map((j) => S(j).u[i]), w = a.filter((v) => v != null);
  if (w.length < 2) return "";
  const lo = Math.min(...w), sp = Math.max(Math.max(...w) - lo, 10), m = (Math.max(...w) + lo) / 2, x = (k) => 3 + (k * 66) / (X.jaren.length - 1), y = (v) => 12 - ((v - m) / sp) * 16;
  const p = a.map((v, k) => (v == null ? null : [x(k).toFixed(1), y(v).toFixed(1)])).filter(Boolean), o = X.verandering && X.verandering.oordeel[i], c = `var(--${o === "stijgt" ? "ver-3" : o === "daalt" ? "ver-1" : "inkt-3"})`;
  return sv("svg", { class: "vonk", width: 72, height: 24, viewBox: "0 0 72 24", role: "img", "aria-label": "urgentie " + X.jaren.map((j, k) => (a[k] == null ? "" : `${j}: ${f(a[k], 1)}`)).filter(Boolean).join(", ") }, sv("polyline", { points: p.map((q) => q.join()).join(" "), fill: "none", "stroke-width": 1.75, "stroke-dasharray": X.verandering && !OORDEEL.some(([w]) => w === o) ? "2 3" : null, "stroke-linejoin": "round", style: { stroke: c } }), sv("circle", { cx: p.at(-1)[0], cy: p.at(-1)[1], r: 2.5, style: { fill: c } }));
}
const cijfer = (id) => (i) => { const k = LAAG[id].klasse(i, X.jaar); return k ? [f(LAAG[id].waarde(i, X.jaar), 1) + " ", h("span", { class: "klasse", style: kleur(k[0]) }, String(k[1]))] : "–"; };
const KOL = N ? [
  ["Plaats", (i) => S().r[i], 1, "num", (i) => String(S().r[i])],
  ["Buurt", null, 1, "", null],
  [`Marge, plaats 1–${N}`, (i) => S().hi[i] - S().lo[i], 1, "", (i) => [marge(i), h("span", { class: "sr" }, `${S().lo[i]} tot ${S().hi[i]}`)]],
  ["Urgentie", (i) => S().u[i], -1, "num", cijfer("urgentie")],
  X.jaren.length > 1 && [`Verloop ${X.jaren[0]}–${X.jaren.at(-1)}`, echt, -1, "t1", (i) => [vonk(i), X.verandering && X.verandering.echt[i] != null ? fp(X.verandering.echt[i]) : ""]],
  LAAG.potentie && ["Potentie", (i) => S().p[i], -1, "num t2", cijfer("potentie")],
  ["Stapeling", stapel, -1, "num t2", (i) => (stapel(i) == null ? "–" : `${stapel(i)} van ${D.length}`)],
  TYPEN.size && ["Type", (i) => (B[i].type ? B[i].type[0] : null), 1, "t3", (i) => (B[i].type ? h("span", { class: "klasse", title: B[i].type[1], style: kleur(typeKleur(B[i].type[0])) }, String(B[i].type[0])) : "–")],
  ["Aanpak", (i) => aanpakNr(B[i]) || null, 1, "t0", (i) => (B[i].aanpak ? h("span", { class: `chip a${aanpakNr(B[i])}`, style: kleur("aanpak-" + aanpakNr(B[i])) }, aanpakNaam(B[i])) : "–")],
  B.some((b) => b.plannen.length) && ["Plannen", (i) => B[i].plannen.length, -1, "num t0", (i) => String(B[i].plannen.length || "–")],
  Object.keys(X.geld.gebieden).length && ["Geld in gebied", (i) => gebiedSom(i), -1, "num t2", (i) => (gebiedSom(i) ? geld(gebiedSom(i)).replace("miljoen", "mln") : "–")],
].filter(Boolean) : [];
function kort(t, n) { return t.length > n ? t.slice(0, n - 1).trim() + "…" : t; }
function gebiedSom(i) { return geldSom([X.geld.gebieden[B[i].dia] || []]).som; }
const RIJ = new Map();
function tabel() {
  KOL.forEach(([t, , d, cl], k) => $("tabel").tHead.rows[0].append(h("th", { scope: "col", class: cl, "aria-sort": k ? "none" : "ascending" }, h("button", { type: "button", class: "sorteer", "data-eerst": d < 0 && "descending" }, t))));
  sorteerbaar($("tabel"));
  for (const i of G) RIJ.set(i, h("tr", gekoppeld(i), KOL.map(([, w, , cl, cel]) => (cel ? h("td", { class: cl, "data-v": w(i) ?? "" }, cel(i)) : h("th", { scope: "row" }, h("button", { type: "button", class: "naam", onclick: () => kies(i) }, B[i].n), " ", h("small", {}, B[i].w))))));
  const delen = [...new Set(G.map((i) => B[i].s || B[i].w))].sort();
  $("fs").append(...delen.map((s) => h("option", {}, s))); $("fa").append(...AANPAK.filter((_, k) => G.some((i) => aanpakNr(B[i]) === k + 1)).map(([k, t]) => h("option", { value: k }, t)));
  const v = X.verandering;
  vul("verloopnoot", v && X.jaren.length > 1 ? (v.oordeel.some((o) => OORDEEL.some(([w]) => w === o)) ? `Verloop: paars steeg en groen daalde sinds ${v.sinds} meer dan de ruis in de cijfers; grijs kan toeval zijn; gestippeld is niet te vergelijken. ` : `Verloop: geen enkele buurt is met ${v.sinds} te vergelijken; een gestippelde lijn zegt niet dat er iets veranderde. `) : "", `Stapeling: op hoeveel onderwerpen de score ten minste 80 is, het zwaarste vijfde van het land in het basisjaar. ${X.maat} `, Object.keys(X.geld.gebieden).length ? "Geld: van het hele gebied waarin de buurt ligt. " : "", TYPEN.size ? `Type: ${[...TYPEN].map(([n, t]) => `${n} ${t}`).join("; ")}.` : "");
  const niet = [...B.keys()].filter((i) => S().r[i] == null);
  $("niet").hidden = !niet.length;
  $("niet").firstElementChild.textContent = `${Hf(tw(niet.length))} ${niet.length === 1 ? "gebied" : "gebieden"} zonder plaats, en waarom`;
  $("niet").lastElementChild.append(...niet.map((i) => h("li", {}, h("button", { type: "button", class: "l", onclick: () => kies(i) }, B[i].n), `: ${B[i].water ? "water" : B[i].reden || "geen cijfers"}`)));
  $("buurten").hidden = !N && !niet.length;
  rijen();
}
const gefilterd = () => G.filter((i) => (!$("fs").value || (B[i].s || B[i].w) === $("fs").value) && (!$("fa").value || B[i].aanpak.toLowerCase().startsWith($("fa").value)));
function rijen() {
  if (!N) return;
  const l = gefilterd();
  $("tabel").tBodies[0].replaceChildren(...l.map((i) => RIJ.get(i)));
  orden($("tabel"));
  $("ft").textContent = l.length === N ? `${N} ${N === 1 ? "buurt" : "buurten"}` : `${l.length} van ${N} buurten`;
}

/* ---- weights: the ranks of the method under other weights ---- */
const P_ = X.weging.macht, W0 = D.map((d) => X.weging.gewichten[d]);
const kan = P_ != null && D.length > 1 && N > 1;
const macht = (v) => (P_ === 0 ? Math.log(v) : P_ === 2 ? v * v : P_ === 1 ? v : v ** P_), wortel = (v) => (P_ === 0 ? Math.exp(v) : P_ === 2 ? Math.sqrt(v) : P_ === 1 ? v : v ** (1 / P_));
function score(i, w) {
  let som = 0, tot = 0, er = 0, telt = 0;
  D.forEach((d, k) => { if (w[k] > 0) { telt++; if (S().d[d][i] != null) { er++; tot += w[k]; } } });
  if (!er || er < X.weging.aandeel * telt - 1e-9) return null;
  D.forEach((d, k) => { if (w[k] > 0 && S().d[d][i] != null) som += (w[k] / tot) * macht(S().d[d][i]); });
  return wortel(som);
}
function plaatsen(factor) { // code -> rank, as the package gives it: equal to twelve digits is equal
  const w = W0.map((v, k) => v * factor[k]), u = B.map((_, i) => score(i, w)), o = [...B.keys()].filter((i) => u[i] != null).sort((i, j) => u[j] - u[i]), r = new Map();
  const grootst = Math.max(0, ...o.map((i) => Math.abs(u[i])));
  o.forEach((i, k) => { const v = o[k - 1], gelijk = k && u[v] - u[i] < Math.max(1e-12 * ((Math.abs(u[v]) + Math.abs(u[i])) / 2), 4e-15 * grootst); r.set(i, k && (gelijk || u[v] === u[i]) ? r.get(v) : k + 1); });
  return r;
}
const ZWAAR = ["telt niet mee", "half zo zwaar", "zoals de methode", "anderhalf keer zo zwaar", "dubbel", "2,5 keer zo zwaar", "driedubbel"];
const VOOR = [["Zoals de methode", EIGEN()], ...D.map((d, k) => [`${X.domeinen[d]} dubbel`, D.map((_, q) => (q === k ? 2 : 1))])];
function gewichten() {
  $("wegen").hidden = !kan; $("gewichten").hidden = !N;
  const tot = W0.reduce((a, b) => a + b, 0), zwaarst = D[W0.indexOf(Math.max(...W0))];
  vul("weguitleg", kan ? `In de methode telt ${X.domeinen[zwaarst].toLowerCase()} voor ${f((Math.max(...W0) / X.weging.alle) * 100)} %${tot < X.weging.alle ? `; hier voor ${f((Math.max(...W0) / tot) * 100)} %, omdat niet elk onderwerp cijfers heeft` : ""}. Dat is een keuze. Schuif, en zie meteen wat gelijk blijft en wat verandert.` : P_ == null ? `De methode voegt de onderwerpen samen met “${X.weging.hoe}”; daarvoor rekent deze pagina de volgorde niet opnieuw uit.` : "Met één gerangschikte buurt of één onderwerp is er geen volgorde die van gewichten afhangt.");
  if (!kan) return;
  D.forEach((d, k) => $("schuiven").append(h("div", { class: "schuif" }, h("label", { for: "w" + k }, X.domeinen[d]), h("output", { id: "o" + k, for: "w" + k }), h("input", { type: "range", min: 0, max: 3, step: 0.5, id: "w" + k, oninput: (e) => { st.gewicht[k] = +e.target.value; if (!st.gewicht.some((v) => v)) st.gewicht[k] = 0.5; weeg(); }, onchange: () => onthoud(false) }))));
  vul("voor", VOOR.slice(0, 5).map(([t, w]) => h("button", { type: "button", class: "knop", onclick: () => { st.gewicht = [...w]; weeg(); onthoud(); } }, t)));
  vul("bewijs", X.bewijs || "Voor deze manier van samenvoegen is geen bewijs van de volgorde gemaakt.");
}
let na = null, hw = 0; // the ranks now; how wide the picture of them may be
function weeg() {
  if (!kan) return;
  const w = st.gewicht, nr = (na = plaatsen(w)), voor = S().r, kw = G.filter((i) => voor[i] <= KWART), eigen = w.every((v) => v === 1), tot = W0.reduce((s, v, k) => s + v * w[k], 0);
  $("gewichten").classList.toggle("gelijk", eigen);
  D.forEach((_, k) => { $("w" + k).value = w[k]; $("w" + k).setAttribute("aria-valuetext", ZWAAR[w[k] * 2] || f(w[k], 1)); $("o" + k).textContent = `${ZWAAR[w[k] * 2] || f(w[k], 1)} · ${f((W0[k] * w[k] / tot) * 100)} %`; });
  const blijft = kw.filter((i) => nr.get(i) <= KWART), uit = kw.filter((i) => !(nr.get(i) <= KWART)), erbij = G.filter((i) => nr.get(i) <= KWART && voor[i] > KWART).sort((i, j) => nr.get(i) - nr.get(j));
  const eerste = G.filter((i) => nr.get(i) === 1), zelfde = eerste.length === 1 && eerste[0] === G[0];
  vul("blijft", eigen ? "Dit is de volgorde van de methode." : [h("b", {}, blijft.length === kw.length ? `Alle ${tw(kw.length)} buurten blijven` : `${Hf(tw(blijft.length))} van de ${tw(kw.length)} buurten ${blijft.length === 1 ? "blijft" : "blijven"}`), ` bij de eerste ${KWART}.`, zelfde ? ` ${B[G[0]].n} blijft op plaats 1.` : ""]);
  const noem = (l) => en(l.slice(0, 6).map((i) => `${B[i].n} (${voor[i]} → ${nr.get(i) ?? "geen plaats"})`)).join("") + (l.length > 6 ? " en andere" : "");
  const stap = (i) => Math.abs((nr.get(i) ?? voor[i]) - voor[i]), meest = Math.max(0, ...G.map(stap)), verst = G.filter((i) => stap(i) === meest);
  const slot = !meest ? "Geen buurt verandert van plaats." : verst.length > 3 ? `${Hf(tw(verst.length))} buurten verschuiven het verst: ${meest} ${meest === 1 ? "plaats" : "plaatsen"}.` : `${noem(verst)} ${verst.length === 1 ? "verschuift" : "verschuiven"} het verst.`;
  vul("verandert", eigen ? "Nog niets. Schuif, of kies een voorbeeld." : [erbij.length ? `Erbij: ${noem(erbij)}. ` : "", uit.length ? `Eruit: ${noem(uit)}. ` : "", !zelfde && eerste.length ? `Op plaats 1 staat nu ${en(eerste.map((i) => B[i].n)).join("")}. ` : "", slot].join(""));
  helling(nr);
}
function helling(nr) {
  const voor = S().r, sh = G.filter((i) => nr.has(i) && (voor[i] <= KWART || nr.get(i) <= KWART)).slice(0, 40), W = Math.max(320, Math.min(430, hw || 430)), n = Math.min(W - 120, 8 + Math.max(...sh.map((i) => breed(B[i].n, 14))));
  const plek = (waarde) => { const o = [...sh].sort((i, j) => waarde(i) - waarde(j)), m = new Map(); o.forEach((i, k) => m.set(i, 14 + k * 22 + (waarde(i) > KWART ? 10 : 0))); return m; };
  const yl = plek((i) => voor[i]), yr = plek((i) => nr.get(i)), grens = 14 + sh.filter((i) => voor[i] <= KWART).length * 22 - 6;
  const s = sv("svg", { width: "100%", viewBox: `0 0 ${W} ${sh.length * 22 + 28}`, role: "img", "aria-label": "Plaats voor en na: " + sh.map((i) => `${B[i].n} van ${voor[i]} naar ${nr.get(i)}`).join(", "), style: { "max-width": W + "px" } }, sv("line", { x1: 0, x2: W, y1: grens, y2: grens, "stroke-dasharray": "3 3", style: { stroke: "var(--lijn-2)" } }));
  for (const i of sh) {
    const op = nr.get(i) <= KWART && voor[i] > KWART, af = nr.get(i) > KWART, c = `var(--${op ? "accent" : af ? "fout" : "lijn-2"})`, t = `var(--${op ? "accent" : af ? "fout" : "inkt"})`, dik = op || af ? 600 : 400, a = yl.get(i), b = yr.get(i);
    const woord1 = (x, y, e, tx) => sv("text", { x, y: y + 4.5, "text-anchor": e, "font-size": 14, "font-weight": dik, style: { fill: t } }, tx), cijfer1 = (x, y, e, v) => sv("text", { x, y: y + 4.5, "text-anchor": e, "font-size": 14, style: { fill: "var(--inkt-3)" } }, String(v));
    s.append(sv("path", { d: `M${n + 26} ${a}C${(n + W) / 2} ${a} ${(n + W) / 2} ${b} ${W - 34} ${b}`, fill: "none", "stroke-width": op || af ? 2.5 : 1.25, style: { stroke: c } }), woord1(n, a, "end", B[i].n), cijfer1(n + 21, a, "end", voor[i]), woord1(W - 28, b, "start", String(nr.get(i))));
  }
  vul("helling", s);
}

/* ---- money ---- */
function geldblok() {
  const g = X.geld, namen = Object.keys(g.gebieden), { som, weg } = geldSom(Object.values(g.gebieden));
  $("geld").hidden = !namen.length && !B.some((b) => b.plannen.length);
  vul("geldkop", som ? `${weg ? "Ten minste " : ""}${geld(som)} in ${g.jaren[0]}–${g.jaren.at(-1)}` : "Welke plannen zijn er?");
  vul("geldzin", som && X.editie === "openbaar" ? `Opgeteld per gebied en jaar, afgerond op een ton. ${weg ? `${weg} bedragen staan er niet bij: daar zijn zo weinig plannen of partners dat een bedrag iets van één partner verraadt. Zij tellen hier niet mee.` : ""}` : som ? "Alle plannen in het programma die partners met elkaar delen." : "Kies een buurt voor haar plannen. Bedragen zijn er niet, of mogen niet openbaar zijn.");
  const mx = Math.max(1, ...Object.values(g.gebieden).flat(), ...Object.values(g.partners).flat()), urg = new Set(eerst.map((i) => B[i].dia));
  const cel = (v, top) => h("td", { class: "st" }, v == null ? h("span", { title: "niet getoond: te weinig plannen of partners" }, "✕") : v ? [f(v / 1e6, 1), h("i", { style: { height: `${((v / top) * 36).toFixed(1)}px` } })] : "");
  const rij = (n, r, top, cl, x) => h("tr", { class: cl }, h("th", { scope: "row" }, n, x), r.map((v) => cel(v, top)), h("td", { class: "num" }, geldSom([r]).som ? f(geldSom([r]).som / 1e6, 1) : "–"));
  const totaal = g.jaren.map((_, k) => namen.reduce((s, n) => s + (g.gebieden[n][k] || 0), 0)), op = (o) => Object.entries(o).sort((a, b) => geldSom([b[1]]).som - geldSom([a[1]]).som);
  vul("geldtabel", namen.length ? h("table", { class: "jt" }, h("caption", { class: "sr" }, "Miljoen euro per jaar en gebied"), h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Miljoen euro"), g.jaren.map((j) => h("th", { scope: "col" }, String(j))), h("th", { scope: "col", class: "num" }, weg ? "Ten minste" : "Samen"))), h("tbody", {}, rij("Samen", totaal, Math.max(1, ...totaal), "tot"), op(g.gebieden).map(([n, r]) => rij(n, r, mx, "", urg.has(n) ? h("small", {}, " met een urgente buurt") : null)), Object.keys(g.partners).length ? h("tr", { class: "kop" }, h("th", { scope: "row", colspan: g.jaren.length + 2 }, "Per partner")) : null, op(g.partners).map(([n, r]) => rij(n, r, mx)))) : null, weg ? h("p", { class: "noot" }, "✕ = niet getoond.") : null);
}

/* ---- plans: what happens where, when and by whom ---- */
const PLAN = (() => { // one row per plan, with every buurt that it lies in
  const m = new Map();
  for (const i of B.keys()) for (const p of B[i].plannen) { const k = p.slice(0, 4).join("|"); m.set(k, [p, [...(m.get(k) || [p, []])[1], i]]); }
  return [...m.values()].sort((a, b) => a[0][2] - b[0][2] || (a[0][0] < b[0][0] ? -1 : 1));
})();
const deelVan = (i) => B[i].s || B[i].w;
const planGefilterd = () => PLAN.filter(([p, l]) => (!$("pw").value || l.some((i) => deelVan(i) === $("pw").value)) && (!$("pj").value || (p[2] <= +$("pj").value && p[3] >= +$("pj").value)));
function plannenblok() {
  $("plannen").hidden = !PLAN.length;
  if (!PLAN.length) return;
  $("pw").append(...[...new Set(PLAN.flatMap(([, l]) => l.map(deelVan)))].sort().map((s) => h("option", {}, s)));
  const eind = Math.max(...PLAN.map(([p]) => p[3]));
  for (let j = Math.min(...PLAN.map(([p]) => p[2])); j <= eind; j++) $("pj").append(h("option", {}, String(j)));
  for (const id of ["pw", "pj"]) $(id).addEventListener("change", planrijen);
  planrijen();
}
function planrijen() {
  const l = planGefilterd(), partners = new Set(l.map(([p]) => p[1]));
  vul("pt", l.length ? `${l.length} ${l.length === 1 ? "plan" : "plannen"} van ${partners.size} ${partners.size === 1 ? "partner" : "partners"}` : "Geen plannen");
  $("plantabel").tBodies[0].replaceChildren(...l.map(([p, bs]) => h("tr", {}, h("th", { scope: "row" }, p[0]), h("td", {}, p[1]), h("td", {}, p[2] + (p[3] > p[2] ? "–" + p[3] : "")), h("td", {}, en(bs.map((i) => h("button", { type: "button", class: "l", onclick: () => kies(i) }, B[i].n)))), h("td", { class: "t0" }, p[4]))));
}

/* ---- what can be taken along: CSV and PNG ---- */
const veilig = (v) => { // a spreadsheet shows it and does not compute it
  const zicht = [...v].find((t) => !/[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u.test(t)) || "";
  return /^[=+\-@]/.test(zicht.normalize("NFKC")) || /^[\t\r\n]/.test(v) ? "'" + v : v;
};
const vak = (v) => (v == null ? "" : typeof v === "number" ? String(v).replace(".", ",") : /[;"\r\n]/.test(veilig(String(v))) ? `"${veilig(String(v)).replace(/"/g, '""')}"` : veilig(String(v)));
const csv = (kop, rijen) => "\ufeff" + [kop, ...rijen].map((r) => r.map(vak).join(";")).join("\r\n") + "\r\n";
const KAARTCSV = (laag, jaar) => { const L = LAAG[laag]; return [["buurtcode", "naam", "wijk", "jaar", "laag", "eenheid", "waarde", "tekst"], B.map((b, i) => [b.c, b.n, b.w, jaar, L.n, L.eenheid || "", L.waarde ? L.waarde(i, jaar) : null, L.tekst(i, jaar)])]; };
const CSV = {
  kaart1: () => KAARTCSV(st.laag, st.jaar), kaart2: () => KAARTCSV(st.naast, st.naastjaar),
  rang: () => [["buurtcode", "naam", "jaar", "plaats", "plaats_laag", "plaats_hoog", "kans_kwart"], orde(st.jaar).map((i) => { const s = S(st.jaar); return [B[i].c, B[i].n, st.jaar, s.r[i], s.lo[i], s.hi[i], s.k[i]]; })],
  vergelijk: () => [["cijfer", "eenheid", B[st.buurt].n, st.naar ? X.anderen[st.naar] : st.met == null ? "middelste buurt" : B[st.met].n, "verschil", "middelste buurt van de stad", "middelste buurt van het land"], vergelijkRijen().map((r) => [r.n, r.e, r.a, r.b, r.weegt < 0 ? null : +(r.a - r.b).toFixed(6), r.m, r.land])],
  buurten: () => [["buurtcode", "naam", "wijk", "stadsdeel", "inwoners", "plaats", "plaats_laag", "plaats_hoog", "kans_kwart", "urgentie", "potentie", ...D, "verandering", "oordeel", "stapeling", "type", "aanpak", "plannen", "reden"], [...gefilterd(), ...[...B.keys()].filter((i) => S().r[i] == null)].map((i) => { const b = B[i], s = S(), v = X.verandering; return [b.c, b.n, b.w, b.s, b.inw, s.r[i], s.lo[i], s.hi[i], s.k[i], s.u[i], s.p[i], ...D.map((d) => (s.d[d][i] == null ? null : +s.d[d][i].toFixed(1))), v && v.echt[i], v ? v.oordeel[i] : "", stapel(i) ?? null, b.type ? b.type.join(". ") : "", b.aanpak, b.plannen.length, b.reden]; })],
  gewichten: () => [["buurtcode", "naam", "plaats_methode", "plaats_nu", ...D.map((d) => "gewicht_" + d)], G.map((i) => [B[i].c, B[i].n, S().r[i], na.get(i) ?? null, ...st.gewicht])],
  plannen: () => [["plan", "partner", "start", "eind", "status", "buurtcodes", "buurten"], planGefilterd().map(([p, l]) => [...p, l.map((i) => B[i].c).join(" "), l.map((i) => B[i].n).join(", ")])],
  geld: () => [["soort", "naam", ...X.geld.jaren.map(String)], ["gebieden", "partners"].flatMap((s) => Object.entries(X.geld[s]).map(([n, r]) => [s, n, ...r]))],
};
const naam = (wat, e) => `${kaal(X.gemeente).replace(/[^a-z0-9]+/g, "-")}-${X.jaar}-${wat}.${e}`;
function rangSvg() {
  const l = orde(st.jaar), s = S(st.jaar), x = (r) => 190 + ((r - 1) / Math.max(1, N - 1)) * 350, g = sv("svg", { viewBox: `0 0 560 ${l.length * 20 + 10}` });
  l.forEach((i, k) => { const y = 16 + k * 20, c = LAAG.urgentie.klasse(i, st.jaar); g.append(sv("text", { x: 26, y, "text-anchor": "end", "font-size": 13 }, String(s.r[i])), sv("text", { x: 34, y, "font-size": 13 }, kort(B[i].n, 22)), sv("line", { x1: 190, x2: 540, y1: y - 4, y2: y - 4, style: { stroke: "var(--lijn)" } }), s.lo[i] == null ? "" : sv("line", { x1: x(s.lo[i]), x2: x(s.hi[i]) + 0.1, y1: y - 4, y2: y - 4, "stroke-width": 6, "stroke-linecap": "round", style: { stroke: "var(--lijn-2)" } }), sv("circle", { cx: x(s.r[i]), cy: y - 4, r: 5, style: { fill: `var(--${c[0]})`, stroke: "var(--inkt)" } })); });
  return g;
}
function alsSvg(wat) { // a table as it stands on the page, with the page's own style
  const t = $(wat).querySelector("table").cloneNode(true), w = Math.max(900, $(wat).querySelector("table").scrollWidth), op = h("div", { style: { width: w + "px", font: "400 16px/24px " + getComputedStyle(document.body).fontFamily, color: getComputedStyle(document.body).color } }, t);
  t.querySelectorAll(".sr").forEach((e) => e.remove());
  t.querySelectorAll("th").forEach((e) => (e.style.position = "static"));
  document.body.append(op);
  const hoog = op.scrollHeight + 8;
  op.remove();
  return sv("svg", { viewBox: `0 0 ${w} ${hoog}` }, h("style", {}, document.querySelector("style").textContent), sv("foreignObject", { width: w, height: hoog, id: wat }, op));
}
const TITEL = { rang: () => $("rangkop").textContent, helling: () => `Plaats volgens de methode en bij andere gewichten, ${X.jaar}`, buurten: () => `Alle buurten op een rij, ${X.jaar}`, vergelijk: () => `${$("vergelijkkop").textContent}, ${X.jaar}`, geld: () => $("geldkop").textContent, plannen: () => ["Plannen", $("pw").value, $("pj").value].filter(Boolean).join(", "), kaart1: () => $("kaartkop1").textContent, kaart2: () => $("kaartkop2").textContent };
const bronVan = (wat) => { const L = { kaart1: LAAG[st.laag], kaart2: LAAG[st.naast] }[wat]; return L && L.bron ? L.bron.bron : ""; };
function citeer(wat) { // municipality, year, figure, edition, version and hash of the method, and where it stands
  const [kop, buurt] = wat === "buurt" ? [`${B[st.buurt].n}: ${plaats(st.buurt) || reden(B[st.buurt])}`, ""] : [TITEL[wat](), bronVan(wat)];
  return [`${X.gemeente}${X.fictief && !/fictief/i.test(X.gemeente) ? " (fictief)" : ""}${kop.includes(X.jaar) ? "" : `, ${X.jaar}`}`, kop, buurt && `Bron: ${buurt}`, `Atlas, ${X.editie === "intern" ? "interne" : "openbare"} editie, ${X.versie}`, (location.protocol.startsWith("http") ? location.href.split("#")[0] : "atlas.html") + adres().replace(/^#$/, "")].filter(Boolean).map((t) => t.replace(/[.]$/, "")).join(". ") + ".";
}
const opKlembord = (tekst, gelukt, anders) => (navigator.clipboard ? navigator.clipboard.writeText(tekst) : Promise.reject()).then(() => meld(gelukt), () => meld(anders));
function png(wat) {
  const kaart = /^kaart(\d)$/.exec(wat), L = kaart && LAAG[kaart[1] === "1" ? st.laag : st.naast];
  const tabel = ["buurten", "vergelijk", "geld", "plannen"].includes(wat), bron = kaart ? $(wat) : wat === "rang" ? rangSvg() : tabel ? alsSvg(wat) : $(wat).querySelector("svg");
  const titel = TITEL[wat]();
  if (wat === "rang") { bron.style.position = "absolute"; bron.style.left = "-99rem"; document.body.append(bron); }
  const v = bron.viewBox.baseVal, W = 1200, s = W / v.width, H = Math.round(v.height * s), leg = kaart ? L.legenda : [], hoog = 64 + H + (leg.length ? 40 * Math.ceil(leg.length / 5) : 0) + 40;
  const doel = sv("svg", { xmlns: "http://www.w3.org/2000/svg", width: W, height: hoog, viewBox: `0 0 ${W} ${hoog}`, "font-family": getComputedStyle(document.body).fontFamily }), inkt = getComputedStyle(document.body).color, vlakte = getComputedStyle(document.body).backgroundColor;
  const kopie = bron.cloneNode(true), van = tabel ? [] : [bron, ...bron.querySelectorAll("*")];
  doel.style.colorScheme = donker(R) ? "dark" : "light";
  if (van.length) [kopie, ...kopie.querySelectorAll("*")].forEach((e, k) => { const c = getComputedStyle(van[k]); for (const p of ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-weight", "text-anchor", "dominant-baseline", "paint-order", "display", "vector-effect"]) e.style.setProperty(p, c.getPropertyValue(p)); });
  zet(kopie, { x: 0, y: 64, width: W, height: H, style: { position: "static", "max-height": "none" } }, []);
  const verf = (t) => { const e = h("i", { style: { color: `var(--${t})` } }); document.body.append(e); const c = getComputedStyle(e).color; e.remove(); return c; };
  doel.append(sv("rect", { width: W, height: hoog, fill: vlakte }), sv("text", { x: 20, y: 40, "font-size": 26, "font-weight": 700, fill: inkt }, `${X.gemeente}${X.fictief && !/fictief/i.test(X.gemeente) ? " (fictief)" : ""}: ${titel}`), kopie,
    ...leg.flatMap(([t, , tx], k) => { const x = 20 + (k % 5) * 232, y = 64 + H + 12 + 40 * Math.floor(k / 5); return [sv("rect", { x, y, width: 18, height: 18, fill: verf(t) }), sv("text", { x: x + 26, y: y + 15, "font-size": 16, fill: inkt }, kort(tx, 24))]; }), sv("text", { x: 20, y: hoog - 14, "font-size": 14, fill: inkt }, kort(`${bronVan(wat) || X.bron.join("; ")} · ${X.versie}`, 170)));
  if (wat === "rang") bron.remove();
  alsPng("data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(doel)), W, hoog, naam(wat, "png"), () => meld("Het plaatje kon niet worden gemaakt."));
}
document.addEventListener("click", (e) => {
  const k = e.target.closest("[data-csv],[data-png],[data-cite]");
  if (!k) return;
  if (k.dataset.cite) opKlembord(citeer(k.dataset.cite), "De verwijzing staat op het klembord.", citeer(k.dataset.cite));
  else if (k.dataset.png) png(k.dataset.png); else bewaar(new Blob([csv(...CSV[k.dataset.csv]())], { type: "text/csv" }), naam(k.dataset.csv, "csv"));
});

/* ---- start ---- */
themaKnop($("thema"), R);
keuzes("laag1"); keuzes("laag2");
$("lagen").append(...HOOFD.map((k) => h("label", {}, h("input", { type: "radio", name: "laag", value: k, onchange: () => neemLaag("laag", k) }), LAAG[k].n)));
maakKaart(1, () => st.laag, () => st.jaar); maakKaart(2, () => st.naast || st.laag, () => st.naastjaar);
$("laag1").addEventListener("change", (e) => neemLaag("laag", e.target.value)); $("laag2").addEventListener("change", (e) => neemLaag("naast", e.target.value));
$("jaar1").addEventListener("change", (e) => neemLaag("jaar", +e.target.value)); $("jaar2").addEventListener("change", (e) => neemLaag("naastjaar", +e.target.value));
$("naast").addEventListener("click", () => neemLaag("naast", st.naast ? null : HOOFD.find((k) => k !== st.laag) || HOOFD[0]));
$("met").append(h("option", { value: "" }, "de middelste buurt"), ...[...B.keys()].sort((i, j) => B[i].n.localeCompare(B[j].n, "nl")).map((i) => h("option", { value: B[i].c }, B[i].n)), Object.keys(X.anderen).length ? h("optgroup", { label: "Andere gemeente, middelste buurt" }, Object.entries(X.anderen).map(([c, n]) => h("option", { value: c }, n))) : "");
$("met").addEventListener("change", (e) => { st.met = NR.get(e.target.value) ?? null; st.naar = X.anderen[e.target.value] ? e.target.value : null; if (st.met === st.buurt) st.met = null; vergelijk(); KAARTEN[0].verf(); onthoud(); });
$("metorde").addEventListener("change", vergelijk); $("metalles").addEventListener("click", () => { alleCijfers = !alleCijfers; vergelijk(); });
$("alles").addEventListener("click", () => $("tabel").classList.remove("kort"));
$("fs").addEventListener("change", rijen); $("fa").addEventListener("change", rijen);
addEventListener("keydown", (e) => { if (e.key === "Escape" && st.buurt != null && document.activeElement !== Z) kies(null); });
addEventListener("popstate", lees); addEventListener("hashchange", lees);
vragen(); tabel(); gewichten(); geldblok(); plannenblok(); lees();
document.querySelectorAll("nav a").forEach((a) => (a.hidden = $(a.hash.slice(1)).hidden));
new ResizeObserver(() => { const w = $("helling").clientWidth; if (kan && w && w !== hw) { hw = w; helling(na); } }).observe($("helling"));
window.siaAtlas = { plaatsen: (factor) => Object.fromEntries([...plaatsen(D.map((d) => factor[d] ?? 1))].map(([i, r]) => [B[i].c, r])), csv: (wat) => csv(...CSV[wat]()), citeer };
})();
