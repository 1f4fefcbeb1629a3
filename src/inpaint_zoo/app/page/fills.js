// Opening files, asking the server, showing results.
const form = find(".how");
const results = find(".results");
const stage = results.querySelector(".stage");
const sides = Object.fromEntries(["left", "right"].map((name) => [name, results.querySelector(`[name=${name}]`)]));
const shownImages = new Map();  // by title: address
let running = null;
let made = [];  // addresses that are given back when others come

const post = async (path, fields, signal) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const answer = await fetch(path, { method: "POST", body, signal });
  if (!answer.ok) throw new Error((await answer.text()).replace(/^error: /, "").trim());
  return answer;
};
const addressOf = (blob) => {
  made.push(URL.createObjectURL(blob));
  return made.at(-1);
};
const show = async (blob) => {
  const address = addressOf(blob);
  photo.src = address;
  try {
    await photo.decode();
    return address;
  } catch {
    return null;
  }
};

const open = async (file) => {
  running?.abort();
  made.forEach((address) => URL.revokeObjectURL(address));
  made = [];
  say(`Opening ${file.name} …`);
  results.hidden = true;
  let address = await show(file);
  try {
    picture.asPng = !address;
    if (!address) address = await show(await (await post("/preview", { image: file })).blob());
    const { naturalWidth: width, naturalHeight: height } = photo;
    if (width * height > limits.pixels) throw new Error(`${file.name} has ${(width * height / 1e6).toFixed(1)} million pixels, and ${limits.pixels / 1e6} are taken`);
    Object.assign(picture, { file, strokes: [], undone: [], at: null, address });
    [canvas.width, canvas.height] = [width, height];
  } catch (error) {
    picture.file = null;
    sheet.hidden = true;
    find(".empty").hidden = false;
    changed();
    return say(error.message, true);
  }
  for (const control of [...Object.values(bar), find(".bar .choice")]) control.disabled = false;
  find(".button.off")?.classList.remove("off");
  sheet.hidden = false;
  find(".empty").hidden = true;
  fit();
  changed();
  say(`${file.name}, ${photo.naturalWidth} × ${photo.naturalHeight} pixels. Paint over what should go.`);
};

const openMask = async (file) => {
  try {
    const image = await createImageBitmap(file);
    if (image.width !== canvas.width || image.height !== canvas.height) throw new Error(`${file.name} is ${image.width} × ${image.height}, and the image is ${canvas.width} × ${canvas.height}: make the mask as large as the image`);
    const mask = new OffscreenCanvas(canvas.width, canvas.height);
    const context = mask.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, mask.width, mask.height);
    for (let at = 0; at < pixels.data.length; at += 4) {
      const [red, green, blue, alpha] = pixels.data.subarray(at, at + 4);
      const gray = (0.299 * red + 0.587 * green + 0.114 * blue) * alpha / 255;
      pixels.data.set([255, 46, 99, gray >= 127.5 ? 255 : 0], at);
    }
    context.putImageData(pixels, 0, 0);
    add({ tool: "mask", mask });
    say(`The hole is that of ${file.name}.`);
  } catch (error) {
    say(error.name === "InvalidStateError" ? `${file.name} cannot be read as an image` : error.message, true);
  }
};

// The hole as a PNG file: white on black, as large as the image.
const maskFile = () => {
  const mask = new OffscreenCanvas(canvas.width, canvas.height);
  const context = mask.getContext("2d");
  context.drawImage(canvas, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, mask.width, mask.height);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#000";
  context.fillRect(0, 0, mask.width, mask.height);
  return mask.convertToBlob({ type: "image/png" });
};
const withHole = () => {
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
    select.value = shownImages.has(before) ? before : titles[name === "left" ? 0 : titles.length - 1];
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
  sides.right.value = "";
  offerSides();
};

const fields = (mask, input) => {
  const chosen = { image: picture.file, mask, model: input.value, grow: form.grow.value || "0", blend: form.blend.value };
  if (form.blend.value === "feather") chosen.feather = form.feather.value;
  if (input.dataset.learns === "1" && Number(form.adapt_seconds.value)) chosen.adapt_seconds = form.adapt_seconds.value;
  if (picture.asPng) chosen.format = "png";
  return chosen;
};
const chosenMethods = () => [...form.querySelectorAll("[name=model]:checked")];
const ready = () => { form.querySelector("[type=submit]").disabled = Boolean(running) || !picture.file || !picture.strokes.length || !chosenMethods().length; };
const setRunning = (controller) => {
  running = controller;
  form.stop.hidden = !controller;
  ready();
};

const fillAll = async () => {
  const inputs = chosenMethods();
  const controller = new AbortController();
  setRunning(controller);
  const mask = new File([await maskFile()], "hole.png");
  shownImages.clear();
  shownImages.set("Image", picture.address);
  shownImages.set("Hole", addressOf(await withHole()));
  stage.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  stage.style.maxWidth = `calc(78vh * ${canvas.width / canvas.height})`;
  offerSides();
  results.hidden = false;
  const cards = inputs.map((input) => html("li", {}, html("span", { class: "thumb" }), html("p", {}, html("b", {}, titleOf(input)), html("small", {}, "waiting …"))));
  results.querySelector(".cards").replaceChildren(...cards);
  say(`Filling with ${inputs.map(titleOf).join(", ")} …`);
  results.scrollIntoView({ behavior: "smooth", block: "nearest" });
  const failures = await Promise.all(inputs.map(async (input, index) => {
    try {
      await showResult(cards[index], titleOf(input), await post("/fill", fields(mask, input), controller.signal));
      return "";
    } catch (error) {
      const text = error.name === "AbortError" ? "stopped" : error.name === "TypeError" ? "the server cannot be reached" : error.message;
      cards[index].querySelector("small").textContent = text;
      cards[index].querySelector("small").className = "wrong";
      return text;
    }
  }));
  const failed = failures.filter(Boolean);
  say(failed.length ? failed[0] : "Done. Paint more, or choose others.", failed.length > 0);
  if (running === controller) setRunning(null);
};
const titleOf = (input) => input.parentNode.querySelector("bdi").textContent;

connectSlider(stage);
find("[name=image]").addEventListener("change", (event) => { if (event.target.files[0]) open(event.target.files[0]); event.target.value = ""; });
bar.mask.addEventListener("change", (event) => { if (event.target.files[0]) openMask(event.target.files[0]); event.target.value = ""; });
for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    view.classList.toggle("over", name === "dragover");
    const file = name === "drop" && [...event.dataTransfer.files].find((each) => each.type.startsWith("image/") || /\.(tiff?|heic|heif|jp2)$/i.test(each.name));
    if (file) open(file);
    else if (name === "drop") say("That is no image file.", true);
  });
}
addEventListener("paste", (event) => { const file = event.clipboardData.files[0]; if (file?.type.startsWith("image/")) open(file); });
form.addEventListener("change", () => { form.querySelector(".width").hidden = form.blend.value !== "feather"; ready(); });
form.addEventListener("submit", (event) => { event.preventDefault(); if (!running) fillAll(); });
form.stop.addEventListener("click", () => running?.abort());
results.querySelector(".choose").addEventListener("change", showSides);
addEventListener("keydown", (event) => { if ((event.ctrlKey || event.metaKey) && event.key === "Enter") form.requestSubmit(form.querySelector("[type=submit]:enabled")); });
document.addEventListener("hole", ready);
