// Whoever signs out leaves nothing of theirs in this browser: what desk.js kept here goes.

for (const form of document.querySelectorAll("#logout-form")) {
  form.addEventListener("submit", () => {
    for (const storage of [localStorage, sessionStorage]) {
      for (const key of Object.keys(storage)) if (key.startsWith("desk:")) storage.removeItem(key);
    }
  });
}
