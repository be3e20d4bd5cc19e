/* What waits on this device: sent once and only once when there is a connection again, from whatever page is open; and told.

   What goes under one number is always the same words, and the server takes a number once, so that sending again what may
   have arrived is harmless. One tab sends at a time; a form that stands open is sent by its own page (offline-form.js). */

const KEY = "/offline/key/"; // says who is signed in, and gives a fresh key
const HERE = "/offline/";
const PATIENCE = 20000; // ms until a silent server counts as no connection
const FIRST_RETRY = 4000;
const LAST_RETRY = 60000;
const SEEN = 1500; // ms
const MOST_TRIED = 5;
const MOST_MERGED = 3;
const REFUSED = "You can no longer open this form, so it was not sent.";
const NAMES = "It seems to name a person, so it was not sent. Open it, and say what is right.";
const SIGN_IN = "Sign in, and it goes on.";

const { kept } = globalThis;
const me = document.body.dataset.person ?? "";

/* Sending */

const lockOf = (one) => `form ${one.person} ${one.trust} ${one.address}`;

const trimmed = (values) => (values ?? []).map((value) => value.trim()); // as the server keeps them

/* The same words go under the same number; other words under another. */
const attempt = (draft) => {
  draft.tried ??= [];
  if (!kept.same(draft.tried.at(-1)?.values, draft.values)) draft.tried.push({ token: crypto.randomUUID(), values: draft.values });
  draft.tried = draft.tried.slice(-MOST_TRIED);
  return draft.tried.at(-1);
};

const freshKey = async (person) => {
  try {
    const answer = await fetch(KEY, { headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 429 || answer.status >= 500) return { outcome: "away" };
    const said = answer.ok ? await answer.json() : {};
    return said.person === String(person) ? { key: said.key } : { outcome: "signedOut" };
  } catch {
    return { outcome: "away" };
  }
};

const post = (draft, { token, values }, sign) => {
  const body = new URLSearchParams({ csrfmiddlewaretoken: sign, version: draft.version, then: "send", token });
  for (const [name, given] of Object.entries(values)) for (const value of given) body.append(name, value);
  const headers = { Accept: "application/json", "X-CSRFToken": sign };
  return fetch(draft.address, { method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
};

/* Send it for good. `outcome`: sent, away (no connection), signedOut, conflicts, lacking, refused; with what the server told. */
const deliver = async (draft, sign) => {
  const tried = attempt(draft);
  await kept.putDraft(draft).catch(() => {}); // the number first: the answer may never come. Where nothing is kept, it goes all the same
  const given = sign ? { key: sign } : await freshKey(draft.person);
  if (!given.key) return given;
  try {
    const answer = await post(draft, tried, given.key);
    if (answer.status === 403 && sign) return deliver(draft); // the page's key was too old
    return await understood(answer, draft, given.key);
  } catch {
    return { outcome: "away" };
  }
};

const understood = async (answer, draft, sign) => {
  if (answer.type === "opaqueredirect" || answer.status === 401) return { outcome: "signedOut" };
  if (answer.status === 429 || answer.status >= 500) return { outcome: "away" };
  if ([403, 404, 410].includes(answer.status)) return { outcome: "refused", words: REFUSED };
  const told = await answer.json().catch(() => null);
  if (!told) return { outcome: "away" };
  if (answer.status === 409) return { outcome: "conflicts", told };
  if (answer.ok) return { outcome: told.sent ? "sent" : "lacking", told };
  const words = Object.values(told.errors ?? {}).flat().join(" ");
  return (await earlier(draft, sign)) ?? { outcome: "refused", words };
};

/* The form is closed. Perhaps by this device: it sent other words before, and never heard that they had arrived. */
const earlier = async (draft, sign) => {
  for (const tried of (draft.tried ?? []).filter(({ values }) => !kept.same(values, draft.values)).toReversed()) {
    const answer = await post(draft, tried, sign);
    const told = answer.ok ? await answer.json().catch(() => null) : null;
    if (told?.again) return { outcome: "refused", words: `It was sent at ${told.saved_at}, with what you had written until then. What you wrote after that is only on this device.` };
  }
  return null;
};

/* What the server holds otherwise, and nobody must decide: words of this device that had arrived unheard, so that newer ones
   of its own go on top; and answers that this person never touched. False where a person must choose. */
const merged = (draft, { conflicts = [], version }) => {
  const values = { ...draft.values };
  const base = { ...draft.base };
  for (const { field, theirs } of conflicts) {
    const held = [theirs].flat().map((value) => String(value ?? "").replaceAll("\r\n", "\n"));
    const ours = (draft.unheard ?? []).some((sent) => kept.same(trimmed(sent[field]), trimmed(held)));
    const untouched = kept.same(values[field], base[field]) && held.some(Boolean);
    if (!ours && !untouched) return false;
    if (!ours) values[field] = base[field] = held;
  }
  Object.assign(draft, { values, base, version });
  return true;
};

const isSent = async (draft, told) => {
  isTold(draft, told);
  await kept.drop(draft).catch(() => {}); // sent again it is the same sending
  tell();
};

/* Telling */

const make = (tag, more, ...inside) => {
  const made = Object.assign(document.createElement(tag), more);
  made.append(...inside);
  return made;
};

/* A notice at the top of the page: the one of that name, changed, or a new one. */
const notice = (name, title, items, alarm) => {
  document.querySelector(`[data-outbox="${name}"]`)?.remove();
  const template = document.getElementById("outbox-notice");
  if (!template || !items.length) return;
  const shown = template.content.firstElementChild.cloneNode(true);
  shown.dataset.outbox = name;
  shown.classList.toggle("alarm", alarm);
  for (const icon of shown.querySelectorAll("[data-for]")) icon.hidden = icon.dataset.for !== (alarm ? "alarm" : name);
  shown.querySelector("h2").textContent = title;
  shown.querySelector("ul").append(...items.map((item) => make("li", {}, ...item)));
  document.querySelector("[data-outbox-place]")?.append(shown);
};

/* Told here, and on the page that comes next: nobody should miss it because a page has just led on. */
const isTold = ({ title, address }, { saved_at: at, url }) => {
  const one = { title, address, at, url };
  try {
    sessionStorage.setItem("sent", JSON.stringify([...toTell().filter(({ url }) => url !== one.url), one]));
  } catch {
    return; // full: the page it leads to says that it was sent
  }
};
const toTell = () => JSON.parse(sessionStorage.getItem("sent") ?? "[]");

/* What was told of this form's sending. The page will lead on, and the next one tells it too. */
let seen;
const justSent = (address) => {
  const found = toTell().find((one) => one.address === address);
  if (found) clearTimeout(seen);
  return found;
};

const tell = () => {
  const sent = toTell();
  const several = sent.length > 1;
  notice("sent", several ? "Sent" : `Sent at ${sent[0]?.at}`, sent.map(({ title, at, url }) => [`${title}${several ? `, at ${at}` : ""}. `, make("a", { href: url, textContent: "See it" })]), false);
  const news = () => toTell().filter(({ url }) => !sent.some((seen) => seen.url === url));
  clearTimeout(seen);
  seen = setTimeout(() => sessionStorage.setItem("sent", JSON.stringify(news())), SEEN);
};

const WORDS = {
  to_send: "It will be sent when the connection is back.",
  writing: "Some of it is not saved on the server yet.",
};

/* See what you wrote; and away with it, where nobody will take it any more. */
const linksTo = (draft) => {
  if (draft.state !== "refused") return [make("a", { href: draft.address, textContent: "Open the form" })];
  const away = make("button", { type: "button", className: "btn btn-quiet btn-small", textContent: "Delete it from this device" });
  away.addEventListener("click", async () => {
    if (!window.confirm(`Delete what you wrote in “${draft.title}” from this device?`)) return;
    await kept.drop(draft);
    document.dispatchEvent(new CustomEvent("outbox:dropped", { detail: draft }));
    show();
  });
  return [make("a", { href: `${HERE}#${draft.address}`, textContent: "See what you wrote" }), " ", away];
};

const show = async () => {
  const drafts = (await kept.drafts(me)).filter((one) => kept.isUnsent(one));
  const shown = drafts.filter((one) => one.state === "refused" || one.address !== location.pathname);
  const items = shown.map((one) => [make("b", { textContent: one.title }), `. ${one.words || WORDS[one.state] || ""} `, ...linksTo(one)]);
  notice("waiting", shown.length === 1 ? "A form on this device is not sent yet" : `${shown.length} forms on this device are not sent yet`, items, shown.some((one) => one.state === "refused"));
  return drafts;
};

/* Sending what waits, from any page */

let retry = FIRST_RETRY;
let timer;

/* Says whether to try again later. */
const sendOne = async (waiting) => {
  const draft = await kept.draft(waiting); // another tab may have sent it meanwhile
  if (draft?.state !== "to_send") return false;
  let { outcome, words, told: said } = await deliver(draft);
  for (let again = 0; again < MOST_MERGED && outcome === "conflicts" && merged(draft, said); again++) {
    ({ outcome, words, told: said } = await deliver(draft));
  }
  if (outcome === "sent") await isSent(draft, said);
  if (outcome === "refused") await kept.putDraft({ ...draft, state: "refused", words });
  if (outcome === "signedOut") await kept.putDraft({ ...draft, words: SIGN_IN });
  if (outcome === "conflicts") await kept.putDraft({ ...draft, words: "Somebody else has changed this form meanwhile. Open it, and it goes on." });
  if (outcome === "lacking") await kept.putDraft({ ...draft, state: "writing", unheard: [draft.values], words: said.asks ? NAMES : "Something is still missing, so it was not sent." });
  return outcome === "away";
};

const sendWaiting = () => sendAll().catch(() => {}); // a device that cannot be read has nothing to send

const sendAll = async () => {
  clearTimeout(timer);
  if (!me || kept.person() !== me) return;
  const waiting = (await kept.drafts(me)).filter((one) => one.state === "to_send" && one.address !== location.pathname);
  let later = false;
  for (const draft of waiting) {
    later = (await navigator.locks.request(lockOf(draft), { ifAvailable: true }, (lock) => (lock ? sendOne(draft) : true))) || later; // its own page may just be closing
  }
  await show();
  if (later) timer = setTimeout(sendWaiting, retry);
  retry = later ? Math.min(retry * 2, LAST_RETRY) : FIRST_RETRY;
};

/* Signing out takes everything of the person's from this device, and says so before. */

const atSignOut = async (form) => {
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    kept.leaves(); // pages in other tabs stop keeping
    await kept.forget(me).catch(() => {});
    form.submit();
  });
  await sendWaiting();
  const drafts = await show();
  const count = drafts.length + kept.others(me).length;
  if (count) {
    const words = count === 1 ? "A form on this device is not sent yet" : `${count} forms on this device are not sent yet`;
    notice("waiting", words, [["If you sign out now, what is only on this device is deleted."], ...drafts.map((one) => [make("b", { textContent: one.title }), " ", ...linksTo(one).slice(0, 1)])], true);
    document.querySelector("main .lede")?.remove(); // it says that everything stays
    button.textContent = count === 1 ? "Sign out and delete it" : "Sign out and delete them";
  }
};

const begin = async () => {
  tell();
  if (!me) return;
  await kept.open();
  if (kept.person() !== me) kept.arrives(me);
  await kept.tidy(me);
  const signOut = document.querySelector("[data-sign-out] form");
  if (signOut) return atSignOut(signOut);
  window.addEventListener("online", sendWaiting);
  await sendWaiting();
};

globalThis.outbox = { deliver, earlier, freshKey, isTold, justSent, lockOf, make, show, linksTo };
if (kept.able) begin().catch(() => {}); // a device that keeps nothing has nothing to send
