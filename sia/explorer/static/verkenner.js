// Shows what Python drew; a click, or a line drawn around buurten, goes back as a message.
/* Whether the middle of an element lies within the line that was drawn. */
function binnen(el, lijn) {
  const b = el.getBoundingClientRect(), x = b.x + b.width / 2, y = b.y + b.height / 2;
  return lijn.reduce((in_, [ax, ay], k) => {
    const [bx, by] = lijn[(k || lijn.length) - 1];
    return (ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax ? !in_ : in_;
  }, false);
}

export default {
  render({ model, el }) {
    el.classList.add("sia-thema", "sia-verkenner");
    el.innerHTML = '<p role="status"></p><div class="beeld" tabindex="0" role="region" aria-label="Beeld en tabel"></div><div class="lus" hidden><svg aria-hidden="true"><polygon/></svg></div>';
    const [zin, beeld, lus] = el.children;
    const tonen = () => {
      const was = beeld.querySelector("th[aria-sort$=scending]");
      beeld.innerHTML = model.get("html");
      zin.textContent = model.get("zin");
      const tabel = beeld.querySelector("table");
      if (was) tabel.tHead.rows[0].cells[was.cellIndex]?.setAttribute("aria-sort", was.getAttribute("aria-sort"));
      Sia.sorteerbaar(tabel);
      Sia.orden(tabel);
    };
    model.on("change:html", tonen);
    model.on("change:zin", tonen);
    model.on("msg:custom", ({ naam, inhoud, png }) =>
{
      const { width, height } = beeld.querySelector("svg").viewBox.baseVal;
      if (png) Sia.png(inhoud, 2400, (2400 * height) / width, naam);
      else Sia.bewaar(inhoud, naam);
    });
    let lijn = null;
    beeld.addEventListener("pointerdown", (e) => {
      delete el.dataset.lus;
      if (e.target.closest("svg") && e.button === 0) lijn = [[e.clientX, e.clientY]];
    });
    el.addEventListener("pointermove", (e) => {
      if (!lijn) return;
      lijn.push([e.clientX, e.clientY]);
      const om = el.getBoundingClientRect(), [x, y] = lijn[0];
      if (Math.hypot(e.clientX - x, e.clientY - y) > 6) lus.hidden = false;
      lus.querySelector("polygon").setAttribute("points", lijn.map(([a, b]) => `${a - om.left},${b - om.top}`).join(" "));
    });
    el.addEventListener("pointercancel", () => { lijn = null; lus.hidden = true; });
    el.addEventListener("pointerup", (e) => {
      const om = lijn;
      lijn = null;
      if (lus.hidden) return;
      lus.hidden = true;
      // in one map or scatter: the one that the middle of the line lies in
      const [x, y] = [0, 1].map((k) => om.reduce((som, p) => som + p[k], 0) / om.length);
      const vlak = [...beeld.querySelectorAll("g:has(> [data-b])")].find((g) => {
        const r = g.getBoundingClientRect();
        return x > r.left && x < r.right && y > r.top && y < r.bottom;
      }) || beeld;
      const geraakt = [...vlak.querySelectorAll("[data-b]")].filter((b) => binnen(b, om));
      model.send({ doe: "lus", codes: [...new Set(geraakt.map((b) => b.dataset.b))] });
      e.stopPropagation();
      el.dataset.lus = "1";
    });
    beeld.addEventListener("click", (e) => {
      if (el.dataset.lus) return void delete el.dataset.lus;
      const buurt = e.target.closest("[data-b]");
      if (buurt) model.send({ doe: "kies", codes: [buurt.dataset.b] });
    });
    tonen();
  },
};
