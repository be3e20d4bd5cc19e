/* The page that stands in for every other one while there is no connection: the form that was asked for, where this device
   keeps it for whoever was here last; otherwise a list of what it keeps. */

const { kept, outbox } = globalThis;
const HERE = "/offline/";
const RETRY = 4000; // ms
const asked = location.hash.slice(1) || location.pathname;
const me = kept.person() ?? "";

const WORDS = {
  to_send: "It will be sent when the connection is back.",
  refused: "It could not be sent.",
};

const wordsOf = (draft) => {
  if (!draft || !kept.isUnsent(draft)) return "Everything is saved on the server.";
  return draft.words || WORDS[draft.state] || "Some of it is kept on this device only.";
};

/* It is our own page, as our server sent it. */
const build = (page) => {
  const main = document.getElementById("main");
  const scripts = document.getElementById("form-scripts").content;
  main.replaceChildren(...new DOMParser().parseFromString(page.html, "text/html").body.childNodes);
  document.title = `${page.title} - Trust SI`;
  document.body.dataset.person = page.person;
  document.body.dataset.shell = "";
  for (const part of main.querySelectorAll("form, .savebar button")) part.inert = true; // until its script is there
  return scripts;
};

const start = (scripts) => {
  for (const { src } of scripts.querySelectorAll("script")) {
    document.body.append(Object.assign(document.createElement("script"), { src, type: "module", async: false }));
  }
};

/* What nobody will take any more can still be read and copied. */
const toRead = (draft) => {
  const form = document.querySelector("form[data-offline-form]");
  for (const field of form.elements) {
    const values = draft.values[field.name];
    if (/^(checkbox|radio)$/.test(field.type)) field.checked = (values ?? []).includes(field.value);
    else if (values) field.value = values[0] ?? "";
    if (values?.some(Boolean) && field.value !== "") field.closest("details")?.setAttribute("open", "");
    if (/^(text|textarea)$/.test(field.type) || field.tagName === "TEXTAREA") field.readOnly = true;
    else field.disabled = true;
  }
  document.querySelector(".savebar")?.remove();
  form.inert = false;
  const lede = document.querySelector(".lede");
  lede?.replaceChildren(`${wordsOf(draft)} `, ...(draft.state === "refused" ? outbox.linksTo(draft).slice(1) : []));
  document.addEventListener("outbox:dropped", () => location.assign("/"));
};

const list = async (pages) => {
  const drafts = await kept.drafts(me);
  const items = pages.map((page) => {
    const draft = drafts.find((one) => one.address === page.address);
    const href = draft?.state === "refused" ? `${HERE}#${page.address}` : page.address;
    return outbox.make("li", {}, outbox.make("a", { href, textContent: page.title }), `. ${wordsOf(draft)}`);
  });
  document.querySelector("[data-forms]").replaceChildren(...items);
  document.querySelector("[data-none]").hidden = items.length > 0;
};

const away = () => {
  const stands = location.pathname !== HERE || !navigator.onLine;
  document.querySelector("[data-away]").hidden = !stands;
  if (!stands) return;
  window.addEventListener("online", () => location.reload());
  setInterval(() => navigator.onLine && reached().then((there) => there && location.reload()), RETRY); // said to be online, and not yet so
};

const reached = () => fetch("/offline/key/", { headers: { Accept: "application/json" }, redirect: "manual" }).then(() => true, () => false);

const begin = async () => {
  const pages = kept.able && me ? await kept.pages(me) : [];
  const page = pages.find((one) => one.address === asked);
  const draft = page && (await kept.draft(page));
  if (!page || !draft) {
    away();
    return list(pages);
  }
  const scripts = build(page);
  if (location.pathname === HERE) toRead(draft);
  else start(scripts);
};

window.addEventListener("hashchange", () => location.reload());
begin().catch(away);
