// Shows what a push says, and opens the bulletin or the desk when it is pressed. Asks nobody anything.
"use strict";

const DESK = "/desk";

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // A push without words still has to be shown.
  }
  const known = /^\/ban-tin(\/[0-9a-f]{1,32})?$/.test(told.url) || told.url === DESK;
  const url = known ? told.url : "/ban-tin";
  const title = typeof told.title === "string" && told.title ? told.title : "Tiếng Thợ";
  // A bulletin that is shown again takes its own place; at the desk every tip rings for itself.
  const how = url === DESK ? { tag: `${DESK} ${title}`, renotify: true } : { tag: url };
  event.waitUntil(self.registration.showNotification(title, { ...how, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
