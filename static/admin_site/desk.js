// An editor’s form, open and not saved yet: says who else has it open, keeps what is typed, on the server or, while
// that does not answer, in this browser, and asks before anything typed is left behind. See llamahub/desk.

const KEEP_AFTER_MS = 3_000;
const HERE_EVERY_MS = 25_000;
const RETRY_EVERY_MS = 5_000;
// Speaking to the server keeps a session alive: a form that nobody touches falls silent.
const SILENT_AFTER_MS = 60 * 60_000;
const WAIT_FOR_ANSWER_MS = 15_000;
// What browsers send while a page goes away.
const LAST_WORDS = 60_000;
const LOCAL_FOR_MS = 14 * 24 * 60 * 60_000;

const desk = document.getElementById("desk");
const form = document.getElementById(desk.dataset.form);
const { address, user } = desk.dataset;
const others = document.getElementById("desk-others");
const problem = document.getElementById("desk-problem");
const status = document.getElementById("desk-status");
const field = (name) => form.elements[name];

// A page that is opened anew, be it as a copy of a tab, is a tab of its own; one that came back unsaved is the same.
field("_tab").value ||= crypto.randomUUID?.() ?? `${Date.now()}-${String(Math.random()).slice(2)}`;
const tab = field("_tab").value;
const here = `desk:${user}:${address}:`;

const leavesOut = (name, value) =>
  value instanceof File || !name || name.startsWith("_") || name.includes("__prefix__") ||
  name === "csrfmiddlewaretoken" || form.elements[name]?.type === "password";

function typed() {
  return new URLSearchParams([...new FormData(form)].filter(([name, value]) => !leavesOut(name, value))).toString();
}

// Or the browser would fill old text into a newer form when one comes back to it.
form.autocomplete = "off";
const opened = typed();
let saved = "dirty" in desk.dataset ? null : opened; // what the server has of the entry, as far as this page knows
let kept = saved;
let keeping = null;
let leaving = false;
let signedOut = false;
let turn = Date.now();
let timer;
let touchedAt = Date.now();

const isDirty = () => typed() !== saved;

function say(words, isProblem = false) {
  status.textContent = words;
  status.hidden = !words;
  status.classList.toggle("desk__status--problem", isProblem);
}

// --- Asking the server ---------------------------------------------------------------------------------------------

function request(action, text = "") {
  const body = new URLSearchParams(text);
  const own = { _desk: action, _tab: tab, _turn: ++turn };
  for (const name of ["_owner", "_once", "_replaces", "_versions", "csrfmiddlewaretoken"]) own[name] = field(name)?.value ?? "";
  for (const [name, value] of Object.entries(own)) if (!body.has(name)) body.set(name, value);
  return body;
}

async function ask(body, options = {}) {
  const send = () => fetch(address, {
    method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(WAIT_FOR_ANSWER_MS), ...options,
  });
  let response = await send();
  if (response.status === 403 && (await renew())) {
    body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
    response = await send();
  }
  return response;
}

// Whoever signs in anew, in another tab, has new tokens: this page takes them over if it is the same person.
async function renew() {
  const response = await fetch(desk.dataset.token, { headers: { Accept: "application/json" } });
  const who = response.ok ? await response.json() : { user: null };
  if (String(who.user) !== user) {
    endOfSession(who.user === null
      ? "Your session has ended. What you typed stays here."
      : "Someone else has signed in in this browser. What you typed stays here, for the account that you opened this form with.");
    return false;
  }
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = who.token;
  for (const input of document.getElementById("desk-kept").content.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = who.token;
  return true;
}

function endOfSession(words) {
  remember();
  if (signedOut) return;
  signedOut = true;
  const link = Object.assign(document.createElement("a"), {
    href: desk.dataset.signIn, target: "_blank", rel: "noopener", textContent: "Sign in in a new tab",
  });
  const notice = Object.assign(document.createElement("p"), { className: "desk__problem" });
  notice.append(`${words} `, link, ", then come back: it goes on by itself.");
  problem.replaceChildren(notice);
  say("Not kept: signed out", true);
}

async function comeBack() {
  if (!signedOut) return;
  try {
    if (!(await renew())) return;
  } catch {
    return; // the network is away as well
  }
  signedOut = false;
  problem.replaceChildren();
  say("");
  await keep();
  await beat();
}

// --- Keeping what is typed -----------------------------------------------------------------------------------------

// In this browser, for as long as the server has not got it.
function remember() {
  if (!("keeps" in desk.dataset) || !isDirty()) return;
  const copy = { at: Date.now(), turn: turn + 1, once: field("_once").value, versions: field("_versions").value, text: typed() };
  try {
    localStorage.setItem(here + tab, JSON.stringify(copy));
  } catch {
    // No room, or not allowed: the warning before leaving remains.
  }
}

const forget = () => localStorage.removeItem(here + tab);

// One at a time: what is typed meanwhile is kept by the next.
async function keep() {
  if (!("keeps" in desk.dataset) || leaving) return;
  if (keeping) {
    await keeping;
    return keep();
  }
  const now = typed();
  if (now === kept || signedOut) return;
  keeping = sendKept(now);
  try {
    await keeping;
  } finally {
    keeping = null;
  }
}

async function sendKept(now) {
  try {
    const response = await ask(request(now === saved ? "forget" : "keep", now));
    if (response.status === 401) return endOfSession("Your session has ended. What you typed stays here.");
    if (response.status === 413) return say("Not kept: the text is too long. Save it.", true);
    if (response.status === 403 || response.status === 404) return say("Not kept: you may no longer change this.", true);
    if (!response.ok) throw new Error(response.status);
    const answer = await response.json();
    kept = now;
    forget();
    say(now === saved ? "" : `Kept at ${answer.kept}`);
  } catch {
    if (leaving || signedOut) return;
    remember();
    say(navigator.onLine ? "Not kept: no answer. Trying again." : "Not kept: offline. It stays in this browser.", true);
    schedule(RETRY_EVERY_MS);
  }
}

function schedule(after = KEEP_AFTER_MS) {
  clearTimeout(timer);
  timer = setTimeout(keep, after);
}

function touched() {
  const wasSilent = Date.now() - touchedAt > SILENT_AFTER_MS;
  touchedAt = Date.now();
  if (wasSilent) beat();
  schedule();
}

for (const event of ["input", "change"]) form.addEventListener(event, touched);
form.addEventListener("click", () => schedule()); // added rows and chosen relations send no event of their own

// What an earlier visit could not hand over: the server gets it now and offers it as its own.
async function handOver() {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(here) && name !== here + tab)) {
    const copy = JSON.parse(localStorage.getItem(key));
    if (Date.now() - copy.at > LOCAL_FOR_MS) {
      localStorage.removeItem(key);
      continue;
    }
    const theirs = key.slice(here.length);
    const body = request("keep", copy.text);
    for (const [name, value] of Object.entries({ _tab: theirs, _turn: copy.turn, _once: copy.once, _versions: copy.versions, _replaces: "" })) body.set(name, value);
    const response = await ask(body);
    if (!response.ok) return;
    localStorage.removeItem(key);
    const answer = await response.json();
    if (!answer.saved && !document.querySelector(`#desk-unsaved [data-tab="${theirs}"]`)) offer(theirs, answer);
  }
}

function offer(from, { number, kept: when }) {
  const item = document.getElementById("desk-kept").content.firstElementChild.cloneNode(true);
  item.dataset.tab = from;
  item.querySelector(".desk__when").textContent = when;
  for (const input of item.querySelectorAll("[name=_restore], [name=number]")) input.value = number;
  document.getElementById("desk-unsaved").append(item);
}

// --- Who else is here ----------------------------------------------------------------------------------------------

async function beat() {
  if (leaving || signedOut || Date.now() - touchedAt > SILENT_AFTER_MS) return;
  try {
    const response = await ask(request("here"));
    if (response.status === 401) return endOfSession("Your session has ended. What you typed stays here.");
    if (response.ok && !leaving) show(await response.json());
  } catch {
    // Said when something is to be kept.
  }
  if (typed() !== kept) schedule();
}

function show({ others: people, own_tabs: tabs, changed }) {
  const lines = [...people];
  if (people.length) lines[lines.length - 1] += " You can both write: whoever saves second chooses, field by field, where both changed the same.";
  if (tabs) lines.push("You have this open in another tab as well.");
  if (changed) lines.push(`Changed since you opened it: ${changed}. Your form shows what was before; saving overwrites nothing unseen.`);
  const shown = [...others.children].map((line) => line.textContent);
  if (shown.join("\n") === lines.join("\n")) return; // said already
  others.replaceChildren(...lines.map((words) => Object.assign(document.createElement("p"), { className: "desk__other", textContent: words })));
}

// --- Leaving -------------------------------------------------------------------------------------------------------

const opensElsewhere = (submitter, sent) => (submitter?.formTarget || sent.target || "_self") !== "_self";

document.addEventListener("submit", async (event) => {
  const sent = event.target;
  if (leaving || event.defaultPrevented || sent.method !== "post" || opensElsewhere(event.submitter, sent)) return;
  if (sent === form) {
    remember(); // should it not arrive: a copy of what was saved is told by its number, and dropped
    leaving = true;
    return;
  }
  if (!sent.closest("#content") || sent.closest("#desk") || !isDirty()) return;
  // A step or a comment beside the form: what is typed above comes back with the page.
  event.preventDefault();
  await keep();
  remember();
  sessionStorage.setItem("desk:carry-on", `${address} ${tab}`);
  leaving = true;
  sent.requestSubmit(event.submitter);
});

addEventListener("beforeunload", (event) => {
  if (!leaving && isDirty()) event.preventDefault();
});

function lastWords() {
  const gone = request("left");
  navigator.sendBeacon?.(address, gone);
  if (leaving || signedOut || !("keeps" in desk.dataset) || typed() === kept || !isDirty()) return;
  remember();
  const body = request("keep", typed());
  if (body.toString().length < LAST_WORDS) fetch(address, { method: "POST", body, keepalive: true }).catch(() => {});
}

addEventListener("pagehide", lastWords);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  leaving = false;
  beat();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) keep();
  else if (signedOut) comeBack();
});
addEventListener("focus", comeBack);
addEventListener("online", () => keep());

// --- Begin ---------------------------------------------------------------------------------------------------------

const carried = sessionStorage.getItem("desk:carry-on")?.split(" ") ?? [];
sessionStorage.removeItem("desk:carry-on");
const back = carried[0] === address && document.querySelector(`#desk-unsaved [data-tab="${carried[1]}"] .desk__restore`);
const said = (list) => [...list].map((line) => [line.className, line.textContent]);
if (back) {
  // What the step had to say would be gone with this page.
  sessionStorage.setItem("desk:said", JSON.stringify(said(document.querySelectorAll(".messagelist li"))));
  leaving = true;
  back.requestSubmit();
} else {
  const lines = JSON.parse(sessionStorage.getItem("desk:said") ?? "[]");
  sessionStorage.removeItem("desk:said");
  if (lines.length) {
    const list = Object.assign(document.createElement("ul"), { className: "messagelist" });
    list.append(...lines.map(([className, textContent]) => Object.assign(document.createElement("li"), { className, textContent })));
    desk.prepend(list);
  }
  setInterval(beat, HERE_EVERY_MS);
  setInterval(comeBack, RETRY_EVERY_MS);
  await beat();
  await handOver().catch(() => {});
}
