"use strict";
/* Small tools that every part of the page uses. Text always goes in as text, never as markup. */
const LEEG = "–", { h: el, sv: svg } = Sia;

/* One list of options inside a drawing: one tab stop, arrows walk, Enter and space choose. */
function keuzelijst(box, items, { kies, wijs }) {
  let at = 0;
  const go = (n) => {
    at = (n + items.length) % items.length;
    items.forEach((item, i) => item.classList.toggle("wijst", i === at));
    box.setAttribute("aria-activedescendant", items[at].id);
    wijs(at);
  };
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  box.addEventListener("keydown", (event) => {
    if (event.key in steps) go(at + steps[event.key]);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(items.length - 1);
    else if (event.key === "Enter" || event.key === " ") kies(at);
    else return;
    event.preventDefault();
  });
  box.addEventListener("focus", () => go(at));
  box.addEventListener("blur", () => items.forEach((item) => item.classList.remove("wijst")));
  items.forEach((item, i) => item.addEventListener("click", () => { go(i); kies(i); }));
  return { zet: (n) => { at = n; } };
}

/* Sheets of which one is seen: the tabs pattern of the ARIA Authoring Practices. */
function tabbladen(id, list, { begin = 0, getoond = () => {} } = {}) {
  const knoppen = list.map(([key, text], n) => el("button", { type: "button", role: "tab", id: id("tab-" + key), "aria-controls": id("vak-" + key), onclick: () => toon(n) }, text));
  const vakken = list.map(([key, , inhoud]) => el("div", { role: "tabpanel", id: id("vak-" + key), "aria-labelledby": id("tab-" + key), tabindex: "0" }, inhoud));
  function toon(n) {
    knoppen.forEach((knop, i) => { knop.setAttribute("aria-selected", i === n ? "true" : "false"); knop.tabIndex = i === n ? 0 : -1; vakken[i].hidden = i !== n; });
    getoond(n, vakken[n]);
  }
  const balk = el("div", { role: "tablist", "aria-label": "Onderwerp", onkeydown: (event) => {
    const at = knoppen.indexOf(document.activeElement), to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: knoppen.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const n = (to + knoppen.length) % knoppen.length;
    toon(n);
    knoppen[n].focus();
  } }, ...knoppen);
  toon(begin);
  return el("section", { class: "vak onderwerp", "aria-labelledby": id("onderwerpkop") },
    el("h2", { id: id("onderwerpkop"), class: "onzichtbaar" }, "Onderwerp"), balk, ...vakken);
}

/* Messages to Python: each has a number, and gets an answer, or a word that none came. */
function maakVrager(model, { wacht, stil, weg = stil }) {
  const open = new Map();
  let volg = 0;
  const hoor = (answer) => {
    const klaar = open.get(answer.nummer);
    open.delete(answer.nummer);
    if (klaar) klaar(answer);
  };
  model.on("msg:custom", hoor);
  const vraag = (soort, data, buffers) => new Promise((resolve) => {
    const nummer = (volg += 1), klaar = (answer) => { clearTimeout(laat); open.delete(nummer); resolve(answer); };
    const mis = (waarom) => klaar({ goed: false, nummer, tekst: waarom() });
    const laat = setTimeout(() => mis(stil), wacht(soort));
    open.set(nummer, klaar);
    try {
      model.send({ soort, nummer, ...data }, undefined, buffers);
    } catch (error) { // where the kernel is known to be gone, sending fails at once
      mis(weg);
    }
  });
  return { vraag, sluit: () => model.off("msg:custom", hoor) };
}

/* A control under its label; what is wrong with it is said right below. */
function veld(label, control, id) {
  control.id = id;
  return el("div", { class: "veld" }, el("label", { for: id }, label), control);
}
function zegFout(control, text) {
  const box = control.closest(".veld, .rond"), field = control.matches("fieldset") ? control.querySelector("input") : control;
  const mine = box.querySelector(".veldfout"), id = (control.id || field.name) + "-fout";
  if (mine) mine.remove();
  field.toggleAttribute("aria-invalid", false);
  field.removeAttribute("aria-describedby");
  if (!text) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
  box.append(el("p", { class: "veldfout", id }, text));
}

function opties(select, list, chosen) {
  select.replaceChildren(...list.map(([value, text]) => {
    const made = new Option(text, value);
    made.selected = String(value) === String(chosen);
    return made;
  }));
}

/* In JupyterLab only this widget turns. */
function themaKnop(wortel) {
  const knop = el("button", { type: "button" });
  return Sia.themaKnop(knop, document.body.dataset.voila ? document.documentElement : wortel);
}
