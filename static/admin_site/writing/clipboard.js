// Formatted text from the clipboard as Markdown: what Word, Google Docs and web pages put there, without their noise.
// The document that is read here is inert: nothing in it is loaded or run. What may stand on a page the server decides.

import { inline, isLeftOut, runsOf, styleOf } from "./runs.js";

// Beyond this the text is pasted as it is.
const MOST = 2_000_000;
const BLOCKS = new Set([
  "ADDRESS", "ARTICLE", "ASIDE", "BLOCKQUOTE", "BODY", "CENTER", "DD", "DETAILS", "DIV", "DL", "DT", "FIGCAPTION", "FIGURE", "FOOTER",
  "FORM", "H1", "H2", "H3", "H4", "H5", "H6", "HEADER", "HR", "LI", "MAIN", "NAV", "OL", "P", "PRE", "SECTION", "SUMMARY", "TABLE",
  "TBODY", "TD", "TFOOT", "TH", "THEAD", "TR", "UL",
]);
// Without any of these the plain text says the same. Styles count where they make words bold, italic or struck.
const FORMATTED =
  /<a\s[^>]*href\s*=|<(?:b|strong|i|em|s|del|strike|code|kbd|h[1-6]|ul|ol|table|blockquote|pre|hr)[\s>]|mso-list|font-weight:\s*(?:bold|[6-9]00)|font-style:\s*italic|line-through/i;
// Code editors copy Markdown as colored lines.
const FROM_CODE_EDITOR = /<div[^>]*style="[^"]*(?:white-space:\s*pre[;"]|monospace)/i;

// The Markdown of what was copied, or null where its plain text is as good.
export function markdownOf(html, plain = "", types = []) {
  if (!html || html.length > MOST || !FORMATTED.test(html)) return null;
  if ([...types].includes("vscode-editor-data") || (FROM_CODE_EDITOR.test(html.slice(0, 2_000)) && plain)) return null;
  const { body } = new DOMParser().parseFromString(disarmed(html), "text/html");
  foldWordLists(body);
  const markdown = new Blocks(body).of(body).join("\n\n").replace(/\n{3,}/g, "\n\n").trim();
  return markdown && markdown !== plain.trim() ? markdown : null;
}

// The policy of the page would complain about each style and handler, though none is ever applied.
function disarmed(html) {
  return html.replace(/<(\/?)([a-z][^<>]*)>/gi, (tag, slash, rest) =>
    `<${slash}${rest.replace(/^style/i, "x-style").replace(/([\s/"'])(style|on\w+)\s*=/gi, "$1data-$2=")}>`);
}

// Word writes lists as paragraphs with a level and the mark as text.
function foldWordLists(body) {
  let lists = []; // by level
  let after = null;
  for (const paragraph of body.querySelectorAll("p")) {
    const level = Number(styleOf(paragraph).match(/mso-list:\s*l\d+\s+level(\d)/)?.[1] ?? 0);
    if (!level) continue;
    if (paragraph.previousElementSibling !== after || !after) lists = [];
    const mark = [...paragraph.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/.test(styleOf(span)));
    const name = /^[\s(]*(?:\d+|[a-z]{1,4})[.)]/i.test(mark?.textContent ?? "") ? "ol" : "ul";
    const depth = Math.min(level, lists.length + 1);
    lists.length = Math.min(lists.length, depth);
    if (!lists[depth - 1] || lists[depth - 1].localName !== name) {
      const list = body.ownerDocument.createElement(name);
      if (depth > 1) lists[depth - 2].lastElementChild.append(list);
      else paragraph.before(list);
      lists[depth - 1] = list;
    }
    const item = body.ownerDocument.createElement("li");
    item.append(...paragraph.childNodes);
    lists[depth - 1].append(item);
    paragraph.remove();
    after = lists[0];
  }
}

class Blocks {
  constructor(body) {
    // The highest heading that was copied becomes the text’s highest, since the page has a title.
    const levels = [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) => Number(heading.localName[1]));
    this.shift = levels.length ? 2 - Math.min(...levels) : 0;
  }

  // The blocks in an element; words between them are paragraphs.
  of(element) {
    const found = [];
    let loose = [];
    const close = () => {
      const paragraphs = inline(runsOf(loose));
      loose = [];
      found.push(...paragraphs.filter(Boolean));
    };
    for (const node of element.childNodes) {
      if (node.nodeType === Node.ELEMENT_NODE && isLeftOut(node)) continue;
      if (node.nodeType === Node.ELEMENT_NODE && isBlock(node)) {
        close();
        found.push(...this.block(node).filter((text) => text.trim()));
      } else {
        loose.push(node);
      }
    }
    close();
    return found;
  }

  block(element) {
    const name = element.nodeName;
    if (/^H[1-6]$/.test(name)) {
      const words = inline(runsOf([element], { plain: true })).join(" ").replace(/\\?\n/g, " ");
      return words ? [`${"#".repeat(Math.min(6, Math.max(2, Number(name[1]) + this.shift)))} ${words}`] : [];
    }
    if (name === "UL" || name === "OL") return [this.list(element)];
    if (name === "BLOCKQUOTE") return [quoted(this.of(element).join("\n\n"))];
    if (name === "PRE") return [fenced(element.textContent.replace(/^\n|\n+$/g, ""))];
    if (name === "TABLE") return this.table(element);
    return name === "HR" ? ["---"] : this.of(element);
  }

  list(element) {
    const items = [];
    let number = Number.parseInt(element.getAttribute("start") ?? "1", 10) || 1;
    for (const child of element.children) {
      if (isLeftOut(child)) continue;
      if (child.nodeName === "UL" || child.nodeName === "OL") {
        // Google Docs puts inner lists beside the entry that they belong to.
        const inner = this.list(child);
        if (items.length) items[items.length - 1] += `\n${indented(inner, element.nodeName === "OL" ? "   " : "  ")}`;
        else items.push(inner);
        continue;
      }
      const mark = element.nodeName === "OL" ? `${number}. ` : "- ";
      const blocks = this.of(child);
      if (!blocks.length) continue;
      number += 1;
      items.push(mark + indented(joined(blocks), " ".repeat(mark.length)).trimStart());
    }
    return items.join("\n");
  }

  table(element) {
    const rows = [...element.querySelectorAll("tr")].filter((row) => row.closest("table") === element);
    const cells = rows.map((row) => [...row.children].filter((cell) => /^T[DH]$/.test(cell.nodeName)));
    const width = Math.max(0, ...cells.map((row) => row.length));
    // One column, or a table in a table, is a layout.
    if (width < 2 || element.querySelector("table")) return cells.flat().flatMap((cell) => this.of(cell));
    const written = cells.filter((row) => row.length).map((row) => {
      const texts = row.map((cell) => inline(runsOf([cell], { plain: cell.nodeName === "TH" })).join(" ")
        .replace(/\\?\n/g, " ").replace(/\|/g, "\\|"));
      return `| ${[...texts, ...Array(width - texts.length).fill("")].join(" | ")} |`;
    });
    written.splice(1, 0, `|${" --- |".repeat(width)}`);
    return [written.join("\n")];
  }
}

// Google Docs wraps everything in one <b>, browsers in one <span>.
function isBlock(element) {
  if (BLOCKS.has(element.nodeName)) return true;
  return element.childElementCount > 0 && element.querySelector("p, div, ul, ol, table, blockquote, pre, h1, h2, h3, h4, h5, h6") !== null;
}

// A list right after the words that it belongs to is part of their entry.
function joined(blocks) {
  return blocks.reduce((text, block) => text + (/^(?:- |\d+\. )/.test(block) ? "\n" : "\n\n") + block);
}

const indented = (text, by) => text.split("\n").map((line) => (line ? by + line : line)).join("\n");
const quoted = (text) => text.split("\n").map((line) => (line ? `> ${line}` : ">")).join("\n");

function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
