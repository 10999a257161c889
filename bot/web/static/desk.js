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

  // What stood here is not there any more, so it shall not stand on this screen either.
  const empty = (words) => {
    document.querySelector("main").replaceChildren(words.content.cloneNode(true));
    document.title = document.querySelector("main h1").textContent;
  };

  const watch = (place, act) => {
    let timer = 0;
    const source = new EventSource(place.dataset.live);
    const gone = document.getElementById("gone-words");
    const end = () => { source.close(); clearTimeout(timer); empty(gone); };
    if (gone) {
      source.addEventListener("gone", end);
      source.addEventListener("error", async () => {
        if (source.readyState !== EventSource.CLOSED) return;
        const answer = await fetch(place.dataset.live, { credentials: "same-origin" });
        if (answer.status === 404) end();
        else if (answer.body) answer.body.cancel();
      });
    }
    source.addEventListener("changed", () => {
      clearTimeout(timer);
      timer = setTimeout(act, WAIT);
    });
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  };

  adapt(document);
  const list = document.getElementById("live");
  const changed = document.getElementById("changed");
  if (list) watch(list, () => refetch(list).catch(() => undefined));
  if (changed) watch(changed, () => tellOf(changed));
})();
