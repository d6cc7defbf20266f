"use strict";
// A figure as this reader sees it: colours of the page, and every name where it finds room on a screen of this width,
// measured in this reader's fonts.
const pmFit = (settings) => {
  const NARROW = 640;
  const { row: ROW, rows: ROWS } = settings.room; // of names of marks, as figures come with (marks.py)
  const UNIT = 20;
  const PHONE = { plot: 240, left: 48, right: 6 };
  const pen = document.createElement("canvas").getContext("2d");
  const LETTERS = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#36;": "$" };
  const plain = (text) => text.replace(/&(amp|lt|gt|#36);/g, (letter) => LETTERS[letter]);

  // Returns the layout, the names of marks and levels that found no room in it, and on a phone the lines to be named below it.
  // more: pixels that the numbers of the axes took beyond the left and the right edge when it was drawn before.
  function fit(figure, width, light, more = { left: 0, right: 0 }) {
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
      if (note.name === "sign") note.bgcolor = light ? "rgba(255,255,255,0.8)" : "rgba(21,24,29,0.8)";
      if (pair) note.font = { ...note.font, color: pair[light ? 0 : 1] };
    }
    layout.width = width;
    const phone = width < NARROW && layout.meta?.summary && !layout.meta.any_width;
    const family = template.layout.font.family;
    if (layout.margin) {
      layout.margin.l = (phone ? PHONE.left : layout.margin.l ?? 80) + more.left;
      layout.margin.r = (phone ? PHONE.right : Math.max(layout.margin.r ?? 80, ends(layout, family))) + more.right;
    }
    const plot = width - (layout.margin?.l ?? 0) - (layout.margin?.r ?? 0);
    if (layout.meta?.any_width) within(layout, plot, ground, family);
    if (layout.meta?.marks?.length) pack(layout, plot, family);
    const beside = phone ? narrow(layout, figure.data, plot, ground, family) : { lines: [], levels: [] };
    return { layout, unnamed: [...unnamed(layout), ...beside.levels], lines: beside.lines };
  }

  // The margin that the names at the right ends of lines and levels need.
  function ends(layout, family) {
    const names = (layout.annotations ?? []).filter((note) => note.x === 1 && note.xref === "paper" && note.xanchor === "left");
    return Math.max(0, ...names.map((note) => measured(note.text, note.font.size, family) + note.xshift + 4));
  }

  const escaped = (text) => text.replace(/[&<>$]/g, (letter) => Object.keys(LETTERS).find((key) => LETTERS[key] === letter));

  // The text, cut at its end where it is wider than this.
  function cut(text, size, family, weight, room) {
    if (measured(text, size, family, weight) <= room) return text;
    const shown = (letters) => escaped(`${letters.join("").trimEnd()}…`);
    let letters = [...plain(text)];
    while (letters.length > 1 && measured(shown(letters), size, family, weight) > room) letters = letters.slice(0, -1);
    return shown(letters);
  }

  // A figure that is made for any width: days of the axis as far apart as they are wide, names inside the plot.
  function within(layout, plot, ground, family) {
    const axis = layout.xaxis;
    if (axis?.dtick && axis.type === "date") {
      const [from, to] = axis.range.map(place);
      const apart = () => (axis.dtick / (to - from)) * plot;
      if (axis.tickformat && apart() < 84) axis.tickformat = axis.tickformat.replaceAll(settings.day, settings.shortDay);
      while (apart() < (axis.tickformat === settings.day ? 84 : 52)) axis.dtick *= 2;
    }
    for (const note of layout.annotations ?? []) {
      if (note.name === "objective" || note.name === "note") {
        const room = plot - measured(note.text, note.font.size, family, note.font.weight) - 8;
        if (note.xref === "paper" && note.x * plot > room) note.x = Math.max(0, room / plot);
      }
      if (note.name === "stretch") note.bgcolor = ground;
      if (!["span", "bar", "unit", "load", "stretch"].includes(note.name)) continue;
      note.text = cut(note.text, note.font.size, family, note.font.weight, plot + (note.name === "unit" ? layout.margin.l : 0) - 4);
      if (note.xref !== "x" || axis?.type !== "date") continue;
      const [from, to] = axis.range.map(place);
      const at = ((place(note.x) - from) / (to - from)) * plot;
      const length = measured(note.text, note.font.size, family, note.font.weight) + 2;
      if (at + length > plot) Object.assign(note, { x: 0, xref: "paper", xanchor: "left", xshift: Math.max(0, plot - length) });
    }
  }

  const isMark = (note) => /^mark-/.test(note.name ?? "");
  const rowsOf = (notes) => Math.max(0, ...notes.filter(isMark).map((note) => note.yshift / ROW + 1));
  function head(rows, unit) {
    if (!unit) return rows * ROW;
    return Math.max(rows * ROW, UNIT + (unit.xanchor === "left" ? rows * ROW : 0));
  }

  function unnamed(layout) {
    const shown = (layout.annotations ?? []).filter(isMark).map((note) => plain(note.text));
    const left = new Map();
    for (const name of layout.meta?.marks ?? []) {
      const at = shown.indexOf(name);
      if (at < 0) left.set(name, (left.get(name) ?? 0) + 1);
      else shown.splice(at, 1);
    }
    return [...left].map(([name, times]) => (times > 1 ? `${name} ×${times}` : name));
  }

  function measured(text, size, family, weight = 400) {
    pen.font = `${weight} ${size}px ${family}`;
    return pen.measureText(plain(text)).width;
  }

  // Height of a line of text of this size, with its ground.
  function high(size, family) {
    pen.font = `${size}px ${family}`;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = pen.measureText("x");
    return Math.ceil(Math.max(size * 1.3, up + down)) + 3;
  }

  const place = (value) => (typeof value === "number" ? value : Date.parse(`${value}Z`));

  // Names of marks in rows again, for a plot of this width.
  function pack(layout, plot, family) {
    const [from, to] = layout.xaxis.range.map(place);
    const unit = layout.annotations.find((note) => note.name === "unit");
    const before = head(rowsOf(layout.annotations), unit);
    const free = Array(ROWS).fill(0); // where the next name may begin in each row
    layout.annotations = layout.annotations.filter((note) => {
      if (!isMark(note)) return true;
      if (layout.meta.any_width) note.text = cut(note.text, 12, family, note.font.weight, plot - 12);
      const length = measured(note.text, 12, family, note.font?.weight) + 10;
      const at = note.xref === "paper" ? plot : ((place(note.x) - from) / (to - from)) * plot;
      const begin = Math.max(0, Math.min(at, plot - length));
      const row = free.findIndex((end) => end <= begin);
      if (row < 0 || length > plot) return false;
      free[row] = begin + length;
      note.yshift = row * ROW;
      if (begin < at) Object.assign(note, { x: 1, xref: "paper", xanchor: "right", xshift: 0 });
      return true;
    });
    const rows = rowsOf(layout.annotations);
    if (unit?.xanchor === "left") unit.yshift = rows * ROW + 2;
    const more = head(rows, unit) - before;
    layout.margin.t += more;
    layout.height += more;
  }

  // On a phone: names of lines below the chart, names of levels where no line runs. What is to be named below the chart.
  function narrow(layout, data, plot, ground, family) {
    const notes = layout.annotations ?? [];
    const lines = notes.filter((note) => /^line-/.test(note.name ?? "")).length;
    const unit = notes.find((note) => note.name === "unit");
    if (unit?.xanchor === "left") unit.xshift = 4 - layout.margin.l;
    const rows = rowsOf(notes);
    layout.annotations = notes.filter((note) => !/^line-/.test(note.name ?? ""));
    layout.margin.t = layout.meta.marks ? Math.max(28, 8 + head(rows, unit)) : Math.min(layout.margin.t, 28);
    const short = (stop) => ({ ...stop, value: stop.value.replaceAll(settings.day, settings.shortDay) });
    layout.xaxis = { ...layout.xaxis, nticks: 4, tickangle: 0 };
    if (layout.xaxis.tickformatstops) layout.xaxis.tickformatstops = layout.xaxis.tickformatstops.map(short);
    if (layout.xaxis.ticktext?.length > 7) {
      for (const key of ["tickvals", "ticktext"]) layout.xaxis[key] = layout.xaxis[key].filter((_, at) => at % 2 === 0);
    }
    const levels = layout.annotations.filter((note) => note.name === "level" && note.yref === "paper");
    let crowded = [];
    if (layout.meta.marks) {
      const box = high(13, family);
      crowded = clear(levels, occupied(layout, data, plot), { plot, roof: rows ? 0 : -box - 1, ground, family, box });
      crowded = above(layout, crowded, { plot, family, box, top: head(rows, unit) });
    } else levels.forEach((note) => Object.assign(note, { xanchor: "right", xshift: 0, yshift: 10 }));
    layout.height = PHONE.plot + layout.margin.t + layout.margin.b;
    const named = data.filter((trace) => trace.name && trace.showlegend !== false);
    return { levels: crowded.map((note) => plain(note.text)), lines: lines > 1 ? named.map(key) : [] };
  }

  const key = (trace) => ({ name: plain(trace.name), colour: trace.line?.color, dash: trace.line?.dash });

  // Names of levels that lines leave no room, each in a row of its own above the plot; those that are wider than it.
  function above(layout, levels, { plot, family, box, top }) {
    const fits = (note) => measured(note.text, 13, family) + 4 <= plot;
    levels.filter(fits).forEach((note, at) => {
      Object.assign(note, { x: 0, xanchor: "left", xshift: 0, y: 1, yanchor: "bottom", yshift: top + 2 + at * box });
      layout.margin.t += box;
    });
    const wide = levels.filter((note) => !fits(note));
    layout.annotations = layout.annotations.filter((note) => !wide.includes(note));
    return wide;
  }

  // For each pixel of the plot's width from where to where lines run, from the top.
  function occupied(layout, data, plot) {
    const high = new Float32Array(Math.ceil(plot) + 1).fill(Infinity);
    const low = new Float32Array(high.length).fill(-Infinity);
    const [from, to] = layout.xaxis.range.map(place);
    const [bottom, top] = layout.yaxis.range;
    for (const { x, x0, dx, y } of data) {
      const start = x ? 0 : place(x0);
      let past = null;
      for (let at = 0; at < (y?.length ?? 0); at += 1) {
        const across = Math.round((((x ? place(x[at]) : start + dx * at) - from) / (to - from)) * plot);
        const down = PHONE.plot * (1 - (y[at] - bottom) / (top - bottom));
        if (!Number.isFinite(down) || across < 0 || across >= high.length) { past = null; continue; }
        for (let column = past ? past[0] : across; column <= across; column += 1) {
          high[column] = Math.min(high[column], down, past ? past[1] : down);
          low[column] = Math.max(low[column], down, past ? past[1] : down);
        }
        past = [across, down];
      }
    }
    return { high, low };
  }

  // Each name beside its level, over or under it, where no line runs: as far to the right as may be. Those without room.
  function clear(levels, { high, low }, { plot, roof, ground, family, box: BOX }) {
    const taken = [];
    const heights = levels.map((note) => PHONE.plot * (1 - note.y));
    const free = (box) => {
      for (let column = Math.floor(box.left); column < box.left + box.width; column += 1) {
        if (high[column] < box.top + BOX - 2 && low[column] > box.top + 1) return false;
      }
      const meets = (one) => Math.abs(one.top - box.top) < BOX - 1 && one.left < box.left + box.width && box.left < one.left + one.width;
      return !taken.some(meets) && !heights.some((height) => height > box.top + 2 && height < box.top + BOX - 2);
    };
    return levels.filter((note, at) => {
      const width = measured(note.text, 13, family) + 4;
      const tops = [heights[at] - BOX - 1, heights[at] + 1].filter((top) => top >= roof && top + BOX <= PHONE.plot + 1);
      let found = null;
      for (let left = plot - width; left >= 0 && !found; left -= 4) {
        found = tops.map((top) => ({ left, top, width })).find(free);
      }
      if (!found) return true;
      taken.push(found);
      const middle = found.top + BOX / 2;
      Object.assign(note, {
        x: 0, xanchor: "left", xshift: found.left, y: 1, yanchor: "middle", yshift: -middle,
        bgcolor: ground, borderpad: 0,
      });
      return false;
    });
  }

  return fit;
};
