// “Insert a fact…” below a text: a small search that writes the chosen reference at the cursor.
// Without this module the link opens the page that lists facts to copy.

const WAIT_MS = 150;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class FactSearch {
  constructor() {
    this.input = element("input", { type: "search", id: "insert-fact-query", autocomplete: "off", maxLength: 200 });
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "true", "aria-controls": "insert-fact-list", "aria-autocomplete": "list",
    })) this.input.setAttribute(name, value);
    this.list = element("ul", { id: "insert-fact-list", className: "insert-fact__list", role: "listbox" });
    this.list.setAttribute("aria-label", "Facts");
    this.said = element("p", { className: "insert-fact__said", role: "status" });
    const close = element("button", { type: "button", textContent: "Cancel" });
    const label = element("label", { htmlFor: this.input.id, textContent: "Find a fact to insert" });
    this.dialog = element("dialog", { className: "insert-fact__dialog" }, label, this.input, this.said, this.list, close);
    this.dialog.setAttribute("aria-label", "Insert a fact");
    document.body.append(this.dialog);

    close.addEventListener("click", () => this.leave());
    this.dialog.addEventListener("close", () => this.textarea.focus()); // closed by the browser
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.search(), WAIT_MS);
    });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.insert(option);
    });
  }

  open(textarea, address) {
    this.textarea = textarea;
    this.address = address;
    this.dialog.showModal();
    this.input.select();
    this.search();
  }

  // Back to the text at once: the dialog's "close" event comes a moment later, and keys typed until then would be lost.
  leave() {
    this.dialog.close();
    this.textarea.focus();
  }

  async search() {
    const query = this.input.value.trim();
    const turn = (this.turn = (this.turn ?? 0) + 1);
    let facts = null;
    try {
      const response = await fetch(`${this.address}?as=json&q=${encodeURIComponent(query)}`, {
        headers: { Accept: "application/json" },
      });
      if (response.ok) ({ facts } = await response.json());
    } catch {
      // Said below.
    }
    if (turn !== this.turn) return; // an answer to what was typed before
    this.show(facts ?? []);
    if (facts === null) this.said.textContent = "The facts could not be fetched. Sign in again, or try once more.";
    else if (!facts.length) this.said.textContent = `No stated fact matches “${query}”.`;
    else this.said.textContent = `${facts.length} ${facts.length === 1 ? "fact" : "facts"}. Arrow keys choose, Enter inserts.`;
  }

  show(facts) {
    this.list.replaceChildren(...facts.map((fact, index) => {
      const option = element("li", { id: `insert-fact-${index}`, role: "option" },
        element("span", { className: "insert-fact__value", textContent: fact.value }),
        element("span", { className: "insert-fact__label", textContent: `${fact.label} of ${fact.entry} (${fact.kind})` }),
        element("code", { textContent: fact.reference }));
      option.dataset.reference = fact.reference;
      return option;
    }));
    this.choose(0);
  }

  choose(index) {
    const options = [...this.list.children];
    this.chosen = options.length ? (index + options.length) % options.length : -1;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.chosen)));
    const option = options[this.chosen];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  onKey(event) {
    if (event.key === "ArrowDown") this.choose(this.chosen + 1);
    else if (event.key === "ArrowUp") this.choose(this.chosen - 1);
    else if (event.key === "Escape") this.leave(); // a search field would only empty itself
    else if (event.key === "Enter") {
      const option = this.list.children[this.chosen];
      if (option) this.insert(option);
    } else return;
    event.preventDefault();
  }

  insert(option) {
    const { selectionStart, selectionEnd } = this.textarea;
    this.leave();
    this.textarea.setRangeText(option.dataset.reference, selectionStart, selectionEnd, "end");
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

let search;

// On the document, because inline forms come and go.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.insert-fact");
  const textarea = link && document.getElementById(link.dataset.for);
  if (!textarea) return;
  event.preventDefault();
  search ??= new FactSearch();
  search.open(textarea, link.href);
});

for (const link of document.querySelectorAll("a.insert-fact")) {
  link.role = "button";
  link.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    link.click();
  });
}
