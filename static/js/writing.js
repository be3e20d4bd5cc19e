/* Text boxes that know headings, lists and bold: buttons that put the marks in, and the gentle word about names.

   A text box with data-format gets the buttons of <template id="format-bar">. They act on what is selected, as typing
   would, so undo takes them back and autosave sees them. Without this script the marks are typed. */

const STARS = { bold: 2, italics: 1 }; // how many stand on either side
const LINES = {
  heading: { is: /^#{1,6} /, mark: () => "# " },
  list: { is: /^[-*+] /, mark: () => "- " },
  numbers: { is: /^\d{1,9}[.)] /, mark: (place) => `${place + 1}. ` },
};
const ANY_MARK = /^ *(#{1,6}|[-*+]|\d{1,9}[.)]) +/;
const MARKED = /(?<!\*)(\*{1,3})(?=[^\s*])([^*]*[^\s*])\1(?!\*)/g;

/* As if typed, so that the browser's own undo knows of it. */
const replace = (box, from, to, text) => {
  box.focus();
  box.setSelectionRange(from, to);
  if (!document.execCommand(text ? "insertText" : "delete", false, text)) box.setRangeText(text, from, to, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
};

/* The lines that what is selected touches: where they begin and end, and each of them. */
const linesOf = ({ value, selectionStart, selectionEnd }) => {
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const next = value.indexOf("\n", Math.max(selectionEnd - (selectionEnd > selectionStart && value[selectionEnd - 1] === "\n"), from));
  const to = next < 0 ? value.length : next;
  return { from, to, lines: value.slice(from, to).split("\n") };
};

/* Bold and italics: stars around the words, line by line, never around what begins a line. */

const word = (line, at) => {
  const before = line.slice(0, at).match(/[^\s*]*$/)[0].length;
  const after = line.slice(at).match(/^[^\s*]*/)[0].length;
  return before && after ? [at - before, at + after] : [at, at];
};

/* The stretch of one line that is selected, without blanks and stars at its ends; at a cursor the word around it. */
const stretch = (line, from, to) => {
  const begun = line.match(ANY_MARK)?.[0].length ?? 0;
  let [start, end] = [Math.max(from, begun), Math.min(to, line.length)];
  if (from === to) return word(line, Math.max(from, begun));
  while (start < end && /[\s*]/.test(line[start])) start++;
  while (end > start && /[\s*]/.test(line[end - 1])) end--;
  return [start, Math.max(start, end)];
};

/* The marked words of a line that hold a stretch: where they begin and end, and how many stars they have. */
const around = (line, [start, end]) => {
  const begun = line.match(ANY_MARK)?.[0].length ?? 0;
  for (const { index, 1: stars, 2: words } of line.slice(begun).matchAll(MARKED)) {
    const from = begun + index + stars.length;
    if (from <= start && end <= from + words.length) return { from, to: from + words.length, stars: stars.length };
  }
  return null;
};

const has = (run, count) => Boolean(run) && (run.stars === 3 || run.stars === count);

const touched = (box) => {
  const { from, lines } = linesOf(box);
  let at = from;
  return lines.map((line) => {
    const [start, end] = stretch(line, Math.max(box.selectionStart - at, 0), box.selectionEnd - at);
    const found = { line, at, start, end, run: around(line, [start, end]) };
    at += line.length + 1;
    return found;
  });
};

const worded = (parts) => (parts.length > 1 ? parts.filter((part) => part.start < part.end) : parts);

const starred = ({ line, start, end, run }, count, off) => {
  const stars = "*".repeat(count);
  if (off) return [line.slice(0, run.from - count) + line.slice(run.from, run.to) + line.slice(run.to + count), start - count, end - count];
  const bare = line.slice(start, end).replace(count === 2 ? /\*\*/g : /(?<!\*)\*(?!\*)/g, "");
  return [line.slice(0, start) + stars + bare + stars + line.slice(end), start + count, start + count + bare.length];
};

const wrap = (box, count) => {
  const { from, to } = linesOf(box);
  const parts = touched(box);
  const [first] = parts;
  const caret = box.selectionStart === box.selectionEnd;
  const off = worded(parts).length > 0 && worded(parts).every(({ run }) => has(run, count));
  if (caret && off && first.at + first.run.to === box.selectionStart) { // the end of the marked words: go on without the mark
    return box.setSelectionRange(box.selectionStart + count, box.selectionStart + count);
  }
  if (caret && first.start === first.end && !off) return empty(box, "*".repeat(count));
  const place = box.selectionStart;
  let [at, start, end] = [from, null, null];
  const made = parts.map((part) => {
    const still = off ? !has(part.run, count) : part.start >= part.end || has(part.run, count);
    const mine = still ? [part.line, part.start, part.end] : starred(part, count, off);
    if (mine[2] > mine[1]) [start, end] = [start ?? at + mine[1], at + mine[2]];
    at += mine[0].length + 1;
    return mine[0];
  });
  replace(box, from, to, made.join("\n"));
  if (caret) box.setSelectionRange(place + (off ? -count : count), place + (off ? -count : count));
  else if (start !== null) box.setSelectionRange(start, end);
};

/* Nothing to mark yet: the stars with the cursor between them, and away with them again. */
const empty = (box, stars) => {
  const { value, selectionStart: at } = box;
  const before = value.slice(0, at).match(/\**$/)[0];
  const after = value.slice(at).match(/^\**/)[0];
  if (before === stars && after === stars) return replace(box, at - stars.length, at + stars.length, "");
  replace(box, at, at, stars + stars);
  box.setSelectionRange(at + stars.length, at + stars.length);
};

/* Headings and lists: a mark at the beginning of every line that says something. */

const begun = (box, { is }) => {
  const said = linesOf(box).lines.filter((line) => line.trim());
  return said.length > 0 && said.every((line) => is.test(line.trimStart()));
};

const begin = (box, kind) => {
  const { from, to, lines } = linesOf(box);
  const off = begun(box, kind);
  const caret = box.selectionStart === box.selectionEnd ? to - box.selectionEnd : -1;
  let place = 0;
  const marked = lines.map((line) => {
    if (!line.trim() && lines.length > 1) return line;
    const bare = line.replace(ANY_MARK, "");
    return off ? bare : kind.mark(place++) + bare;
  });
  const text = marked.join("\n");
  replace(box, from, to, text);
  const end = from + text.length;
  box.setSelectionRange(caret < 0 ? from : Math.max(end - caret, from), caret < 0 ? end : Math.max(end - caret, from));
};

const pressed = (box, name) => {
  if (name in LINES) return begun(box, LINES[name]);
  const parts = worded(touched(box));
  return parts.length > 0 && parts.every(({ run }) => has(run, STARS[name]));
};

const act = (box, name) => (name in STARS ? wrap(box, STARS[name]) : begin(box, LINES[name]));

for (const box of document.querySelectorAll("textarea[data-format]")) {
  const template = document.getElementById("format-bar");
  if (!template) break;
  const bar = template.content.firstElementChild.cloneNode(true);
  const show = () => bar.querySelectorAll("[data-mark]").forEach((button) => button.setAttribute("aria-pressed", pressed(box, button.dataset.mark)));
  const press = (name) => {
    act(box, name);
    show();
  };
  bar.setAttribute("aria-label", `Marks for ${box.labels[0]?.textContent.trim() ?? "this text"}`);
  bar.setAttribute("aria-controls", box.id);
  bar.addEventListener("click", (event) => event.target.dataset.mark && press(event.target.dataset.mark));
  box.before(bar);
  show();
  box.addEventListener("input", show);
  document.addEventListener("selectionchange", () => document.activeElement === box && show());
  box.addEventListener("keydown", (event) => {
    const name = (event.ctrlKey || event.metaKey) && !event.altKey && { b: "bold", i: "italics" }[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    press(name);
  });
}

/* What autosave heard: a sentence where a person seems to be named, by field; and what the section lacks. */
for (const form of document.querySelectorAll("form[data-autosave]")) {
  form.addEventListener("autosave:saved", ({ detail }) => {
    for (const note of form.querySelectorAll("[data-named]")) {
      const words = detail?.named?.[note.dataset.named] ?? "";
      if (note.textContent !== words) note.textContent = words;
      note.hidden = !words;
    }
    const lacking = form.querySelector("[data-missing]");
    const words = detail?.missing ?? "";
    if (!lacking) return;
    if (words) lacking.querySelector("[data-missing-words]").textContent = words;
    lacking.hidden = !words;
  });
}
