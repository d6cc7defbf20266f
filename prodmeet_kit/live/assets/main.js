// The meeting on the screen: one page at a time over the notebook, which shows the overview and what to explore with.
// Which page it is, is shared by all browsers.
function render({ model, el }) {
  const texts = model.get("texts");
  const pages = model.get("pages");
  const root = make("div", { class: "pm-stage", role: "region", "aria-label": texts.title, lang: model.get("language"),
    "data-lm-suppress-shortcuts": "true" });
  const main = make("main", { class: "pm-page", tabindex: "-1" });
  const built = new Map();
  let aside = false; // whether this browser looks at the notebook meanwhile
  let shown = -1;
  let heading = null; // the page that is asked for: shown at once, whatever the kernel is busy with
  const now = () => (heading === null ? model.get("state").at : heading.to);
  const context = {
    model, texts, place: desk(model), later: new Map(), ends: [],
    now,
    isAside: () => aside,
    at: (subject) => pages.findIndex((page) => (page.rows || []).some((row) => row.subject === subject)),
    menu: (open) => top.toggle(open),
    go(to) {
      const from = now();
      top.toggle(false);
      if (aside && from > 0) return context.aside(false);
      if (to < 0 || to >= pages.length || to === from) return focus();
      context.place.flush();
      const mine = token();
      model.send({ kind: "go", from, to, token: mine });
      if (heading) clearTimeout(heading.timer);
      heading = { to, mine, timer: setTimeout(() => top.lost(), ANSWER_MS) }; // the page stays where nobody answers
      show();
    },
    step: (by) => context.go(context.now() + by),
    aside(away) {
      aside = away;
      show();
      if (away) {
        const closer = document.querySelector(".jp-Notebook .pm-closer, .jp-Notebook .pm-chooser");
        const cells = document.querySelectorAll(".jp-Notebook .jp-Cell");
        (closer || cells[cells.length - 1] || root).scrollIntoView({ block: "start" });
      }
    },
  };
  const top = topBar(context);
  const drawing = figures(model, texts);
  root.append(top.bar, top.menu, main);

  function page(at) {
    if (!built.has(at)) {
      const make_ = { finding: findingPage, new: newPage, end: endPage }[pages[at].kind];
      built.set(at, make_ ? make_(pages[at], context) : make("div"));
    }
    return built.get(at);
  }

  const focus = () => main.focus({ preventScroll: true });

  async function figure(at) {
    const place = pages[at] && context.later.get(pages[at].key);
    if (place && !place.dataset.drawn) {
      place.dataset.drawn = "begun";
      await drawing.draw(pages[at].key, place);
    } else if (place && place.fit) place.fit();
    const following = pages[at + 1];
    if (following && following.figure) drawing.ask(following.key).catch(() => {}); // so that Next shows it at once
  }

  function show() {
    if (heading && model.get("state").by === heading.mine) {
      clearTimeout(heading.timer);
      heading = null;
    }
    const at = now();
    const over = at > 0 && !aside;
    root.classList.toggle("pm-over", over);
    const lab = document.getElementById("main");
    if (lab) lab.inert = over;
    top.show();
    if (at !== shown) {
      context.place.flush();
      shown = at;
      main.replaceChildren(page(at));
      main.scrollTop = 0;
      top.toggle(false);
      if (over) focus();
    }
    context.place.show();
    if (over) figure(at);
  }

  function keys(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && root.contains(event.target)) {
      top.toggle(false);
      return focus();
    }
    if (isField(event.target) || event.target.closest?.(".lm-Menu, .lm-MenuBar, .jp-Dialog")) return;
    const at = context.now();
    const ours = root.contains(event.target) || event.target === document.body || at === 0;
    if (!ours || aside) return;
    const open = !top.menu.hidden;
    const decisions = main.querySelector(".pm-decide .pm-decision")?.children || [];
    const number = Number(event.key) - 1;
    let act = null;
    if (open && number >= 0 && pages[number + 1]) act = () => context.go(number + 1);
    else if (open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      const by = event.key === "ArrowDown" ? "nextElementSibling" : "previousElementSibling";
      act = () => (document.activeElement[by] || document.activeElement).focus();
    } else if (open && ["Home", "End"].includes(event.key)) {
      act = () => top.menu[event.key === "Home" ? "firstChild" : "lastChild"].focus();
    } else if (event.key === "ArrowRight") act = () => context.step(1);
    else if (event.key === "ArrowLeft") act = () => context.step(-1);
    else if (event.key === "Enter" && at === 0 && event.target.tagName !== "BUTTON") act = () => context.step(1);
    else if (event.key === "g") act = () => top.toggle(!open);
    else if (!open && decisions[number]) act = () => {
      decisions[number].focus({ preventScroll: true });
      decisions[number].click();
    };
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  // What leads to a finding in the report leads to its page here.
  function lead(event) {
    const link = event.target.closest?.(".jp-Notebook a[href^='#']");
    const to = link ? pages.findIndex((each) => each.id && each.id === decodeURIComponent(link.hash.slice(1))) : -1;
    if (to < 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    context.go(to);
  }

  // JupyterLab takes keys for commands: what is pressed here stays here.
  for (const kind of ["keydown", "keypress", "keyup"]) root.addEventListener(kind, (event) => event.stopPropagation());
  window.addEventListener("keydown", keys, true);
  window.addEventListener("click", lead, true);
  const reshow = () => show();
  const changes = ["change:state", "change:said", "change:problem"];
  for (const change of changes) model.on(change, reshow);
  document.body.append(root);
  el.classList.add("pm-stage-place");
  show();
  return () => {
    window.removeEventListener("keydown", keys, true);
    window.removeEventListener("click", lead, true);
    for (const change of changes) model.off(change, reshow);
    for (const end of context.ends) end();
    drawing.stop();
    const lab = document.getElementById("main");
    if (lab) lab.inert = false;
    root.remove();
  };
}

export default { render };
