/* Small tools that every page shares. Text always goes in as text, never as markup. */
window.Sia ??= (() => {
  const weg = (x) => x === null || x === undefined || x === false;
  function zet(made, attributes, kids) {
    for (const [key, value] of Object.entries(attributes || {})) {
      if (weg(value)) continue;
      if (key === "style" && typeof value === "object") for (const [p, w] of Object.entries(value)) made.style.setProperty(p, w);
      else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value === true ? "" : String(value));
    }
    made.append(...kids.flat().filter((kid) => !weg(kid) && kid !== ""));
    return made;
  }
  const h = (tag, attributes, ...kids) => zet(document.createElement(tag), attributes, kids);
  const sv = (tag, attributes, ...kids) => zet(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, kids);
  /* A number as Dutch readers write it. */
  const f = (v, d = 0) => (v == null ? "–" : v.toLocaleString("nl-NL", { minimumFractionDigits: d, maximumFractionDigits: d }).replace("-", "−"));
  /* A text as it is searched: without capitals and accents. */
  const kaal = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  /* A file to keep: from a blob, or from an address that holds its content. */
  function bewaar(inhoud, naam) {
    const url = inhoud instanceof Blob ? URL.createObjectURL(inhoud) : inhoud;
    h("a", { href: url, download: naam }).click();
    if (url !== inhoud) setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
  /* A drawing, given by its address, as a picture to keep. */
  function png(adres, breed, hoog, naam, mis) {
    const beeld = new Image();
    beeld.onload = () => {
      const vlak = h("canvas", { width: breed, height: Math.round(hoog) });
      vlak.getContext("2d").drawImage(beeld, 0, 0, vlak.width, vlak.height);
      vlak.toBlob((blob) => bewaar(blob, naam));
    };
    beeld.onerror = mis;
    beeld.src = adres;
  }
  /* Light or dark: that of the page, until the button is pressed. */
  const donker = (doel) => {
    const nu = getComputedStyle(doel).colorScheme;
    return nu.includes("dark") && (!nu.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
  };
  function themaKnop(knop, doel) {
    const noem = () => { knop.textContent = donker(doel) ? "Licht" : "Donker"; };
    knop.addEventListener("click", () => { doel.style.colorScheme = donker(doel) ? "light" : "dark"; noem(); });
    requestAnimationFrame(noem);
    return knop;
  }
  /* Sort a table as the `aria-sort` of its headers says; what is missing stays at the bottom. */
  function orden(tabel) {
    const koppen = [...tabel.tHead.rows[0].cells], k = koppen.findIndex((th) => /scending/.test(th.getAttribute("aria-sort")));
    if (k < 0) return;
    const op = koppen[k].getAttribute("aria-sort") === "ascending" ? 1 : -1;
    const waarde = ({ cells: { [k]: cel } }) => (!("v" in cel.dataset) ? cel.textContent : cel.dataset.v === "" ? null : Number(cel.dataset.v));
    const rijen = [...tabel.tBodies[0].rows].map((rij) => [waarde(rij), rij]);
    rijen.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : (typeof a === "number" ? a - b : a.localeCompare(b, "nl", { numeric: true })) * op));
    tabel.tBodies[0].append(...rijen.map(([, rij]) => rij));
  }
  /* Sort a table by the button in a column's header; the first click goes up, unless the button says otherwise. */
  const sorteerbaar = (tabel) => tabel.tHead.addEventListener("click", (event) => {
    const knop = event.target.closest("button.sorteer"), kop = knop && knop.closest("th");
    if (!kop) return;
    const eerst = knop.dataset.eerst || "ascending", was = kop.getAttribute("aria-sort");
    tabel.querySelectorAll("th[aria-sort]").forEach((th) => th.setAttribute("aria-sort", "none"));
    kop.setAttribute("aria-sort", was !== eerst ? eerst : eerst === "ascending" ? "descending" : "ascending");
    orden(tabel);
  });
  return { orden, sorteerbaar, zet, h, sv, f, kaal, bewaar, png, donker, themaKnop };
})();
