// The tools of a Markdown field: a toolbar above it, shortcuts, insertion by search, and clean pasting. The field stays
// a plain textarea; without script there are links below it to pages from which one copies.

import { markdownOf } from "./clipboard.js";
import { changeLines, insertBlock, link, replace, selected, wrap } from "./edit.js";
import { addNote } from "./footnotes.js";
import { open } from "./search.js";
import "./panel.js";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const ADDRESS = /^https?:\/\/[^\s<>]+$/i;

// In the order of the toolbar. `key` is pressed with Ctrl or ⌘, `code` also with Shift; the choice keeps away from what
// browsers need themselves. “Insert” opens the search of that kind.
const TOOLS = [
  { name: "Bold", face: "B", key: "b", act: (textarea) => wrap(textarea, "**") },
  { name: "Italic", face: "I", key: "i", act: (textarea) => wrap(textarea, "*") },
  { name: "Heading", face: "H", act: toggleHeading },
  { name: "Link", face: "Link", key: "k", act: makeLink },
  { name: "List", face: "List", code: "Digit8", digit: "8", act: (textarea) => togglePrefix(textarea, "- ", /^[-+*] /) },
  { name: "Quote", face: "Quote", code: "Digit9", digit: "9", act: (textarea) => togglePrefix(textarea, "> ", /^> ?/) },
  { name: "Footnote", face: "Note", code: "Digit7", digit: "7", act: addNote },
  { name: "Insert a picture", face: "Picture", insert: "image" },
  { name: "Insert a fact", face: "Fact", insert: "fact" },
  { name: "Cite a source", face: "Source", insert: "source" },
  { name: "Link to a page of this site", face: "Page", insert: "link" },
];

// From none to “## ” to “### ” and back to none: the page’s own title is the first level.
function toggleHeading(textarea) {
  changeLines(textarea, ([line, ...rest]) => {
    const words = line.replace(/^#{1,6}\s+/, "");
    const level = line.length === words.length ? 0 : line.match(/^#+/)[0].length;
    return [level >= 3 ? words : `${level === 2 ? "###" : "##"} ${words}`, ...rest];
  });
}

function togglePrefix(textarea, prefix, pattern) {
  changeLines(textarea, (lines) => {
    const isOn = lines.every((line) => !line.trim() || pattern.test(line)) && lines.some((line) => line.trim());
    return lines.map((line) => {
      if (isOn) return line.replace(pattern, "");
      return line.trim() || lines.length === 1 || prefix === "> " ? prefix + line : line;
    });
  });
}

function makeLink(textarea) {
  const words = selected(textarea);
  const start = textarea.selectionStart;
  if (ADDRESS.test(words)) {
    replace(textarea, start, textarea.selectionEnd, link("", words));
    textarea.setSelectionRange(start + 1, start + 1);
    return;
  }
  replace(textarea, start, textarea.selectionEnd, `[${words}](https://)`);
  const [from, to] = words ? [start + words.length + 3, start + words.length + 11] : [start + 1, start + 1];
  textarea.setSelectionRange(from, to);
}

class Field {
  constructor(box) {
    this.textarea = box.querySelector("textarea");
    if (!this.textarea || box.querySelector("[role=toolbar]")) return;
    this.links = Object.fromEntries([...box.querySelectorAll("a.insert")].map((each) => [each.dataset.insert, each.href]));
    this.bar = document.createElement("div");
    this.bar.className = "toolbar";
    this.bar.setAttribute("role", "toolbar");
    this.bar.setAttribute("aria-label", "Write");
    this.bar.setAttribute("aria-controls", this.textarea.id);
    this.buttons = TOOLS.map((tool) => this.button(tool));
    this.bar.append(...this.buttons);
    this.status = document.createElement("p");
    this.status.className = "toolbar__said";
    this.status.setAttribute("role", "status");
    box.prepend(this.bar);
    box.querySelector(".prose-field__links")?.replaceWith(this.status);
    this.bar.addEventListener("keydown", (event) => this.onBarKey(event));
    this.textarea.addEventListener("keydown", (event) => this.onKey(event));
    this.textarea.addEventListener("paste", (event) => this.onPaste(event));
  }

  button(tool) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `toolbar__tool toolbar__tool--${tool.face.toLowerCase()}`;
    button.textContent = tool.face;
    button.tabIndex = tool === TOOLS[0] ? 0 : -1;
    button.setAttribute("aria-label", tool.name);
    const keys = tool.key ? [tool.key.toUpperCase()] : tool.digit ? ["Shift", tool.digit] : [];
    if (keys.length) {
      button.setAttribute("aria-keyshortcuts", [IS_MAC ? "Meta" : "Control", ...keys].join("+"));
      button.title = `${tool.name} (${[IS_MAC ? "⌘" : "Ctrl", ...keys].join(IS_MAC ? " " : "+")})`;
    } else {
      button.title = tool.name;
    }
    // With the mouse, the text keeps the focus and its selection stays in sight.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      this.toStop(this.buttons.indexOf(button));
      this.use(tool);
    });
    return button;
  }

  use(tool) {
    if (this.textarea.readOnly || this.textarea.disabled) return;
    if (tool.insert) open(this.textarea, tool.insert, this.links[tool.insert], (words) => this.say(words));
    else this.say(tool.act(this.textarea) ?? "");
  }

  say(words) {
    this.status.textContent = words;
  }

  // The toolbar is one stop of the Tab key; inside it the arrow keys move.
  toStop(index) {
    this.buttons.forEach((button, place) => {
      button.tabIndex = place === index ? 0 : -1;
    });
  }

  onBarKey(event) {
    const place = this.buttons.indexOf(document.activeElement);
    const last = this.buttons.length - 1;
    const next = { ArrowRight: place < last ? place + 1 : 0, ArrowLeft: place > 0 ? place - 1 : last, Home: 0, End: last }[event.key];
    if (event.key === "Escape") this.textarea.focus();
    else if (next === undefined) return;
    else {
      this.toStop(next);
      this.buttons[next].focus();
    }
    event.preventDefault();
  }

  onKey(event) {
    if (event.isComposing) return;
    if (event.key === "F10" && event.altKey) {
      this.buttons.find((button) => button.tabIndex === 0).focus();
      event.preventDefault();
      return;
    }
    const isCommand = IS_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (!isCommand || event.altKey) return; // AltGr is Ctrl+Alt to some systems, and types characters
    const tool = TOOLS.find(({ key, code }) =>
      event.shiftKey ? code && code === event.code : key && key === event.key.toLowerCase());
    if (!tool) return;
    event.preventDefault();
    this.use(tool);
  }

  onPaste(event) {
    const plain = event.clipboardData.getData("text/plain");
    const words = selected(this.textarea);
    const { selectionStart: start, selectionEnd: end } = this.textarea;
    if (ADDRESS.test(plain.trim()) && words.trim() && !words.includes("\n") && !ADDRESS.test(words)) {
      event.preventDefault();
      replace(this.textarea, start, end, link(words, plain.trim()));
      return;
    }
    const markdown = markdownOf(event.clipboardData.getData("text/html"), plain, event.clipboardData.types);
    if (markdown === null) return; // nothing that plain text would lose: the browser pastes it
    event.preventDefault();
    if (markdown.includes("\n")) insertBlock(this.textarea, markdown);
    else replace(this.textarea, start, end, markdown);
    this.say("Pasted as Markdown. With Shift it is pasted as plain text.");
  }
}

const set = (root) => root.querySelectorAll(".prose-field").forEach((box) => new Field(box));

set(document);
// Inline forms come later.
document.addEventListener("formset:added", (event) => set(event.target));
