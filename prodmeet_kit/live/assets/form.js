// The form of one finding: decisions as buttons; in one line for what is decided beside it.
function decisionForm(place, row, texts, main) {
  const state = place.begin(row.subject);
  const label = (name) => `${texts[name]}: ${row.title}`;
  const hint = (name) => (row[name] ? `${texts[name]}: ${row[name]}` : texts[name]);
  const field = (name, made) => {
    const element = place.add(row.subject, name, made);
    element.classList.add(`pm-${name}`);
    return element;
  };
  const written = () => [
    field("owner", (done, typed) => text(label("owner"), hint("owner"), done, typed)),
    field("due", (done) => day(label("due"), hint("due"), texts.calendar, done)),
    field("note", (done, typed) => text(label("note"), texts.note, done, typed)),
  ];
  const box = make("div", { class: main ? "pm-decide" : "pm-beside", "data-subject": row.subject });
  if (!main) {
    const verdict = row.alert && field("verdict", (done) => list(label("verdict"), row.suggested, texts.verdicts, done));
    const decision = field("decision", (done) => list(label("decision"), `${texts.decision} –`, texts.decisions, done));
    box.append(make("span", { class: "pm-title" }, row.title), verdict || "", decision, ...written(), state.status);
    return box;
  }
  const meaning = make("span", { class: "pm-small pm-meaning" }, texts.choose);
  const buttons = (name, options, usual) => field(name, (done) => {
    const made = choices(label(name), options, done, (over) => {
      const shown = over || options.find((each) => each.value === made.get());
      meaning.textContent = shown && shown.meaning ? `${shown.text}: ${shown.meaning}` : usual;
    });
    return made;
  });
  if (row.alert) {
    box.append(make("div", { class: "pm-line" },
      make("span", { class: "pm-label" }, texts.verdict), buttons("verdict", texts.verdicts, texts.choose),
      make("span", { class: "pm-small" }, row.suggested)));
  }
  const decision = buttons("decision", texts.decisions, texts.choose);
  const [owner, due, note] = written();
  const second = make("div", { class: "pm-line" }, note, state.status);
  box.append(make("div", { class: "pm-line" }, decision, owner, due, meaning), second);
  if (row.check) {
    const query = field("verify_query", (done, typed) => text(texts.query, texts.query, done, typed));
    const expect = field("verify_expect", (done, typed) => text(texts.expect, texts.expect, done, typed));
    const fields = make("div", { class: "pm-line", hidden: true }, query, expect);
    const change = button(texts.change, () => {
      fields.hidden = !fields.hidden;
      change.setAttribute("aria-expanded", String(!fields.hidden));
      if (!fields.hidden) query.focus();
    }, { class: "pm-link", "aria-expanded": "false" });
    second.append(make("span", { class: "pm-small pm-checked" }, row.check, " ", change));
    box.append(fields);
  }
  return box;
}
