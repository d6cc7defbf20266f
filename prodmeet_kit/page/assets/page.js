"use strict";
// Draws the figures of the page: each when it comes near the screen, all of them before printing.
(() => {
  const nonce = document.currentScript.nonce;
  const read = (id) => document.getElementById(id).textContent;
  const settings = JSON.parse(read(`pm-${nonce}-settings`));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const printing = matchMedia("print");
  const NARROW = 640;
  const PAPER = 1000; // pixels between the margins of an A4 page on its side
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
      if (!value || !Array.isArray(value.pm)) return value;
      const [kind, offset, count] = value.pm;
      return numbers(new Uint8Array(buffer, start + offset), ARRAYS[kind], count);
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

  // The figure as this reader sees it: colours of the page, and names below the chart where they find no room beside it.
  function fitted(figure, width, light) {
    const ink = light ? "#4d545d" : "#b4bac2";
    const ground = light ? "#ffffff" : "#15181d";
    const layout = structuredClone({ ...figure.layout, template: undefined });
    const template = structuredClone(figure.layout.template ?? {});
    layout.template = template;
    template.layout = {
      ...template.layout,
      font: { ...template.layout?.font, color: ink },
      hoverlabel: {
        ...template.layout?.hoverlabel,
        bgcolor: light ? "#ffffff" : "#23282f",
        bordercolor: light ? "#c9ced4" : "#4a525c",
        font: { size: 14, color: light ? "#1b1f24" : "#e6e8eb" },
      },
      paper_bgcolor: ground,
      plot_bgcolor: ground,
      // Plotly would measure each label to turn or hide it: a fifth of the time of a chart.
      xaxis: { ...template.layout?.xaxis, showspikes: true, tickangle: 0, ticklabeloverflow: "allow" },
      yaxis: { ...template.layout?.yaxis, ticklabeloverflow: "allow" },
    };
    for (const note of layout.annotations ?? []) {
      const pair = settings.inks[note.name];
      if (pair) note.font = { ...note.font, color: pair[light ? 0 : 1] };
    }
    layout.width = width;
    // Names of marks were kept clear of each other for a plot of this width (marks.py).
    const plot = width - (layout.margin?.l ?? 0) - (layout.margin?.r ?? 0);
    if (plot < 600) layout.annotations = (layout.annotations ?? []).filter((note) => !/^mark/.test(note.name ?? ""));
    if (width < NARROW && layout.meta?.summary) narrow(layout);
    return layout;
  }

  function narrow(layout) {
    const lines = (layout.annotations ?? []).filter((note) => /^line-/.test(note.name ?? "")).length;
    layout.annotations = (layout.annotations ?? [])
      .filter((note) => !/^(line|mark)/.test(note.name ?? ""))
      .map((note) => (note.name === "level" ? { ...note, xanchor: "right", xshift: 0, yshift: 10 } : note));
    layout.margin = { ...layout.margin, l: 48, r: 6, t: Math.min(layout.margin.t, 28) };
    const short = (stop) => ({ ...stop, value: stop.value.replaceAll(settings.day, settings.shortDay) });
    layout.xaxis = { ...layout.xaxis, nticks: 4, tickangle: 0 };
    if (layout.xaxis.tickformatstops) layout.xaxis.tickformatstops = layout.xaxis.tickformatstops.map(short);
    if (lines > 1) {
      layout.showlegend = true;
      layout.legend = { orientation: "h", x: 0, xanchor: "left", y: -0.14, yanchor: "top", font: { size: 13 } };
      layout.margin.b = 48 + 22 * lines;
    }
    layout.height = 240 + layout.margin.t + layout.margin.b;
  }

  function draw(chart, paper = false) {
    const { place, figure } = chart;
    const width = paper ? PAPER : place.clientWidth;
    if (!figure || !window.Plotly || !width) return;
    const light = paper || !dark.matches;
    const look = `${width} ${light}`;
    if (chart.drawn === look) return;
    chart.drawn = look;
    const layout = fitted(figure, width, light);
    if (paper && layout.height > 300) layout.height -= 60; // two to a page
    if (layout.height) place.style.height = `${layout.height}px`;
    const config = {
      ...figure.config, responsive: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
      modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
    };
    window.Plotly.react(place, figure.data, layout, config);
  }

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

  const redraw = (paper) => charts.forEach((chart) => { if (paper || chart.wanted) draw(chart, paper); });
  // Paper cannot be unfolded: evidence is open on it, and as the reader left it afterwards. Code stays folded.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details.pm-fold:not([open])")];
    unfolded.forEach((fold) => { fold.open = true; });
    redraw(true);
  });
  addEventListener("afterprint", () => {
    unfolded.forEach((fold) => { fold.open = false; });
    redraw(false);
  });
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
