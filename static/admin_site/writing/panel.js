// The content check beside the form, kept up to date while one types. Every finding comes from the server, which runs
// the check of what is saved on what is typed; only the words are counted here until its answer comes.

import { countWords, minutesFor } from "./words.js";

const WAIT_MS = 600;
const AGAIN_MS = 5_000;

class Panel {
  constructor(aside) {
    this.aside = aside;
    this.form = aside.closest("form");
    this.names = aside.dataset.fields.split(" ");
    this.list = aside.querySelector(".writing-panel__findings");
    this.count = aside.querySelector(".writing-panel__count");
    this.words = aside.querySelector(".writing-panel__words");
    this.minutes = aside.querySelector(".writing-panel__minutes");
    this.list.addEventListener("click", (event) => this.onClick(event));
    this.form.addEventListener("input", (event) => this.onInput(event));
    this.answered(Number(this.words.dataset.words), this.counted());
    for (const item of this.list.children) this.makeButton(item);
  }

  field(name) {
    return this.form.elements[this.aside.dataset.prefix + name];
  }

  counted() {
    const texts = this.aside.dataset.prose.split(" ").map((name) => this.field(name)?.value ?? "");
    return texts.reduce((sum, text) => sum + countWords(text), 0);
  }

  // What the server counted, facts included, and what was counted here of the same text.
  answered(words, here) {
    this.base = words - here;
    this.showLength(words);
  }

  showLength(words) {
    this.words.textContent = `${words.toLocaleString("en-US")} ${words === 1 ? "word" : "words"}`;
    if (this.minutes) this.minutes.textContent = `${minutesFor(words, Number(this.aside.dataset.wordsPerMinute))} min read`;
  }

  onInput(event) {
    if (!this.names.some((name) => this.field(name) === event.target)) return;
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.showLength(Math.max(0, this.base + this.counted())), 100);
    this.later(WAIT_MS);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), wait);
  }

  // One question at a time: a slow answer is waited for, then the newest text is asked about.
  async check() {
    if (this.isAsking) {
      this.isStale = true;
      return;
    }
    this.isAsking = true;
    this.aside.setAttribute("aria-busy", "true");
    const here = this.counted();
    const typed = new URLSearchParams({ kind: this.aside.dataset.kind, key: this.aside.dataset.key });
    for (const name of this.names) typed.set(name, this.field(name)?.value ?? "");
    let found = null;
    try {
      const response = await fetch(this.aside.dataset.check, {
        method: "POST",
        body: typed,
        headers: { "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value, Accept: "application/json" },
      });
      // A text beyond the limits is answered with what is too much.
      if (response.headers.get("Content-Type")?.startsWith("application/json")) found = await response.json();
    } catch {
      // Said below; asked again.
    }
    this.isAsking = false;
    this.aside.removeAttribute("aria-busy");
    if (found) {
      this.show(found);
      this.answered(found.words, here);
      this.showLength(Math.max(0, this.base + this.counted()));
    } else {
      this.say("Not checked: the server could not be asked. This is as of the last answer.");
      this.later(AGAIN_MS);
    }
    if (this.isStale) {
      this.isStale = false;
      this.later(0);
    }
  }

  say(words) {
    // Said once: a status that is written again is read out again.
    if (this.count.textContent !== words) this.count.textContent = words;
  }

  show(found) {
    this.list.replaceChildren(...found.findings.map((finding) => this.item(finding)));
    this.say(found.findings.length ? found.counted : "Nothing is wrong");
    for (const part of document.querySelectorAll("[data-approve]")) this.update(part, found);
  }

  // What approving takes: see templates/admin/editorial/edition/approve.html.
  update(part, { errors, warnings, keys }) {
    const number = (count, word) => `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;
    if (part.dataset.approve === "errors") {
      part.hidden = !errors;
      part.querySelector("a").textContent = number(errors, "error");
    } else if (part.dataset.approve === "in-spite") {
      part.hidden = Boolean(errors) || !warnings;
      part.value = keys;
      part.textContent = `Save and approve in spite of ${number(warnings, "warning")}`;
    } else {
      part.hidden = !errors && Boolean(warnings);
    }
  }

  item({ level, label, field, line, place, message }) {
    const item = document.createElement("li");
    item.className = `finding finding--${level}`;
    Object.assign(item.dataset, { field, line: line ?? "" });
    const head = document.createElement("p");
    head.className = "finding__head";
    const [word, where, why] = [document.createElement("span"), document.createElement("span"), document.createElement("p")];
    [word.className, word.textContent] = ["finding__level", label];
    [where.className, where.textContent] = ["finding__place", line ? `${place}, line ${line}` : place];
    why.textContent = message;
    head.append(word, " ", where);
    item.append(head, why);
    this.makeButton(item);
    return item;
  }

  makeButton(item) {
    const place = item.querySelector(".finding__place");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "finding__place";
    button.textContent = place.textContent;
    button.title = "Go there";
    place.replaceWith(button);
  }

  onClick(event) {
    const item = event.target.closest("button.finding__place")?.closest("li");
    const field = item && this.field(item.dataset.field);
    if (field) goTo(field, Number(item.dataset.line) || 1);
  }
}

function goTo(field, line) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  // Browsers scroll to the cursor when the field gets the focus, not when the cursor moves.
  field.blur();
  field.setSelectionRange(start, start);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  field.scrollIntoView({ block: "center" });
}

for (const aside of document.querySelectorAll(".writing-panel")) new Panel(aside);
