// The threshold board of the Explore page: controls, figures and charts that move with the
// threshold. Python counts once, for every position of the slider; moving it is redrawn here at
// once and told to Python when it rests, other choices at once. Draws only what `data` holds; keeps nothing.

const REST = 150; // milliseconds without a move, after which Python is told

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const board = (parentElement.board ??= new Board(parentElement));
  board.tell = setStateValue;
  board.pick = setTriggerValue;
  board.take(data);
}

class Board {
  constructor(root) {
    this.root = root;
    const on = (selector, event, act) => this.find(selector).addEventListener(event, act);
    on("input[type=range]", "input", (e) => this.move(null, scoreAt(Number(e.target.value) / 1000, this.data.odds), REST));
    on(".exact", "change", (e) => this.move(null, clamp(Number(e.target.value) || 0)));
    on(".traffic", "change", (e) => this.change({ traffic: Number(e.target.value) }));
    on(".linear input", "change", (e) => this.change({ linear: e.target.checked }));
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  /** Take what Python sends; what was chosen here stands unless the run is another one. */
  take(data) {
    const another = this.data?.run !== data.run || this.data?.stamp !== data.stamp;
    this.data = data;
    if (another) {
      this.state = { ...data.chosen };
      this.build();
    }
    this.draw();
  }

  move(choice, threshold, wait = 0) {
    this.change({ choice, threshold }, wait);
  }

  /** Take a choice, and tell Python at once, or when nothing has moved for so many milliseconds. */
  change(part, wait = 0) {
    Object.assign(this.state, part);
    if ("traffic" in part || "linear" in part) this.frames();
    this.draw();
    clearTimeout(this.timer);
    const tell = () => this.tell("chosen", { ...this.state });
    if (wait) this.timer = setTimeout(tell, wait);
    else tell();
  }

  /** What is there once a run: presets, rates, help, frames of the charts. */
  build() {
    const { presets, rates, help } = this.data;
    const picks = presets.map((preset) => {
      const input = html("input", { type: "radio", name: "preset", value: preset.name });
      input.addEventListener("change", () => this.move(preset.name, preset.threshold));
      return html("label", {}, input, preset.title);
    });
    this.find(".presets").replaceChildren(...picks);
    const options = rates.map((n) => html("option", { value: n }, `1 in ${number(n)}`));
    this.find(".traffic").replaceChildren(...options);
    this.find(".traffic").value = this.state.traffic;
    this.find(".linear input").checked = this.state.linear;
    this.find("input[type=range]").setAttribute("aria-label", "Score from which the verdict is DGA");
    for (const place of this.root.querySelectorAll("[data-help]"))
      place.replaceChildren(...helped(place.dataset.help, help[place.dataset.help]));
    this.tiles = ["Found", "False alarms", "Right here", "Right in traffic", "Accuracy"].map((name) => {
      const parts = [html("dd"), html("dd")];
      const title = html("dt", {}, name, ...helped(name, help[name]));
      return { root: html("div", {}, title, ...parts), parts };
    });
    this.find(".tiles").replaceChildren(...this.tiles.map((tile) => tile.root));
    this.find(".steps").textContent = this.data.steps;
    this.frames();
    this.find(".board").hidden = false;
  }

  /** The charts without what the threshold moves. */
  frames() {
    this.charts = [histogram, outcomes, roc, precision].map((make) => make(this));
    const figures = this.charts.map((chart) => {
      const save = [
        ["PNG", () => savePicture(chart, this.find(".board"))],
        ["SVG", () => saveText(picture(chart.svg, this.find(".board")), "image/svg+xml", `${chart.file}.svg`)],
        ["CSV", () => saveText(csv(chart.rows()), "text/csv", `${chart.file}.csv`)],
      ].map(([kind, act]) => {
        const button = html("button", { type: "button", "aria-label": `${chart.title} as ${kind}` }, kind);
        button.addEventListener("click", act);
        return button;
      });
      const title = html("b", {}, chart.title, ...helped(chart.title, this.data.help[chart.title]));
      return html("figure", {}, html("figcaption", {}, title, ...save), chart.svg);
    });
    this.find(".charts").replaceChildren(...figures);
  }

  /** Everything that the threshold moves. */
  draw() {
    const { choice, threshold, traffic } = this.state;
    const at = this.counts(threshold);
    for (const input of this.root.querySelectorAll(".presets input")) input.checked = input.value === choice;
    const slider = this.find("input[type=range]");
    slider.value = Math.round(placeOf(threshold, this.data.odds) * 1000);
    slider.setAttribute("aria-valuetext", scoreText(threshold));
    this.find("output").textContent = scoreText(threshold);
    const exact = this.find(".exact");
    if (this.root.activeElement !== exact || Number(exact.value) !== threshold) exact.value = threshold.toFixed(6);
    const preset = this.data.presets.find((one) => one.name === choice);
    this.find(".about").textContent = preset ? preset.about : "Set by hand.";
    const share = 1 / traffic;
    const right = worthOf(at.alarms ? at : { ...at, fpr: at.most }, share);
    const told = [
      [at.recall, `${number(at.missed)} missed`],
      [at.fpr, `${number(at.alarms)} names`],
      [at.found + at.alarms ? at.found / (at.found + at.alarms) : null, "of these alerts"],
      [right, `at 1 in ${number(traffic)}`],
      [(at.found + at.kept) / (at.dga + at.benign), `of ${number(at.dga + at.benign)} names`],
    ];
    told.forEach(([value, more], i) => {
      const least = i === 3 && value !== null && !at.alarms ? "above " : "";
      this.tiles[i].parts[0].textContent = least + percent(value);
      this.tiles[i].parts[1].textContent = more;
    });
    this.find(".worth").replaceChildren(...sentence(at, traffic, right));
    for (const chart of this.charts) chart.mark(at, threshold);
  }

  /** The outcomes at a threshold: exact on the slider's positions, the presets' and the one that
   * Python was told last; between them those of the position below, until Python answers. */
  counts(threshold) {
    const { presets, chosen, missed, alarms, benign, dga } = this.data;
    const known = [chosen, ...presets].find((one) => one.threshold === threshold);
    const place = Math.floor(placeOf(threshold, this.data.odds) * 1000 + 1e-6);
    const at = known ?? { missed: missed[place], alarms: alarms[place] };
    const [found, kept] = [dga - at.missed, benign - at.alarms];
    return {
      missed: at.missed, alarms: at.alarms, found, kept, benign, dga,
      recall: dga ? found / dga : null, fpr: benign ? at.alarms / benign : null,
      most: benign ? Math.min(1, 3 / benign) : null, // of the rate where no name of so many scores above, 95 %
    };
  }
}

// The scale of scores: equal steps of log-odds, its ends 0 and 1.

function scoreAt(place, [low, high]) {
  if (place <= 0) return 0;
  if (place >= 1) return 1;
  return 1 / (1 + Math.exp(-(low + (high - low) * place)));
}

function placeOf(score, [low, high]) {
  if (score <= 0) return 0;
  if (score >= 1) return 1;
  return clamp((Math.log(score / (1 - score)) - low) / (high - low));
}

/** As `ui.common.text.score`: three decimals, more near 0 and 1. */
function scoreText(score) {
  const edge = Math.min(score, 1 - score);
  const digits = edge > 0 && edge < 1e-3 ? Math.min(6, Math.ceil(-Math.log10(edge))) : 3;
  return score.toFixed(digits);
}

// Figures and words.

const clamp = (x) => Math.min(1, Math.max(0, x));
const number = (n) => n.toLocaleString("en-US");

function worthOf({ fpr, recall }, share) {
  if (fpr === null || recall === null) return null;
  const right = share * recall;
  const alerts = right + (1 - share) * fpr;
  return alerts ? right / alerts : null;
}

/** As `ui.text.percent`: as many digits as it takes to tell a share from 0 and 100. */
function percent(share) {
  if (share === null) return "n/a";
  const edge = Math.min(share, 1 - share);
  if (edge <= 0) return `${Math.round(100 * share)} %`;
  if (edge < 1e-6) return share > 0.5 ? "above 99.9999 %" : "below 0.0001 %";
  return `${(100 * share).toFixed(Math.min(4, Math.max(1, Math.floor(-Math.log10(edge)) - 1)))} %`;
}

function counted(n) {
  if (n > 0 && n < 1) return "fewer than 1";
  return n > 99 && n < 100 ? n.toFixed(1) : number(Math.round(n));
}

function sentence(at, traffic, right) {
  if (at.recall === null || at.fpr === null) return ["These test names lack a class: what an alert is worth cannot be told."];
  if (right === null) return ["At this threshold nothing raises an alert."];
  if (!at.alarms) {
    const least = Math.floor(100 * right);
    return [
      html("b", {}, least ? `Of 100 alerts, at least ${least} are right` : "Too few benign names to tell what an alert is worth"),
      ` where 1 name in ${number(traffic)} is generated: none of ${number(at.benign)} raises an alert, ` +
        `so that fewer than ${percent(at.most)} of such names do (95 % confidence).`,
    ];
  }
  const million = 1e6;
  const [true_, false_] = [(million / traffic) * at.recall, million * (1 - 1 / traffic) * at.fpr];
  const good = counted(100 * right);
  return [
    html("b", {}, `Of 100 alerts, ${good} ${good === "1" || good.startsWith("fewer") ? "is" : "are"} right`),
    ` where 1 name in ${number(traffic)} is generated: a million names raise ${counted(true_ + false_)} alerts, ` +
      `${counted(true_)} of them right, and ${counted(million / traffic - true_)} generated names pass.`,
  ];
}
