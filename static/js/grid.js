/* The grid of a return: moving by keyboard, pasting a block, and what the figures come to while they are typed.

   Works on form#return beside autosave.js. Each <tr data-grid-row> holds its boxes (input[data-box]) in reading order; a figure
   is a [data-cell] with one or two of them. Without this script the form is an ordinary form.
   After a save the server's answer carries every figure's words and checks: {cells: {key: {shown, checks, note, bad, source,
   unseen}}, progress: {ready, reasons, left: [{text, url}], unseen}, named: {field: words}}. */

const form = document.getElementById("return");
const LEFT = "ArrowLeft", RIGHT = "ArrowRight", UP = "ArrowUp", DOWN = "ArrowDown";

const grid = (part) => [...part.querySelectorAll("tr[data-grid-row]")].map((row) => [...row.querySelectorAll("input[data-box]")]);

function whereIs(input, part) {
  const rows = grid(part);
  const row = rows.findIndex((boxes) => boxes.includes(input));
  return { rows, row, column: row < 0 ? -1 : rows[row].indexOf(input) };
}

/* Moving. Left and right only leave a box at its edge, so that the caret still moves inside it. */

function moved(event) {
  const input = event.target;
  if (!input.matches?.("input[data-box]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const { rows, row, column } = whereIs(input, form);
  const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  let next;
  if (event.key === UP || (event.key === "Enter" && event.shiftKey)) next = rows[row - 1]?.[Math.min(column, rows[row - 1].length - 1)];
  else if (event.key === DOWN || event.key === "Enter") next = rows[row + 1]?.[Math.min(column, rows[row + 1].length - 1)];
  else if (event.key === LEFT && (all || input.selectionEnd === 0)) next = rows[row][column - 1];
  else if (event.key === RIGHT && (all || input.selectionStart === input.value.length)) next = rows[row][column + 1];
  else return;
  if (event.key !== LEFT && event.key !== RIGHT) event.preventDefault(); // Enter must not send the form
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
}

/* Pasting a block as a spreadsheet gives it: tabs between cells, quotation marks around a cell that holds a line break.
   A block stays in its table: the next one is about something else. */

function cellsOf(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const cell = rows.at(-1).at(-1);
    if (quoted && letter === '"' && text[at + 1] === '"') at += 1, put(cell + '"');
    else if (quoted && letter === '"') quoted = false;
    else if (quoted) put(cell + (letter === "\n" ? " " : letter));
    else if (letter === '"' && cell === "") quoted = true;
    else if (letter === "\t") rows.at(-1).push("");
    else if (letter === "\n") rows.push([""]);
    else put(cell + letter);
  }
  if (rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  return rows;

  function put(value) {
    rows.at(-1)[rows.at(-1).length - 1] = value;
  }
}

let undo = [];

function pasted(event) {
  const input = event.target;
  const text = event.clipboardData?.getData("text/plain").replaceAll("\r\n", "\n").replaceAll("\r", "\n") ?? "";
  if (!input.matches?.("input[data-box]") || !/[\t\n]/.test(text.replace(/\n$/, ""))) return;
  event.preventDefault();
  const { rows, row, column } = whereIs(input, input.closest("table"));
  const block = cellsOf(text);
  let outside = 0;
  undo = [];
  block.forEach((line, down) => line.forEach((value, right) => {
    const box = rows[row + down]?.[column + right];
    if (value.trim() === "" && !box) return;
    if (!box || value.trim().length > box.maxLength) return void (outside += 1);
    undo.push([box, box.value]);
    box.value = value.trim();
  }));
  changed(undo.map(([box]) => box));
  const total = block.reduce((sum, line) => sum + line.length, 0);
  const left = outside ? ` ${outside} did not fit into this table and ${outside === 1 ? "was" : "were"} left out: nothing runs on into the next one.` : "";
  say(`${undo.length} of ${total} cells pasted.${left}`, true);
  input.select();
}

function changed(boxes) {
  for (const cell of new Set(boxes.map((box) => box.closest("[data-cell]")))) reckon(cell);
  boxes.at(-1)?.dispatchEvent(new Event("input", { bubbles: true })); // autosave.js listens
}

function takeBack() {
  for (const [box, value] of undo) box.value = value;
  changed(undo.map(([box]) => box));
  undo = [];
  say("Taken back.", false);
}

function say(words, canUndo) {
  const notice = form.querySelector("[data-paste-notice]");
  notice.querySelector("[data-paste-text]").textContent = words;
  notice.querySelector("[data-paste-undo]").hidden = !canUndo;
  notice.hidden = false;
}

/* What a pair comes to, at once; the server says it again, rounded as everywhere, when it is saved. */

const NUMBER = /^[-−]?£?\d[\d, ]*(\.\d+)?$/;
const numberOf = (text) => (NUMBER.test(text.trim()) ? Number(text.replace("−", "-").replace(/[£, ]/g, "")) : NaN);

function reckon(cell) {
  const [first, second] = cell.querySelectorAll("input[data-box]");
  const shown = cell.querySelector("[data-shown]");
  const { kind, decimals, unit } = cell.closest("section.grid").dataset;
  shown.textContent = "";
  if (!second || kind === "mean") return;
  const [part, whole] = [numberOf(first.value), numberOf(second.value)];
  if (!Number.isFinite(part) || !Number.isFinite(whole) || whole <= 0) return;
  const value = (100 * (kind === "change" ? part - whole : part)) / whole;
  const digits = { minimumFractionDigits: Number(decimals), maximumFractionDigits: Number(decimals) };
  shown.textContent = `${value.toLocaleString("en-GB", digits).replace("-", "−")}${unit.startsWith("%") ? "" : " "}${unit}`;
}

/* After a save: every figure in words, with its checks beside it. */

function told({ detail }) {
  for (const [key, said] of Object.entries(detail?.cells ?? {})) {
    const cell = document.getElementById(`cell_${key}`);
    if (cell) tell(cell, said);
  }
  for (const hint of document.querySelectorAll("[data-unseen]")) {
    const section = hint.closest("section.grid") ?? document;
    hint.hidden = hint.hidden || !section.querySelector(".cell.unseen");
  }
  for (const [name, words] of Object.entries(detail?.named ?? {})) {
    const line = form.querySelector(`[data-named="${CSS.escape(name)}"]`);
    if (line) Object.assign(line, { textContent: words, hidden: !words });
  }
  if (detail?.progress) progress(detail.progress);
}

function progress({ ready, reasons, left }) {
  document.querySelector("[data-filled]").textContent = ready;
  document.querySelector("[data-reasons]").textContent = reasons;
  const links = left.flatMap(({ text, url }, place) => [place ? ", " : "", Object.assign(document.createElement("a"), { href: url, textContent: text })]);
  const words = links.length ? ["Left before it can be sent: ", ...links, "."] : ["Read it through, then send it."];
  const line = document.querySelector("[data-left]");
  if (!line.contains(document.activeElement)) line.replaceChildren(...words);
}

function tell(cell, { shown, checks, note, bad, source, unseen }) {
  cell.querySelector("[data-shown]").textContent = shown;
  cell.classList.toggle("unseen", unseen);
  const from = cell.querySelector("[data-source]");
  Object.assign(from, { textContent: source, hidden: !source });
  const list = cell.querySelector("[data-checks]");
  const words = checks.map(({ level, text }) => Object.assign(document.createElement("span"), { className: `check ${level}`, textContent: text }));
  if (list.textContent !== checks.map(({ text }) => text).join("")) list.replaceChildren(...words);
  for (const box of cell.querySelectorAll("input[data-box]")) {
    if (bad.includes(box.name)) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }
  const why = cell.querySelector("[data-note]");
  const input = why.querySelector("input");
  why.hidden = !note && input.value === "" && document.activeElement !== input;
}

if (form) {
  form.addEventListener("keydown", moved);
  form.addEventListener("paste", pasted);
  form.addEventListener("input", (event) => event.target.matches?.("input[data-box]") && reckon(event.target.closest("[data-cell]")));
  form.addEventListener("focusin", (event) => event.target.matches?.("input[data-box]") && event.target.select());
  form.addEventListener("autosaved", told);
  form.querySelector("[data-paste-undo]").addEventListener("click", takeBack);
}
