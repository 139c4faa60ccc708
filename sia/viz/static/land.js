/* The map of the country: all buurten on one canvas, because a browser does not carry fourteen
   thousand SVG paths. Borders come as steps on a grid and are decoded once. */
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("gegevens").textContent);
  const part = (id) => document.getElementById(id);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const { f, h } = Sia, number = (value, digits) => (value === null ? "onbekend" : f(value, digits));
  const map = L.map("kaart", {
    preferCanvas: true, zoomControl: false, minZoom: 6, maxZoom: 16, zoomSnap: 0.25,
    ...(calm ? { zoomAnimation: false, fadeAnimation: false, inertia: false } : {}),
  });
  map.attributionControl.setPrefix(false);
  if (data.bron) map.attributionControl.addAttribution(data.bron);
  L.control.zoom({ position: "topleft", zoomInTitle: "Inzoomen", zoomOutTitle: "Uitzoomen" }).addTo(map);
  map.fitBounds(data.kader, { animate: false, padding: [4, 4] });
  let layer = data.lagen[0];
  let chosen = -1;

  const ring = (steps) => {
    const points = [];
    let x = 0;
    let y = 0;
    for (let k = 0; k < steps.length; k += 2) {
      x += steps[k];
      y += steps[k + 1];
      points.push([y / data.stap, x / data.stap]);
    }
    return points;
  };
  const close = () => map.getZoom() >= 10;
  const colour = (i) => layer.klasse[i] < 0 ? data.leeg : layer.klassen[layer.klasse[i]][1];
  /* Far away a border would hide the colour of a small buurt: then it has that same colour. */
  const style = (i) => i === chosen
    ? { color: "#000", weight: 3, fillColor: colour(i), fillOpacity: 1 }
    : { color: close() ? "#fff" : colour(i), weight: close() ? 1 : 0.6, fillColor: colour(i), fillOpacity: 1 };
  const renderer = L.canvas({ padding: 0.2 });
  const shapes = data.vlakken.map((polygons, i) => {
    if (!polygons.length) return null;
    const shape = L.polygon(polygons.map((rings) => rings.map(ring)), { renderer, smoothFactor: 0.8, ...style(i) });
    shape.on("click", () => choose(i, false));
    return shape.addTo(map);
  });

  function sentence(i) {
    if (data.rang[i] === null) return "Niet gerangschikt. " + data.redenen[data.reden[i]];
    const beyond = data.rang[i] < data.laag[i] || data.rang[i] > data.hoog[i];
    const interval = data.laag[i] === null ? ""
      : "; in 90 % van de doorrekeningen plaats " + number(data.laag[i], 0) + " tot en met " + number(data.hoog[i], 0)
        + (beyond ? " (gevoelig voor de methode)" : "");
    return "Plaats " + number(data.rang[i], 0) + " van " + number(data.aantal, 0) + interval + ".";
  }
  const element = (tag, text) => h(tag, {}, text);
  function details() {
    const box = part("gekozen");
    if (chosen < 0) return;
    const title = h("p", { class: "titel" }, data.namen[chosen] + " (" + data.gemeenten[data.gemeente[chosen]] + ")"), list = h("dl");
    const row = (name, value) => list.append(element("dt", name), element("dd", value));
    row("Buurtcode", data.codes[chosen]);
    row("Inwoners", number(data.inwoners[chosen], 0));
    row("Urgentie", number(data.urgentie[chosen], 1));
    const types = data.lagen.find((one) => one.id === "type");
    if (types) {
      const place = types.klasse[chosen];
      row("Type buurt", place < 0 ? "geen" : types.klassen[place][0]);
      if (data.zekerheid[chosen] !== null) row("Zekerheid van het type", number(100 * data.zekerheid[chosen], 0) + " %");
    }
    box.replaceChildren(title, element("p", sentence(chosen)), list);
    if (!shapes[chosen]) box.append(element("p", "Van deze buurt is geen grens bekend."));
  }
  function legend() {
    const title = h("p", { class: "titel" }, layer.titel), list = h("ul");
    const counts = layer.klassen.map(() => 0);
    let rest = 0;
    layer.klasse.forEach((place) => { if (place < 0) rest += 1; else counts[place] += 1; });
    const rows = layer.klassen.map(([text, fill], k) => [text, fill, counts[k]]);
    rows.concat([["Niet gerangschikt of geen cijfer", data.leeg, rest]]).forEach(([text, fill, count]) => {
      list.append(h("li", {}, h("span", { class: "vierkantje", style: { background: fill } }), element("span", text + " (" + number(count, 0) + ")")));
    });
    part("legenda").replaceChildren(title, element("p", layer.uitleg), list);
  }
  function paint() {
    shapes.forEach((shape, i) => { if (shape) shape.setStyle(style(i)); });
  }
  function choose(i, move) {
    const before = chosen;
    chosen = i;
    if (before >= 0 && shapes[before]) shapes[before].setStyle(style(before));
    if (shapes[i]) {
      shapes[i].setStyle(style(i)).bringToFront();
      if (move) map.fitBounds(shapes[i].getBounds().pad(2), { animate: false, maxZoom: 14 });
    }
    details();
  }

  data.lagen.forEach((one) => part("laag").append(new Option(one.titel, one.id)));
  part("laag").addEventListener("change", (event) => {
    layer = data.lagen.find((one) => one.id === event.target.value);
    paint();
    legend();
  });
  let wasClose = close();
  map.on("zoomend", () => {
    if (wasClose === close()) return;
    wasClose = close();
    paint();
  });
  map.scrollWheelZoom.disable();
  map.on("focus click", () => map.scrollWheelZoom.enable());

  const tip = L.tooltip({ sticky: true, direction: "top", opacity: 1 });
  const group = L.featureGroup(shapes.filter(Boolean));
  const place = new Map(shapes.map((shape, i) => [shape, i]));
  group.on("mouseover", (event) => {
    const i = place.get(event.layer || event.propagatedFrom);
    tip.setContent(h("div", {}, element("strong", data.namen[i] + " (" + data.gemeenten[data.gemeente[i]] + ")"), element("span", sentence(i)))).setLatLng(event.latlng).addTo(map);
  });
  group.on("mousemove", (event) => tip.setLatLng(event.latlng));
  group.on("mouseout", () => tip.remove());

  window.SiaZoek(part("zoek"), part("keuzes"), part("aantal"), {
    labels: data.namen.map((name, i) => name + " (" + data.gemeenten[data.gemeente[i]] + ")"),
    least: 2, most: 40, take: (i) => choose(i, true)
  });

  legend();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    performance.mark("sia-kaart-getekend");
    document.documentElement.dataset.getekend = String(Math.round(performance.now()));
  }));
})();
