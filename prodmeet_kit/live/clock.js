// The agenda's minutes left, for the item that is spoken of and in all. The state is shared by all browsers.
// In JupyterLab the clock stands beside the menu, where it is in sight whatever is scrolled.
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
  const now = make("span", { class: "pm-now" });
  const mine = make("span", { class: "pm-mine", role: "timer" });
  const left = make("span", { class: "pm-left", role: "timer" });
  const unit = make("span", { class: "pm-unit" }, texts.left);
  const start = make("button", { type: "button" });
  const next = make("button", { type: "button" }, texts.next);
  const problem = make("span", { class: "pm-problem", role: "status" });
  root.append(problem, now, mine, next, start, left, unit);

  function show() {
    const items = model.get("items");
    const state = model.get("state");
    const total = items.reduce((sum, item) => sum + item.minutes * 60, 0);
    const spent = state.begun ? Date.now() / 1000 - state.begun : 0;
    left.textContent = clock(total - spent);
    root.classList.toggle("pm-over", spent > total);
    const item = items[state.at];
    const used = state.begun ? Date.now() / 1000 - state.since : 0;
    const rest = item ? item.minutes * 60 - used : 0;
    now.textContent = item ? item.title : texts.done;
    now.title = now.textContent;
    mine.textContent = item ? clock(rest) : "";
    mine.classList.toggle("pm-late", rest < 0);
    start.textContent = state.begun ? texts.stop : texts.start;
    next.disabled = !state.begun || !item;
    problem.textContent = model.get("problem");
  }

  start.addEventListener("click", () => model.send({ kind: model.get("state").begun ? "stop" : "start" }));
  next.addEventListener("click", () => model.send({ kind: "next", at: model.get("state").at }));
  for (const kind of ["keydown", "keypress", "keyup"]) root.addEventListener(kind, (event) => event.stopPropagation());
  model.on("change:state", show);
  model.on("change:problem", show);
  const timer = setInterval(show, 500);
  show();
  const lab = document.getElementById("jp-main-dock-panel");
  (lab ? document.body : el).append(root);
  el.classList.add("pm-clock-place");
  return () => {
    clearInterval(timer);
    root.remove();
    model.off("change:state", show);
    model.off("change:problem", show);
  };
}

export default { render };
