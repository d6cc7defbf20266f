// One finding on one screen: headline and question, figure, what matters beside it, and the form.
function reportLink(file) {
  const config = document.getElementById("jupyter-config-data");
  let base = "/";
  try {
    base = JSON.parse(config.textContent).baseUrl || base;
  } catch {
    // another front end: its files are where the page is
  }
  return `${base}files/${file}`;
}

function findingPage(page, context) {
  const { model, texts, place } = context;
  const root = make("article", { class: "pm-finding", "data-subject": page.key });
  const asked = page.question ? make("span", { class: "pm-question" }, ` ${page.question}`) : "";
  root.append(make("h1", {}, page.headline, asked), make("p", { class: "pm-why" }, page.why));
  const beside = make("div", { class: "pm-words" });
  if (page.number) {
    const number = page.number;
    beside.append(make("p", { class: "pm-number" },
      make("strong", { class: `pm-${number.tone}` }, number.value), ` ${number.about} `,
      number.before && make("span", { class: "pm-small" }, `(${number.before})`)));
  }
  for (const each of page.sentences) beside.append(make("p", {}, each));
  if (page.facets.length) beside.append(make("p", { class: "pm-small pm-facets" }, page.facets.join(" · ")));
  const body = make("div", { class: page.figure ? "pm-body" : "pm-body pm-wordy" });
  if (page.figure) {
    const figure = make("div", { class: "pm-figure", role: "img", "aria-label": page.figure });
    context.later.set(page.key, figure);
    body.append(make("figure", {}, make("figcaption", { class: "pm-small" }, page.figure), figure));
  }
  body.append(beside);
  const form = make("section", { class: "pm-form", "aria-label": texts.form });
  page.rows.forEach((row, number) => {
    if (row.last) form.append(make("p", { class: "pm-small" }, row.last));
    form.append(decisionForm(place, row, texts, number === 0));
    if (number === 0 && page.rows.length > 1) form.append(make("p", { class: "pm-label" }, texts.also));
  });
  root.append(body, form, links(page, context));
  return root;
}

function links(page, context) {
  const { model, texts } = context;
  const foot = make("footer", { class: "pm-links" });
  const shown = make("div", { class: "pm-shown", hidden: true });
  const open = (...content) => {
    shown.hidden = false;
    shown.replaceChildren(...content);
  };
  if (page.explore) {
    foot.append(button(`${page.explore.text} ›`, () => {
      model.send({ kind: "explore", id: page.explore.id });
      open(make("code", {}, page.explore.line), " ", button(texts.open_closer, () => context.aside(true)));
    }, { class: "pm-link" }));
  }
  for (const link of page.links) {
    foot.append(make("a", { href: reportLink(link.file), target: "_blank", rel: "noopener" }, `${link.text} ›`));
  }
  foot.append(button(texts.dig, () => {
    const note = make("input", { type: "text", "aria-label": texts.dig_what, placeholder: texts.dig_what });
    const status = make("span", { class: "pm-status", role: "status" });
    note.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !note.value.trim()) return;
      const mine = token();
      status.textContent = texts.saving;
      status.className = "pm-status";
      const failed = (words) => {
        status.textContent = words;
        status.className = "pm-status pm-bad";
      };
      const timer = setTimeout(() => failed(texts.lost), ANSWER_MS);
      const heard = (content) => {
        if (content.kind !== "dug" || content.token !== mine) return;
        clearTimeout(timer);
        model.off("msg:custom", heard);
        if (content.bad) failed(content.status);
        else {
          status.textContent = content.status;
          note.value = "";
          note.blur();
        }
      };
      model.on("msg:custom", heard);
      model.send({ kind: "dig", key: page.key, note: note.value, token: mine });
    });
    open(note, status);
    note.focus();
  }, { class: "pm-link" }));
  return make("div", {}, foot, shown);
}
