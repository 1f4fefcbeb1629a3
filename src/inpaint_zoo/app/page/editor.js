// The image, and the hole that is painted on it as a list of strokes; undoing one draws the others again.
const find = (selector) => document.querySelector(selector);
const [view, sheet, photo, ring, corner] = [".view", ".sheet", ".photo", ".ring", ".corner"].map(find);
const canvas = find("canvas.hole");
const hole = canvas.getContext("2d", { willReadFrequently: false });
const limits = JSON.parse(find("#limits").textContent);
const bar = Object.fromEntries([...find(".bar").querySelectorAll("[name]:not([name=tool])")].map((each) => [each.name, each]));
const COLOR = "#ff2e63";
const picture = { file: null, strokes: [], undone: [], zoom: 1, isFitted: true, asPng: false, at: null };
let stroke = null;  // that is being painted
let firstCorner = null;  // of a box, by keys

const say = (text, wrong = false) => {
  const said = find(".said");
  said.textContent = text;
  said.classList.toggle("wrong", wrong);
};
const tool = () => find("[name=tool]:checked").value;
// Pixels of the image; the range is logarithmic, up to a quarter of the longer side.
const brush = () => Math.max(1, (Math.max(canvas.width, canvas.height) / 4) ** (bar.size.value / 100));

const draw = (stroke) => {
  hole.globalCompositeOperation = stroke.tool === "eraser" ? "destination-out" : "source-over";
  hole.fillStyle = hole.strokeStyle = COLOR;
  if (stroke.tool === "clear" || stroke.tool === "mask") hole.clearRect(0, 0, canvas.width, canvas.height);
  if (stroke.tool === "mask") hole.drawImage(stroke.mask, 0, 0);
  if (stroke.tool === "box") hole.fillRect(...stroke.box);
  if (stroke.points) stroke.points.forEach((point, index) => drawDab(stroke, stroke.points[index - 1] || point, point));
};
const drawDab = (stroke, from, to) => {
  hole.lineWidth = stroke.size;
  hole.lineCap = "round";
  hole.beginPath();
  hole.moveTo(...from);
  hole.lineTo(to[0] + 0.001, to[1]);  // a line without length is not drawn everywhere
  hole.stroke();
};
const changed = () => {
  const { strokes, undone } = picture;
  bar.undo.disabled = !strokes.length;
  bar.redo.disabled = !undone.length;
  bar.clear.disabled = !strokes.length;
  document.dispatchEvent(new Event("hole"));
};
const add = (stroke, isDrawn = false) => {
  picture.strokes.push(stroke);
  picture.undone = [];
  if (!isDrawn) draw(stroke);
  changed();
};
const move = (from, to) => {
  if (!from.length || stroke) return;
  to.push(from.pop());
  hole.clearRect(0, 0, canvas.width, canvas.height);
  picture.strokes.forEach(draw);
  changed();
};
const undo = () => move(picture.strokes, picture.undone);
const redo = () => move(picture.undone, picture.strokes);
const clear = () => { if (!stroke) add({ tool: "clear" }); };

// Zoom keeps the middle of what is seen where it is.
const setZoom = (zoom) => {
  picture.isFitted = false;
  const middle = [(view.scrollLeft + view.clientWidth / 2) / sheet.offsetWidth, (view.scrollTop + view.clientHeight / 2) / sheet.offsetHeight];
  picture.zoom = Math.min(16, Math.max(0.02, zoom));
  sheet.style.width = canvas.width * picture.zoom + "px";
  sheet.style.height = canvas.height * picture.zoom + "px";
  photo.style.imageRendering = picture.zoom > 3 ? "pixelated" : "";
  sheet.style.marginTop = Math.max(0, (view.clientHeight - canvas.height * picture.zoom) / 2) + "px";
  view.scrollTo(middle[0] * sheet.offsetWidth - view.clientWidth / 2, middle[1] * sheet.offsetHeight - view.clientHeight / 2);
  showRing();
};
const fit = () => {
  setZoom(Math.min(view.clientWidth / canvas.width, view.clientHeight / canvas.height));
  picture.isFitted = true;
};
const showRing = (shown = !ring.hidden) => {
  ring.hidden = !shown || !picture.at || tool() === "move" || tool() === "box";
  if (ring.hidden) return;
  ring.style.left = picture.at[0] * picture.zoom + "px";
  ring.style.top = picture.at[1] * picture.zoom + "px";
  ring.style.width = ring.style.height = brush() * picture.zoom + "px";
};
const showCorner = (box) => {
  corner.hidden = !box;
  if (box) ["left", "top", "width", "height"].forEach((side, index) => { corner.style[side] = box[index] * picture.zoom + "px"; });
};
const boxOf = (from, to) => {
  const [left, top] = [Math.floor(Math.min(from[0], to[0])), Math.floor(Math.min(from[1], to[1]))];
  return [left, top, Math.ceil(Math.max(from[0], to[0])) - left, Math.ceil(Math.max(from[1], to[1])) - top];
};

// Strokes with mouse, pen or finger; a second finger takes the stroke of the first one back.
const place = (event) => {
  const area = canvas.getBoundingClientRect();
  return [(event.clientX - area.left) / area.width * canvas.width, (event.clientY - area.top) / area.height * canvas.height];
};
canvas.addEventListener("pointerdown", (event) => {
  if (stroke) drop();
  if (event.button || !event.isPrimary) return;
  canvas.setPointerCapture(event.pointerId);
  const at = place(event);
  endKeyedBox();
  if (tool() === "move") stroke = { tool: "move", from: [event.clientX + view.scrollLeft, event.clientY + view.scrollTop] };
  else if (tool() === "box") stroke = { tool: "box", from: at };
  else {
    stroke = { tool: tool(), size: brush(), points: [] };
    drawDabs([at]);
  }
  stroke.pointer = event.pointerId;
});
const drawDabs = (points) => points.forEach((point) => {
  hole.globalCompositeOperation = stroke.tool === "eraser" ? "destination-out" : "source-over";
  hole.strokeStyle = COLOR;
  drawDab(stroke, stroke.points.at(-1) || point, point);
  stroke.points.push(point);
});
canvas.addEventListener("pointermove", (event) => {
  if (!event.isPrimary) return;
  picture.at = place(event);
  showRing(true);
  if (stroke?.pointer !== event.pointerId) return;
  if (stroke.tool === "move") {
    if (event.pointerType === "mouse") view.scrollTo(stroke.from[0] - event.clientX, stroke.from[1] - event.clientY);
  } else if (stroke.tool === "box") showCorner(boxOf(stroke.from, picture.at));
  else drawDabs((event.getCoalescedEvents?.() || [event]).map(place));
});
const drop = () => {
  stroke = null;
  showCorner(null);
  hole.clearRect(0, 0, canvas.width, canvas.height);
  picture.strokes.forEach(draw);
};
const end = (event) => {
  if (stroke?.pointer !== event.pointerId) return;
  const done = stroke;
  stroke = null;
  if (done.tool === "move") return;
  showCorner(null);
  if (done.tool === "box") {
    const box = boxOf(done.from, place(event));
    if (box[2] && box[3]) add({ tool: "box", box });
  } else add(done, true);
};
canvas.addEventListener("pointerup", end);
canvas.addEventListener("pointercancel", (event) => { if (stroke?.pointer === event.pointerId) drop(); });
canvas.addEventListener("pointerleave", () => { if (document.activeElement !== view) showRing(false); });
view.addEventListener("wheel", (event) => {
  if (!event.ctrlKey || !picture.file) return;
  event.preventDefault();
  setZoom(picture.zoom * 1.2 ** -Math.sign(event.deltaY));
}, { passive: false });

// The same with keys.
const endKeyedBox = () => {
  firstCorner = null;
  showCorner(null);
};
const paintAt = () => {
  if (tool() === "move") return;
  if (tool() !== "box") return add({ tool: tool(), size: brush(), points: [picture.at] });
  if (firstCorner) add({ tool: "box", box: boxOf(firstCorner, [picture.at[0] + 1, picture.at[1] + 1]) });
  firstCorner = firstCorner ? null : picture.at;
  showCorner(firstCorner && [...firstCorner, 2, 2]);
};
const step = (across, down, isFine) => {
  const far = isFine ? 1 : Math.max(2, brush() / 3);
  const [x, y] = picture.at || [canvas.width / 2, canvas.height / 2];
  const within = (value, most) => Math.min(most, Math.max(0, value));
  picture.at = [within(x + across * far, canvas.width), within(y + down * far, canvas.height)];
  showRing(true);
  const seen = (at, start, length) => Math.min(Math.max(start, at - length + 40), at - 40);
  view.scrollTo(seen(picture.at[0] * picture.zoom, view.scrollLeft, view.clientWidth), seen(picture.at[1] * picture.zoom, view.scrollTop, view.clientHeight));
  if (firstCorner) showCorner(boxOf(firstCorner, picture.at));
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
view.addEventListener("keydown", (event) => {
  if (!picture.file || event.ctrlKey || event.metaKey || event.altKey) return;
  if (ARROWS[event.key] && tool() !== "move") step(...ARROWS[event.key], event.shiftKey);
  else if (event.key === "Escape") endKeyedBox();
  else if (event.key === " ") { picture.at ||= [canvas.width / 2, canvas.height / 2]; paintAt(); showRing(true); }
  else return;
  event.preventDefault();
});
const chooseTool = (name) => { find(`[name=tool][value=${name}]`).click(); };
const resize = (by) => { bar.size.value = Number(bar.size.value) + by; showRing(); };
const KEYS = { b: () => chooseTool("brush"), x: () => chooseTool("box"), e: () => chooseTool("eraser"), m: () => chooseTool("move"), "[": () => resize(-4), "]": () => resize(4), "+": () => setZoom(picture.zoom * 1.25), "=": () => setZoom(picture.zoom * 1.25), "-": () => setZoom(picture.zoom / 1.25), 0: fit };
addEventListener("keydown", (event) => {
  if (!picture.file || event.altKey || event.target.matches("input[type=number], select")) return;
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (command && key === "z") (event.shiftKey ? redo : undo)();
  else if (command && key === "y") redo();
  else if (!command && KEYS[key]) KEYS[key]();
  else return;
  event.preventDefault();
});

for (const [name, act] of Object.entries({ undo, redo, clear, fit, in: () => setZoom(picture.zoom * 1.25), out: () => setZoom(picture.zoom / 1.25) })) bar[name].addEventListener("click", act);
bar.size.addEventListener("input", () => { picture.at ||= [canvas.width / 2, canvas.height / 2]; showRing(true); });
find(".bar").addEventListener("change", () => { view.dataset.tool = tool(); endKeyedBox(); showRing(); });
addEventListener("resize", () => { if (picture.file && picture.isFitted) fit(); });
