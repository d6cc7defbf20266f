// The fields people fill in. Each has its element, its value, and how a value is put into it.
function choices(label, options, changed, told) {
  const group = make("div", { class: "pm-choices", role: "group", "aria-label": label });
  let value = "";
  const field = { element: group, get: () => value, typing: false };
  field.put = (next) => {
    value = next;
    for (const each of group.children) each.setAttribute("aria-pressed", String(each.dataset.value === next));
    told();
  };
  for (const [number, option] of options.entries()) {
    const each = button(option.text, () => {
      field.put(value === option.value ? "" : option.value);
      changed(value);
    }, { "data-value": option.value, "aria-pressed": "false", title: option.meaning ? String(number + 1) : null });
    for (const kind of ["pointerenter", "focus"]) each.addEventListener(kind, () => told(option));
    for (const kind of ["pointerleave", "blur"]) each.addEventListener(kind, () => told());
    group.append(each);
  }
  return field;
}

function list(label, empty, options, changed) {
  const element = make("select", { "aria-label": label }, make("option", { value: "" }, empty));
  for (const option of options) {
    element.append(make("option", { value: option.value, title: option.meaning }, option.text));
  }
  element.addEventListener("change", () => changed(element.value));
  return { element, get: () => element.value, put: (value) => { element.value = value; }, typing: false };
}

function text(label, hint, changed, typed) {
  const element = make("input", { type: "text", "aria-label": label, title: label, placeholder: hint });
  element.addEventListener("change", () => changed(element.value));
  element.addEventListener("input", () => typed(element.value));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) element.blur();
  });
  return { element, get: () => element.value, put: (value) => { element.value = value; }, typing: true };
}

// A day is written as ISO in every browser; a browser's own field for days writes it as its language does. Each key of
// a year makes another day: what is half typed waits until the field is left.
function day(label, hint, calendar, changed) {
  const element = make("input", { type: "text", "aria-label": label, title: label, placeholder: hint, inputmode: "numeric" });
  const picker = make("input", { type: "date", tabindex: "-1", "aria-hidden": "true", class: "pm-picker" });
  const open = button("▾", () => {
    picker.value = DAY.test(element.value) ? element.value : "";
    try {
      picker.showPicker();
    } catch {
      element.focus(); // a browser without a calendar
    }
  }, { class: "pm-calendar", "aria-label": calendar, title: calendar, tabindex: "-1" });
  element.addEventListener("change", () => changed(element.value));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter") element.blur();
  });
  picker.addEventListener("change", () => {
    element.value = picker.value;
    changed(picker.value);
  });
  const box = make("span", { class: "pm-day" }, element, open, picker);
  return { element: box, input: element, get: () => element.value, put: (value) => { element.value = value; }, typing: true };
}
