// Searching without a new page: results follow what is typed on the search page, names are suggested in the header.
// Without this script both are plain forms.

const PAUSE = 200; // milliseconds without a key before asking

// Calls `ask` when typing pauses, with a signal that aborts it as soon as there is more to ask.
function whenTypingPauses(ask) {
  let timer;
  let running = new AbortController();
  return (pause = PAUSE) => {
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    const { signal } = running;
    timer = setTimeout(async () => {
      try {
        await ask(signal);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }, pause);
  };
}

const form = document.querySelector("[data-live-search]");
if (form) {
  const status = document.getElementById("search-status");
  const results = document.getElementById("search-results");
  const address = () => {
    const asked = [...new FormData(form)].filter(([, value]) => value !== "");
    return `${form.action}${asked.length ? `?${new URLSearchParams(asked)}` : ""}`;
  };
  const update = whenTypingPauses(async (signal) => {
    const url = address();
    const response = await fetch(url, { signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.getElementById("search-results");
    if (signal.aborted || !found) return; // an error page, perhaps of a proxy: what is there stays
    results.replaceChildren(...found.childNodes);
    status.textContent = page.getElementById("search-status").textContent;
    document.title = page.title;
    history.replaceState(null, "", url);
  });
  form.addEventListener("input", (event) => update(event.target.name === "q" ? PAUSE : 0));
}

const field = document.querySelector("[data-suggest]");
if (field) {
  const list = document.getElementById(field.getAttribute("list"));
  const update = whenTypingPauses(async (signal) => {
    if (field.value.trim().length < 2) return list.replaceChildren();
    const response = await fetch(`/search/suggest/?${new URLSearchParams({ q: field.value })}`, { signal });
    if (!response.ok) return;
    const { suggestions } = await response.json();
    if (signal.aborted) return;
    // A release and a checkpoint may have one name: the first stands for both.
    const titles = suggestions.map(({ title }) => title);
    const names = suggestions.filter(({ title }, place) => titles.indexOf(title) === place);
    list.replaceChildren(...names.map(({ title, kind }) => new Option(kind, title)));
  });
  field.addEventListener("input", () => update());
}

// “/” leads to the search from anywhere on a page where nothing is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const target = [document.getElementById("q"), field].find((input) => input?.checkVisibility());
  event.preventDefault();
  if (target) target.focus();
  else location.assign("/search/");
});
