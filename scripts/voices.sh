#!/bin/sh
# Makes the citizens of the town speak: sim/town/voices/NAME.alaw (raw G.711 A-law, 8 kHz mono) with index.tsv, and the
# tones that tests measure: sim/town/voices/tone-HZ.alaw and test/media/mic-HZ.wav (a browser's false microphone).
# Needs espeak-ng and sox.
set -eu
cd "$(dirname "$0")/.."
out=sim/town/voices
mics=test/media
. scripts/speech.inc
mkdir -p "$out" "$mics"
index=$out/index.tsv
printf 'file\ttext\tcall\tkind\tsex\n' >"$index"

# around WAV SURROUNDINGS DBFS: lays the sound of a street, a crowd, a fire or a quiet room under the file.
around() {
	long=$(sox --i -D "$1")
	case $2 in
	street) # a road: low rumble that swells, a little hiss
		sox -R -D -n -r 8000 -c 1 -b 16 "$work/n.wav" synth "$long" brownnoise synth "$long" sine amod 0.3 60 lowpass 900 ;;
	crowd) # people further away
		sox -R -D -n -r 8000 -c 1 -b 16 "$work/n.wav" synth "$long" pinknoise synth "$long" sine amod 2.7 40 bandpass 700 500 ;;
	fire) # crackle and wind
		sox -R -D -n -r 8000 -c 1 -b 16 "$work/n.wav" synth "$long" whitenoise synth "$long" square amod 9 30 lowpass 1800 ;;
	*) # a quiet room
		sox -R -D -n -r 8000 -c 1 -b 16 "$work/n.wav" synth "$long" pinknoise lowpass 1500 ;;
	esac
	level "$work/n.wav" "$work/n2.wav" "$3"
	sox -D -m -v 1 "$1" -v 1 "$work/n2.wav" "$work/mixed.wav"
	mv "$work/mixed.wav" "$1"
}

# KIND is a code of incident.Kinds. SEX is m, f or c (a child).
# say NAME CALL KIND SEX VOICE WORDS_A_MINUTE PITCH SURROUNDINGS TEXT
say() {
	speak "$work/s.wav" "$5" "$6" "$7" "$9"
	level "$work/s.wav" "$work/f.wav" -19
	sox -D "$work/f.wav" "$work/g.wav" pad 0.15 0.35
	case $8 in
	room) around "$work/g.wav" room -52 ;;
	*) around "$work/g.wav" "$8" -34 ;;
	esac
	sox -D "$work/g.wav" -t al -r 8000 -c 1 "$out/$1.alaw"
	printf '%s\t%s\t%s\t%s\t%s\n' "$1.alaw" "$9" "$2" "$3" "$4" >>"$index"
}

# sound NAME CALL SEX TEXT: the file $work/g.wav as it is, with what it is in brackets instead of words.
sound() {
	sox -D "$work/g.wav" -t al -r 8000 -c 1 "$out/$1.alaw"
	printf '%s\t%s\t%s\t\t%s\n' "$1.alaw" "$4" "$2" "$3" >>"$index"
}

# --- emergencies ---------------------------------------------------------------------------------------------------
e=valid_emergency
say curat-rumah $e curat f id+f2 165 55 room "Pak, rumah saya dibobol maling. Televisi dan perhiasan hilang. Di Jalan Jenderal Sudirman, dekat Plaza Balikpapan."
say curat-toko $e curat m id+m3 155 40 room "Toko saya di Pasar Pandansari dibongkar semalam. Gemboknya rusak, uang di laci habis."
say curanmor $e curanmor m id+m1 170 50 street "Motor saya hilang di parkiran Rumah Sakit Kanujoso. Honda Beat hitam, baru sepuluh menit."
say curas-jambret $e curas f id+f4 195 65 street "Tolong, Pak! Saya dijambret di Jalan Ahmad Yani. Dua orang naik motor, lari ke arah pelabuhan!"
say curas-begal $e curas m id+m7 190 55 street "Ada begal bawa celurit di jalan tembus kilometer lima belas. Teman saya luka di tangan, cepat, Pak."
say laka-motor $e laka m id+m4 175 45 street "Ada kecelakaan, Pak. Motor dengan truk di simpang Muara Rapak. Orangnya tidak sadar."
say laka-beruntun $e laka f id+f1 180 60 street "Tabrakan beruntun di jalan tol kilometer dua puluh tiga, arah Samarinda. Ada empat mobil, satu terjepit."
say kdrt $e kdrt f id+f5 150 60 room "Tolong saya, Bu. Suami saya memukul saya lagi. Saya di kamar dengan anak-anak. Dia masih di depan pintu."
say kdrt-tetangga $e kdrt m id+m2 160 45 room "Tetangga saya dipukuli suaminya, terdengar sampai ke luar. Anaknya menjerit. Di Gunung Sari Ilir, gang buntu."
say kebakaran $e bakar f id+f3 200 70 fire "Kebakaran, Pak! Rumah di Jalan Panjaitan, apinya sudah besar, merambat ke sebelah. Ada orang tua di dalam!"
say orang-hilang $e hilang_orang f id+f2 145 60 room "Anak saya belum pulang sejak sore. Umur tujuh tahun, pakai kaus merah. Terakhir main di Lapangan Merdeka."
say keributan $e ribut m id+m5 175 50 crowd "Ada keributan di depan kafe Jalan Marsma Iswahyudi. Mereka bawa kayu dan botol, sudah ada yang berdarah."
say pengeroyokan $e keroyok m id+m6 190 60 crowd "Ada yang dikeroyok di terminal Batu Ampar! Lima orang lawan satu, tolong kirim polisi sekarang."
say ancaman-senjata $e senjata m id+m8 150 35 room "Ada orang bawa parang di kampung kami, teriak-teriak mengancam warga. Kami semua masuk rumah."
# --- service, information, complaint ---------------------------------------------------------------------------------
s=valid_service
say macet-pohon $s macet m id+m3 165 50 street "Pohon tumbang di Jalan Soekarno Hatta, kilometer delapan. Jalan tertutup dan macet panjang. Mohon bantuan pengaturan."
say kawal-jenazah $s kawal f id+f1 140 50 room "Selamat siang, kami keluarga duka. Mohon pengawalan mobil jenazah ke pemakaman besok pagi."
say bising-tetangga $s ribut f id+f4 155 55 crowd "Permisi, Pak. Tetangga memutar musik keras sekali padahal sudah tengah malam. Sudah ditegur tetapi tidak mau."
say kehilangan-dompet $s hilang_barang m id+m1 150 45 room "Dompet saya jatuh di bandara, isinya KTP dan SIM. Saya perlu surat keterangan kehilangan. Ke mana ya, Pak?"
say tanya-sim information skck f id+f3 150 55 room "Selamat pagi. Saya mau tanya, syarat perpanjangan SIM apa saja, dan hari Sabtu buka atau tidak?"
say tanya-skck information skck m id+m4 150 45 room "Permisi, untuk membuat SKCK sekarang harus daftar lewat aplikasi atau boleh langsung ke Polresta?"
# --- not for the police ----------------------------------------------------------------------------------------------
say salah-sambung wrong_number "" f id+f5 150 50 room "Halo, ini dengan Bengkel Jaya Motor? Oh, maaf, Pak. Saya salah sambung."
say anak-iseng prank "" c id+f4 190 95 room "Halo, Pak polisi. Pak polisi sudah makan belum? Hihihi. Hahaha. Ayo tutup, tutup!"
say anak-nyanyi prank "" c id+f2 180 99 crowd "Balonku ada lima, rupa-rupa warnanya. Hahaha. Pak polisi dengar tidak?"
say menggoda prank "" m id+m7 135 40 crowd "Halo, Mbak. Suaranya bagus sekali. Sudah punya pacar belum, Mbak? Boleh kenalan?"
say laporan-palsu prank "" m id+m2 175 60 crowd "Pak, ada bom di sekolah! Eh, tidak jadi. Bercanda, Pak."

# --- no words ----------------------------------------------------------------------------------------------------------
# Somebody breathes: noise that comes and goes 18 times a minute.
sox -R -D -n -r 8000 -c 1 -b 16 "$work/n.wav" synth 6.667 pinknoise synth 6.667 sine amod 0.3 50 bandpass 900 700
level "$work/n.wav" "$work/g.wav" -38
sound napas silent "" "(napas)"
# A pocket on a road.
sox -R -D -n -r 8000 -c 1 -b 16 "$work/n.wav" synth 6 brownnoise synth 6 sine amod 0.5 60 lowpass 900
level "$work/n.wav" "$work/g.wav" -30
sound jalan-raya silent "" "(suara jalan raya)"
# Nothing at all, as a phone that suppresses noise sends it.
sox -R -D -n -r 8000 -c 1 -b 16 "$work/n.wav" synth 3 pinknoise
level "$work/n.wav" "$work/g.wav" -62
sound hening silent "" "(hening)"

# --- tones: two seconds each, whole periods, so that they repeat without a click ---------------------------------------
for hz in 400 1000 1400; do
	sox -R -D -n -r 8000 -c 1 -b 16 "$work/t.wav" synth 2 sine "$hz" norm -16
	sox -D "$work/t.wav" -t al "$out/tone-$hz.alaw"
done
for hz in 1000 1400; do
	sox -R -D -n -r 48000 -c 1 -b 16 "$mics/mic-$hz.wav" synth 2 sine "$hz" norm -16
done
du -ck "$out"/* "$mics"/* | tail -n 1
