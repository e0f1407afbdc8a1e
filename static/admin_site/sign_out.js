// Whoever signs out leaves nothing of theirs in this browser: what desk.js kept here goes.

for (const form of document.querySelectorAll("#logout-form")) {
  form.addEventListener("submit", () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith("desk:")) localStorage.removeItem(key);
  });
}
