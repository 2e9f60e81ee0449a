package api

// texts are the sentences that people read for each code. They say what happened and what to do now.
var texts = map[string]Text{
	// The door.
	"no_session":           {"Sesi Anda sudah berakhir. Silakan masuk lagi.", "Your session has ended. Please sign in again."},
	"wrong_password":       {"Nama pengguna atau kata sandi salah.", "Wrong user name or password."},
	"locked":               {"Terlalu banyak percobaan. Tunggu sebentar, lalu coba lagi.", "Too many tries. Wait a little, then try again."},
	"busy_sign_in":         {"Banyak yang masuk bersamaan. Coba lagi dua detik lagi.", "Many people sign in at once. Try again in two seconds."},
	"csrf":                 {"Halaman ini sudah lama terbuka. Muat ulang halaman.", "This page has been open for too long. Reload it."},
	"must_change_password": {"Ganti dulu kata sandi sementara Anda.", "Change your one-time password first."},
	"password_short":       {"Kata sandi baru minimal 10 huruf.", "The new password needs at least 10 letters."},
	"password_long":        {"Kata sandi baru terlalu panjang.", "The new password is too long."},
	"password_user":        {"Kata sandi baru tidak boleh memuat nama pengguna.", "The new password must not hold your user name."},
	"password_same":        {"Kata sandi baru harus berbeda dari yang lama.", "The new password must differ from the old one."},
	"password_common":      {"Kata sandi itu terlalu mudah ditebak.", "That password is too easy to guess."},
	"not_allowed":          {"Peran Anda tidak boleh melakukan ini.", "Your role may not do this."},
	"not_found":            {"Tidak ditemukan, atau bukan milik kantor Anda.", "Not found, or not your office's."},
	"too_many":             {"Terlalu banyak permintaan. Tunggu sebentar.", "Too many requests. Wait a little."},
	"user_taken":           {"Nama pengguna itu sudah dipakai.", "That user name is taken."},
	"last_administrator":   {"Harus selalu ada satu administrator. Buat yang baru dulu.", "There must always be an administrator. Make another one first."},

	// Requests.
	"no_map":              {"Peta dasar belum diimpor.", "No base map was imported."},
	"bad_input":           {"Isian belum benar. Periksa kolom yang ditandai.", "Something is filled in wrongly. Check the marked fields."},
	"bad_query":           {"Pencarian ini tidak dapat dijawab. Periksa tanggal dan kata.", "This search can't be answered. Check the date and the words."},
	"bad_type":            {"Jenis data tidak dikenal.", "Unknown type of data."},
	"too_large":           {"Isian terlalu besar.", "Too much was sent at once."},
	"slow":                {"Server belum menjawab. Coba lagi.", "The server did not answer in time. Try again."},
	"internal":            {"Terjadi kesalahan di server. Coba lagi; bila terulang, hubungi petugas TI.", "Something went wrong in the server. Try again; if it happens again call the IT officer."},
	"method_not_allowed":  {"Cara ini tidak dikenal.", "This method is not known."},
	"key_needed":          {"Perintah harus membawa kunci.", "A command needs an Idempotency-Key."},
	"key_reused":          {"Kunci perintah sudah dipakai untuk perintah lain.", "The Idempotency-Key was used for another command."},
	"setting_range":       {"Nilai di luar batas yang diizinkan.", "The value is out of its range."},
	"reason_needed":       {"Tuliskan alasan memutar rekaman.", "Write why you listen to the recording."},
	"no_ladder":           {"Pesan SIP panggilan ini tidak tersimpan lagi.", "The SIP messages of this call are no longer kept."},
	"no_tape":             {"Panggilan ini tidak punya rekaman.", "This call has no recording."},
	"link_over":           {"Tautan papan ini tidak berlaku lagi. Minta yang baru.", "This board's link is no longer good. Ask for a new one."},
	"closing":             {"Server sedang dimatikan. Tunggu sebentar.", "The server is shutting down. Wait a moment."},
	"origin":              {"Halaman ini bukan dari server Siaga.", "This page is not from the Siaga server."},
	"not_ready":           {"Siaga belum siap.", "Siaga is not ready."},
	"softphone":           {"Sambungan suara gagal dibuka. Coba lagi.", "The audio line could not be opened. Try again."},
	"line_lost":           {"Sambungan suara terputus, sedang disambung lagi.", "The audio line was lost; connecting again."},
	"metrics_not_allowed": {"Angka hanya untuk mesin ini.", "Figures are for this machine only."},

	// The filter.
	"filter_no_number":     {"Tidak ada nomor yang bisa ditandai.", "There is no number to do this with."},
	"filter_no_person":     {"Hanya petugas yang boleh melakukan ini.", "Only a person may do this."},
	"filter_reason_needed": {"Tuliskan alasannya, 3 sampai 500 huruf.", "Write why, in 3 to 500 letters."},
	"filter_bad_until":     {"Blokir paling lama 24 jam.", "A block lasts 24 hours at most."},
	"filter_in_need":       {"Nomor ini sedang dalam bahaya atau punya laporan terbuka: tidak boleh diblokir.", "This number is in danger or has an open report: it can't be blocked."},
	"filter_not_blocked":   {"Nomor ini tidak sedang diblokir.", "This number is not blocked."},
	"filter_nothing_to_do": {"Sudah begitu: tidak ada yang perlu diubah.", "It is so already: nothing to change."},
	"filter_changed":       {"Orang lain baru saja mengubahnya. Muat ulang, lalu coba lagi.", "Somebody else has just changed it. Reload, then try again."},
	"filter_not_habitual":  {"Nomor ini belum cukup sering iseng untuk diberi peringatan.", "This number has not played often enough for a notice."},
	"filter_too_soon":      {"Nomor ini sudah mendapat peringatan minggu ini.", "This number got a notice this week."},
	"no_notice_hook":       {"Pengiriman peringatan belum disiapkan di siaga.toml. Hubungi petugas TI.", "Sending notices is not set up in siaga.toml. Ask the IT officer."},
	"weights":              {"Bobot ini tidak masuk akal. Periksa kolom yang ditandai.", "These weights make no sense. Check the marked fields."},
	"case_reason":          {"Tuliskan untuk apa berkas perkara ini.", "Write what the case file is for."},

	// Seats.
	"seat_taken":     {"Meja itu sudah dipakai.", "Somebody sits at that desk."},
	"no_seat":        {"Anda belum mulai dinas di sebuah meja.", "You are not on duty at a desk."},
	"line_down":      {"Sambungan suara meja belum terbuka.", "The desk's audio line is not up."},
	"busy":           {"Masih ada panggilan di meja ini. Selesaikan dulu.", "A call is at this desk. End it first."},
	"bad_reason":     {"Pilih salah satu alasan.", "Choose one of the reasons."},
	"unknown_call":   {"Panggilan tidak ditemukan.", "There is no such call."},
	"unknown_office": {"Kantor itu tidak ada.", "There is no such office."},

	// Calls.
	"taken":                {"Sudah diambil petugas lain.", "Somebody else was faster."},
	"stale_offer":          {"Tawaran ini sudah berakhir.", "This offer is over."},
	"not_your_call":        {"Panggilan ini ada di meja lain.", "Another desk has this call."},
	"outcome_needed":       {"Pilih hasil panggilan dulu. Penelepon tetap tersambung.", "Choose how the call ended. The caller stays on the line."},
	"outcome_not_possible": {"Hasil itu tidak cocok untuk panggilan ini.", "That outcome does not fit this call."},
	"call_ended":           {"Panggilan sudah berakhir.", "The call has ended."},
	"not_now":              {"Belum bisa dilakukan sekarang.", "That can't be done now."},

	// Calls of ours, guests, callbacks.
	"no_trunk_out":         {"Panggilan keluar tidak dapat dibuat sekarang: tidak ada jalur keluar.", "No outgoing call can be made now: no trunk carries it."},
	"bad_number":           {"Itu bukan nomor telepon.", "That is no phone number."},
	"in_danger":            {"JANGAN menelepon: penelepon dalam bahaya. Kirim unit.", "DO NOT call: the caller is in danger. Send a unit."},
	"not_owed":             {"Panggilan balik ini sudah selesai.", "This callback is settled already."},
	"try_again":            {"Coba telepon dua kali dulu.", "Try to call twice first."},
	"note_needed":          {"Tuliskan apa yang sudah dilakukan.", "Write what was done."},
	"bad_settlement":       {"Pilih alasan penyelesaian.", "Choose why it is settled."},
	"phone_not_registered": {"Telepon meja ini belum terdaftar. Periksa kabel dan kata sandinya.", "The phone of this desk is not registered. Check its cable and password."},

	// Incidents.
	"unknown_incident":  {"Laporan tidak ditemukan atau sudah ditutup.", "There is no such open report."},
	"not_yours":         {"Laporan ini dipegang kantor lain.", "Another office has this report."},
	"closed":            {"Laporan sudah ditutup.", "The report is closed."},
	"result_needed":     {"Pilih hasil dan tuliskan apa yang dilakukan.", "Choose the result and write what was done."},
	"paper_number":      {"Tulis nomor seperti di lembar, misalnya KALTIM/2026/11/25/K-07, dengan tanggal jam berdering.", "Write the number as on the sheet, like KALTIM/2026/11/25/K-07, with the day of the first ring."},
	"paper_used":        {"Lembar dengan nomor ini sudah diketik.", "The sheet with this number was entered already."},
	"paper_times":       {"Periksa jam: berurutan, tidak di masa depan, paling lama 30 hari; bila diterima, tulis oleh siapa.", "Check the times: in order, not in the future, at most 30 days old; if somebody took it, write who."},
	"paper_empty":       {"Isi jenis, dan tempat atau apa yang terjadi.", "Fill in the kind, and the place or what happened."},
	"restricted":        {"Laporan tertutup: hanya untuk yang ditunjuk atau yang menanganinya.", "This report is restricted to those named and those who handle it."},
	"hand_over":         {"Unit sudah bertugas. Tawarkan ke kantor lain dengan 'alihkan'.", "Units work on it. Hand it over, so that the other office takes it first."},
	"accused":           {"Pengaduan ini tentang kantor itu. Kirim ke kantor di atasnya.", "The complaint is about that office. Send it to the one above."},
	"no_office_above":   {"Tidak ada kantor di atasnya pada sistem ini. Catat di kertas untuk kantor di atas.", "There is no office above it here. Write it on paper for the office above."},
	"units_active":      {"Unit sedang bertugas di laporan ini. Gabungkan dari arah sebaliknya, atau lepas unitnya dulu.", "Units work on this one. Link the other to it, or release them first."},
	"has_linked":        {"Laporan itu sudah digabung. Gabungkan dari arah sebaliknya.", "That report is linked already. Link it the other way round."},
	"bad_source":        {"Pilih bagaimana kejadian diketahui: datang, radio, atau panggilan balik.", "Choose how it became known: walk-in, radio, or callback."},
	"bad_time":          {"Waktunya tidak masuk akal. Periksa jam.", "That time makes no sense. Check the clock."},
	"bad_picture":       {"Foto tidak dapat disimpan.", "The picture can't be kept."},
	"too_many_pictures": {"Foto laporan ini sudah terlalu banyak.", "This report has too many pictures."},
	"why_needed":        {"Tuliskan alasannya.", "Write why."},
	"protected":         {"Pelapor minta dirahasiakan. Minta operator meneleponnya.", "The reporter asked not to be known. Ask the operator to call them."},

	// Units.
	"unknown_unit": {"Unit itu tidak ada.", "There is no such unit."},
	"no_unit":      {"Anda belum tercatat di unit mana pun. Lapor ke operator.", "You are in the crew of no unit. Tell the operator."},
	"unit_taken":   {"Unit sudah ditugaskan petugas lain.", "Somebody else assigned this unit first."},
	"unit_has_job": {"Unit masih punya tugas. Selesaikan atau lepas dulu.", "The unit has a job. End or release it first."},
	"unit_off":     {"Unit tidak berdinas.", "The unit is not on duty."},
	"unit_broken":  {"Unit sedang rusak.", "The unit is out of order."},
	"stack_full":   {"Tugas unit yang menunggu sudah terlalu banyak.", "Too many jobs wait for this unit."},
	"bad_status":   {"Status itu tidak cocok.", "That status does not fit."},
	"bad_unit":     {"Data unit belum lengkap. Isi nama panggilan, jenis, pelat, dan kantor.", "Fill in the unit's call sign, kind, plate and office."},
	"bad_crew":     {"Tiap awak harus disebut satu kali.", "Name each of the crew once."},
	"person_taken": {"Orang ini sudah tercatat di unit lain.", "This person is in the crew of another unit."},
	"sign_taken":   {"Nama panggilan itu sudah dipakai.", "Another unit has this call sign."},
	"plate_taken":  {"Pelat nomor itu sudah dipakai.", "Another unit has this number plate."},
	"bad_position": {"Posisi tidak masuk akal.", "That position makes no sense."},

	// Patrol phones and trackers.
	"bad_invite":      {"Kode ini sudah dipakai, dicabut, atau lewat 10 menit. Minta kode baru ke operator.", "This code was used, taken back, or is older than 10 minutes. Ask the operator for a new one."},
	"wrong_pin":       {"PIN salah. Periksa enam angka di layar operator.", "Wrong PIN. Look at the six digits on the operator's screen."},
	"console_here":    {"Browser ini sedang dipakai sebagai konsol. Buka kode di HP patroli.", "This browser is a console. Open the code on the patrol's phone."},
	"not_aboard":      {"Anda tidak lagi tercatat sebagai awak unit ini. Minta kode baru ke operator.", "You are no longer in the crew of this unit. Ask the operator for a new code."},
	"no_crew":         {"Isi awak unit dulu, lalu pilih HP siapa yang dibuka.", "Say who is aboard first, then choose whose phone is to be opened."},
	"not_your_job":    {"Ini bukan tugas unit Anda, atau sudah dialihkan.", "This is not your unit's job, or it was given to another."},
	"too_late":        {"Sudah lebih dari sehari. Tulis sebagai catatan dengan jamnya.", "That is more than a day ago. Write a note with the time."},
	"no_number":       {"Nomor pelapor tidak diketahui.", "The reporter's number is not known."},
	"no_push":         {"Pemberitahuan belum disiapkan di server ini.", "Waking phones is not set up on this server."},
	"bad_endpoint":    {"Layanan pemberitahuan browser ini tidak dikenal. Tugas tetap muncul bila halaman terbuka.", "The push service of this browser is not known. The job still shows while the page is open."},
	"no_pictures":     {"Server ini tidak menyimpan foto.", "This server keeps no pictures."},
	"picture_kind":    {"Hanya foto (JPEG, PNG, WebP) atau rekaman suara yang dapat dikirim.", "Only photos (JPEG, PNG, WebP) or spoken notes can be sent."},
	"picture_large":   {"Foto atau rekaman terlalu besar, paling banyak 12 MB.", "The photo or recording is too large: 12 MB at most."},
	"picture_hash":    {"Foto rusak di jalan. Kirim ulang.", "The photo was damaged on the way. Send it again."},
	"picture_damaged": {"Berkas ini tidak sama lagi dengan yang disimpan. Hubungi petugas TI.", "This file is no longer what was kept. Call the IT officer."},
	"unknown_device":  {"Token perangkat tidak dikenal. Minta token baru ke operator.", "The device's token is not known. Ask the operator for a new one."},
	"bad_fix":         {"Pesan posisi tidak terbaca. Lihat detail.", "The position can't be read. See the detail."},

	"changed": {"Laporan diubah orang lain. Periksa isi terbarunya.", "Somebody else changed the report. Look at it as it is now."},
}

// textOf gives the sentences of a code; one that is not known gets those of a refusal.
func textOf(code string) Text {
	if t, ok := texts[code]; ok {
		return t
	}
	if t, ok := rosterTexts[code]; ok {
		return t
	}
	return texts["not_now"]
}
