const data = JSON.parse(document.getElementById("data").textContent);
const at = id => document.getElementById(id);
const questions = new Map(data.sets.flatMap(set => set.questions).map(question => [question.id, question]));
const NAME = `inpaint-zoo study ${data.study}`;
const SMALLEST = 220, LARGEST = 512;  // of a picture on the page, in CSS pixels
document.documentElement.classList.add("js");

// Some browsers keep nothing for pages from a disk, or for nobody: then a reload begins anew.
const kept = () => { try { return JSON.parse(localStorage.getItem(NAME)); } catch { return null; } };
const keep = () => { try { localStorage.setItem(NAME, JSON.stringify(state)); return true; } catch { return false; } };

const token = () => [...crypto.getRandomValues(new Uint8Array(8))].map(byte => byte.toString(16).padStart(2, "0")).join("");
const shuffled = list => {
  const made = [...list];
  for (let last = made.length - 1; last > 0; last--) {
    const other = Math.floor(crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32 * (last + 1));
    [made[last], made[other]] = [made[other], made[last]];
  }
  return made;
};

// No photograph is in both sets of a voter.
const photograph = question => data.images[question.image].photograph;
const plan = () => {
  const chosen = [], seen = new Set();
  for (const { take, questions } of data.sets) {
    const own = shuffled(questions.filter(question => !seen.has(photograph(question)))).slice(0, take);
    own.forEach(question => seen.add(photograph(question)));
    chosen.push(...own);
  }
  return shuffled(chosen).map(question => ({ question: question.id, shown: shuffled(question.pictures) }));
};

let state = kept() ?? { voter: token(), plan: plan(), answers: [], saved: false };
let place = state.answers.length, shownAt = 0, isReady = false;
const source = picture => `${data.folder}/${picture}.png`;

const show = name => { for (const id of ["start", "asking", "done"]) at(id).hidden = id !== name; };

const picture = (name, image, alt) => html("img", { src: source(name), alt, width: image.width, height: image.height });

const ask = async () => {
  if (place >= state.plan.length) return finish();
  show("asking");
  isReady = false;
  const now = place, { question, shown } = state.plan[now], image = data.images[questions.get(question).image];
  at("progress").max = state.plan.length;
  at("progress").value = now;
  at("count").textContent = `${now + 1} of ${state.plan.length}`;
  at("back").disabled = now === 0;
  at("trouble").hidden = true;
  at("reference").replaceChildren(...image.reference ? [picture(image.reference, image, ""), data.caption] : []);
  at("options").style.setProperty("--side", `${Math.min(LARGEST, Math.max(SMALLEST, image.width))}px`);
  at("options").replaceChildren(...shown.map((name, number) => {
    const button = html("button", { type: "button", disabled: "" }, picture(name, image, `Picture ${number + 1}`), String(number + 1));
    button.addEventListener("click", event => event.detail > 1 || choose(name));
    return button;
  }));
  try {
    await Promise.all([...document.querySelectorAll("#asking img")].map(each => each.decode()));
  } catch {
    at("trouble").textContent = `A picture is missing: the folder “${data.folder}” must lie beside this page.`;
    at("trouble").hidden = false;
    return;
  }
  if (now !== place) return;
  for (const button of at("options").children) button.disabled = false;
  at("ask").focus({ preventScroll: true });
  isReady = true;
  shownAt = performance.now();
  for (const name of state.plan[now + 1]?.shown ?? []) new Image().src = source(name);
};

const choose = chosen => {
  if (!isReady) return;
  isReady = false;
  state.answers[place] = { chosen, seconds: Math.round((performance.now() - shownAt) / 10) / 100 };
  place += 1;
  keep();
  ask();
};

const back = () => {
  if (place === 0 || state.saved) return;
  place -= 1;
  ask();
};

const file = () => JSON.stringify({
  kind: "study answers", study: data.study, voter: state.voter,
  answers: state.plan.map((asked, number) => ({ ...asked, ...state.answers[number] })),
}, null, 1);

const finish = () => {
  show("done");
  at("undo").hidden = state.saved;
  at("another").hidden = !state.saved;
  at("text").value = file();
};

at("save").addEventListener("click", () => {
  state.saved = true;  // from here on the answers stay as they are
  keep();
  finish();
  const address = URL.createObjectURL(new Blob([file()], { type: "application/json" }));
  html("a", { href: address, download: `answers-${state.voter}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
});
at("another").addEventListener("click", () => { try { localStorage.removeItem(NAME); } catch { /* nothing was kept */ } location.reload(); });
at("agree")?.addEventListener("change", event => { at("begin").disabled = !event.target.checked; });
at("begin").addEventListener("click", ask);
at("back").addEventListener("click", back);
at("undo").addEventListener("click", back);
document.addEventListener("keydown", event => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || at("asking").hidden) return;
  if (event.key === "Backspace") back();
  else if (/^[1-9]$/.test(event.key)) { const name = state.plan[place]?.shown[event.key - 1]; if (name) choose(name); }
});
if (!keep()) at("keeps").textContent = "This browser keeps nothing for this page: please do not close it before the end.";
if (place) ask();
