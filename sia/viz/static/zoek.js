"use strict";
/* A search box with suggestions: the combobox pattern of the ARIA Authoring Practices, list
   autocompletion. `labels` are what can be found; names that begin with what was typed come first. */
window.SiaZoek = function (box, choices, status, { labels, least, most, take }) {
  const keys = labels.map(Sia.kaal);
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].localeCompare(labels[b], "nl"));
  let found = [];
  let active = -1;

  function mark(n) {
    active = n;
    [...choices.children].forEach((item, k) => item.setAttribute("aria-selected", k === n ? "true" : "false"));
    if (n < 0) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    box.setAttribute("aria-activedescendant", choices.children[n].id);
    choices.children[n].scrollIntoView({ block: "nearest" });
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
  function option(i, n) {
    const item = document.createElement("li");
    item.textContent = labels[i];
    item.id = choices.id + "-" + n;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.addEventListener("mousedown", (event) => { event.preventDefault(); pick(n); });
    return item;
  }
  function suggest() {
    const wanted = Sia.kaal(box.value.trim());
    const hits = wanted.length < least ? [] : order.filter((i) => keys[i].includes(wanted));
    const first = hits.filter((i) => keys[i].startsWith(wanted));
    found = first.concat(hits.filter((i) => !keys[i].startsWith(wanted))).slice(0, most);
    choices.replaceChildren(...found.map(option));
    open(found.length > 0);
    const more = hits.length > most ? "; de eerste " + most + " staan in de lijst" : "";
    const count = hits.length === 1 ? "1 buurt" : Sia.f(hits.length) + " buurten";
    status.textContent = wanted.length < least ? "" : count + " gevonden" + more;
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
