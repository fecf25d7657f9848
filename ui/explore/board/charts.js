// The charts of the threshold board. Each makes its fixed part at once and returns its title, its
// file's name, its rows as a table, and `mark`, which moves what the threshold moves.

const NAMES = { TN: "Correct benign", FP: "False alarms", FN: "Missed", TP: "Found" };

function histogram(board) {
  const { bins, edges, odds, colours, run } = board.data;
  const most = Math.max(1, ...bins.benign, ...bins.dga);
  const scale = board.state.linear ? (n) => n / most : (n) => Math.log10(n * 1.5 + 1) / Math.log10(most * 1.5 + 1);
  const svg = frame("Score, log-odds scale", board.state.linear ? "Names" : "Names, log scale");
  const marks = [0.0001, 0.01, 0.5, 0.99, 0.9999, 0.999999].map((x) => [placeOf(x, odds), String(x)]);
  ticks(svg, marks, heights(most, board.state.linear).map((n) => [scale(n), short(n)]));
  const size = bins.benign.length;
  const step = (RIGHT - LEFT) / size;
  const bars = ["benign", "dga"].flatMap((label, side) => bins[label].map((names, i) => {
    const x = LEFT + i * step + (side * step) / 2;
    const height = scale(names) * (BOTTOM - TOP);
    const told = `${label === "dga" ? "Generated" : "Benign"}: score ${scoreText(edges[i])} to ${scoreText(edges[i + 1])}, ${number(names)} names`;
    const bar = draw(svg, "rect", { x, y: BOTTOM - height, width: step / 2 - 0.3, height, fill: colours[label] });
    const hit = draw(svg, "rect", { x, y: TOP, width: step / 2, height: BOTTOM - TOP, fill: "transparent", "data-hit": label });
    draw(hit, "title", {}, told);
    hit.addEventListener("click", () => board.pick("bar", { label, low: edges[i], high: edges[i + 1] }));
    return { bar, label, place: (i + 0.5) / size };
  }));
  legend(svg, [["Benign", colours.benign], ["Generated", colours.dga]]);
  const line = draw(svg, "line", { y1: TOP, y2: BOTTOM, stroke: "currentColor", "stroke-width": 2, "stroke-dasharray": "5 3" });
  return {
    svg, title: "Scores by truth", file: `${run}-scores`,
    rows: () => [["score_from", "score_to", "benign", "dga"], ...bins.benign.map((n, i) => [edges[i], edges[i + 1], n, bins.dga[i]])],
    mark: (at, threshold) => {
      const cut = placeOf(threshold, odds);
      const x = LEFT + cut * (RIGHT - LEFT);
      set(line, { x1: x, x2: x });
      for (const { bar, label, place } of bars) set(bar, { opacity: (place >= cut) === (label === "dga") ? 0.4 : 1 });
      name(svg, `Scores of benign and generated names; threshold ${scoreText(threshold)}`);
    },
  };
}

function outcomes(board) {
  const { colours, run } = board.data;
  const svg = blank();
  const half = (RIGHT - LEFT) / 2;
  const cells = ["TN", "FP", "FN", "TP"].map((kind, i) => {
    const [x, y] = [LEFT + 14 + (i % 2) * half, TOP + 14 + Math.floor(i / 2) * 96];
    const group = draw(svg, "g", { role: "button", tabindex: 0, "data-hit": kind });
    const box = draw(group, "rect", { x, y, width: half - 8, height: 90, rx: 6, fill: i % 3 ? colours.dga : colours.benign });
    const lines = [22, 50, 72].map((dy, line) => text(group, x + half / 2 - 4, y + dy, "", { "text-anchor": "middle", "font-size": line === 1 ? 20 : 12 }));
    const choose = () => board.pick("outcome", kind);
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (e) => {
      if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(); }
    });
    return { kind, group, box, lines };
  });
  ["Verdict benign", "Verdict DGA"].forEach((told, i) => text(svg, LEFT + 10 + half * (i + 0.5), BOTTOM + 22, told, { "text-anchor": "middle" }));
  ["Benign", "Generated"].forEach((told, i) => {
    const y = TOP + 60 + i * 96;
    text(svg, LEFT, y, told, { "text-anchor": "middle", transform: `rotate(-90 ${LEFT} ${y})` });
  });
  const countsOf = (at) => ({ TN: at.kept, FP: at.alarms, FN: at.missed, TP: at.found });
  let shown = {};
  return {
    svg, title: "Outcomes", file: `${run}-outcomes`,
    rows: () => [["outcome", "names"], ...Object.entries(shown)],
    mark: (at) => {
      shown = countsOf(at);
      for (const { kind, group, box, lines } of cells) {
        const whole = kind === "TN" || kind === "FP" ? at.benign : at.dga;
        const share = whole ? shown[kind] / whole : 0;
        lines.forEach((line, i) => { line.textContent = [NAMES[kind], number(shown[kind]), percent(share)][i]; });
        set(box, { "fill-opacity": 0.12 + 0.35 * share });
        set(group, { "aria-label": `${NAMES[kind]}: ${number(shown[kind])} names, list them` });
      }
    },
  };
}

function roc(board) {
  const { curve, benign, run, colours } = board.data;
  const floor = board.state.linear ? 0 : Math.min(0.01, 0.5 / Math.max(benign, 1));
  const across = board.state.linear ? (x) => x : (x) => 1 - Math.log10(Math.max(x, floor)) / Math.log10(floor);
  const svg = frame(`False-positive rate${board.state.linear ? "" : ", log scale"}`, "Recall");
  const decades = board.state.linear ? [0, 0.25, 0.5, 0.75, 1] : [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1].filter((x) => x >= floor);
  ticks(svg, decades.map((x) => [across(x), `${Number((100 * x).toPrecision(3))} %`]), shares());
  const chance = Array.from({ length: 101 }, (_, i) => (board.state.linear ? i / 100 : floor ** (1 - i / 100)));
  path(svg, chance.map((x) => [across(x), x]), { "stroke-dasharray": "2 4", opacity: 0.6 });
  path(svg, curve.map(([fpr, recall]) => [across(fpr), recall]), { stroke: colours.benign, "stroke-width": 2 });
  const point = diamond(svg, colours.dga);
  return {
    svg, title: "ROC", file: `${run}-roc`,
    rows: () => [["fpr", "recall", "threshold"], ...curve],
    mark: (at) => {
      place(point, at.fpr === null ? null : across(at.fpr), at.recall);
      name(svg, `ROC: recall ${percent(at.recall)} at a false-positive rate of ${percent(at.fpr)}`);
    },
  };
}

function precision(board) {
  const { curve, run, colours } = board.data;
  const { traffic } = board.state;
  const points = curve.map(([fpr, recall]) => [recall, worthOf({ fpr, recall }, 1 / traffic)]);
  if (points.length > 1) points[0][1] ??= points[1][1]; // without any alert it has no value of its own
  const svg = frame("Recall", `Right alerts, 1 in ${number(traffic)}`);
  ticks(svg, [0, 0.25, 0.5, 0.75, 1].map((x) => [x, `${100 * x} %`]), shares());
  path(svg, points, { stroke: colours.benign, "stroke-width": 2 });
  const point = diamond(svg, colours.dga);
  return {
    svg, title: "Precision in traffic", file: `${run}-precision`,
    rows: () => [["recall", "precision"], ...points],
    mark: (at) => {
      const worth = worthOf(at, 1 / traffic);
      place(point, at.recall, worth);
      name(svg, `Precision ${percent(worth)} at a recall of ${percent(at.recall)}, 1 generated name in ${number(traffic)}`);
    },
  };
}
