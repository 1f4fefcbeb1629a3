// Every article contains its images once; slider and enlarged regions show the same data URIs once they come into view.
const articles = [...document.querySelectorAll("article")];
const filter = document.querySelector(".filter");
const loaded = new WeakSet();

const address = (article, choice) => {
  const [index, error] = choice.split(" ");
  return article.querySelectorAll("figure")[index].querySelector(error ? ".error" : ".image").src;
};
const showPair = (article) => {
  for (const select of article.querySelectorAll(".choose select")) {
    article.querySelector(`.layer.${select.name} img`).src = address(article, select.value);
  }
};
const showCrops = (article) => {
  for (const figure of article.querySelectorAll("figure")) {
    const error = filter.elements.errors.checked && figure.querySelector(".error");
    figure.querySelector(".crop img").src = (error || figure.querySelector(".image")).src;
  }
};
const load = (article) => {
  if (loaded.has(article)) return;
  loaded.add(article);
  showPair(article);
  showCrops(article);
};

// The enlarged region: three ranges, or a press on an image, move it for all methods at once.
const connectZoom = (article) => {
  const box = article.querySelector(".zoom");
  const ranges = Object.fromEntries([...box.querySelectorAll("input[type=range]")].map((range) => [range.name, range]));
  const set = (name, value) => {
    ranges[name].value = value;
    article.style.setProperty("--" + name, ranges[name].value);
  };
  for (const range of Object.values(ranges)) range.addEventListener("input", () => set(range.name, range.value));
  box.querySelector("button").addEventListener("click", () => {
    for (const range of Object.values(ranges)) set(range.name, range.defaultValue);
  });
  for (const frame of article.querySelectorAll(".frame.whole")) {
    const aim = (event) => {
      const area = frame.getBoundingClientRect();
      const zoom = Number(ranges.zoom.value);
      if (zoom === 1) return;
      const place = (at, start, length) => ((at - start) / length - 0.5 / zoom) / (1 - 1 / zoom);
      set("across", place(event.clientX, area.left, area.width));
      set("down", place(event.clientY, area.top, area.height));
    };
    frame.addEventListener("pointerdown", (event) => { event.preventDefault(); aim(event); });
    frame.addEventListener("pointermove", (event) => { if (event.buttons === 1) aim(event); });
  }
};

const nearby = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) load(entry.target);
}, { rootMargin: "800px" });
for (const article of articles) {
  connectSlider(article.querySelector(".stage"));
  article.querySelector(".choose").addEventListener("change", () => showPair(article));
  connectZoom(article);
  nearby.observe(article);
}
addEventListener("beforeprint", () => articles.forEach(load));

const applyFilter = () => {
  const bin = filter.elements.bin.value;
  const name = filter.elements.name.value.toLowerCase();
  let count = 0;
  for (const article of articles) {
    const fits = (!bin || article.dataset.bins.split(" ").includes(bin)) && article.dataset.name.toLowerCase().includes(name);
    article.hidden = !fits;
    count += fits;
  }
  filter.querySelector("output").textContent = count + " shown";
};
filter.addEventListener("submit", (event) => event.preventDefault());
filter.elements.bin.addEventListener("change", applyFilter);
filter.elements.name.addEventListener("input", applyFilter);
filter.elements.errors.addEventListener("change", () => articles.filter((each) => loaded.has(each)).forEach(showCrops));

// Show one image with two methods in its slider, even if the filter hides it.
const openImage = (place, left, right) => {
  const article = document.getElementById("case-" + place);
  if (article.hidden) {
    filter.reset();
    applyFilter();
    filter.elements.order.dispatchEvent(new Event("change"));
    articles.filter((each) => loaded.has(each)).forEach(showCrops);
  }
  const figure = (method) => [...article.querySelectorAll("figcaption bdi")].slice(1).findIndex((title) => title.textContent === data.methods[method]) + 1;
  article.querySelector("[name=left]").value = figure(left);
  article.querySelector("[name=right]").value = figure(right);
  loaded.add(article);
  showPair(article);
  showCrops(article);
  article.scrollIntoView();
  article.querySelector("h3").focus({ preventScroll: true });
};
