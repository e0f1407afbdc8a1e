// One search for all that can be inserted: facts, pictures, sources, pages. Typed into, chosen from with the arrow
// keys, and closed with Escape; without this module the links below a text open pages to copy from.

import { asText, insertBlock, link, replace, selected } from "./edit.js";
import { cite } from "./footnotes.js";

const WAIT_MS = 150;
const UPLOADED = "insert-uploaded"; // the name of the window for an upload, and of the field it answers to

// What each kind is called, and how one of it is put into the text; says what happened where that cannot be seen.
const KINDS = {
  fact: {
    title: "Insert a fact",
    label: "Find a fact to insert",
    one: "fact",
    many: "facts",
    insert: (textarea, { code }) => replace(textarea, textarea.selectionStart, textarea.selectionEnd, code),
  },
  image: {
    title: "Insert a picture",
    label: "Find a picture by what it shows, its name or who made it",
    one: "picture",
    many: "pictures",
    insert(textarea, { title, address }) {
      insertBlock(textarea, `![${asText(selected(textarea)) || asText(title)}](${address})`);
    },
  },
  source: {
    title: "Cite a source",
    label: "Find a source to cite",
    one: "source",
    many: "sources",
    insert: (textarea, { title, label, address }) => cite(textarea, { title: asText(title), label, address }),
  },
  link: {
    title: "Link to a page",
    label: "Find a page of this site to link to",
    one: "page",
    many: "pages",
    insert(textarea, { title, address }) {
      const words = selected(textarea);
      const text = words && !words.includes("\n\n") ? words : asText(title);
      replace(textarea, textarea.selectionStart, textarea.selectionEnd, link(text, address));
    },
  },
};

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class Search {
  constructor() {
    this.input = element("input", { type: "search", id: "insert-query", autocomplete: "off", maxLength: 200 });
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "true", "aria-controls": "insert-list", "aria-autocomplete": "list",
    })) this.input.setAttribute(name, value);
    this.list = element("ul", { id: "insert-list", className: "insert__list", role: "listbox" });
    this.said = element("p", { className: "insert__said", role: "status" });
    this.label = element("label", { htmlFor: this.input.id });
    this.upload = element("button", { type: "button", className: "button", textContent: "Upload a picture…", hidden: true });
    this.uploaded = element("input", { type: "hidden", id: UPLOADED });
    const close = element("button", { type: "button", className: "button", textContent: "Cancel" });
    const foot = element("p", { className: "insert__foot" }, this.upload, close);
    this.dialog = element("dialog", { className: "insert__dialog" }, this.label, this.input, this.said, this.list, foot, this.uploaded);
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
      if (option) this.insert(this.found[[...this.list.children].indexOf(option)]);
    });
    this.upload.addEventListener("click", () => {
      window.open(`${this.upload.dataset.address}?_popup=1`, UPLOADED, "height=700,width=800,resizable=yes,scrollbars=yes");
    });
    // Django’s popup fills the field that its window is named for, and says so through its own jQuery alone.
    window.django?.jQuery?.(this.uploaded).on("change", () => {
      this.input.value = "";
      this.search("Uploaded. The newest picture is the first; Enter inserts it.");
      this.input.focus();
    });
  }

  open(textarea, kind, address, say) {
    Object.assign(this, { textarea, address, say, kind: KINDS[kind], found: [] });
    this.place = [textarea.selectionStart, textarea.selectionEnd];
    this.dialog.setAttribute("aria-label", this.kind.title);
    this.list.setAttribute("aria-label", this.kind.many);
    this.label.textContent = this.kind.label;
    this.upload.hidden = true;
    if (this.last !== kind) this.input.value = "";
    this.last = kind;
    // What is selected is what is looked for, if it is no more than a few words.
    const words = selected(textarea).trim();
    if (words && words.length <= 60 && !words.includes("\n")) this.input.value = words;
    this.show([]);
    this.dialog.showModal();
    this.input.select();
    this.search();
  }

  // Back to the text at once: the dialog's "close" event comes a moment later, and keys typed until then would be lost.
  leave() {
    clearTimeout(this.timer);
    this.turn += 1;
    this.dialog.close();
    this.textarea.focus();
    this.textarea.setSelectionRange(...this.place);
  }

  async search(note = "") {
    const query = this.input.value.trim();
    const turn = (this.turn = (this.turn ?? 0) + 1);
    let answer = null;
    try {
      const response = await fetch(`${this.address}?as=json&q=${encodeURIComponent(query)}`, {
        headers: { Accept: "application/json" },
      });
      if (response.ok) answer = await response.json();
    } catch {
      // Said below.
    }
    if (turn !== this.turn) return; // an answer to what was typed before
    const found = answer?.found ?? [];
    this.upload.hidden = !answer?.upload;
    this.upload.dataset.address = answer?.upload ?? "";
    this.show(found);
    this.said.textContent = note || this.words(answer, found, query);
  }

  words(answer, found, query) {
    const { one, many } = this.kind;
    if (!answer) return `The ${many} could not be fetched. Sign in again, or try once more.`;
    if (found.length) return `${found.length} ${found.length === 1 ? one : many}. Arrow keys choose, Enter inserts.`;
    return query ? `No ${one} matches “${query}”.` : "Type what you are looking for.";
  }

  show(found) {
    this.found = found;
    this.list.replaceChildren(...found.map(({ title, about, code, thumb }, index) => {
      const option = element("li", { id: `insert-${index}`, role: "option" });
      if (thumb) option.append(element("img", { src: thumb, alt: "", className: "insert__thumb", loading: "lazy" }));
      option.append(
        element("span", { className: "insert__title", textContent: title }),
        element("span", { className: "insert__about", textContent: about }),
        element("code", { textContent: code }),
      );
      return option;
    }));
    this.choose(0);
  }

  choose(index) {
    const options = [...this.list.children];
    this.chosen = options.length ? (index + options.length) % options.length : -1;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.chosen)));
    const option = options[this.chosen];
    this.input.setAttribute("aria-expanded", String(options.length > 0));
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
      if (this.found[this.chosen]) this.insert(this.found[this.chosen]);
    } else return;
    event.preventDefault();
  }

  insert(found) {
    this.leave();
    this.say(this.kind.insert(this.textarea, found) ?? "");
  }
}

let search;

export function open(textarea, kind, address, say) {
  search ??= new Search();
  search.open(textarea, kind, address, say);
}
