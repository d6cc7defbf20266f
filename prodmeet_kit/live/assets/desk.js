// What was decided, by subject: fields that save each change at once, and a line that says what happened to it.
// What somebody is typing here is never replaced by what another browser says.
function desk(model) {
  const texts = model.get("texts");
  const kept = shelf();
  const rows = new Map(); // subject -> {status, fields: Map(name -> field), typed: Map(name -> timer), sent: Map(token -> ...)}
  const said = (subject) => (model.get("said") || {})[subject] || {};

  function tell(row, words, bad) {
    row.status.textContent = words || "";
    row.status.className = bad ? "pm-status pm-bad" : "pm-status";
  }

  function save(subject, name, value) {
    const row = rows.get(subject);
    clearTimeout(row.typed.get(name));
    row.typed.delete(name);
    kept.put(subject, name, value);
    const mine = token();
    tell(row, texts.saving, false);
    const timer = setTimeout(() => tell(row, texts.lost, true), ANSWER_MS);
    row.sent.set(mine, { name, timer });
    model.send({ kind: "edit", subject, name, value, token: mine });
  }

  function begin(subject) {
    const row = { status: make("span", { class: "pm-status", role: "status" }), fields: new Map(), typed: new Map(), sent: new Map() };
    rows.set(subject, row);
    return row;
  }

  // `made` gets two functions: one for what is complete, one for what is still typed.
  function add(subject, name, made) {
    const row = rows.get(subject);
    const changed = (value) => { if (value !== (said(subject)[name] || "")) save(subject, name, value); };
    const typed = (value) => {
      clearTimeout(row.typed.get(name));
      row.typed.set(name, setTimeout(() => save(subject, name, value), TYPING_MS));
    };
    const field = made(changed, typed);
    const input = field.input || field.element;
    input.dataset.field = name;
    input.addEventListener("blur", () => setTimeout(show));
    row.fields.set(name, field);
    const unsaved = kept.get(subject, name);
    if (unsaved === (said(subject)[name] || "")) kept.drop(subject, name);
    else if (unsaved !== null) {
      field.put(unsaved);
      save(subject, name, unsaved);
    }
    return field.element;
  }

  function answered(subject, row, known) {
    const mine = row.sent.get(known.token);
    if (!mine) return;
    clearTimeout(mine.timer);
    row.sent.delete(known.token);
    kept.drop(subject, mine.name);
  }

  function show() {
    for (const [subject, row] of rows) {
      const known = said(subject);
      answered(subject, row, known);
      const underway = new Set([...row.sent.values()].map((each) => each.name));
      for (const [name, field] of row.fields) {
        const busy = field.typing && document.activeElement === (field.input || field.element);
        if (busy || row.typed.has(name) || underway.has(name)) continue;
        if (field.get() !== (known[name] || "")) field.put(known[name] || "");
      }
      if (!row.sent.size) tell(row, known.status, known.bad);
    }
  }

  // Before another page is shown: what is typed and not yet sent is sent.
  function flush() {
    for (const [subject, row] of rows) {
      for (const [name, field] of row.fields) {
        const half = row.typed.has(name) || document.activeElement === (field.input || field.element);
        if (field.typing && half && field.get() !== (said(subject)[name] || "")) save(subject, name, field.get());
      }
    }
  }

  return { add, begin, flush, said, save, show };
}
