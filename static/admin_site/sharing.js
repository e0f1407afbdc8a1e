// Links to a draft: made and revoked without leaving the form, and copied by a button. Without this module the buttons
// send their form, and a link is copied by hand.

const sharing = document.getElementById("sharing");
const say = (words) => { sharing.querySelector(".sharing__said").textContent = words; };

function offerCopies() {
  for (const button of sharing.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say("Copied the link.");
  } catch {
    // Without HTTPS, or without leave. The link is selected by now.
    say("Press Ctrl+C, or ⌘C on a Mac, to copy the selected link.");
    field.focus();
  }
}

// Typed text stays in the form above: the answer is the same page, of which only this section is taken.
async function send(form, button) {
  const address = button?.getAttribute("formaction") ?? form.action;
  button?.setAttribute("disabled", "");
  try {
    const answer = await fetch(address, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const section = page.getElementById("sharing");
    if (!answer.ok || !section) throw new Error("another page");
    const messages = [...page.querySelectorAll(".messagelist li")].map((each) => each.textContent.trim());
    sharing.replaceChildren(...section.childNodes);
    offerCopies();
    say(messages.join(" "));
    sharing.querySelector(".sharing__form [type=submit]").focus();
  } catch {
    button?.removeAttribute("disabled");
    say("That did not work. You may be signed out, or the draft may be published by now. Open this page in another tab to see.");
  }
}

if (sharing) {
  offerCopies();
  sharing.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  sharing.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target, event.submitter);
  });
}
