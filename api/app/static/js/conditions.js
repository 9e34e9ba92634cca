// Shows and hides questions while a form is filled. The rules are the server's (app/forms/engine/conditions.py and
// kinds/), said once more for the page; a test runs both on random forms and fails when they disagree.
// The server decides in the end: what is hidden here is not sent, and what it hides is left out on submission.

// What a text is trimmed of, as app/forms/engine/texts.py does. (trim() alone leaves U+0085.)
const blank = /^[\s\u0085]+|[\s\u0085]+$/g;
const control = /[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g;
const text = (raw) => raw.replace(control, "").replace(blank, "") || undefined;

const digits = (raw) => raw.replace(/[٠-٩۰-۹０-９]/g, (digit) => {
  const code = digit.charCodeAt(0);
  return String(code - (code >= 0xff10 ? 0xff10 : code >= 0x6f0 ? 0x6f0 : 0x660));
}).replace("٫", ".").replace("−", "-");

function number(raw) {
  if (raw.length > 60) return undefined;
  const plain = digits(raw.replace(blank, "").replace(/[ \u00a0\u202f\u2009']/g, ""));
  if (!/^[+-]?[0-9]{1,20}([.,][0-9]{1,20})?$/.test(plain)) return undefined;
  if (/^[+-]?[0-9]{1,3},[0-9]{3}$/.test(plain)) return undefined;
  const value = Number(plain.replace(",", "."));
  const significant = plain.replace(/[+-]/, "").replace(",", ".");
  const [whole, part = ""] = significant.split(".");
  const kept = (whole.replace(/^0+/, "") + part.replace(/0+$/, "")).replace(/^0+/, "");
  const counted = part.replace(/0+$/, "") ? kept : kept.replace(/0+$/, "");
  return Math.abs(value) < 1e15 && counted.length <= 15 ? value : undefined;
}

function day(raw) {
  const trimmed = raw.replace(blank, "");
  if (!/^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$/.test(trimmed)) return undefined;
  const date = new Date(`${trimmed}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(trimmed) ? trimmed : undefined;
}

// The answer as the server would store it, or undefined: raw is what the controls hold.
export const read = {
  short_text: ([raw]) => text(raw),
  long_text: ([raw]) => text(raw),
  email: ([raw]) => text(raw),
  url: ([raw]) => text(raw),
  number: ([raw]) => number(raw),
  date: ([raw]) => day(raw),
  country: ([raw]) => raw || undefined,
  yes_no: (raw) => ({ true: true, false: false })[raw.at(-1)],
  single_choice: (raw) => raw.at(-1) || undefined,
  multiple_choice: (raw) => (raw.length ? raw : undefined),
};

const compare = {
  equals: (answer, value) => answer === value,
  not_equals: (answer, value) => answer !== value,
  in: (answer, value) => value.includes(answer),
  contains: (answer, value) => answer.includes(value),
  less: (answer, value) => answer < value,
  more: (answer, value) => answer > value,
};

// `answers` is a Map of the visible answers before the condition. While unanswered only "not_answered" holds.
export function holds(tree, answers) {
  if (!tree) return true;
  if (tree.all) return tree.all.every((part) => holds(part, answers));
  if (tree.any) return tree.any.some((part) => holds(part, answers));
  const answered = answers.has(tree.question);
  if (tree.is === "answered") return answered;
  if (tree.is === "not_answered") return !answered;
  return answered && compare[tree.is](answers.get(tree.question), tree.value);
}

// The keys of what a whole document shows for these answers, in order.
export function visible(document, given) {
  const answers = new Map();
  const shown = [];
  for (const section of document.sections) {
    if (!holds(section.condition, answers)) continue;
    for (const question of section.questions) {
      if (!holds(question.condition, answers)) continue;
      shown.push(question.key);
      if (Object.hasOwn(given, question.key)) answers.set(question.key, given[question.key]);
    }
  }
  return shown;
}

function raw(place) {
  const controls = [...place.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const chosen = controls.filter((each) => !["checkbox", "radio"].includes(each.type) || each.checked);
  return chosen.map((each) => each.value);
}

// Every question of the form on the page: shown or hidden, hidden ones not sent. Answers of other sections come with
// the form, in data-answers.
export function refresh(form) {
  const answers = new Map(Object.entries(JSON.parse(form.dataset.answers || "{}")));
  for (const place of form.querySelectorAll("[data-asks]")) {
    const condition = place.dataset.condition;
    const shown = !condition || holds(JSON.parse(condition), answers);
    if (place.hidden === shown) {
      place.hidden = !shown;
      for (const each of place.querySelectorAll("input, select, textarea")) each.disabled = !shown;
    }
    place.removeAttribute("data-off");
    const values = raw(place);
    const answer = shown && values.length ? read[place.dataset.kind]?.(values) : undefined;
    if (answer === undefined) answers.delete(place.dataset.asks);
    else answers.set(place.dataset.asks, answer);
  }
}

export function install(form) {
  const again = () => refresh(form);
  form.addEventListener("input", again);
  form.addEventListener("change", again);
  addEventListener("pageshow", again);
  again();
}

for (const form of document.querySelectorAll("form[data-answers]")) install(form);
