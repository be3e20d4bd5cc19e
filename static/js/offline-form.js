/* A form that works without a connection after it was opened once: <form data-autosave data-person data-offline-form="<trust>">.

   It saves itself as every such form does (autosave.js). What the server does not hold yet lies in IndexedDB (kept.js), with the
   form itself, from which the shell builds the page again while there is no connection. Where the form says data-offline-send,
   “Send” is a wish that is kept with the words: it is carried out at once, or when the connection is back, here or from any page
   (outbox.js). Its address then answers with JSON, and takes a sending once. One tab writes at a time. */

const { Autosave, kept, outbox } = globalThis;
const SOON = 2000; // ms that a page just left may take to let go of the form
const SEND = "send";
const CHOOSE = "Not sent yet. Choose which words to keep.";
const BACK = "when the connection is back.";

const now = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/* Nothing can be typed or pressed, for a moment or for good. The bar goes on saying how things stand. */
const lock = (form, closed) => {
  for (const part of [form, ...document.querySelectorAll(`button[form="${CSS.escape(form.id)}"]`)]) part.inert = closed;
};

/* The draft in IndexedDB, where other forms have localStorage. */
class DraftShelf {
  constructor(draft) {
    this.draft = draft;
    this.works = true;
  }

  read() {
    return kept.isUnsent(this.draft) ? this.draft : null;
  }

  write(more) {
    Object.assign(this.draft, more, { on: Date.now() });
    kept.putDraft(this.draft).then(
      () => this.answers(true),
      () => this.answers(false),
    );
    return this.works; // as it did last
  }

  answers(works) {
    if (works === this.works) return;
    this.works = works;
    this.turned?.(works);
  }

  drop(clean) {
    this.write({ ...clean, unheard: [] });
  }
}

class KeptForm extends Autosave {
  constructor(form, draft, { inShell }) {
    super(form, new DraftShelf(draft));
    this.draft = draft;
    this.inShell = inShell;
    this.shelf.turned = (works) => this.turned(works);
    window.addEventListener("storage", ({ key }) => key === "person" && kept.person() !== draft.person && this.end("You have signed out in another tab."));
    document.addEventListener("outbox:dropped", ({ detail }) => detail.address === draft.address && this.end("Deleted from this device."));
  }

  /* The device takes nothing any more, or takes it again: nothing else is promised. */
  turned(works) {
    this.isKept = works;
    if (!works) super.offline(false);
    if (this.dirty() && !this.undecided.size && !this.stopped) this.say(`${this.here()} Not saved on the server yet.`);
  }

  begin() {
    if (this.draft.state === "refused") Object.assign(this.draft, { state: "writing", words: "" }); // it may be taken now
    if (this.inShell) this.rebuilt();
    else this.opened();
    if (this.draft.state === "to_send") this.deliver();
  }

  /* As the server has sent it; with what this device still has to say. */
  opened() {
    const typed = this.values(); // before this script ran
    this.form.reset();
    this.base = this.values();
    for (const [name, values] of Object.entries(typed)) if (!kept.same(values, this.base[name])) this.put(name, values);
    this.restore();
    if (this.undecided.size) return;
    if (this.dirty()) this.changed({ target: this.form });
    else this.forget();
  }

  /* As it was left on this device. */
  rebuilt() {
    for (const [name, values] of Object.entries(this.draft.values)) this.put(name, values);
    this.base = this.draft.base;
    this.unheard = this.draft.unheard ?? [];
    this.version(this.draft.version);
    this.offline(true);
    if (!this.dirty()) return this.say(`Saved on the server at ${this.draft.at}. There is no connection now.`);
    this.keeps = true;
    this.unreachable();
  }

  get sign() {
    return this.form.elements.namedItem("csrfmiddlewaretoken")?.value;
  }

  /* A fresh key for the form: that of a page from the shell, or opened long ago. */
  async renewed() {
    const { key, outcome } = await outbox.freshKey(this.draft.person);
    this.isOut = outcome === "signedOut";
    if (this.isOut) this.signedOut();
    if (!key) return false;
    const field = this.form.elements.namedItem("csrfmiddlewaretoken") ?? outbox.make("input", { type: "hidden", name: "csrfmiddlewaretoken" });
    field.value = key;
    this.form.prepend(field);
    return true;
  }

  changed(event) {
    if (event.target.closest("[data-conflict]") || this.stopped) return;
    if (event.isTrusted && this.draft.state === "to_send" && !this.delivering) this.draft.state = "writing"; // they go on: Send is pressed again
    super.changed(event);
    if (event.type === "input" && this.dirty() && !this.undecided.size) this.say(`${this.here()} Not saved on the server yet.`);
  }

  async send({ leaving = false } = {}) {
    if (this.stopped || this.draft.state === "refused") return;
    if (this.draft.state === "to_send") return leaving ? undefined : this.deliver();
    if (!this.sign && this.dirty()) {
      this.keep(this.values());
      if (!(await this.renewed())) return this.isOut ? undefined : this.unreachable();
    }
    return super.send({ leaving });
  }

  async heard(answer, values) {
    const tooOld = answer.status === 403 && !this.renewing;
    this.renewing = tooOld && (await this.renewed());
    if (this.renewing) return void (this.again = true);
    await super.heard(answer, values);
    if (answer.ok && this.draft.state === "writing" && this.draft.words) this.shelf.write({ words: "" });
  }

  unreachable() {
    super.unreachable();
    this.offline(true); // whatever the browser thinks
    this.say(this.draft.state === "to_send" ? `${this.here()} It will be sent ${BACK}` : `${this.here(` only, at ${now()}`)} It will be saved on the server ${BACK}`);
  }

  /* What the server will not take at all. Perhaps it has it from here: the answer to an earlier sending was never heard. */
  unfinished(errors) {
    super.unfinished(errors);
    if (!errors.__all__) return;
    if (this.draft.tried?.length) this.deliver();
    else this.isRefused({ words: errors.__all__.join(" ") });
  }

  settled() {
    super.settled();
    if (this.draft.state === "to_send") this.deliver();
  }

  /* Sending */

  stop(event) {
    if (event.submitter?.value !== SEND || !("offlineSend" in this.form.dataset) || this.stopped) return super.stop(event);
    event.preventDefault();
    return this.deliver();
  }

  async deliver() {
    clearTimeout(this.timer);
    if (this.delivering || this.stopped) return;
    if (this.undecided.size) return this.say(CHOOSE);
    this.delivering = true;
    this.again = false;
    lock(this.form, true);
    const values = this.values();
    Object.assign(this.draft, { state: "to_send", words: "" });
    this.keep(values); // the wish, before anything is waited for
    await this.flight; // what is being saved
    this.sent(values);
    this.keep(values);
    this.say("Sending it now.");
    const heard = await outbox.deliver(this.draft, this.sign).catch(() => ({ outcome: "away" }));
    lock(this.form, false);
    this.delivering = false;
    await this.after(heard, values);
  }

  after(heard, values) {
    const { outcome, told } = heard;
    if (outcome === "away") return this.unreachable();
    this.offline(false);
    if (outcome === "signedOut") return this.signedOut();
    if (outcome === "conflicts") return this.conflicts(told);
    if (outcome === "refused") return this.isRefused(heard);
    return outcome === "sent" ? this.isSent(told) : this.lacks(told, values);
  }

  async isSent(told) {
    this.stopped = true;
    outbox.isTold(this.draft, told); // first: the page may end here
    await kept.drop(this.draft).catch(() => {});
    location.assign(told.url);
  }

  isRefused({ words }) {
    this.isKept = this.shelf.write({ state: "refused", words, values: this.values() });
    this.say(`${words} ${this.isKept ? "What you wrote is on this device only." : this.here()}`);
    return outbox.show().catch(() => {});
  }

  /* It is saved, and not sent. What cannot be read is not saved either: that is told here, beside its field, for the person to
     go on. What is missing the server's own page tells best, where nobody has gone on writing meanwhile. */
  async lacks(told, values) {
    this.draft.state = "writing";
    this.unheard = [];
    this.version(told.version);
    const errors = told.errors ?? {};
    const unread = Object.fromEntries(Object.keys(errors).map((name) => [name, this.base[name]]));
    this.base = { ...values, ...unread };
    if (this.dirty()) this.keep(this.values());
    else this.forget();
    const missing = Object.entries(told.missing ?? {}).map(([name, words]) => [name, [words].flat()]);
    this.refused({ ...Object.fromEntries(missing), ...errors });
    const count = Object.keys(errors).length;
    if (count) {
      this.say(`Not sent yet: ${count === 1 ? "one answer needs" : `${count} answers need`} a change. ${this.here(" until then")}`);
      return this.form.querySelector("[aria-invalid]")?.focus();
    }
    this.say(`Saved at ${told.saved_at}. Not sent yet: ${told.asks ? "you are asked something first" : "something is still missing"}.`);
    if (!this.sign && !(await this.renewed())) return;
    if (this.busy || this.dirty()) return;
    this.stopped = true;
    this.form.requestSubmit(document.querySelector(`button[form="${this.form.id}"][value="${SEND}"]`));
  }

  /* Not from this page any more. */
  end(words) {
    this.stopped = true;
    clearTimeout(this.timer);
    lock(this.form, true);
    this.say(words);
  }
}

/* Of the page as the server sent it: the form with its heading and its bar, and nothing that the page shows beside them; and
   without what is of this moment alone. */
const snapshot = () => {
  const main = document.getElementById("main").cloneNode(true);
  for (const other of main.querySelectorAll(":scope > .wrap > :not(.head, form, template, [data-outbox-place])")) other.remove();
  for (const passing of main.querySelectorAll("[name=csrfmiddlewaretoken], [role=alert]")) passing.remove();
  main.querySelector("[data-outbox-place]")?.replaceChildren();
  return main.innerHTML;
};

/* One tab at a time: the promise is for as long as the page stands. `lost`, where another tab has taken it over. */
const hold = (name, lost) =>
  new Promise((resolve) => {
    const stays = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(name, { signal: AbortSignal.timeout(SOON) }, stays).catch(() => {
      resolve(false);
      lost();
    });
  });

const openElsewhere = (form, name) => {
  const take = outbox.make("button", { type: "button", className: "btn btn-quiet btn-small", textContent: "Write here instead" });
  take.addEventListener("click", () => navigator.locks.request(name, { steal: true }, () => location.reload()));
  const state = document.querySelector(`[data-save-state="${CSS.escape(form.id)}"] [data-save-text]`);
  state?.replaceChildren("This form is open in another tab of this device. ", take);
};

/* A form that the server sent just before it took what was waiting here is closed by now: the page leads on. */
const closed = (sent) => new Promise(() => (sent ? location.replace(sent.url) : location.reload()));

const begin = async (form) => {
  const inShell = "shell" in document.body.dataset;
  const one = { person: form.dataset.person, trust: form.dataset.offlineForm, address: form.getAttribute("action") };
  const html = snapshot();
  lock(form, true); // nothing is typed or sent in between
  let live;
  const name = outbox.lockOf(one);
  const sent = outbox.justSent(one.address);
  await kept.open();
  const before = await kept.draft(one);
  if (!(await hold(name, () => live?.end("You went on in another tab.")))) return openElsewhere(form, name);
  const title = document.title.split(" - ")[0];
  const left = await kept.draft(one);
  if (sent || (before?.state === "to_send" && !left)) await closed(sent);
  const draft = left ?? { ...one, title, state: "writing", values: {}, base: {}, unheard: [], tried: [], at: now(), on: Date.now() };
  if (!inShell && !("unsaved" in form.dataset)) await kept.putPage({ ...one, title, html, on: Date.now() }).catch(() => {});
  live = new KeptForm(form, draft, { inShell });
  lock(form, false);
  live.begin();
};

/* From now on the browser has the shell, and the form to put into it. */
const register = async () => {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/offline.js");
  await navigator.serviceWorker.ready;
  for (const words of document.querySelectorAll("[data-offline-ready]")) words.hidden = false;
};

for (const form of document.querySelectorAll("form[data-autosave][data-offline-form]")) {
  const plainly = () => {
    lock(form, false);
    new Autosave(form).restore();
  };
  if (kept?.able) begin(form).then(register, plainly).catch(() => {});
  else plainly();
}
