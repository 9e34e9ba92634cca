// What every page gains with scripts: nothing here is needed to use a page.
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const typing = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

// Menus close on a click elsewhere and on Escape, dialogs open without leaving the page.
document.addEventListener("click", (event) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest?.("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  const closer = event.target.closest?.("[data-closes]");
  if (closer?.closest("dialog[open]")) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  const show = event.target.closest?.("[data-reveals]");
  if (show) reveal(show);
});

function reveal(button) {
  const field = document.getElementById(button.dataset.reveals);
  const words = button.textContent;
  field.type = field.type === "password" ? "text" : "password";
  button.textContent = button.dataset.hide;
  button.dataset.hide = words;
  button.setAttribute("aria-pressed", String(field.type === "text"));
}
for (const button of $$("[data-reveals]")) button.hidden = false;

// A form goes off once: the second press within the same send does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get" || event.defaultPrevented || event.submitter?.formTarget) return; // a preview may be repeated
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const buttons = [...form.elements, event.submitter].filter((each) => each?.matches?.("button.button"));
  for (const button of buttons) button.setAttribute("aria-disabled", "true");
  setTimeout(() => again(form, buttons), 8000);
});
function again(form, buttons) {
  delete form.dataset.sent;
  for (const button of buttons) button.removeAttribute("aria-disabled");
}
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) again(form, $$("[aria-disabled]", form));
});

// Ticks in a table: all at once, and how many.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.matches("[data-picks-all]")) {
    for (const box of $$("tbody .pick input", event.target.closest("table"))) box.checked = event.target.checked;
  }
  if (form && event.target.closest("table")) count(form);
});
function count(form) {
  const boxes = $$("tbody .pick input", form);
  const picked = boxes.filter((box) => box.checked).length;
  for (const all of $$("[data-picks-all]", form)) {
    all.checked = picked > 0 && picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
  }
  for (const words of $$("[data-picked]", form)) {
    words.textContent = words.dataset.picked.replace("{count}", picked.toLocaleString(document.documentElement.lang));
  }
}
for (const form of document.forms) if ($$("[data-picked]", form).length) count(form);

// Keys: "/" searches, "j" and "k" move along the rows, Enter opens, "x" ticks, "?" shows this list.
function move(step) {
  const rows = $$("[data-rows] tbody tr");
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("at"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
  rows[now]?.classList.remove("at");
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
  (next.querySelector("th a") ?? next.querySelector("a, input"))?.focus({ preventScroll: true });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of $$("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (location.hash && $$(".side:target, .sentence:target, dialog:target").length) location.hash = "#main";
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const search = document.querySelector("[data-search]");
  const keys = document.getElementById("keys");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "?" && keys?.showModal && !keys.open) keys.showModal();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") document.querySelector("tr.at .pick input")?.click();
});

// The reader's own time beside the event's, where their clocks differ at that moment.
function ownTime(element) {
  const when = new Date(element.dateTime);
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const clock = (zone, more) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone, ...more }).format(when);
  const day = { day: "numeric", month: "long" };
  try {
    if (clock(element.dataset.local, day) === clock(undefined, day)) return;
    const sameDay = new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone: element.dataset.local }).format(when) === new Intl.DateTimeFormat("en", { dateStyle: "short" }).format(when);
    const words = clock(undefined, sameDay ? {} : { weekday: "short", ...day });
    element.textContent = element.dataset.says ? element.dataset.says.replace("{time}", words) : words;
  } catch {
    // An old browser that does not know the zone shows the event's time alone.
  }
}
for (const element of $$("time[data-local]")) ownTime(element);

// The tab one is on comes into sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// Buttons that print, and answers that wait on this device: nothing stays behind when its owner signs out.
for (const button of $$("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
document.addEventListener("submit", (event) => {
  if (!event.target.action?.endsWith?.("/sign-out")) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("answers:")) localStorage.removeItem(key);
  } catch {
    // A private window keeps nothing.
  }
});

// Errors are read first.
const problems = document.getElementById("problems");
problems?.focus({ preventScroll: true });
if (problems && problems.getBoundingClientRect().top > innerHeight / 2) problems.scrollIntoView();
