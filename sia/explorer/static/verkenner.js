// Shows what Python drew; a click or a box drawn over buurten goes back as a message.
function wegschrijven(naam, inhoud) {
  const link = document.createElement("a");
  link.href = inhoud;
  link.download = naam;
  link.click();
}

function alsPng(naam, svg) {
  const beeld = new Image();
  beeld.onload = () => {
    const vlak = document.createElement("canvas");
    vlak.width = 2400;
    vlak.height = 1280;
    vlak.getContext("2d").drawImage(beeld, 0, 0, vlak.width, vlak.height);
    wegschrijven(naam, vlak.toDataURL("image/png"));
  };
  beeld.src = svg;
}

function binnen(el, kader) {
  const b = el.getBoundingClientRect(), x = b.x + b.width / 2, y = b.y + b.height / 2;
  return x > kader.left && x < kader.right && y > kader.top && y < kader.bottom;
}

export default {
  render({ model, el }) {
    el.classList.add("sia-verkenner");
    el.innerHTML = '<p role="status"></p><div class="beeld"></div><div class="lus" hidden></div>';
    const [zin, beeld, lus] = el.children;
    const tonen = () => {
      const houder = document.activeElement && document.activeElement.dataset.sorteer;
      beeld.innerHTML = model.get("html");
      zin.textContent = model.get("zin");
      if (houder) beeld.querySelector(`[data-sorteer="${houder}"]`)?.focus();
    };
    model.on("change:html", tonen);
    model.on("change:zin", tonen);
    model.on("msg:custom", ({ naam, inhoud, png }) =>
      png ? alsPng(naam, inhoud) : wegschrijven(naam, inhoud));
    let begin = null;
    const kader = (e) => ({
      left: Math.min(begin.x, e.clientX), right: Math.max(begin.x, e.clientX),
      top: Math.min(begin.y, e.clientY), bottom: Math.max(begin.y, e.clientY),
    });
    beeld.addEventListener("pointerdown", (e) => {
      delete el.dataset.lus;
      if (e.target.closest("svg")) begin = { x: e.clientX, y: e.clientY };
    });
    el.addEventListener("pointermove", (e) => {
      if (!begin) return;
      const k = kader(e), om = el.getBoundingClientRect();
      lus.hidden = k.right - k.left < 6;
      Object.assign(lus.style, { left: `${k.left - om.left}px`, top: `${k.top - om.top}px`,
        width: `${k.right - k.left}px`, height: `${k.bottom - k.top}px` });
    });
    el.addEventListener("pointerup", (e) => {
      const k = begin && kader(e);
      begin = null;
      if (lus.hidden) return;
      lus.hidden = true;
      const vlak = beeld.querySelector("[data-vlak]").getBoundingClientRect();
      const waar = k.right > vlak.left && k.left < vlak.right ? "[data-vlak] [data-b]" : "svg > g:not([data-vlak]) [data-b]";
      const geraakt = [...beeld.querySelectorAll(waar)].filter((b) => binnen(b, k));
      model.send({ doe: "lus", codes: [...new Set(geraakt.map((b) => b.dataset.b))] });
      e.stopPropagation();
      el.dataset.lus = "1";
    });
    beeld.addEventListener("click", (e) => {
      if (el.dataset.lus) return void delete el.dataset.lus;
      const sorteer = e.target.closest("[data-sorteer]"), buurt = e.target.closest("[data-b]");
      if (sorteer) model.send({ doe: "sorteer", kolom: sorteer.dataset.sorteer });
      else if (buurt) model.send({ doe: "kies", codes: [buurt.dataset.b] });
    });
    tonen();
  },
};
