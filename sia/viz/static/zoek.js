"use strict";
/* A search box with suggestions: the combobox pattern of the ARIA Authoring Practices, list
   autocompletion. `labels` are what can be found, `keys` what is searched; labels that begin with
   what was typed come first. `others` says what to do when nothing is found: a text, and places. */
window.SiaZoek = function (box, choices, status, {
  labels, least, most, take, keys = labels.map(Sia.kaal), shown = (i) => labels[i], others = () => ["", []]
}) {
  const starts = labels.map(Sia.kaal), options = () => [...choices.querySelectorAll("[id]")];
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].localeCompare(labels[b], "nl"));
  let found = [];
  let active = -1;

  function mark(n) {
    active = n;
    options().forEach((item, k) => item.setAttribute("aria-selected", k === n ? "true" : "false"));
    if (n < 0) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    box.setAttribute("aria-activedescendant", options()[n].id);
    options()[n].scrollIntoView({ block: "nearest" });
  }
  function open(wanted) {
    choices.hidden = !wanted;
    box.setAttribute("aria-expanded", wanted ? "true" : "false");
    mark(-1);
  }
  function pick(n) {
    const i = found[n];
    box.value = labels[i];
    open(false);
    take(i);
  }
  const option = (i, n) => Sia.h("li", {
    id: choices.id + "-" + n, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); pick(n); }
  }, shown(i));
  function suggest() {
    const wanted = Sia.kaal(box.value.trim());
    const hits = wanted.length < least ? [] : order.filter((i) => keys[i].includes(wanted));
    const [text, instead] = hits.length || wanted.length < least ? ["", []] : others(wanted);
    const first = hits.filter((i) => starts[i].startsWith(wanted));
    found = first.concat(hits.filter((i) => !starts[i].startsWith(wanted)), instead).slice(0, most);
    const told = text ? [Sia.h("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "noot" }, text)] : [];
    choices.replaceChildren(...told, ...found.map(option));
    open(choices.children.length > 0);
    const more = hits.length > most ? "; de eerste " + most + " staan in de lijst" : "";
    const count = hits.length === 1 ? "1 buurt" : Sia.f(hits.length) + " buurten";
    if (status) status.textContent = wanted.length < least ? "" : count + " gevonden" + more;
  }
  box.addEventListener("input", suggest);
  box.addEventListener("blur", () => open(false));
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (choices.hidden) suggest();
      if (!found.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(active < 0 ? (step > 0 ? 0 : found.length - 1) : (active + step + found.length) % found.length);
    } else if (event.key === "Enter" && found.length && !choices.hidden) pick(active < 0 ? 0 : active);
    else if (event.key === "Escape") open(false);
    else return;
    event.preventDefault();
  });
};
