// A comment beside an entry’s form is no part of it, but typed all the same: it comes back after the form was saved, and
// is not left behind unasked.

const desk = document.getElementById("desk");
const form = document.getElementById(desk.dataset.form);
const { user, address } = desk.dataset;
const key = `desk:aside:${user}:${address}`;
let leaving = false;

const texts = () => [...document.querySelectorAll("#content form textarea:not([readonly])")].filter((text) => text.form !== form);

for (const [id, value] of JSON.parse(sessionStorage.getItem(key) ?? "[]")) {
  const text = document.getElementById(id);
  if (text?.value === "") text.value = value;
}
sessionStorage.removeItem(key);

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || (event.submitter?.formTarget || event.target.target || "_self") !== "_self") return;
  leaving = true;
  const others = texts().filter((text) => text.form !== event.target && text.value !== text.defaultValue);
  if (others.length) sessionStorage.setItem(key, JSON.stringify(others.map((text) => [text.id, text.value])));
});

addEventListener("beforeunload", (event) => {
  if (!leaving && texts().some((text) => text.value !== text.defaultValue)) event.preventDefault();
});
