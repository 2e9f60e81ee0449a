'use strict'
// What the page says, in Indonesian first. A text that is missing in a language shows up in the test of the page.
const texts = {
  id: {
    other: 'English', title: 'Telepon 110 sebagai warga', head: 'Telepon warga', demo: 'Peraga, bukan layanan darurat', theme: 'Terang/gelap',
    lead: 'Anda menelepon lewat jaringan telepon sungguhan milik peraga ini: nomor dan tempat Anda sampai di meja petugas, suara Anda juga.',
    whoLegend: 'Siapa yang menelepon', number: 'Nomor', numberHelp: 'Kosongkan untuk telepon tanpa kartu SIM.', name: 'Nama', withheld: 'Sembunyikan nomor',
    whereLegend: 'Di mana', place: 'Tempat', lat: 'Lintang', lng: 'Bujur', here: 'Pakai lokasi saya', placeHelp: 'Tempat dikirim bersama panggilan, seperti dari operator seluler.',
    none: 'Tanpa lokasi', own: 'Titik sendiri …', you: 'Anda', they: '110', call: 'Panggil', hangup: 'Tutup', mute: 'Bisukan mikrofon', unmute: 'Bunyikan mikrofon',
    tryHead: 'Coba:', try: 'buka meja petugas di tab lain, mulai dinas, lalu telepon dari sini. Biarkan Polres tidak menjawab: dalam 4 detik petugas Polda kembali bersama Anda.',
    idle: 'Siap menelepon', mic: 'Meminta mikrofon …', dialling: 'Menghubungi …', ringing: 'Berdering', early: 'Menunggu petugas', answered: 'Tersambung', ended: 'Selesai',
    hintIdle: 'Tekan Panggil. Peramban akan meminta izin mikrofon.', hintEarly: 'Anda mendengar sambutan 110; petugas sedang dipanggil.', hintRinging: 'Di ujung sana berdering.',
    hintAnswered: 'Silakan bicara dengan petugas.', hintEnded: '', byfar: 'Panggilan ditutup oleh 110.', bycitizen: 'Anda menutup telepon.', bynetwork: 'Sambungan terputus.',
    logDial: 'Memanggil 110', logRinging: 'Berdering', logEarly: 'Sambutan terdengar', logAnswered: 'Diangkat', logEnded: 'Berakhir', logKey: 'Tombol',
    status: 'jawaban jaringan', e_no_mic: 'Mikrofon tidak bisa dipakai. Izinkan mikrofon untuk halaman ini, lalu coba lagi.', e_bad_number: 'Nomor itu tidak dikenal. Tulis seperti 0812-0000-9001.',
    e_bad_place: 'Titik itu bukan tempat. Tulis lintang dan bujur, misalnya -1,2772 dan 116,8369.', e_too_many: 'Terlalu banyak panggilan dari halaman ini. Tutup salah satu.',
    e_no_audio: 'Suara tidak dapat disambungkan dengan peramban ini.', e_no_trunk: 'Siaga tidak dapat dihubungi. Apakah peraga masih berjalan?', e_lost: 'Halaman ini kehilangan hubungan dengan peraga. Muat ulang halaman.',
    e_no_key: 'Tombol hanya bisa dikirim saat tersambung.', e_bad_message: 'Pesan tidak dimengerti.', e_no_here: 'Lokasi tidak tersedia. Pilih tempat dari daftar.', keys: 'Tombol telepon',
  },
  en: {
    other: 'Indonesia', title: 'Call 110 as a citizen', head: 'Citizen’s phone', demo: 'Demonstration, not an emergency service', theme: 'Light/dark',
    lead: 'You call through this demonstration’s real telephone trunk: your number and your place arrive at the operator’s desk, and so does your voice.',
    whoLegend: 'Who calls', number: 'Number', numberHelp: 'Leave it empty for a phone without a SIM card.', name: 'Name', withheld: 'Withhold the number',
    whereLegend: 'From where', place: 'Place', lat: 'Latitude', lng: 'Longitude', here: 'Use my location', placeHelp: 'The place travels with the call, as a mobile operator sends it.',
    none: 'No location', own: 'A point of my own …', you: 'You', they: '110', call: 'Call', hangup: 'Hang up', mute: 'Mute microphone', unmute: 'Unmute microphone',
    tryHead: 'Try:', try: 'open an operator’s desk in another tab, begin duty, then call from here. Let the Polres not answer: within 4 seconds the Polda operator is with you again.',
    idle: 'Ready to call', mic: 'Asking for the microphone …', dialling: 'Calling …', ringing: 'Ringing', early: 'Waiting for an operator', answered: 'Connected', ended: 'Ended',
    hintIdle: 'Press Call. The browser will ask for the microphone.', hintEarly: 'You hear the welcome of 110; an operator is being called.', hintRinging: 'It rings at the other end.',
    hintAnswered: 'Speak with the operator.', hintEnded: '', byfar: '110 ended the call.', bycitizen: 'You hung up.', bynetwork: 'The connection was lost.',
    logDial: 'Calling 110', logRinging: 'Ringing', logEarly: 'Welcome is heard', logAnswered: 'Answered', logEnded: 'Ended', logKey: 'Key',
    status: 'network’s answer', e_no_mic: 'The microphone can’t be used. Allow it for this page, then try again.', e_bad_number: 'That number isn’t known. Write it like 0812-0000-9001.',
    e_bad_place: 'That point is no place. Write latitude and longitude, for example -1.2772 and 116.8369.', e_too_many: 'Too many calls from this page. Hang up one of them.',
    e_no_audio: 'No sound can be connected with this browser.', e_no_trunk: 'Siaga can’t be reached. Is the demonstration still running?', e_lost: 'This page lost the demonstration. Reload the page.',
    e_no_key: 'Keys can be sent only while connected.', e_bad_message: 'The message wasn’t understood.', e_no_here: 'No location is to be had. Choose a place from the list.', keys: 'Phone keys',
  },
}

// Places to call from: name, latitude, longitude, radius in metres.
const places = [
  ['Plaza Balikpapan', -1.2772, 116.8369, 40], ['Lapangan Merdeka, Balikpapan', -1.2752, 116.8205, 40], ['Pelabuhan Semayang, Balikpapan', -1.2722, 116.8065, 150],
  ['Bandara Sepinggan, Balikpapan', -1.265, 116.8968, 150], ['Pasar Pandansari, Balikpapan', -1.2378, 116.8245, 40], ['Terminal Batu Ampar, Balikpapan', -1.212, 116.8545, 150],
  ['Kilometer 15, Karang Joang', -1.13, 116.87, 800], ['Plaza Mulia, Samarinda', -0.4905, 117.1435, 40], ['Samarinda Central Plaza', -0.5038, 117.1527, 40],
  ['Samarinda Seberang', -0.526, 117.136, 800], ['Tenggarong, Kutai Kartanegara', -0.4133, 116.9877, 800], ['Penajam, Penajam Paser Utara', -1.295, 116.715, 800],
]
