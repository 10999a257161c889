// Makes the talk smoother where scripts run; without it every form works by itself.
"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const WARNING_SECONDS = 120;
  let stream = null;
  let ends = 0;
  let busy = false;

  root.classList.add("js");

  function request(method, address, body, progress) {
    return new Promise((resolve, reject) => {
      const asking = new XMLHttpRequest();
      asking.open(method, address);
      asking.responseType = "document";
      asking.onload = () =>
        asking.response && asking.response.getElementById("main")
          ? resolve(asking.response) : reject(new Error("no page"));
      asking.onerror = asking.ontimeout = () => reject(new Error("no answer"));
      if (progress) {
        asking.upload.onprogress = progress;
        asking.upload.onload = () => progress(null);
      }
      asking.send(body);
    });
  }

  function swap(page) {
    root.lang = page.documentElement.lang;
    for (const name of [".demo", "header", ".urgent", "main", "footer"]) {
      const old = document.querySelector(name);
      const fresh = page.querySelector(name);
      if (!old || !fresh) continue;
      old.replaceChildren(...fresh.childNodes);
    }
  }

  function opened() {
    for (const button of document.querySelectorAll(".copy")) button.hidden = false;
    const until = find("until");
    ends = until ? Date.now() + Number(until.dataset.left) * 1000 : 0;
    const talk = find("talk");
    if (!talk || !("live" in talk.dataset)) {
      if (stream) stream.close();
      stream = null;
    } else if (!stream || stream.readyState === EventSource.CLOSED) {
      watch();
    }
  }

  function show(page) {
    swap(page);
    opened();
    history.replaceState(null, "", "/");
    window.scrollTo(0, 0);
    find("main").focus({ preventScroll: true });
  }

  async function send(form, button) {
    if (busy) return;
    busy = true;
    root.classList.add("waiting");
    const data = new FormData(form);
    if (button && button.name) data.append(button.name, button.value);
    const bar = find("sent");
    const files = form.enctype === "multipart/form-data";
    // Once all is sent it is cleaned, and nobody can say how long that takes.
    const cleaning = find("cleaning");
    const progress = files && bar && ((event) => {
      bar.hidden = false;
      if (!event) {
        bar.removeAttribute("value");
        if (cleaning) cleaning.hidden = false;
      } else if (event.lengthComputable) {
        bar.value = (100 * event.loaded) / event.total;
      }
    });
    try {
      show(await request("POST", "/", files ? data : new URLSearchParams(data), progress));
    } catch {
      const failed = find("failed");
      if (failed) {
        failed.hidden = false;
        failed.scrollIntoView({ block: "nearest" });
      }
      if (bar) bar.hidden = true;
      if (cleaning) cleaning.hidden = true;
    }
    busy = false;
    root.classList.remove("waiting");
  }

  // What stands there for good: remarks on the last step are not news when they are gone.
  function lasting(lines) {
    const copied = lines.cloneNode(true);
    copied.querySelectorAll(".note").forEach((note) => note.remove());
    return copied.textContent.replace(/\s+/g, " ");
  }

  // Another page of ours tells what is new; words in the box and the place of the cursor stay.
  async function lookAgain() {
    if (busy) return;
    try {
      const page = await request("GET", "/", null);
      const fresh = page.getElementById("lines");
      const old = find("lines");
      if (busy || !fresh || !old || lasting(fresh) === lasting(old)) return;
      const box = find("words");
      const typed = box ? box.value : "";
      const inBox = box && document.activeElement === box;
      swap(page);
      opened();
      const newBox = find("words");
      if (newBox && typed) newBox.value = typed;
      if (newBox && inBox) newBox.focus({ preventScroll: true });
    } catch {
      // The next event asks again.
    }
  }

  function watch() {
    let before = false;
    stream = new EventSource("/live");
    stream.onopen = () => {
      if (before) lookAgain();
      before = true;
    };
    stream.addEventListener("changed", lookAgain);
    stream.addEventListener("ending", (event) => {
      ends = Date.now() + Number(event.data) * 1000;
      count();
    });
    stream.addEventListener("ended", () => stream.close());
  }

  function count() {
    const soon = find("soon");
    if (!ends || !soon) return;
    const left = Math.round((ends - Date.now()) / 1000);
    if (left <= 0) {
      soon.firstElementChild.textContent = find("until").dataset.gone;
      find("until").hidden = true;
      const stay = soon.querySelector("button");
      if (stay) stay.remove();
      ends = 0;
    }
    if (left <= WARNING_SECONDS && soon.hidden) {
      soon.hidden = false;
      find("status").textContent = soon.firstElementChild.textContent;
    }
  }

  async function copy(button) {
    const text = button.closest(".keep").querySelector("pre");
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
    find("status").textContent = button.dataset.done;
  }

  function leave() {
    const form = find("exit");
    if (!form) return;
    document.body.hidden = true;
    if (stream) stream.close();
    fetch("/thoat", {
      method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true,
    }).catch(() => {});
    // The request goes on by itself; nobody waits for a slow network to get away.
    location.replace(form.dataset.neutral);
  }

  document.addEventListener("submit", (event) => {
    if (event.target.id === "exit") {
      event.preventDefault();
      leave();
    } else if (event.target.id === "talk") {
      event.preventDefault();
      send(event.target, event.submitter);
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copy");
    if (button) copy(button);
  });
  let escaped = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - escaped < 1000) leave();
    escaped = event.timeStamp;
  });

  const gone = find("gone");
  if (gone) location.replace(gone.href);
  setInterval(count, 1000);
  opened();
})();
