// Running text of an inert document as Markdown: words, their emphasis, links, code and line breaks.

import { link } from "./edit.js";

const NOT_TEXT = new Set([
  "APPLET", "AUDIO", "BUTTON", "CANVAS", "EMBED", "FRAME", "FRAMESET", "HEAD", "IFRAME", "INPUT", "LINK", "MATH", "META", "NOSCRIPT",
  "OBJECT", "SCRIPT", "SELECT", "STYLE", "SVG", "TEMPLATE", "TEXTAREA", "TITLE", "VIDEO", "O:P", "X-STYLE", "XML",
]);
const BREAK = "\n";
const BOLD = /(?<![\w-])font-weight:\s*(bold|bolder|[6-9]00)/;
const NOT_BOLD = /(?<![\w-])font-weight:\s*(normal|lighter|[1-5]00)/;
const TRACKING = /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|_hs\w+|ref_src|si)$/i;
const PLAIN = { bold: false, italic: false, struck: false, code: false, href: "" };

export const styleOf = (element) => element.getAttribute("data-style")?.toLowerCase() ?? "";

export function isLeftOut(element) {
  return (
    NOT_TEXT.has(element.nodeName.toUpperCase()) ||
    element.hasAttribute("hidden") ||
    /display:\s*none|mso-hide:\s*all|mso-list:\s*ignore/.test(styleOf(element))
  );
}

// Pieces of text, each with what it looks like; `plain` leaves emphasis out, as headings do.
export function runsOf(nodes, { plain = false } = {}) {
  const runs = [];
  const read = (node, look) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.data.replace(/[\u200b\u200e\u200f\u2060\ufeff\u00ad]/g, "").replace(/[\s\u00a0]+/g, " ");
      if (text) runs.push({ text, ...look });
    } else if (node.nodeType === Node.ELEMENT_NODE && !isLeftOut(node)) {
      if (node.nodeName === "BR") runs.push({ ...PLAIN, text: BREAK });
      else if (node.nodeName === "IMG") picture(node, look, runs);
      else {
        const inner = lookOf(node, look, plain);
        for (const child of node.childNodes) read(child, inner);
        // Blocks in a cell of a table stand in one line.
        if (/^(?:P|DIV|LI|H[1-6])$/.test(node.nodeName)) runs.push({ ...PLAIN, text: " " });
      }
    }
  };
  for (const node of nodes) read(node, PLAIN);
  return merged(runs);
}

function lookOf(element, look, plain) {
  const { nodeName: name } = element;
  const style = styleOf(element);
  const found = { ...look };
  if (name === "A") found.href = addressOf(element.getAttribute("href") ?? "");
  if (/^(?:CODE|KBD|SAMP|TT)$/.test(name)) found.code = true;
  if (plain) return found;
  if (name === "B" || name === "STRONG" || BOLD.test(style)) found.bold = true;
  if (name === "I" || name === "EM" || name === "CITE" || /(?<![\w-])font-style:\s*(italic|oblique)/.test(style)) found.italic = true;
  if (name === "S" || name === "DEL" || name === "STRIKE" || /text-decoration[^;]*line-through/.test(style)) found.struck = true;
  if (NOT_BOLD.test(style)) found.bold = false;
  if (/(?<![\w-])font-style:\s*normal/.test(style)) found.italic = false;
  return found;
}

// Web addresses and paths of this site, without what only follows readers around; nothing else is a link.
export function addressOf(href) {
  const written = href.trim();
  if (/^\/(?![/\\])/.test(written)) return written.replace(/[\s<>]/g, encodeURIComponent);
  let url;
  try {
    url = new URL(written);
  } catch {
    return "";
  }
  if (/^(?:www\.)?google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url") {
    const behind = url.searchParams.get("q") ?? url.searchParams.get("url") ?? "";
    if (/^https?:/i.test(behind)) return addressOf(behind);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return "";
  const followers = [...url.searchParams.keys()].filter((name) => TRACKING.test(name));
  for (const name of followers) url.searchParams.delete(name);
  if (url.hash.startsWith("#:~:")) url.hash = "";
  url.username = "";
  url.password = "";
  return url.origin === location.origin ? url.pathname + url.search + url.hash : url.href;
}

// Pictures of this site’s own library are kept; others would have to be uploaded first.
function picture(element, look, runs) {
  const address = addressOf(element.getAttribute("src") ?? "");
  if (!/^\/media\/images\/[0-9a-f]{12}/.test(address)) return;
  const words = (element.getAttribute("alt") ?? "").replace(/\s+/g, " ").trim();
  runs.push({ ...PLAIN, picture: `![${escaped(words)}](${address.slice(0, 26)})`, text: "" });
}

const LOOKS = ["bold", "italic", "struck", "code", "href"];

function merged(runs) {
  const found = [];
  for (const run of runs) {
    const last = found.at(-1);
    const isSame = last && !last.picture && !run.picture && last.text !== BREAK && run.text !== BREAK &&
      LOOKS.every((name) => last[name] === run[name]);
    if (isSame) last.text = (last.text + run.text).replace(/ {2,}/g, " ");
    else found.push({ ...run });
  }
  return found;
}

// Runs as Markdown: the paragraphs that two line breaks in a row make of them.
export function inline(runs) {
  const paragraphs = [[]];
  runs.forEach((run, index) => {
    if (run.text === BREAK && runs[index + 1]?.text === BREAK) paragraphs.push([]);
    else if (run.text !== BREAK || runs[index - 1]?.text !== BREAK) paragraphs.at(-1).push(run);
  });
  return paragraphs.map((paragraph) => {
    const lines = [[]];
    for (const run of paragraph) {
      if (run.text === BREAK) lines.push([]);
      else lines.at(-1).push(run);
    }
    return lines.map(line).filter(Boolean).join("\\\n");
  });
}

function line(runs) {
  let text = "";
  runs.forEach((run, index) => {
    if (run.picture) {
      text += run.picture;
      return;
    }
    const before = text.at(-1) ?? "";
    const after = runs[index + 1]?.text?.[0] ?? "";
    const written = withLook(run, before, after);
    // A space at the end of one and at the beginning of the next is one.
    text += before === " " ? written.trimStart() : written;
  });
  return atStartOfLine(text.trim());
}

function withLook(run, before, after) {
  const [, lead, words, tail] = run.text.match(/^(\s*)([^]*?)(\s*)$/);
  if (!words) return run.text;
  if (run.href) {
    const isBare = !run.code && words === run.href && !run.href.startsWith("/");
    const inner = emphasized({ ...run, href: "" }, words, "", "");
    return lead + (isBare ? `<${run.href}>` : link(inner, run.href)) + tail;
  }
  return lead + emphasized(run, words, lead ? " " : before, tail ? " " : after) + tail;
}

function emphasized(run, words, before, after) {
  if (run.code) return coded(words);
  const marks = (run.struck ? "~~" : "") + (run.bold ? "**" : "") + (run.italic ? "*" : "");
  if (!marks) return escaped(words);
  // A mark between a letter and a punctuation mark would be no mark: the punctuation goes outside.
  const [, start, inside, end] = words.match(/^([^\p{L}\p{N}]*)([^]*?)([^\p{L}\p{N}]*)$/u);
  const outBefore = /[\p{L}\p{N}]/u.test(before) ? start : "";
  const outAfter = /[\p{L}\p{N}]/u.test(after) ? end : "";
  const kept = (outBefore ? "" : start) + inside + (outAfter ? "" : end);
  if (!inside) return escaped(words);
  return escaped(outBefore) + marks + escaped(kept) + [...marks].reverse().join("") + escaped(outAfter);
}

function coded(words) {
  const longest = Math.max(0, ...[...words.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const gap = words.startsWith("`") || words.endsWith("`") ? " " : "";
  return ticks + gap + words + gap + ticks;
}

// No character is taken for Markdown or for a reference to a fact. An underscore within a word means nothing.
function escaped(words) {
  return words
    .replace(/[\\`*~[\]]|<(?=[a-z/!?])|&(?=#?\w+;)|\{(?=\{)/gi, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_");
}

function atStartOfLine(text) {
  return text
    .replace(/^(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|[-=]{2,}(?=\s*$)|~~~)/, "\\$1")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2")
    .replace(/^\|/, "\\|");
}
