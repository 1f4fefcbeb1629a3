// Two images on each other; a range moves the line between them.
const connectSlider = (stage) => {
  const range = stage.querySelector("[name=divider]");
  range.addEventListener("input", () => stage.style.setProperty("--at", range.value + "%"));
};
