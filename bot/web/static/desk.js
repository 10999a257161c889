// Keeps the list fresh, and says on an open tip that something changed. Everything works without it.
"use strict";
(() => {
  const WAIT = 400;

  const adapt = (root) => {
    root.querySelectorAll(".with-js").forEach((each) => { each.hidden = false; });
    root.querySelectorAll(".without-js").forEach((each) => { each.hidden = true; });
  };

  const refetch = async (list) => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) { location.reload(); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (!fresh) { location.reload(); return; }
    const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    adapt(fresh);
    list.replaceChildren(...fresh.childNodes);
    if (focused) {
      const again = [...list.querySelectorAll("a")].find((each) => each.getAttribute("href") === focused);
      if (again) again.focus({ preventScroll: true });
    }
  };

  const tellOf = (place) => {
    if (place.childNodes.length) return;
    place.append(document.getElementById("changed-words").content.cloneNode(true));
  };

  const watch = (place, act) => {
    let timer = 0;
    const source = new EventSource(place.dataset.live);
    source.addEventListener("changed", () => {
      clearTimeout(timer);
      timer = setTimeout(act, WAIT);
    });
    // The tip is not this desk's any more: its words do not stay on the screen. A reload would ask
    // whether to send the form again that opened it.
    const gone = () => { source.close(); location.replace(location.pathname); };
    source.addEventListener("gone", gone);
    source.addEventListener("error", async () => {
      if (source.readyState !== EventSource.CLOSED) return;
      // It went before this page was connected, or while the connection was lost.
      const answer = await fetch(place.dataset.live, { credentials: "same-origin" });
      if (answer.status === 404) gone();
      else if (answer.body) answer.body.cancel();
    });
    // What a form of this page does is shown on the page that follows.
    addEventListener("submit", () => source.close());
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  };

  const countDown = (place) => {
    const shown = place.querySelector("[role=timer]");
    const ends = performance.now() + 1000 * Number(place.dataset.ends);
    const tick = () => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left) return;
      clearInterval(timer);
      place.hidden = true;
      document.getElementById("ended").hidden = false;
    };
    const timer = setInterval(tick, 1000);
  };

  adapt(document);
  document.querySelectorAll("[data-print]").forEach((each) => each.addEventListener("click", () => print()));
  const ending = document.querySelector("[data-ends]");
  if (ending) countDown(ending);
  const list = document.getElementById("live");
  const changed = document.getElementById("changed");
  if (list) watch(list, () => refetch(list).catch(() => undefined));
  if (changed) watch(changed, () => tellOf(changed));
})();
