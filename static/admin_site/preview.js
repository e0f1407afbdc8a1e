// The draft as readers will see it, beside the form. What is typed is sent like a form into a frame that is not shown yet;
// once the page is there, it takes the place of the one before, at the same height. Without this module the button
// “Preview” opens the same page in a tab.

const PAUSE_MS = 500; // between the last key and the new preview
const LOOK_MS = 150;
const PATIENCE_MS = 30_000;
const RETRY_MS = 10_000;
// A new draft shows at once what it says; next to a form there must be room for both.
const BESIDE = matchMedia("(min-width: 1024px)");
const OPEN = "llamahub.preview.open";
const WIDTH = "llamahub.preview.width";

// A browser may refuse to remember anything.
const remembered = {
  get(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); } catch { /* then it does not */ }
  },
};

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class Preview {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = document.getElementById(dialog.dataset.form);
    this.names = dialog.dataset.fields.split(" ").filter((name) => this.form?.elements[name]);
    this.address = `${dialog.dataset.address}?in=pane`;
    this.stage = dialog.querySelector(".preview__stage");
    this.said = dialog.querySelector(".preview__said");
    this.openers = [...document.querySelectorAll("[data-preview]")];
    this.asked = null; // what the newest frame shows, or would show
    this.seen = null; // what the form held when it was last looked at
    this.loads = 0;

    for (const opener of this.openers) {
      opener.setAttribute("aria-expanded", "false");
      opener.setAttribute("aria-controls", dialog.id);
      opener.addEventListener("click", (event) => {
        event.preventDefault();
        if (dialog.open) this.close();
        else this.open(opener);
      });
    }
    dialog.querySelector("[data-close]").addEventListener("click", () => this.close());
    // Escape closes a window over the page by itself; the pane beside the form it leaves open.
    dialog.addEventListener("close", () => this.closed());
    for (const button of this.widths()) button.addEventListener("click", () => this.setWidth(button.dataset.width));
    BESIDE.addEventListener("change", () => {
      if (!dialog.open) return;
      this.isMoving = true;
      dialog.close();
      this.show();
    });
    new ResizeObserver(() => this.fit()).observe(this.stage);
    this.setWidth(remembered.get(WIDTH) ?? (BESIDE.matches ? "1280" : "390"));
    // Looked at rather than listened to: date pickers, lists and toolbars fill fields in without saying so.
    setInterval(() => this.look(), LOOK_MS);
    addEventListener("focus", () => { if (this.retryAt) this.retryAt = 0; }); // perhaps back from signing in
    if (remembered.get(OPEN) === "yes" && BESIDE.matches) this.show();
  }

  // --- The pane --------------------------------------------------------------------------------------------------

  open(opener) {
    this.opener = opener;
    remembered.set(OPEN, "yes");
    this.show();
    if (BESIDE.matches) opener.focus({ preventScroll: true });
  }

  close() {
    remembered.set(OPEN, "no");
    this.dialog.close();
  }

  show() {
    const focused = document.activeElement;
    if (BESIDE.matches) {
      this.dialog.show();
      focused?.focus({ preventScroll: true }); // opening takes the focus, which stays with the text
    } else {
      this.dialog.showModal();
    }
    document.documentElement.classList.toggle("has-preview", BESIDE.matches);
    for (const opener of this.openers) opener.setAttribute("aria-expanded", "true");
    this.fit();
  }

  closed() {
    if (this.isMoving) {
      this.isMoving = false;
      return;
    }
    document.documentElement.classList.remove("has-preview");
    for (const opener of this.openers) opener.setAttribute("aria-expanded", "false");
    if (!this.dialog.contains(document.activeElement) && document.activeElement !== document.body) return;
    this.opener?.focus({ preventScroll: true });
  }

  widths() {
    return this.dialog.querySelectorAll("[data-width]");
  }

  setWidth(width) {
    const known = [...this.widths()].map((button) => button.dataset.width);
    this.width = Number(known.includes(width) ? width : known.at(-1));
    for (const button of this.widths()) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.width) === this.width));
    }
    remembered.set(WIDTH, String(this.width));
    this.fit();
  }

  // A window of the chosen width, made smaller where it does not fit.
  fit() {
    const { clientWidth, clientHeight } = this.stage;
    if (!clientWidth) return;
    const scale = Math.min(1, clientWidth / this.width);
    this.stage.style.setProperty("--frame-width", `${this.width}px`);
    this.stage.style.setProperty("--frame-height", `${Math.floor(clientHeight / scale)}px`);
    this.stage.style.setProperty("--frame-scale", String(scale));
    this.stage.style.setProperty("--frame-left", `${Math.max(0, (clientWidth - this.width * scale) / 2)}px`);
  }

  // --- What it shows ---------------------------------------------------------------------------------------------

  // Empty for someone who may read the draft and not write it: the saved text is shown then.
  typed() {
    return this.names.map((name) => [name, this.form.elements[name].value]);
  }

  look() {
    if (!this.dialog.open || document.hidden) return;
    const now = Date.now();
    const typed = this.typed();
    const same = (one, other) => one?.every(([, value], place) => value === other?.[place][1]);
    if (!same(this.seen, typed)) {
      this.seen = typed;
      this.changedAt = now;
    }
    if (this.next) {
      if (now - this.startedAt > PATIENCE_MS) this.failed("The preview takes too long. It is tried again when you go on writing.");
      return;
    }
    const isFirst = this.asked === null;
    const isDue = isFirst || (!same(this.asked, typed) && now - this.changedAt >= PAUSE_MS);
    if (isDue || (this.retryAt !== undefined && now >= this.retryAt)) this.load(typed);
  }

  load(typed) {
    this.asked = typed;
    this.retryAt = undefined;
    this.startedAt = Date.now();
    this.stage.setAttribute("aria-busy", "true");
    const frame = element("iframe", { name: `preview-${++this.loads}`, title: "The article as readers will see it" });
    frame.className = "preview__frame preview__frame--next";
    frame.sandbox = "allow-same-origin"; // no scripts: see the policy that comes with the page
    this.stage.append(frame);
    this.next = frame;
    frame.addEventListener("load", () => {
      if (this.next === frame) this.arrived(frame);
    });
    if (!this.names.length) {
      frame.src = this.address;
      return;
    }
    const fields = [["csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value], ...typed];
    const sender = element(
      "form",
      { method: "post", action: this.address, target: frame.name, enctype: "multipart/form-data", hidden: true },
      ...fields.map(([name, value]) => element("input", { type: "hidden", name, value })),
    );
    document.body.append(sender);
    sender.submit();
    sender.remove();
  }

  async arrived(frame) {
    const answer = frame.contentDocument;
    if (answer?.URL === "about:blank") return; // some browsers announce the empty frame as well
    // An answer that no frame may show, or none at all: a browser does not tell which.
    if (answer?.documentElement.dataset.preview !== "shown") return this.diagnose();
    const problems = [...answer.querySelectorAll("[data-problem]")];
    if (problems.length) this.failed(...problems.map((each) => each.textContent));
    else this.swap(frame);
  }

  swap(frame) {
    const before = this.shown;
    frame.contentWindow.scrollTo({ top: before?.contentWindow?.scrollY ?? 0, behavior: "instant" });
    frame.classList.remove("preview__frame--next");
    before?.remove();
    this.shown = frame;
    this.next = null;
    this.hasRetried = false;
    this.stage.setAttribute("aria-busy", "false");
    this.stage.classList.remove("preview__stage--old");
    this.said.replaceChildren();
    // Within the page links scroll; all others lead to pages that no frame may show.
    frame.contentDocument.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link || link.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      open(link.href, "_blank", "noopener");
    });
  }

  // The last page that could be shown stays, and what is wrong stands above it.
  failed(...problems) {
    this.next?.remove();
    this.next = null;
    this.stage.setAttribute("aria-busy", "false");
    this.stage.classList.toggle("preview__stage--old", Boolean(this.shown));
    this.said.replaceChildren(
      element("ul", { className: "preview__problems" }, ...problems.map((each) => element("li", {}, each))),
    );
  }

  async diagnose() {
    let answer = null;
    let state = null;
    try {
      answer = await fetch(`${this.dialog.dataset.address}?as=json`, { redirect: "manual" });
      if (answer.ok) state = await answer.json();
    } catch {
      // Said below.
    }
    if (answer?.type === "opaqueredirect") {
      const link = element("a", { href: this.dialog.dataset.signIn, target: "_blank" }, "Sign in again in another tab");
      this.failed(element("span", {}, "You are signed out. ", link, ", then come back: what you typed is still here."));
    } else if (answer?.status === 403 || answer?.status === 404 || (state && !state.may_write && this.names.length)) {
      this.failed("This draft can no longer be changed: it was approved or deleted, or your rights are others now. Copy what you typed before you leave.");
      return;
    } else if (state && !this.hasRetried) {
      // Whoever signed in again sends forms with a new token, this one included.
      for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = state.token;
      this.hasRetried = true;
      this.failed("Trying once more …");
      this.retryAt = 0;
      return;
    } else {
      this.failed("The preview could not be fetched. It is tried again in a moment; what you typed is still here.");
      this.hasRetried = false;
    }
    this.retryAt = Date.now() + RETRY_MS;
  }
}

const dialog = document.getElementById("preview");
if (dialog) new Preview(dialog);
