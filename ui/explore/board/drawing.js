// Pieces of SVG and HTML, and files made of them. Knows no threshold.

const NS = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [320, 250, 46, 308, 16, 204]; // of a chart

function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function draw(parent, tag, attributes = {}, content = "") {
  const node = document.createElementNS(NS, tag);
  set(node, attributes);
  node.textContent = content;
  parent.append(node);
  return node;
}

function set(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
}

function helped(id, about) {
  if (!about) return [];
  const key = `help-${id.replaceAll(/\W/g, "-")}`;
  const bubble = html("span", { popover: "", id: key }, about);
  const button = html("button", { class: "help", type: "button", "aria-label": `About ${id}`, popovertarget: key }, "?");
  button.addEventListener("click", () => {
    const { left, bottom } = button.getBoundingClientRect();
    bubble.style.left = `${Math.max(8, Math.min(left, innerWidth - 330))}px`;
    bubble.style.top = `${bottom + 6}px`;
  });
  return [button, bubble];
}

const blank = () => {
  const svg = document.createElementNS(NS, "svg");
  set(svg, { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "font-size": 11 });
  return svg;
};

function frame(x, y) {
  const svg = blank();
  set(svg, { role: "img" });
  text(svg, (LEFT + RIGHT) / 2, HEIGHT - 10, x, { "text-anchor": "middle" });
  text(svg, 10, (TOP + BOTTOM) / 2, y, { "text-anchor": "middle", transform: `rotate(-90 10 ${(TOP + BOTTOM) / 2})` });
  return svg;
}

const text = (parent, x, y, content, more = {}) => draw(parent, "text", { x, y, fill: "currentColor", ...more }, content);
const right = (x) => LEFT + x * (RIGHT - LEFT);
const up = (y) => BOTTOM - y * (BOTTOM - TOP);
const shares = () => [0, 0.25, 0.5, 0.75, 1].map((y) => [y, `${100 * y} %`]);

function ticks(svg, across, upward) {
  for (const [x, label] of across) {
    draw(svg, "line", { x1: right(x), x2: right(x), y1: TOP, y2: BOTTOM, stroke: "currentColor", opacity: 0.12 });
    text(svg, right(x), BOTTOM + 15, label, { "text-anchor": "middle", opacity: 0.8 });
  }
  for (const [y, label] of upward) {
    draw(svg, "line", { x1: LEFT, x2: RIGHT, y1: up(y), y2: up(y), stroke: "currentColor", opacity: 0.12 });
    text(svg, LEFT - 5, up(y) + 4, label, { "text-anchor": "end", opacity: 0.8 });
  }
}

function heights(most, linear) {
  if (linear) return [0, most / 2, most].map(Math.round);
  return Array.from({ length: Math.floor(Math.log10(most)) + 1 }, (_, i) => 10 ** i);
}

const short = (n) => Intl.NumberFormat("en-US", { notation: "compact" }).format(n);

function path(svg, points, more) {
  const d = points.map(([x, y], i) => `${i ? "L" : "M"}${right(x).toFixed(1)} ${up(y).toFixed(1)}`).join("");
  return draw(svg, "path", { d, fill: "none", stroke: "currentColor", ...more });
}

const diamond = (svg, fill) => draw(svg, "path", { d: "M0-7L7 0L0 7L-7 0Z", fill, stroke: "white" });

function place(point, x, y) {
  const known = x !== null && y !== null;
  set(point, { visibility: known ? "visible" : "hidden", transform: known ? `translate(${right(x)} ${up(y)})` : "" });
}

function legend(svg, entries) {
  entries.forEach(([told, fill], i) => {
    draw(svg, "rect", { x: LEFT + i * 62, y: 0, width: 9, height: 9, fill });
    text(svg, LEFT + 13 + i * 62, 8, told);
  });
}

const name = (svg, told) => set(svg, { "aria-label": told });

// Files.

function picture(svg, board) {
  const copy = svg.cloneNode(true);
  const { color, fontFamily } = getComputedStyle(board);
  const background = getComputedStyle(board).getPropertyValue("--st-background-color");
  set(copy, { xmlns: NS, width: WIDTH, height: HEIGHT, style: `color:${color};font-family:${fontFamily};background:${background}` });
  return new XMLSerializer().serializeToString(copy);
}

function savePicture(chart, board) {
  const image = new Image();
  image.onload = () => {
    const canvas = html("canvas", { width: 3 * WIDTH, height: 3 * HEIGHT });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(blob, `${chart.file}.png`));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture(chart.svg, board))}`;
}

const csv = (rows) => rows.map((row) => row.join(",")).join("\n") + "\n";
const saveText = (content, type, file) => save(new Blob([content], { type }), file);

function save(blob, file) {
  const link = html("a", { href: URL.createObjectURL(blob), download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
