// The PromQL box: a text field with completion under the caret. All text is set as text, never as markup.
const ANSWER_MS = 60000;
const SHOWN = 12;
let boxes = 0;

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

// What is being written before the caret: {from, prefix, kind, label, metric}, or null where nothing is completed.
function context(before) {
  let quote = "", open = -1, from = -1;
  for (let at = 0; at < before.length; at += 1) {
    const sign = before[at];
    if (quote) {
      if (sign === "\\") at += 1;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'" || sign === "`") {
      quote = sign;
      from = at + 1;
    } else if (sign === "{") open = at;
    else if (sign === "}") open = -1;
  }
  const metric = open < 0 ? "" : (before.slice(0, open).match(/[A-Za-z_:][\w:]*\s*$/) || [""])[0].trim();
  if (quote) {
    if (open < 0) return null;
    const label = before.slice(open + 1, from - 1).match(/([A-Za-z_]\w*)\s*(?:=~|!~|!=|=)\s*$/);
    return label ? { from, prefix: before.slice(from), kind: "value", label: label[1], metric } : null;
  }
  const word = before.match(/[A-Za-z_:][\w:]*$/);
  const start = word ? before.length - word[0].length : before.length;
  const place = { from: start, prefix: word ? word[0] : "" };
  if (open >= 0) return /[{,]\s*$/.test(before.slice(0, start)) ? { ...place, kind: "label", metric } : null;
  if (/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*$/.test(before.slice(0, start))) {
    return { ...place, kind: "label", metric: "" };
  }
  if (/[\d.\]]$/.test(before.slice(0, start)) || /\[[^\]]*$/.test(before)) return null;
  return word ? { ...place, kind: "word" } : null;
}

function candidates(words, place) {
  let known;
  if (place.kind === "value") known = (words.labels[place.label] || []).map((text) => ({ text, kind: "" }));
  else if (place.kind === "label") known = Object.keys(words.labels).map((text) => ({ text, kind: "label" }));
  else {
    known = words.metrics.map((text) => ({ text, kind: "metric" }));
    known = known.concat(words.functions.map((text) => ({ text, kind: "function" })));
  }
  const wanted = place.prefix.toLowerCase();
  const begins = known.filter(({ text }) => text.toLowerCase().startsWith(wanted));
  const holds = known.filter(({ text }) => !begins.some((one) => one.text === text) && text.toLowerCase().includes(wanted));
  return begins.concat(wanted ? holds : []).filter(({ text }) => text !== place.prefix).slice(0, SHOWN);
}

// Where the caret is, from a copy of the field that is laid out the same way.
function caret(field) {
  const style = getComputedStyle(field);
  const copy = make("div");
  for (const name of ["font", "letterSpacing", "lineHeight", "padding", "border", "boxSizing", "tabSize"]) copy.style[name] = style[name];
  Object.assign(copy.style, {
    position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word", top: "0", left: "0",
    width: `${field.offsetWidth}px`,
  });
  copy.textContent = field.value.slice(0, field.selectionStart);
  const mark = make("span", {}, "\u200b");
  copy.append(mark);
  field.parentElement.append(copy);
  const found = { left: mark.offsetLeft, top: mark.offsetTop + mark.offsetHeight - field.scrollTop };
  copy.remove();
  return found;
}

function render({ model, el }) {
  const texts = model.get("texts");
  const id = `pm-promql-${(boxes += 1)}-${Math.floor(Math.random() * 1e9)}`;
  // Lab takes keys for commands everywhere but here.
  const root = make("section", { class: "pm-promql", "aria-label": texts.title, "data-lm-suppress-shortcuts": "true" });
  const holder = make("div", { class: "pm-promql-holder" });
  const field = make("textarea", {
    rows: "3", spellcheck: "false", autocapitalize: "off", autocomplete: "off", role: "combobox", "aria-label": texts.title,
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-describedby": `${id}-hint`,
    placeholder: "sum(rate(...))",
  });
  field.value = model.get("text");
  const list = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": texts.suggestions });
  list.hidden = true;
  holder.append(field, list);
  const row = make("div", { class: "pm-promql-row" });
  const inputs = {};
  for (const name of ["start", "end", "step"]) {
    const label = make("label", {}, `${texts[name]} `);
    inputs[name] = make("input", { type: "text", placeholder: name === "step" ? "5m" : "2026-11-17T12:00", "data-field": name });
    label.append(inputs[name]);
    row.append(label);
  }
  const button = make("button", { type: "button" }, texts.run);
  row.append(button, make("span", { class: "pm-promql-hint", id: `${id}-hint` }, texts.hint));
  const status = make("p", { class: "pm-promql-status", role: "status" });
  const error = make("pre", { class: "pm-promql-error", role: "alert" });
  error.hidden = true;
  root.append(holder, row, status, error);

  let place = null, offered = [], chosen = 0, waiting = null, token = "", learned = false;
  const valued = new Set();

  function close() {
    list.hidden = true;
    offered = [];
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark() {
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    const now = list.children[chosen];
    if (now) {
      field.setAttribute("aria-activedescendant", now.id);
      now.scrollIntoView({ block: "nearest" });
    }
  }

  function offer() {
    place = field.selectionStart === field.selectionEnd ? context(field.value.slice(0, field.selectionStart)) : null;
    if (place && place.kind === "value" && model.get("asks")) {
      const key = `${place.label} ${place.metric}`;
      if (!valued.has(key)) {
        valued.add(key);
        model.send({ kind: "values", label: place.label, metric: place.metric });
      }
    }
    offered = place ? candidates(model.get("words"), place) : [];
    if (!offered.length) return close();
    list.replaceChildren(...offered.map(({ text, kind }, at) => {
      const option = make("li", { id: `${id}-${at}`, role: "option" });
      option.append(make("span", {}, text), make("span", { class: "pm-promql-kind" }, kind));
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        chosen = at;
        accept();
      });
      return option;
    }));
    chosen = 0;
    const { left, top } = caret(field);
    list.style.left = `${Math.max(0, Math.min(left, field.offsetWidth - 260))}px`;
    list.style.top = `${top + 2}px`;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    mark();
  }

  function accept() {
    const { text, kind } = offered[chosen];
    const rest = field.value.slice(field.selectionStart).replace(place.kind === "value" ? /^[^"'`,}]*/ : /^[\w:]*/, "");
    const tail = kind === "label" && place.metric && !/^\s*[=!]/.test(rest) ? '="' : "";
    const before = field.value.slice(0, place.from) + text + tail;
    field.value = before + rest;
    field.setSelectionRange(before.length, before.length);
    close();
    if (tail) offer();
  }

  function run() {
    close();
    token = `${Date.now()}-${Math.random()}`;
    status.textContent = texts.asking;
    error.hidden = true;
    model.send({ kind: "run", text: field.value, start: inputs.start.value, end: inputs.end.value, step: inputs.step.value, token });
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      status.textContent = texts.lost;
    }, ANSWER_MS);
  }

  field.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.shiftKey || event.metaKey)) run();
    else if (event.key === " " && event.ctrlKey) offer();
    else if (open && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) accept();
    else if (open && event.key === "ArrowDown") { chosen = (chosen + 1) % offered.length; mark(); }
    else if (open && event.key === "ArrowUp") { chosen = (chosen + offered.length - 1) % offered.length; mark(); }
    else if (open && event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  field.addEventListener("input", offer);
  field.addEventListener("blur", close);
  field.addEventListener("click", close);
  field.addEventListener("focus", () => {
    if (!learned && model.get("asks")) model.send({ kind: "words" });
    learned = true;
  });
  for (const input of Object.values(inputs)) {
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") run();
    });
  }
  button.addEventListener("click", run);
  for (const kind of ["keydown", "keypress", "keyup"]) root.addEventListener(kind, (event) => event.stopPropagation());

  function show() {
    const state = model.get("state") || {};
    if (state.token === token || !state.token) clearTimeout(waiting);
    status.textContent = state.status || "";
    error.textContent = state.error || "";
    error.hidden = !state.error;
  }

  function words() {
    if (document.activeElement === field && field.value && (list.hidden || place.kind === "value")) offer();
  }

  model.on("change:state", show);
  model.on("change:words", words);
  show();
  el.append(root);
  return () => {
    clearTimeout(waiting);
    model.off("change:state", show);
    model.off("change:words", words);
  };
}

export { context };
export default { render };
