#!/bin/sh
# Makes what callers hear: phone/media/prompts/NAME.alaw (Indonesian) and NAME.en.alaw (English).
# Each is G.711 A-law, 8 kHz mono, without a header, spoken part at -19 dBFS RMS, 150 ms of silence at both ends.
# Needs espeak-ng and sox. An office may replace any of them by its own recording.
set -eu
cd "$(dirname "$0")/.."
out=phone/media/prompts
. scripts/speech.inc
mkdir -p "$out"

# prompt NAME INDONESIAN [ENGLISH]
prompt() {
	speak "$work/s.wav" id "${pace:-145}" 45 "$2"
	finish "$work/s.wav" "$out/$1.alaw"
	if [ "$#" -gt 2 ]; then
		speak "$work/s.wav" en-us "${pace:-150}" 45 "$3"
		finish "$work/s.wav" "$out/$1.en.alaw"
	fi
}

prompt welcome "Layanan Polisi, satu satu nol. Panggilan ini direkam." \
	"Police, one one zero. This call is recorded."
prompt wait "Mohon tunggu, jangan tutup telepon. Petugas segera menjawab." \
	"Please hold the line. An officer will answer shortly."
prompt wait_long "Semua petugas sedang melayani. Anda tetap dalam antrean. Jika terputus, kami akan menelepon kembali." \
	"All officers are busy. You are still in line. If we are cut off, we will call you back."
prompt connecting "Anda akan disambungkan dengan Polres setempat. Tetap di telepon." \
	"You are being connected to your local police. Stay on the line."
prompt reconnect "Mohon maaf, sambungan dengan petugas terganggu. Tetap di telepon, Anda segera disambungkan kembali." \
	"Sorry, we lost the officer's line. Stay on, you will be reconnected."
prompt hold "Mohon tunggu sebentar, panggilan Anda masih tersambung." \
	"Please wait a moment, you are still connected."
prompt silent "Jika Anda tidak bisa bicara, tekan angka lima dua kali." \
	"If you cannot speak, press five twice."
# What lets a caller through stands first and in one breath, a little quicker than all else (docs/DECISIONS/0026, 0027).
pace=160
prompt gate "Silakan bicara atau tekan delapan, tak bisa bicara tekan lima dua kali. Ini polisi, satu satu nol." \
	"Please speak, or press eight, or if you cannot speak press five twice. This is the police."
pace=
prompt nobody "Mohon maaf, saat ini petugas belum dapat menjawab. Nomor Anda tercatat dan kami akan segera menelepon kembali. Dalam bahaya? Cari tempat aman." \
	"Sorry, no officer can answer now. We have your number and will call you back. In danger? Get to a safe place."
prompt other_112 "Untuk keadaan darurat lain, hubungi satu satu dua. Kami sambungkan sekarang." \
	"For other emergencies, dial one one two. Connecting you now."
prompt other_113 "Untuk pemadam kebakaran, hubungi satu satu tiga. Kami sambungkan sekarang." \
	"For the fire brigade, dial one one three. Connecting you now."
prompt other_118 "Untuk ambulans, hubungi satu satu delapan. Kami sambungkan sekarang." \
	"For an ambulance, dial one one eight. Connecting you now."
prompt other_115 "Untuk pencarian dan pertolongan, hubungi satu satu lima. Kami sambungkan sekarang." \
	"For search and rescue, dial one one five. Connecting you now."
# A caller who needs another agency and isn't passed on hears its number, then the call ends.
prompt dial_112 "Untuk keadaan darurat lain, hubungi satu satu dua. Terima kasih." \
	"For other emergencies, please dial one one two. Thank you."
prompt dial_113 "Untuk pemadam kebakaran, hubungi satu satu tiga. Terima kasih." \
	"For the fire brigade, please dial one one three. Thank you."
prompt dial_115 "Untuk pencarian dan pertolongan, hubungi satu satu lima. Terima kasih." \
	"For search and rescue, please dial one one five. Thank you."
prompt dial_118 "Untuk ambulans, hubungi satu satu delapan. Terima kasih." \
	"For an ambulance, please dial one one eight. Thank you."
prompt dial_119 "Untuk ambulans, hubungi satu satu sembilan. Terima kasih." \
	"For an ambulance, please dial one one nine. Thank you."
prompt dial_pln "Untuk gangguan listrik, hubungi PLN di satu dua tiga. Terima kasih." \
	"For power failures, please dial one two three. Thank you."
# The report's number is spoken between these two, digit by digit; closing alone is a whole sentence too.
prompt closing_number "Laporan Anda bernomor." "Your report number is."
prompt closing "Polisi segera menindaklanjuti. Terima kasih." "Police will follow up. Thank you."
# What the officer on watch hears at a plain phone.
prompt piket_offer "Panggilan satu satu nol dari Polda. Tekan satu untuk menerima, dua untuk mendengar laporan, sembilan untuk pengawas." \
	"One one zero call from the Polda. Press one to accept, two to hear the report, nine for the supervisor."
prompt piket_report "Laporan nomor." "Report number."
prompt piket_caller "Nomor penelepon." "The caller's number."
# What somebody hears who is called because a step of a report was missed: nothing of what was reported, since anybody may
# pick up. The report's number and what is late stand between the first and the last.
prompt escalate "Ini Siaga, layanan polisi satu satu nol. Ada laporan yang terlambat ditangani." \
	"This is Siaga, police one one zero. A report is late."
prompt late_accept "Belum diterima kantor." "The office has not accepted it."
prompt late_assign "Belum ada unit yang ditugaskan." "No unit has been sent."
prompt late_wait "Masih menunggu unit." "It still waits for a unit."
prompt late_handover "Belum diambil alih kantor lain." "The other office has not taken it."
prompt late_acknowledge "Unit belum menjawab." "The unit has not answered."
prompt late_depart "Unit belum berangkat." "The unit has not left."
prompt late_arrive "Belum ada unit yang tiba." "No unit has arrived."
prompt late_check "Keselamatan unit di tempat belum dipastikan." "Nobody knows whether the unit on the scene is safe."
prompt escalate_ask "Tekan satu untuk menerima, dua untuk mengulang." "Press one to take it, two to repeat."
prompt escalate_thanks "Tercatat. Terima kasih." "Noted. Thank you."
prompt kind_curas "Pencurian dengan kekerasan." "Robbery."
prompt kind_curat "Pencurian dengan pemberatan." "Burglary."
prompt kind_curanmor "Pencurian kendaraan bermotor." "Vehicle theft."
prompt kind_aniaya "Penganiayaan." "Assault."
prompt kind_keroyok "Pengeroyokan atau tawuran." "Brawl."
prompt kind_kdrt "Kekerasan dalam rumah tangga." "Domestic violence."
prompt kind_asusila "Kekerasan seksual." "Sexual violence."
prompt kind_pembunuhan "Pembunuhan." "Homicide."
prompt kind_sandera "Penyanderaan atau penculikan." "Kidnapping."
prompt kind_senjata "Orang membawa senjata." "Person with a weapon."
prompt kind_laka "Kecelakaan lalu lintas." "Traffic accident."
prompt kind_bakar "Kebakaran." "Fire."
prompt kind_bencana "Bencana alam." "Natural disaster."
prompt kind_bundiri "Percobaan bunuh diri." "Suicide attempt."
prompt kind_hilang_orang "Orang hilang." "Missing person."
prompt kind_mayat "Penemuan mayat." "Body found."
prompt kind_senyap "Darurat senyap." "Silent emergency."
prompt kind_narkoba "Narkoba." "Drugs."
prompt kind_judi "Perjudian." "Gambling."
prompt kind_ribut "Keributan atau gangguan ketertiban." "Disturbance."
prompt kind_miras "Mabuk atau minuman keras." "Drunkenness."
prompt kind_mencurigakan "Orang atau barang mencurigakan." "Suspicious person or object."
prompt kind_macet "Kemacetan atau pengaturan lalu lintas." "Traffic jam."
prompt kind_penipuan "Penipuan." "Fraud."
prompt kind_hilang_barang "Kehilangan barang atau surat." "Lost property."
prompt kind_patroli "Permintaan patroli." "Request for a patrol."
prompt kind_kawal "Permintaan pengawalan." "Request for an escort."
prompt kind_skck "SKCK, SIM, atau STNK." "Certificates and licences."
prompt kind_tanya "Pertanyaan lain." "Other question."
prompt kind_dumas "Pengaduan tentang polisi." "Complaint about the police."
prompt kind_lain "Lainnya." "Other."
prompt test "Ini panggilan uji. Tidak ada petugas yang akan dikirim." "Test call. No one will be sent."

n=0
for word in "nol zero" "satu one" "dua two" "tiga three" "empat four" "lima five" "enam six" "tujuh seven" "delapan eight" "sembilan nine"; do
	prompt "digit_$n" "${word% *}" "${word#* }"
	n=$((n + 1))
done

# Tones of our own. Their frequencies are no multiple or part of those that tests measure (400, 1000, 1400 Hz).
# comfort repeats for as long as nobody speaks: two soft notes, then less than 2 s of rest.
tones=$work/t.wav
sox -D -n -r 8000 -c 1 -b 16 "$work/a.wav" synth 0.30 sine 523.25 fade q 0.06 0.30 0.10 norm -29
sox -D -n -r 8000 -c 1 -b 16 "$work/b.wav" synth 0.45 sine 659.25 fade q 0.06 0.45 0.25 norm -29
sox -D "$work/a.wav" "$work/b.wav" "$tones" pad 0.15 0.80
sox -D "$tones" -t al -r 8000 -c 1 "$out/comfort.alaw"
# silent_ok tells a caller who can't speak that the keys were understood, and nobody else in the room.
sox -D -n -r 8000 -c 1 -b 16 "$work/a.wav" synth 0.40 sine 523.25 fade q 0.10 0.40 0.15 norm -38 pad 0.15 0.15
sox -D "$work/a.wav" -t al -r 8000 -c 1 "$out/silent_ok.alaw"

du -ck "$out"/*.alaw | tail -n 1
