// The service worker: the page opens without a signal, and a push wakes the phone. It never touches the API: what was
// pressed lies in the page's own outbox.
/// <reference lib="webworker" />
declare const self: ServiceWorkerGlobalScope;
declare const FILES: string[]; // made by build/patrol.mjs
declare const BUILD: string;

self.addEventListener("install", (e) => {
  e.waitUntil(
    caches
      .open(BUILD)
      .then((c) => c.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (e) => {
  e.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== BUILD).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || !url.pathname.startsWith("/patroli")) return;
  const page = e.request.mode === "navigate";
  e.respondWith(
    caches.match(page ? "/patroli/" : e.request, { ignoreSearch: true, cacheName: BUILD }).then((hit) => {
      if (!hit) return fetch(e.request);
      // The page itself: the newest when there is a good signal, else the kept one.
      return page ? fetch(e.request, { signal: AbortSignal.timeout(3000) }).catch(() => hit) : hit;
    }),
  );
});

const say: Record<string, (n: { priority?: number }) => string> = {
  job: (n) => (n.priority ? `Tugas baru P${n.priority}` : "Tugas baru"),
  next: () => "Satu tugas lagi menunggu",
  gone: () => "Tugas dialihkan atau dibatalkan",
  panic_seen: () => "Permintaan bantuan Anda sudah dilihat",
};

self.addEventListener("push", (e) => {
  const n = (e.data?.json() ?? {}) as { what?: string; priority?: number };
  const title = say[n.what ?? ""]?.(n) ?? "Patroli 110";
  e.waitUntil(
    self.registration.showNotification(title, {
      body: "Sentuh untuk membuka.",
      tag: n.what === "panic_seen" ? "help" : "job",
      icon: "/patroli/icon-192.png",
      requireInteraction: n.what === "job",
      renotify: true,
      lang: "id",
    } as NotificationOptions),
  );
});

self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil(
    self.clients.matchAll({ type: "window" }).then((all) => {
      const open = all.find((c) => new URL(c.url).pathname.startsWith("/patroli"));
      return open ? open.focus() : self.clients.openWindow("/patroli/");
    }),
  );
});
