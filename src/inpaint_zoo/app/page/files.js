// Opening images and masks.
const SHOWN = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/avif"];
let opened = 0;  // files so far: of two that are opened at once, the later one counts

const post = async (path, fields, signal) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body, signal });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Error("The server cannot be reached.");
  }
  if (!answer.ok) throw new Error((await answer.text()).replace(/^error: /, "").trim());
  return answer;
};
const decodes = async (address) => {
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  }
};
// Browsers turn JPEG and PNG files as their EXIF entries say, as the server does, but neither WebP nor what XMP says.
const isShownAlike = async (file) => {
  if (!SHOWN.includes(file.type)) return false;
  const text = new TextDecoder("latin1").decode(await file.arrayBuffer());
  return !text.includes("tiff:Orientation") && !(file.type === "image/webp" && text.includes("EXIF"));
};
const load = async (file) => {
  if (file.size > limits.bytes) throw new Error(`${file.name} has ${(file.size / 1e6).toFixed(1)} MB, and ${limits.bytes / 1e6} are taken`);
  const own = URL.createObjectURL(file);
  const image = await isShownAlike(file) && await decodes(own);
  if (image) return { image, address: own, asPng: false };
  URL.revokeObjectURL(own);
  const address = URL.createObjectURL(await (await post("/preview", { image: file })).blob());
  return { image: await decodes(address), address, asPng: !SHOWN.includes(file.type) };
};

const open = async (file) => {
  const number = ++opened;
  say(`Opening ${file.name} …`);
  try {
    const { image, address, asPng } = await load(file);
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width * height > limits.pixels) throw new Error(`${file.name} has ${(width * height / 1e6).toFixed(1)} million pixels, and ${limits.pixels / 1e6} are taken`);
    if (number !== opened) return;
    document.dispatchEvent(new Event("another"));
    if (picture.address) URL.revokeObjectURL(picture.address);
    Object.assign(picture, { file, asPng, address, strokes: [], undone: [], at: null });
    stroke = null;
    [canvas.width, canvas.height] = [width, height];
    photo.src = address;
  } catch (error) {
    if (number === opened) say(error.message, true);
    return;
  }
  for (const control of [...Object.values(bar), find(".bar .choice")]) control.disabled = false;
  find(".button.off")?.classList.remove("off");
  sheet.hidden = false;
  find(".empty").hidden = true;
  endKeyedBox();
  fit();
  changed();
  say(`${file.name}, ${canvas.width} × ${canvas.height} pixels. Paint over what should go.`);
};

const openMask = async (file) => {
  const number = opened;
  try {
    // the server reads it: browsers change its values where a file has a gamma or a profile
    const image = await createImageBitmap(await (await post("/preview", { mask: file })).blob());
    if (number !== opened) return;
    if (image.width !== canvas.width || image.height !== canvas.height) throw new Error(`${file.name} is ${image.width} × ${image.height}, and the image is ${canvas.width} × ${canvas.height}: make the mask as large as the image`);
    const mask = new OffscreenCanvas(canvas.width, canvas.height);
    const context = mask.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, mask.width, mask.height);
    const { data } = pixels;
    for (let at = 0; at < data.length; at += 4) {
      data[at + 3] = data[at] >= 128 ? 255 : 0;
      [data[at], data[at + 1], data[at + 2]] = [255, 46, 99];
    }
    context.putImageData(pixels, 0, 0);
    add({ tool: "mask", mask });
    say(`The hole is that of ${file.name}.`);
  } catch (error) {
    if (number === opened) say(error.message, true);
  }
};

find("[name=image]").addEventListener("change", (event) => { if (event.target.files[0]) open(event.target.files[0]); event.target.value = ""; });
bar.mask.addEventListener("change", (event) => { if (event.target.files[0]) openMask(event.target.files[0]); event.target.value = ""; });
for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    view.classList.toggle("over", name === "dragover");
    if (name !== "drop") return;
    const file = [...event.dataTransfer.files].find((each) => each.type.startsWith("image/") || /\.(tiff?|heic|heif|jp2)$/i.test(each.name));
    if (file) open(file);
    else say("That is no image file.", true);
  });
}
addEventListener("paste", (event) => { const file = event.clipboardData.files[0]; if (file?.type.startsWith("image/")) open(file); });
