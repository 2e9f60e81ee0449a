// Perangkat sendiri yang dibangunkan saat ada langkah terlewat.
export const wakeId = {
  menu: "Bangunkan saya",
  title: "Bangunkan perangkat ini",
  why: "Bila sebuah langkah terlewat dan Anda yang diminta bertindak, perangkat ini berbunyi, juga saat halaman ini ditutup. Isi laporan tidak pernah tampil di layar terkunci.",
  on: "Bangunkan perangkat ini",
  off: "Jangan bangunkan lagi",
  isOn: "Perangkat ini dibangunkan. Buka Siaga sedikitnya sekali dalam 30 hari.",
  isOff: "Perangkat ini belum dibangunkan.",
  denied: "Browser menolak pemberitahuan untuk Siaga. Izinkan di pengaturan situs, lalu buka halaman ini lagi.",
  cannot: "Browser ini tidak dapat dibangunkan. Anda tetap diminta di layar, dan terakhir lewat telepon.",
  failed: "Layanan pemberitahuan browser tidak terjangkau. Anda tetap diminta di layar, dan terakhir lewat telepon.",
};
