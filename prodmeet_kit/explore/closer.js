// The chooser: what happened, newest first; what is chosen is drawn below. All text is set as text, never as markup.
function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

function render({ model, el }) {
  const texts = model.get("texts");
  const root = make("section", { class: "pm-closer", "aria-label": texts.title, "data-lm-suppress-shortcuts": "true" });
  const label = make("label", {}, texts.title);
  const select = make("select");
  select.append(make("option", { value: "" }, texts.none));
  for (const { title, choices } of model.get("groups")) {
    const group = make("optgroup", { label: title });
    for (const [value, text] of choices) group.append(make("option", { value }, text));
    select.append(group);
  }
  label.append(select);
  const status = make("span", { class: "pm-closer-status", role: "status" });
  root.append(label, status);
  select.addEventListener("change", () => {
    status.textContent = texts.looking;
    status.className = "pm-closer-status";
    model.send({ kind: "choose", id: select.value });
  });
  for (const kind of ["keydown", "keypress", "keyup"]) root.addEventListener(kind, (event) => event.stopPropagation());

  function show() {
    const { id = "", error = "" } = model.get("state") || {};
    if (document.activeElement !== select || !error) select.value = id;
    status.textContent = error;
    status.className = error ? "pm-closer-status pm-bad" : "pm-closer-status";
  }

  model.on("change:state", show);
  show();
  el.append(root);
  return () => model.off("change:state", show);
}

export default { render };
