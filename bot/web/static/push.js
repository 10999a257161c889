// Lets this browser ask for notices of new bulletins; without scripts the page works as before.
"use strict";
(() => {
  const box = document.getElementById("push");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const start = box.querySelector("[name=start]");
  const stop = box.querySelector("[name=stop]");
  const said = box.querySelector("[role=status]");

  function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  }

  async function subscribed() {
    const worker = await navigator.serviceWorker.getRegistration("/push.js");
    return worker ? worker.pushManager.getSubscription() : null;
  }

  async function tell(address, browser) {
    const { endpoint, keys } = browser.toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    const answer = await fetch(address, { method: "POST", body });
    if (!answer.ok) throw new Error("not taken");
  }

  async function begin() {
    if ((await Notification.requestPermission()) !== "granted") return "denied";
    await navigator.serviceWorker.register("/push.js");
    const worker = await navigator.serviceWorker.ready;
    const key = bytes(box.dataset.key);
    const known = await worker.pushManager.getSubscription();
    const browser = known || await worker.pushManager.subscribe(
      { userVisibleOnly: true, applicationServerKey: key });
    try {
      await tell("/ban-tin/nhan" + location.search, browser);
    } catch (error) {
      if (!known) await browser.unsubscribe();
      throw error;
    }
    return "started";
  }

  async function end() {
    const browser = await subscribed();
    if (browser) {
      // First here: whatever the network does, this machine gets nothing any more.
      await browser.unsubscribe();
      await tell("/ban-tin/thoi", browser);
    }
    return "stopped";
  }

  async function act(what) {
    start.disabled = stop.disabled = true;
    try {
      said.textContent = box.dataset[await what()];
    } catch {
      said.textContent = box.dataset.failed;
    }
    start.disabled = stop.disabled = false;
    await look();
  }

  async function look() {
    stop.hidden = !(await subscribed().catch(() => null));
  }

  start.addEventListener("click", () => act(begin));
  stop.addEventListener("click", () => act(end));
  look().then(() => { box.hidden = false; });
})();
