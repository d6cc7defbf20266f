// After the findings: action items that came of the meeting, and its end.
function newPage(page, context) {
  const { model, texts, place } = context;
  const root = make("article", { class: "pm-finding pm-new" });
  const list_ = make("div", { class: "pm-form pm-items" });
  const adder = make("form", { class: "pm-line pm-add" });
  const what = make("input", { type: "text", "aria-label": texts.add, placeholder: texts.add });
  const status = make("span", { class: "pm-status", role: "status" });
  let waiting = null;
  adder.append(what, make("button", { type: "submit", class: "pm-primary" }, texts.add_button), status);
  adder.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!what.value.trim() || waiting) return;
    status.textContent = texts.saving;
    status.className = "pm-status";
    waiting = { token: token(), timer: setTimeout(() => {
      waiting = null;
      status.textContent = texts.lost;
      status.className = "pm-status pm-bad";
    }, ANSWER_MS) };
    model.send({ kind: "add", text: what.value, token: waiting.token });
  });
  const shown = new Map();
  const show = () => {
    for (const identity of model.get("items")) {
      if (shown.has(identity)) continue;
      const state = place.begin(identity);
      const field = (name, hint, wide) => {
        const element = place.add(identity, name, (done, typed) => (name === "due"
          ? day(`${hint}: ${identity}`, hint, texts.calendar, done) : text(`${hint}: ${identity}`, hint, done, typed)));
        element.classList.add(`pm-${wide || name}`);
        return element;
      };
      const box = make("div", { class: "pm-item", "data-subject": identity },
        make("div", { class: "pm-line" }, field("text", texts.what, "note"), field("owner", texts.owner), field("due", texts.due)),
        make("div", { class: "pm-line" }, field("query", texts.query, "note"), field("expect", texts.expect), state.status));
      shown.set(identity, box);
      list_.append(box);
    }
    list_.hidden = shown.size === 0;
    place.show();
    const found = waiting && Object.entries(model.get("said")).find(([, known]) => known.token === waiting.token);
    if (!found) return;
    clearTimeout(waiting.timer);
    waiting = null;
    status.textContent = "";
    what.value = "";
    shown.get(found[0]).querySelector("[data-field=owner]").focus(); // what is missing next
  };
  model.on("change:items", show);
  context.ends.push(() => model.off("change:items", show));
  root.append(make("h1", {}, page.headline), make("p", { class: "pm-why" }, page.why), adder, list_);
  show();
  return root;
}

function endPage(page, context) {
  const { model, texts } = context;
  const root = make("article", { class: "pm-finding pm-end" });
  const lists = make("div", { class: "pm-lists" });
  const done = make("div", { class: "pm-done", role: "status" });
  const end = button(texts.end, () => {
    end.disabled = true;
    done.textContent = texts.saving;
    model.send({ kind: "end" });
    setTimeout(() => {
      if (done.textContent === texts.saving) done.textContent = texts.lost;
      end.disabled = false;
    }, 3 * ANSWER_MS);
  }, { class: "pm-primary" });
  const there = make("input", { type: "text", "aria-label": texts.present, placeholder: texts.present, class: "pm-note" });
  there.addEventListener("change", () => model.send({ kind: "present", names: there.value }));
  there.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) there.blur(); });
  const section = (title, lines) => lines.length && make("section", {}, make("h2", {}, `${title} (${lines.length})`),
    make("ul", {}, ...lines.map((line) => make("li", {},
      context.at(line.subject) >= 0
        ? button(line.what, () => context.go(context.at(line.subject)), { class: "pm-link", title: texts.correct })
        : line.what,
      line.told && make("span", { class: line.bad ? "pm-told pm-attention" : "pm-told" }, line.told)))));
  const show = () => {
    const ended = model.get("ended");
    if (!ended.lists) return;
    lists.replaceChildren(...ended.lists.map((each) => section(each.title, each.lines)).filter(Boolean));
    if (document.activeElement !== there) there.value = ended.present || "";
    if (ended.problem) done.replaceChildren(make("p", { class: "pm-bad" }, ended.problem));
    else if (ended.minutes) {
      end.disabled = false;
      done.replaceChildren(
        make("p", {}, `${ended.written} `,
          make("a", { href: reportLink(ended.minutes), target: "_blank", rel: "noopener" }, ended.minutes)),
        make("p", {}, ended.next));
    } else done.replaceChildren(make("p", { class: "pm-small" }, ended.next || ""));
    end.textContent = ended.minutes ? texts.end_again : texts.end;
  };
  model.on("change:ended", show);
  context.ends.push(() => model.off("change:ended", show));
  root.append(make("h1", {}, page.headline), make("p", { class: "pm-why" }, page.why),
    make("div", { class: "pm-line" }, there, end), done, lists);
  show();
  return root;
}
