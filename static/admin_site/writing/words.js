// How many words readers will find in a Markdown text: what editorial/prose/writer.py counts while it writes the page,
// worked out without writing it. Facts count as nothing here; the server knows their values.

const WORD = /[\p{L}\p{N}]+/gu;
const NOTE = /^ {0,3}\[\^([^[\]\s]+)\]:/;
const ENTRY = /^\s*[-+*]\s/;
const DEFINITION = /^ {0,3}\[([^\]^][^\]]*)\]:\s*\S/;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " ", hellip: "…", mdash: "—", ndash: "–", rsquo: "’", lsquo: "‘", rdquo: "”", ldquo: "“", times: "×", middot: "·", shy: "\u00ad" };

export const count = (text) => text.match(WORD)?.length ?? 0;

export function countWords(markdown) {
  const { code, prose, notes, named } = parts(markdown.replace(/\r\n?/g, "\n").replace(/(?<!\\)\{\{[^{}\n]{0,200}\}\}/g, " "));
  const labels = new Set(notes.keys());
  // A footnote that nothing refers to is not shown; one that a shown footnote refers to is.
  let text = prose.join("\n");
  const shown = new Set();
  for (const [, label] of text.matchAll(/\[\^([^[\]\s]+)\]/g)) show(label.toLowerCase());
  function show(label) {
    if (!labels.has(label) || shown.has(label)) return;
    shown.add(label);
    const note = notes.get(label).join("\n");
    text += `\n\n${note}`;
    for (const [, further] of note.matchAll(/\[\^([^[\]\s]+)\]/g)) show(further.toLowerCase());
  }
  return count(code.join("\n")) + count(inline(text, labels, named));
}

// Fenced code, running text, the notes by their labels, and the names of addresses that links refer to.
function parts(markdown) {
  const found = { code: [], prose: [], notes: new Map(), named: new Set() };
  let fence = null;
  let into = found.prose;
  let isAfterBlank = true;
  let isInList = false;
  for (const line of markdown.split("\n")) {
    const mark = line.match(/^[\s>]*(?:[-+*]\s+|\d{1,9}[.)]\s+)?(`{3,}|~{3,})(.*)$/);
    if (fence) {
      if (mark && mark[1][0] === fence[0] && mark[1].length >= fence.length && !mark[2].trim()) fence = null;
      else found.code.push(line);
      continue;
    }
    if (mark && !(mark[1][0] === "`" && mark[2].includes("`"))) {
      fence = mark[1];
      continue;
    }
    const note = line.match(NOTE);
    if (note) {
      const label = note[1].toLowerCase();
      into = [];
      if (!found.notes.has(label)) found.notes.set(label, into);
      into.push(line.replace(NOTE, ""));
    } else if (!line.trim()) {
      into.push("");
    } else {
      if (isAfterBlank && into !== found.prose && !/^( {4}|\t)/.test(line)) into = found.prose;
      const written = withoutNumber(line, isAfterBlank || isInList);
      if (written !== line || ENTRY.test(line)) isInList = true;
      else if (isAfterBlank && !/^\s/.test(line)) isInList = false;
      const definition = line.match(DEFINITION);
      if (definition) found.named.add(definition[1].toLowerCase());
      else into.push(written);
    }
    isAfterBlank = !line.trim();
  }
  return found;
}

// Without the number of a list’s entry. In the middle of a paragraph only “1.” begins a list.
function withoutNumber(line, mayBegin) {
  return line.replace(/^((?:\s*(?:>|[-+*]\s))*\s*)(\d{1,9})[.)](?=\s|$)/, (whole, before, number) =>
    mayBegin || number === "1" || before.trim() ? before : whole);
}

function inline(text, labels, named) {
  return text
    .replace(/(?<!\\)(`{1,3})(?!`)([^`]+)\1(?!`)/g, (whole, ticks, inside) => ` ${inside.match(WORD)?.join(" ") ?? ""} `)
    .replace(/\[\^([^[\]\s]+)\]/g, (whole, label) => (labels.has(label.toLowerCase()) ? " " : whole))
    .replace(/\\[!-/:-@[-`{-~]/g, " ")
    .replace(/!\[[^[\]]*\]\([^()]*\)/g, " ")
    .replace(/\[([^[\]]*)\]\[([^[\]]*)\]/g, (whole, words, name) => (named.has(name.toLowerCase()) ? words : whole))
    .replace(/\[([^[\]]*)\]\(\s*(?:<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g, "$1")
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]\w{1,30}));/gi, (whole, decimal, hex, name) => {
      if (name) return ENTITIES[name] ?? whole;
      const point = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : " ";
    });
}

// As editorial/prose/__init__.py says it.
export const minutesFor = (words, perMinute) => Math.max(1, Math.floor(words / perMinute + 0.5));
