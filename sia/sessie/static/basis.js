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
