// Shows what a push says, and opens the bulletin when it is pressed. Asks nobody anything.
"use strict";

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // A push without words still has to be shown.
  }
  const url = /^\/ban-tin(\/[0-9a-f]{1,32})?$/.test(told.url) ? told.url : "/ban-tin";
  const title = typeof told.title === "string" && told.title ? told.title : "Tiếng Thợ";
  event.waitUntil(self.registration.showNotification(title, { tag: url, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
