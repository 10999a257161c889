// Lets this browser ring for its officer. The desk works without it.
"use strict";
(() => {
  const box = document.getElementById("bell");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  // A registration of its own: the bulletins' notices of this browser are no concern of the desk's.
  const SCOPE = "/desk";
  const start = box.querySelector("[value=start]");
  const stop = box.querySelector("[value=stop]");
  const trial = box.querySelector("[value=try]");
  const said = box.querySelector("[role=status]");
  let mine = box.dataset.on === "1";

  function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  }

  async function subscribed() {
    const worker = await navigator.serviceWorker.getRegistration(SCOPE);
    const ours = worker && new URL(worker.scope).pathname === SCOPE;
    return ours ? worker.pushManager.getSubscription() : null;
  }

  async function registered() {
    const worker = await navigator.serviceWorker.register("/push.js", { scope: SCOPE });
    const coming = worker.installing || worker.waiting;
    if (!worker.active && coming) {
      await new Promise((done, fail) => {
        coming.addEventListener("statechange", () => {
          if (coming.state === "activated") done();
          if (coming.state === "redundant") fail(new Error("not installed"));
        });
      });
    }
    return worker;
  }

  async function tell(what, browser) {
    const { endpoint, keys } = browser.toJSON();
    const guard = box.querySelector("[name=guard]").value;
    const body = new URLSearchParams(
      { do: what, guard, endpoint, p256dh: keys.p256dh, auth: keys.auth });
    return (await fetch("/desk/chuong/may", { method: "POST", body })).status;
  }

  async function begin() {
    if ((await Notification.requestPermission()) !== "granted") return "denied";
    const worker = await registered();
    const key = bytes(box.dataset.key);
    const known = await worker.pushManager.getSubscription();
    const browser = known || await worker.pushManager.subscribe(
      { userVisibleOnly: true, applicationServerKey: key });
    const status = await tell("start", browser).catch(() => 0);
    mine = status === 204;
    if (!mine && !known) await browser.unsubscribe();
    if (status === 409) return "most";
    return mine ? "started" : "failed";
  }

  async function end() {
    const browser = await subscribed();
    if (browser) {
      // First here: whatever the network does, this machine does not ring any more.
      await browser.unsubscribe();
      mine = false;
      if ((await tell("stop", browser)) !== 204) return "failed";
    }
    return "stopped";
  }

  async function ring() {
    const browser = await subscribed();
    return browser && (await tell("try", browser)) === 204 ? "tried" : "failed";
  }

  async function act(what) {
    for (const each of [start, stop, trial]) if (each) each.disabled = true;
    try {
      said.textContent = box.dataset[await what()];
    } catch {
      said.textContent = box.dataset.failed;
    }
    for (const each of [start, stop, trial]) if (each) each.disabled = false;
    await look();
  }

  async function look() {
    const on = mine && Boolean(await subscribed().catch(() => null));
    start.hidden = on;
    stop.hidden = !on;
    if (trial) trial.hidden = !on;
  }

  start.addEventListener("click", () => act(begin));
  stop.addEventListener("click", () => act(end));
  if (trial) trial.addEventListener("click", () => act(ring));
  look().then(() => {
    box.querySelector(".plainly").hidden = true;
    box.querySelector(".bell").hidden = false;
  });
})();
