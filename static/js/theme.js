// The theme switch: turns to the other theme and remembers it; the system's own choice is not remembered,
// so that the page follows the system again.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const button = document.querySelector("[data-theme-switch]");

const current = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

function describe() {
  button.setAttribute("aria-label", current() === "dark" ? "Switch to the light theme" : "Switch to the dark theme");
}

button?.addEventListener("click", () => {
  const next = current() === "dark" ? "light" : "dark";
  const isSystems = (next === "dark") === system.matches;
  if (isSystems) delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    if (isSystems) localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  describe();
});

if (button) {
  describe();
  system.addEventListener("change", describe);
}
