// One form for one list: a row for each subject, saved at each change. All text is set as text, never as markup.
// What somebody is typing here is never replaced by what another browser says; what was not saved is kept in this
// browser until it is.
const ANSWER_MS = 6000;
const TYPING_MS = 1500;

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

function input(row, field) {
  const label = `${field.title}: ${row.title}`;
  let element;
  if (field.options) {
    element = make("select", { "aria-label": label });
    element.append(make("option", { value: "" }, (row.hints || {})[field.name] || `${field.title} –`));
    for (const [value, text] of field.options) element.append(make("option", { value }, text));
  } else {
    element = make("input", { type: field.type, "aria-label": label, title: field.title });
    if (field.type === "text") element.placeholder = field.title;
    if (field.type === "date") [element.min, element.max] = ["1970-01-01", "2199-12-31"];
  }
  element.dataset.field = field.name;
  element.className = `pm-field pm-${field.name}`;
  return element;
}

function shelf(title) {
  // Storage may be forbidden: then nothing is kept, and the status line still says what was not saved.
  const key = (subject, name) => `prodmeet ${location.pathname} ${title} ${subject} ${name}`;
  const guarded = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  return {
    get: (subject, name) => guarded(() => sessionStorage.getItem(key(subject, name))),
    put: (subject, name, value) => guarded(() => sessionStorage.setItem(key(subject, name), value)),
    drop: (subject, name) => guarded(() => sessionStorage.removeItem(key(subject, name))),
  };
}

function render({ model, el }) {
  const fields = model.get("fields");
  const texts = model.get("texts");
  const title = model.get("title");
  const kept = shelf(title);
  // Lab takes keys for commands everywhere but here.
  const root = make("section", { class: "pm-form", "aria-label": title, "data-lm-suppress-shortcuts": "true" });
  root.append(make("h3", {}, title));
  const list = make("ol");
  const empty = make("p", { class: "pm-why" }, texts.empty);
  const rows = new Map(); // subject -> {item, status, typed: Map(name -> timer), sent: Map(token -> {name, timer})}

  const said = (subject) => (model.get("said") || {})[subject] || {};

  function tell(row, text, bad) {
    row.status.textContent = text || "";
    row.status.className = bad ? "pm-status pm-bad" : "pm-status";
  }

  function save(subject, name, value) {
    const row = rows.get(subject);
    clearTimeout(row.typed.get(name));
    row.typed.delete(name);
    kept.put(subject, name, value);
    const token = `${Date.now()}-${Math.random()}`;
    tell(row, texts.saving, false);
    const timer = setTimeout(() => tell(row, texts.lost, true), ANSWER_MS);
    row.sent.set(token, { name, timer });
    model.send({ kind: "edit", subject, name, value, token });
  }

  function add(shown) {
    const subject = shown.subject;
    const item = make("li", { "data-subject": subject });
    const head = make("div", { class: "pm-what" });
    head.append(make("strong", {}, shown.title));
    const last = shown.last ? make("div", { class: "pm-last" }, shown.last) : "";
    if (shown.why) head.append(make("span", { class: "pm-why" }, shown.why));
    const inputs = make("div", { class: "pm-inputs" });
    const row = { item, status: make("span", { class: "pm-status", role: "status" }), typed: new Map(), sent: new Map() };
    rows.set(subject, row);
    for (const field of fields) {
      const element = input(shown, field);
      const name = field.name;
      // Each key of a year makes another day, from 0002 on: what is half typed waits until the field is left.
      element.addEventListener("change", () => { if (element.validity.valid) save(subject, name, element.value); });
      if (field.type === "text") {
        element.addEventListener("input", () => {
          clearTimeout(row.typed.get(name));
          row.typed.set(name, setTimeout(() => save(subject, name, element.value), TYPING_MS));
        });
      }
      element.addEventListener("blur", () => {
        if (!element.validity.valid && element.value !== (said(subject)[name] || "")) save(subject, name, element.value);
        show();
      });
      inputs.append(element);
    }
    inputs.append(row.status);
    item.append(head, last, inputs);
    list.append(item);
    for (const field of fields) {
      const unsaved = kept.get(subject, field.name);
      if (unsaved === null) continue;
      if (unsaved === (said(subject)[field.name] || "")) kept.drop(subject, field.name);
      else {
        item.querySelector(`[data-field="${field.name}"]`).value = unsaved;
        save(subject, field.name, unsaved);
      }
    }
  }

  function answered(subject, row, known) {
    const mine = row.sent.get(known.token);
    if (!mine) return;
    clearTimeout(mine.timer);
    row.sent.delete(known.token);
    kept.drop(subject, mine.name);
  }

  function show() {
    for (const shown of model.get("rows")) if (!rows.has(shown.subject)) add(shown);
    empty.hidden = rows.size > 0 || model.get("addable");
    for (const [subject, row] of rows) {
      const known = said(subject);
      answered(subject, row, known);
      const underway = new Set([...row.sent.values()].map((each) => each.name));
      for (const element of row.item.querySelectorAll("[data-field]")) {
        const name = element.dataset.field;
        const busy = document.activeElement === element && element.tagName !== "SELECT";
        if (busy || row.typed.has(name) || underway.has(name)) continue;
        const value = known[name] || "";
        if (element.value !== value) element.value = value;
      }
      if (!row.sent.size) tell(row, known.status, known.bad);
    }
  }

  root.append(empty, list);
  if (model.get("addable")) {
    const adder = make("form", { class: "pm-add" });
    const text = make("input", { type: "text", "aria-label": texts.add, placeholder: texts.add });
    const button = make("button", { type: "submit" }, texts.add_button);
    const status = make("span", { class: "pm-status", role: "status" });
    let waiting = null;
    adder.append(text, button, status);
    adder.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!text.value.trim() || waiting) return;
      const token = `${Date.now()}-${Math.random()}`;
      status.textContent = texts.saving;
      status.className = "pm-status";
      waiting = { token, timer: setTimeout(() => {
        waiting = null;
        status.textContent = texts.lost;
        status.className = "pm-status pm-bad";
      }, ANSWER_MS) };
      model.send({ kind: "add", text: text.value, token });
    });
    const arrived = () => {
      const found = waiting && Object.entries(model.get("said")).find(([, known]) => known.token === waiting.token);
      if (!found) return;
      clearTimeout(waiting.timer);
      waiting = null;
      status.textContent = "";
      text.value = "";
      const item = rows.get(found[0]);
      if (item) item.item.querySelector("[data-field=owner]").focus(); // what is missing next
    };
    model.on("change:rows", () => {
      show();
      arrived();
    });
    root.append(adder);
  }
  // Lab takes single letters for commands: keep what is typed here.
  for (const kind of ["keydown", "keypress", "keyup"]) root.addEventListener(kind, (event) => event.stopPropagation());
  model.on("change:said", show);
  model.on("change:rows", show);
  show();
  el.append(root);
  return () => {
    model.off("change:said", show);
    model.off("change:rows");
  };
}

export default { render };
