"use strict";
// Draws the figures of the page: each when it comes near the screen, all of them before printing.
(() => {
  const nonce = document.currentScript.nonce;
  const read = (id) => document.getElementById(id).textContent;
  const settings = JSON.parse(read(`pm-${nonce}-settings`));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const printing = matchMedia("print");
  const fit = pmFit(settings);
  const PAPER = 1411; // of an A4 page on its side, at the zoom of page.css
  const HALF_PAPER = 978; // where two charts stand beside each other
  const ARRAYS = {
    f4: Float32Array, f8: Float64Array, i1: Int8Array, u1: Uint8Array,
    i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array,
  };

  function bytes(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const letters = atob(base64);
    const all = new Uint8Array(letters.length);
    for (let at = 0; at < all.length; at += 1) all[at] = letters.charCodeAt(at);
    return all;
  }

  async function inflate(id) {
    const stream = new Blob([bytes(read(id))]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  // See payload.py: length of the JSON, the JSON, then the numbers it refers to, byte by byte.
  function unpack(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const start = 4 + length;
    const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
    return JSON.parse(text, (_, value) => {
      if (Array.isArray(value?.pm_grid)) return grid(...value.pm_grid);
      if (!value || !Array.isArray(value.pm)) return value;
      const [kind, offset, count] = value.pm;
      return numbers(new Uint8Array(buffer, start + offset), ARRAYS[kind], count);
    });
  }

  // See thinning.py: a start, a step, and how many steps each point is after the one before. Dates as plotly writes them.
  function grid(start, step, steps) {
    const first = typeof start === "string" ? Date.parse(`${start}Z`) : start;
    let passed = 0;
    return Array.from(steps, (more) => {
      passed += more;
      const at = first + step * passed;
      return typeof start === "string" ? new Date(at).toISOString().slice(0, -1) : at;
    });
  }

  function numbers(packed, Kind, count) {
    const size = Kind.BYTES_PER_ELEMENT;
    const raw = new Uint8Array(count * size);
    for (let place = 0; place < size; place += 1) {
      for (let at = 0; at < count; at += 1) raw[at * size + place] = packed[place * count + at];
    }
    return new Kind(raw.buffer);
  }

  let asShown = false; // a reader asked for paper with what is on the screen

  let library = null;
  function plotly() {
    library ??= inflate(`pm-${nonce}-plotly`).then((code) => {
      const script = document.createElement("script");
      script.nonce = nonce;
      script.textContent = new TextDecoder().decode(code);
      document.head.append(script);
    });
    return library;
  }

  const charts = [...document.querySelectorAll(".pm-figure[data-figure]")].map((place) => ({ place, figure: null, drawn: "" }));

  async function load(chart) {
    chart.loading ??= inflate(chart.place.dataset.figure).then((buffer) => { chart.figure = unpack(buffer); });
    await Promise.all([chart.loading, plotly()]);
  }

  // What found no room in the chart, as text below it: names of marks and levels, and on a phone those of its lines.
  function name(chart, unnamed, lines) {
    chart.marks?.remove();
    chart.lines?.remove();
    if (unnamed.length) {
      chart.marks = Object.assign(document.createElement("p"), { className: "pm-small pm-marks" });
      chart.marks.textContent = settings.marks.replace("{names}", () => unnamed.join(" · "));
      chart.place.after(chart.marks);
    }
    if (lines.length) {
      chart.lines = Object.assign(document.createElement("ul"), { className: "pm-small pm-lines-named" });
      chart.lines.append(...lines.map(entry));
      chart.place.after(chart.lines);
    }
  }

  const DASHES = { dash: "dashed", dot: "dotted" };
  function entry(line) {
    const item = document.createElement("li");
    item.textContent = line.name;
    item.style.setProperty("--line", `${DASHES[line.dash] ?? "solid"} ${line.colour}`);
    return item;
  }

  // See page.css: beside words, beside another chart, or in a column of the hand-out.
  const half = (place) => place.closest("details.pm-chart, .pm-pair")
    || (asShown && !place.closest(".pm-wide, .page-cell:has(#overview)"));

  function draw(chart, paper = false) {
    const { place, figure } = chart;
    const width = !paper ? place.clientWidth : half(place) ? HALF_PAPER : PAPER;
    if (!figure || !window.Plotly || !width) return;
    const light = paper || !dark.matches;
    const look = `${width} ${light}`;
    if (chart.drawn === look) return;
    chart.drawn = look;
    const more = put(chart, width, light);
    if (more.left || more.right) put(chart, width, light, more);
  }

  // Returns how many pixels the numbers of the axes take beyond the left and the right edge: fonts are as wide as they are.
  function put(chart, width, light, more) {
    const { place, figure } = chart;
    const { layout, unnamed, lines } = fit(figure, width, light, more);
    if (layout.height) place.style.height = `${layout.height}px`;
    name(chart, unnamed, lines);
    const config = {
      ...figure.config, responsive: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
      modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
    };
    window.Plotly.react(place, figure.data, layout, config);
    lead(place, figure);
    const edge = place.querySelector(".main-svg")?.getBoundingClientRect();
    if (!layout.margin || !edge?.width) return { left: 0, right: 0 };
    const numbers = [...place.querySelectorAll(":is(.xtick,.ytick)>text")].map((text) => text.getBoundingClientRect());
    const beyond = (all) => Math.ceil(Math.max(0, ...all) * (width / edge.width)); // paper is zoomed
    return {
      left: beyond(numbers.map((box) => edge.left - box.left)),
      right: beyond(numbers.map((box) => box.right - edge.right)),
    };
  }

  // A click in a figure leads to the finding about what was clicked.
  function lead(place, figure) {
    const leads = figure.layout.meta?.leads;
    if (!leads || place.dataset.leads) return;
    place.dataset.leads = "";
    const go = (id) => { if (id && document.getElementById(id)) location.hash = id; };
    place.on("plotly_click", ({ points }) => go(points[0]?.customdata || points[0]?.data.meta?.to));
    place.on("plotly_clickannotation", ({ annotation }) => go(leads[annotation.name]));
  }

  // What an address leads to may be in a fold.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let opened = false;
    for (let fold = target?.closest("details:not([open])"); fold; fold = fold.closest("details:not([open])")) {
      fold.open = opened = true;
    }
    if (opened) target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  addEventListener("click", (event) => { if (event.target.closest?.("a[href^='#']")) setTimeout(reveal); }); // once more
  if (location.hash) reveal();

  // One chart a turn, the nearest to the middle of the screen first: a reader who jumps need not wait for what was passed.
  const distance = ({ place }) => {
    const box = place.getBoundingClientRect();
    return Math.abs((box.top + box.bottom - innerHeight) / 2);
  };
  const waiting = new Set();
  let turn = Promise.resolve();
  function inTurn(chart) {
    waiting.add(chart);
    turn = turn.then(() => new Promise((done) => setTimeout(done))).then(() => {
      const next = [...waiting].sort((one, other) => distance(one) - distance(other))[0];
      if (!next) return null; // it came near twice, and was drawn in the turn of another
      waiting.delete(next);
      return attempt(next, () => draw(next, printing.matches));
    });
    return turn;
  }

  async function show(chart) {
    chart.wanted = true;
    await attempt(chart, async () => {
      await load(chart);
      await inTurn(chart);
    });
  }

  async function attempt(chart, work) {
    try {
      await work();
    } catch (error) {
      chart.place.textContent = settings.failed;
      chart.place.classList.add("pm-failed");
      console.warn("chart not drawn:", error);
    }
  }

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) show(charts.find((chart) => chart.place === target));
    }
  }, { rootMargin: "700px 0px" });
  charts.forEach((chart) => near.observe(chart.place));

  // Printing does not wait: all data are unpacked soon after the first charts, so that every chart can be drawn then.
  addEventListener("load", () => setTimeout(async () => {
    await Promise.allSettled(charts.map(load));
    document.documentElement.dataset.charts = "ready";
  }, 50));

  // Paper cannot be unfolded: evidence is open on it, and as the reader left it afterwards. Code stays folded.
  // A reader who asks for what is on the screen gets its folds closed.
  const folded = ({ place }) => place.closest("details:not([open])");
  const redraw = (paper) => charts.forEach((chart) => { if (paper ? !folded(chart) : chart.wanted) draw(chart, paper); });
  let unfolded = [];
  addEventListener("beforeprint", () => {
    if (asShown) document.documentElement.dataset.print = "shown"; // a hand-out: see page.css
    unfolded = asShown ? [] : [...document.querySelectorAll("details.pm-fold:not([open])")];
    unfolded.forEach((fold) => { fold.open = true; });
    redraw(true);
  });
  addEventListener("afterprint", () => {
    asShown = false;
    delete document.documentElement.dataset.print;
    unfolded.forEach((fold) => { fold.open = false; });
    redraw(false);
  });
  document.querySelectorAll(".page-print").forEach((choice) => { choice.hidden = false; });
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => {
    asShown = button.dataset.print === "shown";
    print();
  }));
  printing.addEventListener("change", () => redraw(printing.matches));
  dark.addEventListener("change", () => redraw(false));
  let settling = 0;
  addEventListener("resize", () => {
    clearTimeout(settling);
    settling = setTimeout(() => redraw(printing.matches), 120);
  });

  // The item being read, in the contents.
  const entries = new Map([...document.querySelectorAll("nav a[href^='#']")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const titles = [...document.querySelectorAll("main h2[id]")].filter((title) => entries.has(title.id));
  const mark = () => {
    const current = titles.findLast((title) => title.getBoundingClientRect().top < innerHeight / 3) ?? titles[0];
    entries.forEach((link, id) => (id === current?.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  };
  let marking = 0;
  addEventListener("scroll", () => { marking ||= requestAnimationFrame(() => { marking = 0; mark(); }); }, { passive: true });
  mark();
})();
