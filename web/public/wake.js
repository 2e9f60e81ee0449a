// The console's service worker: it wakes who is asked when a step of an incident was missed, also with the page closed.
// It keeps no files and never touches a request. It tells nothing of what was reported: a locked screen shows it to anybody.
const steps = {
  accept: "belum diterima",
  assign: "belum ada unit",
  wait: "masih menunggu unit",
  handover: "belum diambil alih",
  acknowledge: "belum dijawab unit",
  depart: "unit belum berangkat",
  arrive: "unit belum tiba",
  check: "unit di lokasi tidak menjawab",
  done: "unit belum selesai",
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));

self.addEventListener("push", (e) => {
  const n = e.data?.json() ?? {};
  const what = `${n.no ? `Laporan ${n.no}` : "Satu laporan"}${n.priority ? ` (P${n.priority})` : ""} ${steps[n.step] ?? "terlambat"}`;
  e.waitUntil(
    self.registration.showNotification("Layanan 110: Anda diminta bertindak", {
      body: `${what}. Sentuh untuk membuka.`,
      tag: `late-${n.no ?? ""}`,
      requireInteraction: true,
      renotify: true,
      lang: "id",
    }),
  );
});

self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil(
    self.clients.matchAll({ type: "window" }).then((all) => {
      const open = all.find((c) => !new URL(c.url).pathname.startsWith("/patroli"));
      return open ? open.focus() : self.clients.openWindow("/laporan");
    }),
  );
});
