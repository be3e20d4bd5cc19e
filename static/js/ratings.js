/* The ratings of a criterion, kept true to what is chosen and what the server has stored.

   Works on form#ratings beside autosave.js. After a save the answer carries {missing: {control: sentence}, states: {form: words}}:
   what each lacks before the matrix can be sent, and how far it is. Without this script the next page says the same. */

const form = document.getElementById("ratings");

function show(element, words) {
  const said = element.querySelector("[data-words]");
  if (words && said.textContent !== words) said.textContent = words;
  element.hidden = !words;
}

function told({ detail }) {
  const missing = detail?.missing ?? {};
  for (const note of form.querySelectorAll("[data-lacks]")) show(note, missing[note.dataset.lacks] ?? "");
  for (const state of form.querySelectorAll("[data-state]")) state.textContent = detail?.states?.[state.dataset.state] ?? state.textContent;
  for (const mark of form.querySelectorAll("[data-unready]")) {
    mark.hidden = !Object.keys(missing).some((name) => name.startsWith(`${mark.dataset.unready}-`));
  }
}

/* “Rated so” stands beside a suggestion only while its level is the one chosen; else it can be accepted. */
function follow() {
  for (const line of form.querySelectorAll("[data-suggests]")) {
    const chosen = form.elements.namedItem(line.dataset.of)?.value;
    const agrees = chosen === line.dataset.suggests;
    line.querySelector("[data-rated-so]").hidden = !agrees;
    line.querySelector("[name=accept]").hidden = agrees;
  }
}

if (form) {
  form.addEventListener("autosave:saved", told);
  form.addEventListener("change", (event) => event.target.type === "radio" && follow());
}
