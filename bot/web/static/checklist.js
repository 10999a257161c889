"use strict";
// The button stands there only where it does something; the paper needs none.
(() => {
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", () => print());
})();
