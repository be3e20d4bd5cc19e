/* Forms kept on this device, for when there is no connection: in IndexedDB, by person, trust and address.

   `pages` holds a form as the server sent it, to build it again without the server. `drafts` holds what was typed in it:
   {person, trust, address, title, values, base, version, unheard, tried, state, words, at, on}. `base` is what the server is
   known to hold, `unheard` what was sent without hearing what became of it, `tried` the numbers under which it was sent for
   good. States: "writing"; "to_send", since the person has pressed Send; "refused", with the server's words.
   Both go when the form is sent and at sign-out. Of one person's forms another sees nothing. */

const NAME = "trust-si";
const FORMS = ["pages", "drafts"];
const BY = ["person", "trust", "address"];
const HERE = "person"; // localStorage: who was last signed in on this device
const SILENT = 5000; // ms
const TOO_OLD = 14 * 24 * 3600 * 1000; // ms; words that are nowhere else never grow too old

let database; // once it is open, so that what is typed is handed over at once

const heard = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const open = async () => {
  if (database) return database;
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => FORMS.forEach((store) => asked.result.createObjectStore(store, { keyPath: BY }).createIndex("person", "person"));
  const opened = await heard(asked);
  const gone = () => database === opened && (database = undefined);
  opened.onversionchange = () => (opened.close(), gone());
  opened.onclose = gone;
  return (database = opened);
};

const soon = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("The database is silent.")), SILENT))]);

/* Browsers close a database without being asked, as when a tablet wakes or its storage is cleared: then it is opened once more. */
const twice = async (act) => {
  const before = database;
  try {
    return await soon(act());
  } catch {
    before?.close();
    if (database === before) database = undefined;
    await soon(open());
    return soon(act());
  }
};

const handed = (stores, act) => {
  const transaction = database.transaction(stores, "readwrite");
  act((store) => transaction.objectStore(store));
  transaction.commit();
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(true);
    transaction.onabort = () => reject(transaction.error);
  });
};

/* Handed to the browser before this returns, where the database is open: a tab may die after the next letter. */
const write = (stores, act) => twice(() => handed(stores, act));

const key = (one) => BY.map((part) => one[part]);
const read = (store, act) => twice(async () => heard(act((await open()).transaction(store).objectStore(store))));
const all = (store, person) => read(store, (rows) => rows.index("person").getAll(String(person)));
const same = (one, other) => JSON.stringify(one ?? []) === JSON.stringify(other ?? []);

const local = (act, otherwise = null) => {
  try {
    return act(localStorage);
  } catch {
    return otherwise; // forbidden on this device
  }
};

const kept = {
  able: window.isSecureContext && "indexedDB" in window && "locks" in navigator && "randomUUID" in crypto,
  open: () => soon(open()),
  same,
  page: (one) => read("pages", (rows) => rows.get(key(one))),
  draft: (one) => read("drafts", (rows) => rows.get(key(one))),
  pages: (person) => all("pages", person),
  drafts: (person) => all("drafts", person),
  putPage: (page) => write(["pages"], (rows) => rows("pages").put(page)),
  putDraft: (draft) => write(["drafts"], (rows) => rows("drafts").put(draft)),
  drop: (one) => write(FORMS, (rows) => FORMS.forEach((store) => rows(store).delete(key(one)))),

  /* Whether this device holds words of it that the server may not. */
  isUnsent: (draft) => draft.state !== "writing" || draft.unheard?.length > 0 || !same(draft.values, draft.base),

  /* Who is here. It outlives the session: a form is opened again without a connection, and the server cannot be asked. */
  person: () => local((place) => place.getItem(HERE)),
  arrives: (person) => local((place) => place.setItem(HERE, person)),
  leaves: () => local((place) => place.removeItem(HERE)),

  /* Forms of other kinds that were not saved, which lie in localStorage: see autosave.js. */
  others: (person) => local((place) => Object.keys(place).filter((name) => name.startsWith(`autosave ${person} `)), []),

  /* All of a person's. */
  async forget(person) {
    const found = [...(await all("pages", person)), ...(await all("drafts", person))];
    await write(FORMS, (rows) => found.forEach((one) => FORMS.forEach((store) => rows(store).delete(key(one)))));
    for (const name of kept.others(person)) local((place) => place.removeItem(name));
  },

  /* Forms with nothing in them that the server lacks: after a fortnight, and once somebody else signs in here. */
  async tidy(person) {
    const drafts = await read("drafts", (rows) => rows.getAll());
    const due = (one) => one.person !== String(person) || one.on < Date.now() - TOO_OLD;
    for (const draft of drafts) if (due(draft) && !kept.isUnsent(draft)) await kept.drop(draft);
  },
};

globalThis.kept = kept;
