/* Stands between the browser and the network so that a form opened before can be written without a connection.

   It keeps one page without data (the shell) and the files that page needs, and never another answer. What is typed does
   not pass through here: it lies in IndexedDB, see kept.js. */

const { cache: CACHE, shell: SHELL, files: FILES } = {{ said|safe }};
const FORM = /^\/t\/[-\w]+\/.+\/write\/$/; // pages that the shell can rebuild
const PATIENCE = 8000; // ms until a form's silent server counts as no connection
const GATEWAY = new Set([502, 503, 504]); // nobody is behind it

/* Asked for as by nobody, so that nothing of a person can come with it. */
const fill = async () => {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL, ...FILES].map((url) => new Request(url, { cache: "reload", credentials: "omit" })));
  await self.skipWaiting();
};

const tidy = async () => {
  for (const name of await caches.keys()) if (name.startsWith("shell ") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
};

const kept = async (url) => (await caches.open(CACHE)).match(url);

/* The network's answer; null where there is none, or none in time. */
const answered = (request, patience) =>
  new Promise((resolve) => {
    if (patience) setTimeout(() => resolve(null), patience);
    fetch(request).then(resolve, () => resolve(null));
  });

const page = async (request, isForm) => {
  const answer = await answered(request, isForm && request.method === "GET" ? PATIENCE : 0);
  if (answer && !(isForm && GATEWAY.has(answer.status))) return answer;
  return (await kept(SHELL)) ?? answer ?? Response.error();
};

const file = async (request) => (await kept(request.url)) ?? fetch(request);

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  const isForm = FORM.test(pathname);
  if (request.mode === "navigate" && (request.method === "GET" || isForm)) event.respondWith(page(request, isForm));
  else if (request.method === "GET" && FILES.includes(pathname)) event.respondWith(file(request));
});
