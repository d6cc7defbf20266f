// One form for one list: a row for each subject, saved at each change. All text is set as text, never as markup.
const ANSWER_MS = 4000;

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

function input(row, field, texts) {
  const label = `${field.title}: ${row.title}`;
  let element;
  if (field.options) {
    element = make("select", { "aria-label": label });
    element.append(make("option", { value: "" }, "–"));
    for (const [value, text] of field.options) element.append(make("option", { value }, text));
  } else {
    element = make("input", { type: field.type, "aria-label": label, placeholder: field.type === "text" ? field.title : "" });
  }
  element.dataset.field = field.name;
  element.className = `pm-field pm-${field.name}`;
  return element;
}

function render({ model, el }) {
  const fields = model.get("fields");
  const texts = model.get("texts");
  // Lab takes keys for commands everywhere but here.
  const root = make("section", { class: "pm-form", "aria-label": model.get("title"), "data-lm-suppress-shortcuts": "true" });
  root.append(make("h3", {}, model.get("title")));
  const list = make("ol");
  const rows = new Map();
  const waiting = new Map();

  function said(subject) {
    return (model.get("said") || {})[subject] || {};
  }

  function add(row) {
    const item = make("li", { "data-subject": row.subject });
    const head = make("div", { class: "pm-what" });
    head.append(make("strong", {}, row.title));
    if (row.why) head.append(make("span", { class: "pm-why" }, row.why));
    const inputs = make("div", { class: "pm-inputs" });
    for (const field of fields) {
      const element = input(row, field, texts);
      element.addEventListener("change", () => save(row.subject, field.name, element.value));
      inputs.append(element);
    }
    const status = make("span", { class: "pm-status", role: "status" });
    inputs.append(status);
    item.append(head, inputs);
    list.append(item);
    rows.set(row.subject, { item, status });
  }

  function save(subject, name, value) {
    const token = `${Date.now()}-${Math.random()}`;
    const { status } = rows.get(subject);
    status.textContent = texts.saving;
    status.className = "pm-status";
    model.send({ kind: "edit", subject, name, value, token });
    waiting.set(token, setTimeout(() => {
      waiting.delete(token);
      status.textContent = texts.lost;
      status.className = "pm-status pm-bad";
    }, ANSWER_MS));
  }

  function show() {
    for (const row of model.get("rows")) if (!rows.has(row.subject)) add(row);
    for (const [subject, { item, status }] of rows) {
      const known = said(subject);
      for (const element of item.querySelectorAll("[data-field]")) {
        const value = known[element.dataset.field] || "";
        if (document.activeElement !== element || !waiting.size) element.value = value;
      }
      if (known.token && waiting.has(known.token)) {
        clearTimeout(waiting.get(known.token));
        waiting.delete(known.token);
      }
      status.textContent = known.status || "";
      status.className = known.bad ? "pm-status pm-bad" : "pm-status";
    }
  }

  root.append(list);
  if (model.get("addable")) {
    const adder = make("form", { class: "pm-add" });
    const text = make("input", { type: "text", "aria-label": texts.add, placeholder: texts.add });
    const button = make("button", { type: "submit" }, texts.add_button);
    adder.append(text, button);
    adder.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!text.value.trim()) return;
      model.send({ kind: "add", text: text.value });
      text.value = "";
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
    model.off("change:rows", show);
  };
}

export default { render };
