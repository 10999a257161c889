// A page of several forms, each saved by itself: whoever saves one is told of words in another one
// that would be lost. Everything works without it.
"use strict";
(() => {
  const forms = [...document.querySelectorAll("form[data-unsaved]")];

  const isTurned = (box) => {
    if (box.type === "hidden" || box.name === "find" || !("defaultValue" in box)) return false;
    const isPicked = box.type === "checkbox" || box.type === "radio";
    return isPicked ? box.checked !== box.defaultChecked : box.value !== box.defaultValue;
  };
  const isUnsaved = (form) => "typed" in form.dataset || [...form.elements].some(isTurned);

  addEventListener("submit", (event) => {
    const other = forms.find((form) => form !== event.target && isUnsaved(form));
    if (!other || confirm(other.dataset.unsaved)) return;
    event.preventDefault();
    other.scrollIntoView();
  });
})();
