// The agenda's minutes left, for the item that is spoken of and in all. The state is shared by all browsers.
function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

function clock(seconds) {
  const whole = Math.round(Math.abs(seconds));
  return `${seconds < 0 ? "−" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function render({ model, el }) {
  const texts = model.get("texts");
  const root = make("section", { class: "pm-clock", "aria-label": texts.title, "data-lm-suppress-shortcuts": "true" });
  const left = make("span", { class: "pm-left", role: "timer" });
  const now = make("span", { class: "pm-now" });
  const start = make("button", { type: "button" });
  const next = make("button", { type: "button" }, texts.next);
  root.append(left, now, start, next);

  function show() {
    const items = model.get("items");
    const state = model.get("state");
    const total = items.reduce((sum, item) => sum + item.minutes * 60, 0);
    const spent = state.begun ? Date.now() / 1000 - state.begun : 0;
    left.textContent = clock(total - spent);
    root.classList.toggle("pm-over", spent > total);
    const item = items[state.at];
    const mine = state.begun ? Date.now() / 1000 - state.since : 0;
    now.textContent = item ? `${item.title}: ${clock(item.minutes * 60 - mine)}` : texts.done;
    start.textContent = state.begun ? texts.stop : texts.start;
    next.disabled = !state.begun || !item;
  }

  start.addEventListener("click", () => model.send({ kind: model.get("state").begun ? "stop" : "start" }));
  next.addEventListener("click", () => model.send({ kind: "next", at: model.get("state").at }));
  for (const kind of ["keydown", "keypress", "keyup"]) root.addEventListener(kind, (event) => event.stopPropagation());
  model.on("change:state", show);
  const timer = setInterval(show, 500);
  show();
  el.append(root);
  return () => {
    clearInterval(timer);
    model.off("change:state", show);
  };
}

export default { render };
