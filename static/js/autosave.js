/* Nothing typed is lost.

   A form with data-autosave="<url>" is sent as it stands, 800 ms after the last keystroke, when a field is left, and when the
   page is hidden. Until the server has answered, the text is kept on this device, under the address and the person, so that a
   dead tab, a dead network or a dead session loses nothing. Without this script the form is an ordinary form.

   Answers: 200 {saved_at, version}, with {errors} where all but these fields is stored and {values: {field: [values]}} where it is stored otherwise than sent, also heard as the form's event autosave:saved; 409 {version, conflicts: [{field, label, by, at, theirs, mine}]};
   other 4xx {errors: {field: [words]}}; 401, 403 or a redirect: signed out. */

const PAUSE = 800; // ms of silence before a save
const FIRST_RETRY = 2000; // ms, doubled after each failure
const LAST_RETRY = 60000;
const PATIENCE = 15000; // ms until a silent server counts as no connection
const KEEPALIVE_LIMIT = 60000; // bytes a browser still sends while the page closes
const MOST_UNHEARD = 10;
const LONGEST_PRESS = 2000; // ms; a press that never ends holds nothing up for longer
const NEVER_KEPT = new Set(["csrfmiddlewaretoken", "version"]);

const now = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const same = (one, other) => JSON.stringify(one ?? []) === JSON.stringify(other ?? []);
const trimmed = (values) => (values ?? []).map((value) => value.trim()); // as the server keeps them
const lines = (text) => (typeof text === "string" ? text.replaceAll("\r\n", "\n") : text); // as a text box gives them

const attempt = (act, otherwise) => {
  try {
    return act();
  } catch {
    return otherwise;
  }
};

/* Where a form is kept on this device. One that works without a connection has another shelf: see offline-form.js. */
const shelfOf = (name) => ({
  read: () => attempt(() => JSON.parse(localStorage.getItem(name)), null),
  write: (kept) => attempt(() => (localStorage.setItem(name, JSON.stringify(kept)), true), false), // full or forbidden: the page says so
  drop: () => attempt(() => localStorage.removeItem(name)),
});

/* Resolves when nothing is pressed: what an answer changes may move the page, and a press would end beside what it began on. */
let released = Promise.resolve();
document.addEventListener("pointerdown", () => {
  released = new Promise((done) => {
    const over = new AbortController();
    const letGo = () => [over.abort(), setTimeout(done)]; // after the click
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, letGo, { signal: over.signal });
    setTimeout(letGo, LONGEST_PRESS);
  });
}, true);

class Autosave {
  constructor(form, shelf) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.shelf = shelf ?? shelfOf(`autosave ${form.dataset.person ?? document.body.dataset.person ?? ""} ${this.url}`);
    this.base = this.values(); // what the server is known to hold
    this.busy = this.again = this.stopped = false;
    this.isKept = true; // as far as is known
    this.retry = FIRST_RETRY;
    this.undecided = new Map(); // field name: its notice
    this.unheard = []; // what this device has sent without hearing what became of it
    form.addEventListener("input", (event) => this.changed(event));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("focusout", (event) => event.relatedTarget?.type !== "submit" && this.send());
    form.addEventListener("click", (event) => this.decide(event));
    form.addEventListener("submit", (event) => this.stop(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.leave());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("online", () => this.back());
    window.addEventListener("offline", () => this.offline(true));
    window.addEventListener("pageshow", (event) => event.persisted && location.reload()); // its version is old
    if (!navigator.onLine) this.offline(true);
  }

  /* What is in the form: {name: [values]}. Files and passwords never leave by this road. */
  values() {
    const found = {};
    for (const field of this.form.elements) {
      if (!field.name || NEVER_KEPT.has(field.name) || /^(file|password|submit|button)$/.test(field.type)) continue;
      found[field.name] ??= [];
      if (/^(checkbox|radio)$/.test(field.type) ? field.checked : true) {
        found[field.name].push(...(field.type === "select-multiple" ? [...field.selectedOptions].map((o) => o.value) : [field.value]));
      }
    }
    return found;
  }

  /* What was sent without an answer may be stored, so that the old words are a change too. */
  dirty() {
    return this.unheard.length > 0 || !same(this.values(), this.base);
  }

  controls(name) {
    const found = this.form.elements.namedItem(name) ?? this.form.querySelector(`#${CSS.escape(name)}`);
    return found instanceof RadioNodeList ? [...found] : found ? [found] : [];
  }

  put(name, values) {
    const comes = values.some(Boolean) && !same(this.values()[name], values);
    for (const [place, field] of this.controls(name).entries()) {
      if (/^(checkbox|radio)$/.test(field.type)) field.checked = values.includes(field.value);
      else if (field.type === "select-multiple") for (const option of field.options) option.selected = values.includes(option.value);
      else field.value = values[place] ?? "";
      if (comes) field.closest("details")?.setAttribute("open", ""); // what comes back is not folded away
    }
    this.form.dispatchEvent(new CustomEvent("autosave:put", { detail: name }));
  }

  say(words, tick = false) {
    const state = document.querySelector(`[data-save-state="${CSS.escape(this.form.id)}"]`) ?? document.querySelector("[data-save-state]");
    if (!state) return;
    state.querySelector("[data-save-text]").replaceChildren(...[words].flat());
    state.querySelector("[data-save-icon]").hidden = !tick;
  }

  changed(event) {
    if (event.target.closest("[data-conflict]") || this.stopped) return;
    clearTimeout(this.timer);
    if (this.dirty()) this.keep(this.values()); // a tab may be killed before anything is sent
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  /* One request at a time; what comes meanwhile goes with the next. */
  async send({ leaving = false } = {}) {
    clearTimeout(this.timer);
    if (this.stopped) return;
    if (!this.dirty()) return this.undone();
    const values = this.values();
    this.keep(values);
    if (this.undecided.size) return this.say("Not sent yet. Choose which words to keep.");
    if (this.busy) return void (this.again = true);
    this.busy = true;
    this.sent(values);
    let landed;
    this.flight = new Promise((resolve) => (landed = resolve));
    const body = new URLSearchParams([...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken?.value ?? "" },
        credentials: "same-origin",
        redirect: "manual", // a redirect is the sign-in page, not a saved form
        signal: AbortSignal.timeout(PATIENCE),
        keepalive: leaving && body.toString().length < KEEPALIVE_LIMIT,
      });
      await this.heard(answer, values);
    } catch {
      this.unreachable();
    } finally {
      this.busy = false;
      landed();
      if (this.again) {
        this.again = false;
        this.send();
      }
    }
  }

  sent(values) {
    if (!same(this.unheard.at(-1), values)) this.unheard = [...this.unheard, values].slice(-MOST_UNHEARD);
  }

  async heard(answer, values) {
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return this.signedOut();
    if (answer.status === 429 || answer.status >= 500) throw new Error("try later");
    const told = await answer.json().catch(() => null);
    await released;
    if (answer.ok && !told) throw new Error("not our answer");
    this.retry = FIRST_RETRY;
    this.offline(false);
    if (answer.status === 409 && told) return this.conflicts(told);
    this.unheard = [];
    const errors = told?.errors ?? {};
    this.refused(errors);
    if (!answer.ok) return this.unfinished(errors);
    const unread = Object.fromEntries(Object.keys(errors).map((name) => [name, this.base[name]]));
    this.base = { ...values, ...unread };
    this.stored(told.values ?? {}, values);
    this.version(told.version);
    this.form.dispatchEvent(new CustomEvent("autosaved", { detail: told })); // a page's own script may show what the answer says
    if (this.dirty()) this.keep(this.values());
    else this.forget();
    const left = Object.keys(errors).length;
    if (left) this.say(`Saved at ${told.saved_at}, except ${left === 1 ? "one answer that needs" : `${left} answers that need`} a change. ${this.here(" until then")}`);
    else this.say(`Saved at ${told.saved_at}. You can close this page.`, true);
    this.form.dispatchEvent(new CustomEvent("autosave:saved", { detail: told }));
  }

  /* What the server keeps otherwise than it was sent, unless somebody has gone on writing there. */
  stored(kept, sent) {
    for (const [name, value] of Object.entries(kept)) {
      const untouched = same(this.values()[name], sent[name]);
      if (untouched) this.put(name, value);
      this.base[name] = untouched ? this.values()[name] : value;
    }
  }

  unreachable() {
    this.offline(!navigator.onLine);
    this.say(`${this.here(` at ${now()}`)} It will be sent when the connection is back.`);
    this.timer = setTimeout(() => this.send(), this.retry);
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
  }

  signedOut() {
    const link = Object.assign(document.createElement("a"), { href: `${document.body.dataset.signIn ?? "/"}?next=${encodeURIComponent(location.pathname)}`, textContent: "Sign in", target: this.isKept ? "" : "_blank" });
    this.say([`You have been signed out. ${this.isKept ? "Your text is kept on this device." : this.here()} `, link]);
  }

  version(number) {
    const field = this.form.elements.namedItem("version");
    if (field && number !== undefined) field.value = number;
  }

  /* On this device */

  keep(values) {
    const kept = { values: { ...values }, base: { ...this.base }, unheard: this.unheard, version: this.form.elements.version?.value, at: now() };
    for (const [name, { stored }] of this.undecided) if (stored) Object.assign(kept, { values: { ...kept.values, [name]: stored.mine }, base: { ...kept.base, [name]: stored.base } });
    [this.keeps, this.isKept] = [true, this.shelf.write(kept)];
  }

  here(more = "") {
    return this.isKept ? `Kept on this device${more}.` : "Not kept on this device: it takes nothing just now. Leave this page open.";
  }

  forget() {
    this.keeps = false;
    this.shelf.drop({ values: this.values(), base: this.base, version: this.form.elements.version?.value });
  }

  /* The form is as the server holds it again. What this device kept of the way there would come back with the next page. */
  undone() {
    if (!this.keeps || this.undecided.size) return;
    this.forget();
    this.refused({});
    this.say("Everything is saved. You can close this page.", true);
  }

  /* Text that never reached the server comes back; where the server's words changed too, a person chooses. */
  restore() {
    const kept = this.shelf.read();
    if ("unsaved" in this.form.dataset) { // the server has refused what stands in the form
      this.base = kept?.base ?? {};
      return void this.keep(this.values());
    }
    if (!kept?.values) return;
    this.unheard = [...(kept.unheard ?? []), kept.values];
    let restored = false;
    for (const [name, mine] of Object.entries(kept.values)) {
      const theirs = this.base[name];
      if (theirs === undefined || same(mine, theirs) || same(mine, kept.base[name])) continue;
      if (same(theirs, kept.base[name]) || this.arrived(name, theirs)) this.put(name, mine);
      else this.ask({ field: name, theirs: theirs.join("\n"), mine: mine.join("\n"), at: kept.at }, { mine, base: kept.base[name] });
      restored = true;
    }
    if (!restored) {
      this.unheard = [];
      return this.forget();
    }
    this.keeps = true;
    this.say(this.undecided.size ? "Not sent yet. Choose which words to keep." : `What you wrote at ${kept.at} is back in the form.`);
    if (!this.undecided.size) this.changed({ target: this.form });
  }

  /* Two people at once */

  conflicts({ conflicts = [], version }) {
    this.nextVersion = version;
    const mine = this.values();
    for (const clash of conflicts) {
      const [control] = this.controls(clash.field);
      const name = control?.name ?? clash.field;
      const theirs = [lines(clash.theirs)].flat();
      if (control && (this.arrived(name, theirs) || same(theirs, this.base[name]))) continue; // only this person changed it
      if (control && same(mine[name], this.base[name])) this.adopt(name, clash); // this person never touched it
      else this.ask({ ...clash, field: name, mine: clash.mine ?? mine[name]?.join("\n") });
    }
    if (this.undecided.size) this.say("Not sent yet. Choose which words to keep.");
    else this.settled();
  }

  /* What the server holds is what this device has sent: it had arrived after all. */
  arrived(name, theirs) {
    return this.unheard.some((sent) => same(trimmed(sent[name]), trimmed(theirs)));
  }

  adopt(name, { theirs, by, at }) {
    this.put(name, [lines(theirs)].flat());
    this.base[name] = this.values()[name];
    const field = this.controls(name)[0].closest(".field");
    const note = field?.querySelector("[data-adopted]") ?? Object.assign(document.createElement("span"), { className: "hint" });
    note.dataset.adopted = "";
    note.textContent = `${by} changed this at ${at}.`;
    field?.append(note);
  }

  /* `stored`: the text comes from this device and the box holds theirs; otherwise the box holds what is being typed. */
  ask({ field: name, label, by, at, theirs, mine }, stored) {
    const [control] = this.controls(name);
    const template = document.getElementById("conflict-notice");
    if (!control || !template || this.undecided.has(name)) return;
    const notice = template.content.firstElementChild.cloneNode(true);
    const field = control.closest(".field") ?? control.parentElement;
    const named = label ?? field.querySelector("label, legend")?.textContent.trim() ?? "this answer";
    notice.querySelector("[data-title]").textContent = by
      ? `${by} changed “${named}” at ${at}, while you were writing`
      : `“${named}” was changed after you wrote this at ${at}`;
    notice.querySelector("[data-theirs]").textContent = this.worded(name, theirs) || "(empty)";
    notice.querySelector("[data-mine]").textContent = this.worded(name, mine) || "(empty)";
    notice.querySelector('[data-keep="both"]').hidden = !/^(textarea|text)$/.test(control.type);
    for (const button of notice.querySelectorAll("[data-keep]")) {
      button.type = "button";
      button.setAttribute("aria-label", `${button.textContent}: ${named}`);
    }
    notice.dataset.conflict = name;
    this.undecided.set(name, { notice, theirs: [lines(theirs)].flat(), stored });
    field.append(notice);
  }

  /* A choice is shown by its label, not by the value behind it. */
  worded(name, text) {
    const chosen = this.controls(name).filter((c) => /^(checkbox|radio)$/.test(c.type) && [text].flat().join("\n").split("\n").includes(c.value));
    const [select] = this.controls(name).filter((c) => c.options);
    if (select) return [...select.options].find((option) => option.value === String(text))?.textContent.trim() ?? text;
    return chosen.length ? chosen.map((c) => c.closest("label")?.textContent.trim() ?? c.value).join(", ") : String(text ?? "");
  }

  decide(event) {
    const button = event.target.closest("[data-keep]");
    const name = button?.closest("[data-conflict]")?.dataset.conflict;
    if (!name || !this.undecided.has(name)) return;
    const { notice, theirs: saved, stored } = this.undecided.get(name);
    const box = this.values()[name]; // typing may have gone on under the notice
    const [theirs, mine] = stored ? [box, stored.mine] : [saved, box];
    if (button.dataset.keep === "mine") this.put(name, mine);
    if (button.dataset.keep === "theirs") this.put(name, theirs);
    if (button.dataset.keep === "both") this.put(name, [`${theirs.join("\n")}\n\n${mine.join("\n")}`]);
    if (!stored) this.base[name] = saved; // the server holds theirs, so keeping mine is a change to send
    notice.remove();
    this.undecided.delete(name);
    this.controls(name)[0].focus();
    if (!this.undecided.size) this.settled();
  }

  settled() {
    this.version(this.nextVersion);
    if (this.dirty()) this.send();
    else this.forget();
  }

  /* Errors beside their fields */

  refused(errors) {
    for (const old of this.form.querySelectorAll("[data-autosave-error]")) {
      const field = old.closest(".field");
      field.classList.remove("bad");
      field.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
      old.remove();
    }
    for (const [name, words] of Object.entries(errors)) {
      const [control] = this.controls(name);
      const field = control?.closest(".field");
      if (!field) continue;
      control.setAttribute("aria-invalid", "true");
      const shown = Object.assign(document.createElement("span"), { className: "error", textContent: words.join(" ") });
      field.closest("details")?.setAttribute("open", ""); // what needs a change is never folded away
      shown.dataset.autosaveError = "";
      field.classList.add("bad");
      field.insertBefore(shown, field.querySelector(".pick, .ticks, input, select, textarea"));
    }
  }

  unfinished(errors) {
    const count = Object.keys(errors).length;
    const why = count === 1 ? "One answer needs" : count ? `${count} answers need` : "Something needs";
    this.say(errors.__all__?.join(" ") ?? `${this.here(` at ${now()}`)} ${why} a change before it can be sent.`);
  }

  offline(gone) {
    const notice = document.querySelector("[data-offline]");
    if (notice) notice.hidden = !gone || !this.isKept; // it promises that this device keeps it
  }

  back() {
    this.retry = FIRST_RETRY;
    this.offline(false);
    this.send();
  }

  leave() {
    if (this.stopped || !this.dirty()) return;
    this.keep(this.values());
    this.send({ leaving: true });
  }

  /* The person sends the form themselves. What is typed is saved first, as always; what cannot be saved stays here, with the
     reason beside it. Then there is nothing left to lose, and the form leads on. */
  async stop(event) {
    clearTimeout(this.timer);
    this.again = false;
    if (!this.busy && !this.dirty()) return void (this.stopped = true);
    event.preventDefault();
    await this.flight;
    await this.send();
    while (this.busy) await this.flight; // what another person's change held up goes at once with the next
    if (!this.dirty()) return void this.form.requestSubmit(event.submitter);
    (this.form.querySelector("[data-conflict] button, [aria-invalid]") ?? event.submitter)?.focus();
  }
}

for (const form of document.querySelectorAll("form[data-autosave]:not([data-offline-form])")) new Autosave(form).restore();
globalThis.Autosave = Autosave;
