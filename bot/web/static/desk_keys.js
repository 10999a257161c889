// The desk by keyboard. Everything works without it; it is silent while somebody types, and can be
// switched off (a dictated word is many letters).
"use strict";
(() => {
  const PAUSE = 1000;
  const OFF = "desk-keys-off";
  const help = document.getElementById("keys");
  if (!help || !help.showModal) return;
  const on = document.getElementById("keys-on");
  const show = document.getElementById("keys-show");
  let before = "";
  let timer = 0;

  const remembered = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
  const remember = (off) => {
    try { if (off) localStorage.setItem(OFF, "1"); else localStorage.removeItem(OFF); } catch { /* this page only */ }
  };

  const cards = () => [...document.querySelectorAll(".cards .card h2 a")];
  const at = () => cards().indexOf(document.activeElement);

  const move = (step) => {
    const all = cards();
    if (!all.length) return false;
    const here = at();
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
    all[next].focus();
    all[next].closest(".card").scrollIntoView({ block: "nearest" });
    return true;
  };

  const claim = () => {
    const form = document.getElementById("keys-claim");
    const card = cards()[at()];
    if (form && card) {
      form.action = card.getAttribute("href");
      form.requestSubmit();
      return true;
    }
    const own = [...document.querySelectorAll("main form")].find((each) => each.id !== "keys-claim"
      && [...each.querySelectorAll("input[name=do]")].some((box) => box.value === "claim"));
    if (!own) return false;
    own.requestSubmit();
    return true;
  };

  const search = () => {
    const words = document.getElementById("words");
    if (!words) return false;
    words.focus();
    words.select();
    return true;
  };

  const ask = () => {
    on.checked = !remembered();
    help.showModal();
    document.getElementById("keys-title").focus();
    return true;
  };

  const list = () => {
    if (before !== "g") return false;
    location.assign("/desk");
    return true;
  };

  const act = (key) => {
    switch (key) {
      case "j": case "ArrowDown": return move(1);
      case "k": case "ArrowUp": return move(-1);
      case "c": return claim();
      case "/": return search();
      case "l": return list();
      case "?": return ask();
      default: return false;
    }
  };

  const typing = (target) => target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (help.open || typing(event.target)) return;
    if (remembered() && event.key !== "?") return;
    // Arrows scroll a page on which no tip is chosen.
    if (event.key.startsWith("Arrow") && at() < 0) return;
    if (act(event.key)) event.preventDefault();
    before = event.key;
    clearTimeout(timer);
    timer = setTimeout(() => { before = ""; }, PAUSE);
  });
  on.addEventListener("change", () => remember(!on.checked));
  show.addEventListener("click", ask);
  show.parentElement.hidden = false;
})();
