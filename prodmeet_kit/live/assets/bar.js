// The bar at the top: which finding, its minutes, back and next, the agenda, and the time the meeting has left.
function topBar(context) {
  const { model, texts } = context;
  const place = make("strong", { class: "pm-place" });
  const item = make("span", { class: "pm-item" });
  const mine = make("span", { class: "pm-mine", role: "timer" });
  const left = make("span", { class: "pm-left", role: "timer", title: texts.left });
  const problem = make("span", { class: "pm-problem", role: "status" });
  const menu = make("nav", { class: "pm-menu", "aria-label": texts.agenda, hidden: true });
  const back = button(`‹ ${texts.back}`, () => context.step(-1), { class: "pm-back" });
  const next = button("", () => context.step(1), { class: "pm-primary pm-next" });
  const open = button(texts.agenda, () => context.menu(menu.hidden), { class: "pm-list", "aria-expanded": "false" });
  const bar = make("header", { class: "pm-bar" }, place, item, mine, back, next, open, problem, left);
  const pages = model.get("pages");

  function toggle(shown) {
    menu.hidden = !shown;
    open.setAttribute("aria-expanded", String(shown));
    if (!shown) return;
    const said = model.get("said");
    menu.replaceChildren(...pages.map((page, at) => {
      const decided = (page.rows || []).length > 0 && page.rows.some((row) => {
        const known = said[row.subject] || {};
        return (known.decision || known.verdict) && !known.bad;
      });
      const entry = button("", () => context.go(at), { "aria-current": at === context.now() ? "page" : undefined });
      entry.append(
        make("span", { class: "pm-number" }, page.short), make("span", { class: "pm-item" }, page.listed),
        make("span", { class: "pm-text" }, page.headline), make("span", { class: "pm-tick" }, decided ? "✓" : ""));
      return entry;
    }));
    (menu.querySelector("[aria-current]") || menu.firstChild).focus();
  }

  function tick() {
    const state = model.get("state");
    const now = Date.now() / 1000;
    const at = context.now();
    const page = pages[at];
    const spent = state.begun ? now - state.begun : 0;
    left.textContent = minutes(model.get("length") * 60 - spent);
    left.classList.toggle("pm-late", spent > model.get("length") * 60);
    const used = ((state.spent || {})[page.key] || 0) + (state.begun && at === state.at ? now - state.since : 0);
    mine.textContent = page.minutes > 0 ? minutes(page.minutes * 60 - used) : "";
    mine.classList.toggle("pm-late", page.minutes > 0 && used > page.minutes * 60);
  }

  function show() {
    const at = context.now();
    const away = context.isAside() && at > 0;
    const page = pages[at];
    const following = pages[at + 1];
    place.textContent = page.place;
    item.textContent = page.title;
    back.hidden = at === 0 || away;
    next.hidden = !following && !away;
    if (away) next.textContent = texts.again;
    else if (following) {
      const begin = at === 0 && !model.get("state").begun;
      next.textContent = `${begin ? texts.start : following.kind === "finding" ? texts.next : following.title} ›`;
    }
    problem.textContent = model.get("problem");
    tick();
  }
  const timer = setInterval(tick, 500);
  context.ends.push(() => clearInterval(timer));
  const lost = () => { problem.textContent = texts.lost; };
  return { bar, lost, menu, show, toggle };
}
