// Saves answers while they are typed. Only what changed travels; what cannot be sent is kept on this device, under the
// account that typed it, and goes out when the link is back. Without this script the page's own button does the same.

const form = document.querySelector("form[data-autosave]");
const { autosave: address, account, application } = form.dataset;
const says = JSON.parse(form.dataset.says);
const spot = document.querySelector("[data-save]");
const [check, upload, offline, warn] = document.querySelector("[data-drawings]").children;
const drawing = { check, upload, offline, warn };
const shelf = `answers:${account}:${application}:`;
const place = shelf + id();
const known = new Map();

let revision = Number(form.elements.revision.value);
let waiting = {};
let batch = null;
let sending = null;
let timer = 0;
let pause = 0;
let over = false;

function id() {
  return globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

// What stands in the form.
const question = (name) => form.querySelector(`[data-asks="${name}"]`);
const controls = (name) => [...form.elements].filter((each) => each.name === name && each.type !== "hidden");
const names = () => new Set([...form.querySelectorAll("[data-asks] [name]")].map((each) => each.name));
const lines = (text) => text.replace(/\r\n?/g, "\n");
const read = (name, data = new FormData(form)) => data.getAll(name).map((value) => lines(String(value)));

// What the page came with: typing may begin before this script has arrived.
function readFirst(name) {
  return [...form.elements].filter((each) => each.name === name).flatMap((each) => {
    if (each.type === "radio" || each.type === "checkbox") return each.defaultChecked ? [each.value] : [];
    if (each.options) return [([...each.options].find((option) => option.defaultSelected) ?? each.options[0]).value];
    return [lines(each.defaultValue)];
  });
}

function write(name, values) {
  for (const each of controls(name)) {
    if (each.type === "radio" || each.type === "checkbox") each.checked = values.includes(each.value);
    else each.value = values[0] ?? "";
  }
  known.set(name, JSON.stringify(read(name)));
  question(name)?.dispatchEvent(new Event("change", { bubbles: true }));
}

function collect() {
  const data = new FormData(form);
  for (const name of names()) {
    const values = read(name, data);
    const text = JSON.stringify(values);
    if (!values.length || text === known.get(name)) continue;
    known.set(name, text);
    waiting[name] = values;
  }
  keep();
}

// What is kept on this device until it is sent.
function keep() {
  const answers = { ...batch?.answers, ...waiting };
  try {
    if (Object.keys(answers).length) localStorage.setItem(place, JSON.stringify({ revision: batch?.revision ?? revision, answers }));
    else localStorage.removeItem(place);
  } catch {
    // A private window or a full device: the page itself still keeps everything.
  }
}

function bringBack() {
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(shelf))) {
      const kept = JSON.parse(localStorage.getItem(key));
      revision = Math.min(revision, kept.revision);
      Object.assign(waiting, kept.answers);
      localStorage.removeItem(key);
    }
  } catch {
    return;
  }
  for (const [name, values] of Object.entries(waiting)) if (question(name)) write(name, values);
}

// Sending, one save at a time. A save that may or may not have arrived is repeated with the same id.
function soon(milliseconds) {
  clearTimeout(timer);
  if (!over) timer = setTimeout(send, milliseconds);
}

function send(leaving = false) {
  clearTimeout(timer);
  collect();
  if (over) return Promise.resolve(false);
  if (sending) return sending.then((good) => (good ? send() : good));
  if (!batch && !Object.keys(waiting).length) return Promise.resolve(true);
  if (!batch) [batch, waiting] = [{ id: id(), revision, answers: waiting }, {}];
  keep();
  show("saving", says.saving, "upload");
  sending = attempt(leaving === true).finally(() => (sending = null));
  return sending;
}

async function attempt(leaving, again = true) {
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      keepalive: leaving,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify({ account: Number(account), save_id: batch.id, revision: batch.revision, answers: batch.answers }),
    });
  } catch {
    return later(navigator.onLine ? says.retry : says.offline);
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return saved(answer);
  if (response.status === 412) return clash(answer);
  if (response.status === 403 && again && (await freshToken())) return attempt(leaving, false);
  if (response.status === 401 || response.status === 403) return later(says.signIn, true);
  if (response.status === 429 || response.status >= 500) return later(says.retry);
  over = true;
  show("unsent", answer.detail || says.broken, "warn");
  return false;
}

function saved(answer) {
  for (const name of Object.keys(batch.answers)) complain(name, answer.errors[name]);
  batch = null;
  pause = 0;
  merge(answer);
  keep();
  if (Object.keys(waiting).length) soon(0);
  else showSaved(new Date(answer.saved_at));
  return true;
}

function showSaved(when) {
  const clock = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  show("saved", says.saved.replace("{time}", clock), "check");
}

function later(words, signIn = false) {
  show("unsent", words, "offline");
  if (signIn) spot.append(link(says.signInAct, form.dataset.signIn));
  pause = Math.min(60_000, (pause || 2_500) * 2);
  soon(pause);
  return false;
}

async function freshToken() {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const token = page.querySelector("form[data-autosave] [name=csrf_token]")?.value;
    if (token) form.elements.csrf_token.value = token;
    return Boolean(token);
  } catch {
    return false;
  }
}

// Somebody else, or another window, changed something too.
const texts = (value) => (value === null ? [""] : [value].flat().map(String));

function merge(answer) {
  revision = answer.revision;
  form.elements.revision.value = revision;
  for (const [name, value] of Object.entries(answer.others ?? {})) {
    if (question(name) && !(name in waiting) && !question(name).querySelector(".clash")) write(name, texts(value));
  }
}

function clash(answer) {
  const mine = batch.answers;
  batch = null;
  merge(answer);
  for (const [name, { theirs }] of Object.entries(answer.conflicts)) {
    offer(name, mine[name], texts(theirs));
    delete mine[name];
  }
  waiting = { ...mine, ...waiting };
  keep();
  show("unsent", says.clash, "warn");
  if (Object.keys(waiting).length) soon(0);
  return false;
}

function offer(name, mine, theirs) {
  const box = question(name)?.querySelector(".question");
  if (!box) return;
  box.querySelector(".clash")?.remove();
  const choice = element("div", "clash notice careful");
  const words = element("div", "grow rich");
  const label = (value) => {
    const control = controls(name).find((each) => each.value === value && each.labels?.[0] && /radio|checkbox/.test(each.type));
    const option = controls(name)[0]?.querySelector?.(`option[value="${CSS.escape(value)}"]`);
    return (control?.labels[0] ?? option)?.textContent.trim() || value || says.nothing;
  };
  words.append(element("p", "", says.elsewhere), element("blockquote", "whole", theirs.map(label).join(", ")));
  const acts = element("div", "actions");
  acts.append(
    button(says.keepMine, () => ((waiting[name] = mine), choice.remove(), send())),
    button(says.takeTheirs, () => (write(name, theirs), delete waiting[name], choice.remove(), send().then((good) => good && showSaved(new Date())))),
  );
  words.append(acts);
  choice.append(words);
  box.append(choice);
}

// Saying things.
function element(tag, classes, words = "") {
  const made = document.createElement(tag);
  made.className = classes;
  made.textContent = words;
  return made;
}

function button(words, act) {
  const made = element("button", "button little", words);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function link(words, href) {
  const made = element("a", "link", words);
  Object.assign(made, { href, target: "_blank" });
  return made;
}

function show(state, words, mark) {
  spot.dataset.save = state;
  spot.classList.toggle("unsent", state === "unsent");
  spot.replaceChildren(...(drawing[mark] && words ? [drawing[mark].cloneNode(true)] : []), element("span", "", words));
}

function complain(name, sentences = []) {
  const box = question(name)?.querySelector(".question");
  box?.querySelector(".error.live")?.remove();
  box?.classList.toggle("wrong", sentences.length > 0 || Boolean(box.querySelector(".error")));
  if (!box || !sentences.length) return;
  const line = element("p", "error live");
  line.append(drawing.warn.cloneNode(true), element("span", "", sentences.join(" ")));
  (box.querySelector(".help") ?? box.querySelector("label, legend")).after(line);
}

// Words and characters, counted as the server counts them.
const IDEOGRAPHS = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const TOKEN = new RegExp(`[${IDEOGRAPHS}]|[^${IDEOGRAPHS}\\s]+`, "gu");
const countWords = (text) => (text.match(TOKEN) ?? []).filter((token) => /[\p{L}\p{N}]/u.test(token)).length;

function count(control) {
  const counter = document.querySelector(`[data-counter="${control.id}"]`);
  const limit = Number(control.dataset.words || control.dataset.characters);
  if (!counter || !limit) return;
  const text = control.value.trim().normalize("NFC");
  const have = control.dataset.words ? countWords(text) : [...text].length;
  counter.textContent = counter.dataset.says.replace("{count}", have.toLocaleString(document.documentElement.lang));
  counter.classList.toggle("over", have > limit);
}

for (const name of names()) known.set(name, JSON.stringify(readFirst(name)));
form.addEventListener("input", (event) => {
  count(event.target);
  collect();
  soon(event.target.type === "radio" || event.target.type === "checkbox" ? 150 : 900);
});
form.addEventListener("change", () => soon(150));
form.addEventListener("submit", async (event) => {
  if (over || form.dataset.leaving) return;
  event.preventDefault();
  const { submitter } = event;
  if (!(await send())) return;
  // Not before the event that brought us here is over: until then browsers ignore a second one.
  setTimeout(() => {
    form.dataset.leaving = "1";
    form.requestSubmit(submitter);
    setTimeout(() => delete form.dataset.leaving, 3000);
  });
});
addEventListener("online", () => send());
addEventListener("focus", () => (batch || Object.keys(waiting).length) && send());
addEventListener("pagehide", () => send(true));
document.addEventListener("visibilitychange", () => document.hidden && send(true));
bringBack();
collect();
if (Object.keys(waiting).length) soon(0);
