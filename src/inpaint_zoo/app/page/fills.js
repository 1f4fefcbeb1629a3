// Asking the server, and showing results.
const form = find(".how");
const results = find(".results");
const stage = results.querySelector(".stage");
const sides = Object.fromEntries(["left", "right"].map((name) => [name, results.querySelector(`[name=${name}]`)]));
const shownImages = new Map();  // by title: address
let running = null;
let made = [];  // addresses of the results

const addressOf = (blob) => {
  made.push(URL.createObjectURL(blob));
  return made.at(-1);
};
const forget = () => {
  made.forEach((address) => URL.revokeObjectURL(address));
  made = [];
  shownImages.clear();
  results.hidden = true;
};

// The hole as a PNG file, white on black, as large as the image: every pixel that is coloured, however little. Null: none is.
const maskFile = async () => {
  const mask = new OffscreenCanvas(canvas.width, canvas.height);
  const context = mask.getContext("2d");
  context.drawImage(canvas, 0, 0);
  const pixels = context.getImageData(0, 0, mask.width, mask.height);
  const whole = new Uint32Array(pixels.data.buffer);
  let any = false;
  for (let at = 0; at < whole.length; at++) {
    const isHole = pixels.data[4 * at + 3] > 0;
    any ||= isHole;
    whole[at] = isHole ? 0xffffffff : 0xff000000;
  }
  context.putImageData(pixels, 0, 0);
  return any ? new File([await mask.convertToBlob({ type: "image/png" })], "hole.png") : null;
};
const withHole = async () => {
  await photo.decode();
  const both = new OffscreenCanvas(canvas.width, canvas.height);
  const context = both.getContext("2d");
  context.drawImage(photo, 0, 0);
  context.drawImage(canvas, 0, 0);
  return both.convertToBlob({ type: "image/webp", quality: 0.9 });
};

const offerSides = () => {
  for (const [name, select] of Object.entries(sides)) {
    const titles = [...shownImages.keys()];
    const before = select.value;
    select.replaceChildren(...titles.map((title) => new Option(title)));
    select.value = shownImages.has(before) && before !== "Hole" ? before : titles[name === "left" ? 0 : titles.length - 1];
  }
  showSides();
};
const showSides = () => {
  for (const [name, select] of Object.entries(sides)) stage.querySelector(`.layer.${name} img`).src = shownImages.get(select.value);
};

const fileName = (answer) => decodeURIComponent(answer.headers.get("content-disposition").split("''")[1]);
const showResult = async (card, title, answer) => {
  const address = addressOf(await answer.blob());
  const seconds = Number(answer.headers.get("x-fill-seconds"));
  const ratio = Number(answer.headers.get("x-hole-ratio"));
  const note = decodeURIComponent(answer.headers.get("x-note"));
  shownImages.set(title, address);
  const thumb = html("button", { type: "button", class: "thumb", title: "Show on the right" }, html("img", { src: address, alt: title }));
  thumb.addEventListener("click", () => { sides.right.value = title; showSides(); stage.scrollIntoView({ block: "nearest" }); });
  card.replaceChildren(thumb, html("p", {}, html("b", {}, title),
    html("small", {}, `${seconds.toFixed(2)} s, hole ${(100 * ratio).toFixed(2)} %`), ...(note ? [html("small", {}, note)] : []),
    html("a", { href: address, download: fileName(answer) }, "Download")));
  offerSides();
};

const fields = (input) => {
  const chosen = { image: picture.file, model: input.value, grow: form.grow.value || "0", blend: form.blend.value };
  if (form.blend.value === "feather") chosen.feather = form.feather.value;
  if (input.dataset.learns === "1" && Number(form.adapt_seconds.value)) chosen.adapt_seconds = form.adapt_seconds.value;
  if (picture.asPng) chosen.format = "png";
  return chosen;
};
const chosenMethods = () => [...form.querySelectorAll("[name=model]:checked")];
const submit = form.querySelector("[type=submit]");
const ready = () => { submit.disabled = Boolean(running) || !picture.file || !picture.strokes.length || !chosenMethods().length; };
const setRunning = (controller) => {
  running = controller;
  form.stop.hidden = !controller;
  ready();
};
const titleOf = (input) => input.parentNode.querySelector("bdi").textContent;

const fillOne = async (request, title, card, signal) => {
  try {
    await showResult(card, title, await post("/fill", request, signal));
    return "";
  } catch (error) {
    const text = error.name === "AbortError" ? "stopped" : error.message;
    card.querySelector("small").textContent = text;
    card.querySelector("small").className = text === "stopped" ? "" : "wrong";
    return text;
  }
};
const fillAll = async (controller) => {
  const inputs = chosenMethods();
  const [requests, titles] = [inputs.map(fields), inputs.map(titleOf)];
  const [mask, hole] = [await maskFile(), await withHole()];
  if (controller.signal.aborted) return;
  if (!mask) return say("There is no hole yet: paint over what should go.", true);
  forget();
  shownImages.set("Image", picture.address);
  shownImages.set("Hole", addressOf(hole));
  stage.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  stage.style.maxWidth = `calc(78vh * ${canvas.width / canvas.height})`;
  offerSides();
  results.hidden = false;
  const cards = titles.map((title) => html("li", {}, html("span", { class: "thumb" }), html("p", {}, html("b", {}, title), html("small", {}, "waiting for its turn …"))));
  results.querySelector(".cards").replaceChildren(...cards);
  say(`Filling with ${titles.join(", ")} …`);
  results.scrollIntoView({ behavior: "smooth", block: "nearest" });
  const failures = await Promise.all(requests.map((request, index) => fillOne({ ...request, mask }, titles[index], cards[index], controller.signal)));
  const failed = failures.filter(Boolean);
  if (running === controller) say(failed.length ? failed[0] : "Done. Paint more, or choose others.", failed.some((text) => text !== "stopped"));
};
const start = async () => {
  const controller = new AbortController();
  setRunning(controller);
  try {
    await fillAll(controller);
  } catch (error) {
    say(error.message, true);
  } finally {
    if (running === controller) setRunning(null);
  }
};

connectSlider(stage);
form.addEventListener("change", () => { form.querySelector(".width").hidden = form.blend.value !== "feather"; ready(); });
form.addEventListener("submit", (event) => { event.preventDefault(); if (!submit.disabled) start(); });
form.stop.addEventListener("click", () => running?.abort());
results.querySelector(".choose").addEventListener("change", showSides);
addEventListener("keydown", (event) => { if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !submit.disabled) form.requestSubmit(submit); });
document.addEventListener("hole", ready);
document.addEventListener("another", () => {
  running?.abort();
  setRunning(null);
  forget();
});
