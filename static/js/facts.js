// The sources of a fact, beside it. Without this module a mark is a link to its notes at the end of the page; with it,
// the same notes open in a card: one popover for the whole page, closed by Escape, by a press elsewhere, or by leaving it.
const CARD = "fact-card";
const NAME = "fact-card-title";

const marks = document.querySelectorAll(".fact__mark");
const card = document.createElement("div");
let opener = null;

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

// What stays unique on the page must not be copied with the rest.
function copy(original) {
  const made = original.cloneNode(true);
  for (const each of [made, ...made.querySelectorAll("[id]")]) each.removeAttribute("id");
  return [...made.childNodes];
}

const noteOf = (mark) => document.getElementById(mark.hash.slice(1));

// A document, the places in it that the fact rests on, and the way there.
function source(notes) {
  const whole = notes[0].closest(".fact-source").querySelector(".fact-source__document");
  const made = element("div", "fact-card__source", element("p", "fact-card__document", ...copy(whole)));
  for (const note of notes) made.append(element("p", "fact-card__note", ...copy(note)));
  const link = made.querySelector(".fact-source__open");
  made.append(element("p", "", link));
  return made;
}

function title(mark) {
  // “3b, disputed: source for context window of Llama 4 Scout”
  const subject = mark.getAttribute("aria-label").replace(/^[^:]*: source for /, "");
  const heading = element("p", "fact-card__title", subject.charAt(0).toUpperCase() + subject.slice(1));
  heading.id = NAME;
  return heading;
}

function fill(mark) {
  const fact = mark.closest(".fact");
  const notes = [...fact.querySelectorAll(".fact__mark")].map(noteOf);
  const sources = [...new Set(notes.map((note) => note.parentNode))].map((of) =>
    source(notes.filter((note) => note.parentNode === of)),
  );
  const corrections = [...fact.querySelectorAll(".fact__was")].map((was) => {
    const link = element("a", "", "What was corrected, and why");
    link.href = was.href;
    const wrong = was.querySelector("s");
    const before = wrong ? ["Earlier shown as ", wrong.cloneNode(true), ". "] : [];
    return element("p", "fact-card__correction", ...before, link);
  });
  card.replaceChildren(title(mark), ...sources, ...corrections);
}

function open(mark) {
  if (card.matches(":popover-open")) card.hidePopover();
  opener = mark;
  fill(mark);
  card.showPopover({ source: mark });
  card.focus();
}

function toggle(mark) {
  if (card.matches(":popover-open") && opener === mark) card.hidePopover();
  else open(mark);
}

if (marks.length > 0 && "showPopover" in card) {
  card.className = CARD;
  card.popover = "auto";
  card.tabIndex = -1;
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-labelledby", NAME);
  document.body.append(card);

  for (const mark of marks) {
    mark.setAttribute("role", "button");
    mark.setAttribute("aria-expanded", "false");
    mark.setAttribute("aria-haspopup", "dialog");
  }

  // A press on the open card's own mark closes the card before the click arrives; remember that it was open.
  let pressed = null;
  document.addEventListener(
    "pointerdown",
    (event) => {
      pressed = card.matches(":popover-open") && event.target.closest(".fact__mark") === opener ? opener : null;
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".fact__mark");
    if (!mark || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (pressed === mark) card.hidePopover();
    else toggle(mark);
    pressed = null;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches(".fact__mark")) {
      event.preventDefault();
      toggle(event.target);
    }
  });

  // Before, not after: the state is told in the same moment as it changes.
  card.addEventListener("beforetoggle", (event) => {
    const isOpen = event.newState === "open";
    for (const mark of marks) mark.setAttribute("aria-expanded", String(isOpen && mark === opener));
  });

  // The keyboard moves on from the card: it does not stay in the way.
  card.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !card.contains(event.relatedTarget)) card.hidePopover();
  });
}
