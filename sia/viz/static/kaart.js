"use strict";
/* Leaflet looks for its marker images beside its style sheet; here both are inside the page. */
L.Icon.Default.imagePath = "";
L.Icon.Default.mergeOptions(SIA_MARKER);

/* folium's popups ask jQuery for one thing only: an element from a piece of HTML. */
window.$ = window.$ || function (html) {
  const mould = document.createElement("template");
  mould.innerHTML = String(html).trim();
  return [mould.content.firstElementChild];
};

window.SiaKaart = function (map, id, data) {
  const { h, sv: svg } = Sia;
  const wrapper = document.getElementById(id + "-geheel");
  const part = (name) => document.getElementById(id + "-" + name);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const count = data.namen.length;
  const order = [...Array(count).keys()].sort((a, b) => data.namen[a].localeCompare(data.namen[b], "nl"));
  const paths = new Array(count);
  const labels = new Array(count);
  let layer = data.lagen.find((l) => l.id === data.start) || data.lagen[0];
  let chosen = -1;

  const element = (tag, text, name) => h(tag, { class: name || null }, text);

  const GREY = { kleur: data.leeg, label: data.leegtekst, teken: "" };
  const classOf = (i) => (layer.klasse[i] < 0 ? GREY : layer.klassen[layer.klasse[i]]);
  const style = (i) => ({ fillColor: classOf(i).kleur, fillOpacity: 1, color: "#555", weight: 1, opacity: 1 });
  function sentence(i) {
    const reason = data.reden[i] ? ", niet gerangschikt: " + data.reden[i] : "";
    const current = classOf(i);
    const shown = current.label === layer.tekst[i] ? "" : " (" + current.label + ")";
    const said = data.duiding[i] ? ", duiding: " + data.duiding[i] : "";
    return data.namen[i] + ", " + layer.titel + ": " + layer.tekst[i] + shown + reason + said;
  }
  function hover(i) {
    const box = element("div");
    box.appendChild(element("strong", data.namen[i]));
    box.appendChild(element("span", data.wijken[i]));
    box.appendChild(element("span", layer.titel + ": " + layer.tekst[i]));
    const current = classOf(i);
    if (current.label !== layer.tekst[i]) box.appendChild(element("span", current.label));
    const note = layer.noot[i] < 0 ? "" : data.noten[layer.noot[i]];
    if (note) box.appendChild(element("span", note));
    if (data.reden[i]) box.appendChild(element("span", "Niet gerangschikt: " + data.reden[i]));
    if (data.duiding[i]) box.appendChild(element("span", "Duiding: " + data.duiding[i], "duiding"));
    return box;
  }

  const areas = L.geoJSON(data.vlakken, {
    style: (feature) => style(feature.properties.i),
    onEachFeature: (feature, shape) => {
      const i = feature.properties.i;
      paths[i] = shape;
      shape.bindTooltip(() => hover(i), { sticky: true, opacity: 1 });
      shape.on("click", () => choose(i, false));
    }
  }).addTo(map);

  const pockets = L.geoJSON(data.deelbuurten, {
    interactive: true,
    style: { color: "#000", weight: 2.5, dashArray: "5 4", fillColor: "#ffffff", fillOpacity: 0.35 },
    onEachFeature: (feature, shape) => {
      shape.bindTooltip(() => {
        const box = element("div");
        feature.properties.regels.forEach((line, n) => box.appendChild(element(n ? "span" : "strong", line)));
        return box;
      }, { sticky: true, opacity: 1 });
    }
  });

  order.forEach((i) => {
    const box = element("span", "", "teken");
    const icon = L.divIcon({ className: "teken", html: box, iconSize: [28, 14] });
    labels[i] = { box: box, marker: L.marker(data.punten[i], { icon: icon, interactive: false, keyboard: false }).addTo(map) };
  });

  /* Lines of their own on top: moving a path to the front would take the focus from it. */
  const rings = {};
  function outline(kind, i) {
    if (rings[kind]) rings[kind].remove();
    if (i < 0) return;
    const dash = kind === "focus" ? "6 4" : null;
    rings[kind] = L.polygon(paths[i].getLatLngs(), { interactive: false, fill: false, color: "#000", weight: 4, dashArray: dash }).addTo(map);
  }

  /* One buurt at a time is in the tab order; arrow keys go through them by name. */
  let stop = order[0];
  paths.forEach((shape, i) => {
    const node = shape.getElement();
    node.classList.add("buurt");
    node.setAttribute("role", "button");
    node.setAttribute("tabindex", i === stop ? "0" : "-1");
    node.addEventListener("focus", () => { outline("focus", i); shape.openTooltip(); });
    node.addEventListener("blur", () => { outline("focus", -1); shape.closeTooltip(); });
    node.addEventListener("keydown", (event) => {
      const place = order.indexOf(i);
      const steps = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, Home: 0, End: count - 1 };
      if (event.key in steps) {
        stop = order[(steps[event.key] + count) % count];
        node.setAttribute("tabindex", "-1");
        const next = paths[stop].getElement();
        next.setAttribute("tabindex", "0");
        next.focus();
      } else if (event.key === "Enter" || event.key === " ") choose(i, false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  });

  function swatch(current) {
    const box = svg("svg", { width: 26, height: 18, "aria-hidden": "true", focusable: "false" });
    box.appendChild(svg("rect", { x: 0.5, y: 0.5, width: 25, height: 17, fill: current.kleur, stroke: "#555" }));
    if (current.teken) {
      const mark = svg("text", { x: 13, y: 13, "text-anchor": "middle", "font-size": 11, "font-weight": 700, fill: "#111", stroke: "#fff", "stroke-width": 2.5, "paint-order": "stroke" });
      mark.textContent = current.teken;
      box.appendChild(mark);
    }
    return box;
  }
  function legend() {
    const box = part("legenda");
    box.replaceChildren(element("p", layer.titel, "titel"), element("p", layer.uitleg));
    const list = element("ul");
    const numbers = layer.klassen.map((_, k) => layer.klasse.filter((v) => v === k).length);
    const grey = layer.klasse.filter((v) => v < 0).length;
    [...layer.klassen.map((c, k) => [c, numbers[k]]), ...(grey ? [[GREY, grey]] : [])].forEach(([current, n]) => {
      const row = element("li");
      row.append(swatch(current), element("span", current.label + " (" + n + ")"));
      list.appendChild(row);
    });
    box.appendChild(list);
  }
  function details() {
    const box = part("gekozen");
    if (chosen < 0) return;
    box.replaceChildren(element("p", data.namen[chosen], "titel"), element("p", data.wijken[chosen]));
    if (data.reden[chosen]) box.appendChild(element("p", "Niet gerangschikt: " + data.reden[chosen]));
    const list = element("dl");
    const row = (name, value) => list.append(element("dt", name), element("dd", value));
    data.feiten.forEach((fact) => row(fact.titel, fact.tekst[chosen]));
    data.lagen.forEach((one) => {
      row(one.titel, one.tekst[chosen]);
      const note = one.noot[chosen] < 0 ? "" : data.noten[one.noot[chosen]];
      if (note) list.appendChild(element("dd", note, "noot"));
    });
    if (data.duiding[chosen]) {
      list.append(element("dt", "Duiding"));
      list.appendChild(element("dd", data.duiding[chosen], "noot duiding"));
    }
    box.appendChild(list);
  }
  function marks() {
    const wanted = part("tekens").checked;
    labels.forEach((label, i) => {
      const box = paths[i].getElement().getBBox();
      const room = Math.min(box.width, box.height) > 15;
      label.box.textContent = wanted && room ? classOf(i).teken : "";
    });
  }
  function draw() {
    paths.forEach((shape, i) => {
      shape.setStyle(style(i));
      shape.getElement().setAttribute("aria-label", sentence(i));
    });
    const wanted = part("pockets");
    if (layer.id === "deelbuurten" || (wanted && wanted.checked)) { pockets.addTo(map); pockets.bringToFront(); }
    else pockets.remove();
    legend();
    details();
    marks();
  }
  function choose(i, move) {
    chosen = i;
    if (stop >= 0) paths[stop].getElement().setAttribute("tabindex", "-1");
    stop = i;
    paths[i].getElement().setAttribute("tabindex", "0");
    outline("gekozen", i);
    if (move) map.fitBounds(paths[i].getBounds().pad(1.2), { animate: !calm, maxZoom: 15 });
    draw();
    wrapper.dispatchEvent(new CustomEvent("sia:buurt", { bubbles: true, detail: { code: data.codes[i] } }));
  }

  const select = part("laag");
  data.lagen.forEach((one) => select.appendChild(new Option(one.titel, one.id, false, one === layer)));
  select.addEventListener("change", () => { layer = data.lagen.find((l) => l.id === select.value); draw(); });
  part("tekens").addEventListener("change", marks);
  if (part("pockets")) part("pockets").addEventListener("change", draw);

  window.SiaZoek(part("zoek"), part("keuzes"), part("aantal"), {
    labels: data.namen, least: 0, most: count, take: (i) => choose(i, true)
  });

  L.control.zoom({ position: "topleft", zoomInTitle: "Inzoomen", zoomOutTitle: "Uitzoomen" }).addTo(map);
  if (map.attributionControl) {
    map.attributionControl.setPrefix(false);
    if (data.bron) map.attributionControl.addAttribution(data.bron);
  }
  const fit = () => {
    const bounds = areas.getBounds(); // not valid when no buurt has a border
    if (bounds.isValid()) map.fitBounds(bounds, { animate: false, padding: [8, 8] });
  };
  fit();
  /* The wheel scrolls the page until the reader has clicked the map. */
  map.scrollWheelZoom.disable();
  map.on("focus click", () => map.scrollWheelZoom.enable());
  map.on("zoomend", marks);
  map.on("resize", marks);
  window.addEventListener("beforeprint", () => { map.invalidateSize({ animate: false }); fit(); });
  draw();
};
