// Changes to a textarea that its own undo knows of: Ctrl+Z takes each of them back.

// Above this the browser’s way, which lays the text out as it goes, takes seconds. Such a change cannot be undone.
const UNDOABLE = 200_000;

export function selected(textarea) {
  return textarea.value.slice(textarea.selectionStart, textarea.selectionEnd);
}

// Puts `text` in the place of what is between `start` and `end`; the cursor comes after it.
export function replace(textarea, start, end, text) {
  textarea.focus();
  textarea.setSelectionRange(start, end);
  if (start === end && !text) return;
  const command = text ? "insertText" : "delete";
  // Says “deprecated” in every manual, and is the only way that keeps what was typed before undoable.
  if (text.length < UNDOABLE && document.execCommand(command, false, text)) return;
  textarea.setRangeText(text, start, end, "end");
  textarea.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

// Marks around the selection, or taken away where they are.
export function wrap(textarea, mark) {
  const { value } = textarea;
  let [start, end] = [textarea.selectionStart, textarea.selectionEnd];
  while (start < end && /\s/.test(value[start])) start += 1;
  while (end > start && /\s/.test(value[end - 1])) end -= 1;
  const inside = value.slice(start, end);
  const isMarked = (before, after) => before.endsWith(mark) && after.startsWith(mark) && !isLonger(before, after, mark);
  if (isMarked(value.slice(0, start), value.slice(end))) {
    replace(textarea, start - mark.length, end + mark.length, inside);
    textarea.setSelectionRange(start - mark.length, end - mark.length);
  } else {
    replace(textarea, start, end, mark + inside + mark);
    textarea.setSelectionRange(start + mark.length, end + mark.length);
  }
}

// “**” ends with “*” too, but is another mark; “***” is both.
function isLonger(before, after, mark) {
  const [left, right] = [before.slice(-3).match(/\**$/)[0].length, after.slice(0, 3).match(/^\**/)[0].length];
  return mark === "*" && left === 2 && right === 2;
}

// The whole lines that the selection touches, each as `change(line, index)` has it.
export function changeLines(textarea, change) {
  const { value } = textarea;
  const start = value.lastIndexOf("\n", textarea.selectionStart - 1) + 1;
  const last = Math.max(start, textarea.selectionEnd - (textarea.selectionEnd > textarea.selectionStart && value[textarea.selectionEnd - 1] === "\n" ? 1 : 0));
  const found = value.indexOf("\n", last);
  const end = found < 0 ? value.length : found;
  const text = change(value.slice(start, end).split("\n")).join("\n");
  replace(textarea, start, end, text);
  textarea.setSelectionRange(text.includes("\n") ? start : start + text.length, start + text.length);
}

// A block of its own: with an empty line before and after it.
export function insertBlock(textarea, text) {
  const before = textarea.value.slice(0, textarea.selectionStart);
  const after = textarea.value.slice(textarea.selectionEnd);
  const lead = !before.trim() || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = !after.trim() || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  replace(textarea, textarea.selectionStart, textarea.selectionEnd, lead + text + tail);
  const end = textarea.selectionEnd - tail.length;
  textarea.setSelectionRange(end, end);
}

// Text as Markdown in which no character means anything; as editorial/prose/writing.py does it.
export function asText(words) {
  return words.replace(/\s+/g, " ").trim().replace(/[\\`*_~[\]<>]|&(?=#?\w)|\{(?=\{)/g, "\\$&");
}

export function link(words, address) {
  return `[${words}](${/[\s()]/.test(address) ? `<${address.replace(/[<>\s]/g, encodeURIComponent)}>` : address})`;
}
