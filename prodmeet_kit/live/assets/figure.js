// Figures are drawn by the plotly that JupyterLab has, one when its finding is shown.
const PLOTLY = "application/vnd.plotly.v1+json";

function figures(model, texts) {
  const known = new Map(); // key -> what plotly draws
  const waiting = new Map(); // key -> functions
  const heard = (content) => {
    if (content.kind !== "figure") return;
    known.set(content.key, content.figure);
    for (const done of waiting.get(content.key) || []) done(content.figure);
    waiting.delete(content.key);
  };
  model.on("msg:custom", heard);

  function ask(key) {
    if (known.has(key)) return Promise.resolve(known.get(key));
    return new Promise((done, failed) => {
      if (!waiting.has(key)) {
        waiting.set(key, []);
        model.send({ kind: "draw", key });
      }
      waiting.get(key).push(done);
      setTimeout(() => {
        waiting.delete(key);
        failed(new Error(texts.no_figure));
      }, 4 * ANSWER_MS);
    });
  }

  async function draw(key, place) {
    try {
      const figure = structuredClone(await ask(key));
      const registry = model.widget_manager.rendermime;
      const box = place.getBoundingClientRect();
      figure.layout = { ...figure.layout, height: Math.max(160, Math.floor(box.height)), autosize: true };
      delete figure.layout.width;
      const renderer = registry.createRenderer(PLOTLY);
      place.replaceChildren(renderer.node);
      await renderer.renderModel(registry.createModel({ data: { [PLOTLY]: figure }, trusted: true }));
      for (const still of renderer.node.querySelectorAll(".plot-img")) still.remove(); // a second, empty picture
      place.dataset.drawn = "true";
      place.fit = () => {
        const plotly = renderer.constructor.Plotly;
        const now = place.getBoundingClientRect();
        if (plotly && now.height > 0) {
          plotly.relayout(renderer.node, { height: Math.max(160, Math.floor(now.height)), width: Math.floor(now.width) });
        }
      };
      new ResizeObserver(() => {
        const now = place.getBoundingClientRect();
        if (Math.abs(now.width - box.width) + Math.abs(now.height - box.height) > 4) {
          [box.width, box.height] = [now.width, now.height];
          place.fit();
        }
      }).observe(place);
    } catch (error) {
      place.replaceChildren(make("p", { class: "pm-small" }, error.message || texts.no_figure));
      place.dataset.drawn = "failed";
    }
  }

  return { ask, draw, stop: () => model.off("msg:custom", heard) };
}
