// Footnotes of a text: “[^key]” where it belongs, “[^key]: …” at the end.

import { replace } from "./edit.js";

const NOTE = /^ {0,3}\[\^([^[\]\s]+)\]:(.*)$/gm;

function notes(text) {
  return [...text.matchAll(NOTE)].map(([, label, words]) => ({ label, words }));
}

function free(text, wanted) {
  const taken = new Set(notes(text).map((note) => note.label.toLowerCase()));
  let label = wanted;
  for (let number = 2; taken.has(label.toLowerCase()); number += 1) label = `${wanted}-${number}`;
  return label;
}

// The note first, so that one step back takes the mark away and a second one the note.
function add(textarea, label, words) {
  const [start, end] = [textarea.selectionStart, textarea.selectionEnd];
  const text = textarea.value;
  const isAfterNote = /(^|\n) {0,3}\[\^[^[\]\s]+\]:[^\n]*\n*$/.test(text.slice(-2000));
  const gap = !text.trim() ? "" : text.endsWith("\n\n") ? "" : text.endsWith("\n") ? (isAfterNote ? "" : "\n") : isAfterNote ? "\n" : "\n\n";
  replace(textarea, text.length, text.length, `${gap}[^${label}]: ${words}`);
  const noteEnd = textarea.selectionEnd;
  textarea.setSelectionRange(start, end);
  mark(textarea, label);
  return noteEnd + `[^${label}]`.length;
}

// Behind what is selected, which stays.
function mark(textarea, label) {
  replace(textarea, textarea.selectionEnd, textarea.selectionEnd, `[^${label}]`);
}

// Cites a document: with the footnote that it has in this text, or with a new one.
export function cite(textarea, { title, label, address }) {
  const known = notes(textarea.value).find((note) => note.words.includes(`](${address})`));
  if (known) {
    mark(textarea, known.label);
    return `Cited with the footnote “${known.label}”, which the text has already.`;
  }
  const made = free(textarea.value, label);
  add(textarea, made, `[${title}](${address})`);
  return `Cited with a new footnote, “${made}”, at the end of the text.`;
}

// A note of one’s own words, with the cursor where they go.
export function addNote(textarea) {
  const taken = new Set(notes(textarea.value).map((note) => note.label));
  let number = 1;
  while (taken.has(String(number))) number += 1;
  const end = add(textarea, String(number), "");
  textarea.setSelectionRange(end, end);
  return "The cursor is at the new footnote, at the end of the text.";
}
