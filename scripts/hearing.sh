#!/bin/sh
# Makes what the voice detector is tuned on and judged by: G.711 A-law, 8 kHz mono, without a header, one folder a kind of
# sound. All of it is synthetic: espeak-ng speaks and whispers, sox makes breath, streets, rustle and music.
#   scripts/hearing.sh OUT tune   the sounds to tune on: many, 6 s each, not kept in the tree
#   scripts/hearing.sh OUT held   the sounds to judge by: other voices, words, notes and seeds, 3.2 s each
#                                 (phone/media/testdata/hearing is OUT; TestConfusionMatrix reads it)
# Needs espeak-ng and sox.
set -eu
cd "$(dirname "$0")/.."
. scripts/speech.inc
out=$1
split=$2
case $split in
tune) long=6 ;;
held) long=3.2 ;;
*) echo "say tune or held" >&2; exit 2 ;;
esac
mkdir -p "$out"
seed=0

# noise KIND SECONDS ARGS: $work/n.wav. sox -R has one seed; a later part of a longer noise stands for another.
noise() {
	kind=$1 secs=$2
	shift 2
	seed=$((seed + 7))
	sox -R -D -n -r 8000 -c 1 -b 16 "$work/n0.wav" synth "$((seed + 20))" "$kind" trim "$seed" "$secs"
	sox -D "$work/n0.wav" "$work/n.wav" "$@"
}

# line: every call has a line: soft hiss under all, -62 dBFS.
line() {
	noise pinknoise "$long" lowpass 3000
	level "$work/n.wav" "$work/line.wav" -62
}

# keep KIND NAME WAV: telephone band, line noise, A-law.
keep() {
	mkdir -p "$out/$1"
	line
	sox -D -m -v 1 "$3" -v 1 "$work/line.wav" -t wav "$work/k.wav" highpass 300 highpass 250 lowpass 3400
	sox -D "$work/k.wav" -t al -r 8000 -c 1 "$out/$1/$2.al" trim 0 "$long"
}

# words KIND NAME VOICE RATE PITCH DBFS NOISE SNR TEXT
words() {
	speak "$work/s.wav" "$3" "$4" "$5" "$9"
	level "$work/s.wav" "$work/f.wav" "$6"
	sox -D "$work/f.wav" "$work/g.wav" pad 0.4 "$long" trim 0 "$long"
	if [ "$7" != none ]; then
		"$7"
		level "$work/n.wav" "$work/n2.wav" "$(($6 - $8))"
		sox -D -m -v 1 "$work/g.wav" -v 1 "$work/n2.wav" "$work/g2.wav" trim 0 "$long"
		mv "$work/g2.wav" "$work/g.wav"
	fi
	keep "$1" "$2" "$work/g.wav"
}

# Surroundings, each into $work/n.wav.
road() { noise brownnoise "$long" tremolo 0.4 55 lowpass 1800; }
rain() { noise pinknoise "$long" tremolo 0.15 20; }
engine() {
	noise brownnoise "$long" lowpass 700
	sox -D -n -r 8000 -c 1 -b 16 "$work/e.wav" synth "$long" sawtooth "${hum:-92}" tremolo 11 40 lowpass 1200 gain -22
	sox -D -m "$work/n.wav" "$work/e.wav" "$work/n1.wav"
	mv "$work/n1.wav" "$work/n.wav"
}

# passing: vehicles go by, one after the other, over a road.
passing() {
	road
	mv "$work/n.wav" "$work/p0.wav"
	noise pinknoise "$long" lowpass "${tyre:-1500}" fade t "$(awk "BEGIN{print $long*0.45}")" "$long" "$(awk "BEGIN{print $long*0.5}")" gain 6
	sox -D -m "$work/p0.wav" "$work/n.wav" "$work/p1.wav"
	mv "$work/p1.wav" "$work/n.wav"
}

# horn HZ HZ: two tones, long and short, over the road.
horn() {
	road
	mv "$work/n.wav" "$work/p0.wav"
	sox -D -n -r 8000 -c 1 -b 16 "$work/h.wav" synth "${3:-0.5}" sawtooth "$1" synth "${3:-0.5}" sawtooth mix "$2" \
		lowpass 2500 fade t 0.03 "${3:-0.5}" 0.05 gain -9 pad 0.9 0.5 repeat 4 trim 0 "$long"
	sox -D -m "$work/p0.wav" "$work/h.wav" "$work/n.wav"
}

# street NAME DBFS
street() { level "$work/n.wav" "$work/n2.wav" "$2"; keep street "$1" "$work/n2.wav"; }

# breath NAME PERIOD DBFS LOW HIGH: in and out; the way out is longer and deeper.
breath() {
	in=$(awk "BEGIN{print $2*0.36}") rest1=$(awk "BEGIN{print $2*0.08}") ex=$(awk "BEGIN{print $2*0.44}") rest2=$(awk "BEGIN{print $2*0.12}")
	noise pinknoise "$in" highpass "$4" lowpass "$5" fade q "$(awk "BEGIN{print $in*0.5}")" "$in" "$(awk "BEGIN{print $in*0.4}")" gain -3 pad 0 "$rest1"
	mv "$work/n.wav" "$work/b1.wav"
	noise pinknoise "$ex" highpass "$(($4 * 2 / 3))" lowpass "$(($5 * 3 / 4))" fade q "$(awk "BEGIN{print $ex*0.25}")" "$ex" "$(awk "BEGIN{print $ex*0.6}")" pad 0 "$rest2"
	sox -D "$work/b1.wav" "$work/n.wav" "$work/b2.wav" repeat 12 trim 0 "$long"
	level "$work/b2.wav" "$work/b3.wav" "$3"
	keep breath "$1" "$work/b3.wav"
}

# rustle NAME DBFS LOW HIGH SPEED: cloth over a microphone: bursts that come and go without a beat.
rustle() {
	noise brownnoise "$long" highpass "$3" lowpass "$4" tremolo "$5" 90 tremolo "$(awk "BEGIN{print $5*0.37}")" 95
	mv "$work/n.wav" "$work/r0.wav"
	noise whitenoise "$long" lowpass "$4" tremolo "$(awk "BEGIN{print $5*1.7}")" 98 tremolo "$(awk "BEGIN{print $5*0.23}")" 98 gain -16
	sox -D -m "$work/r0.wav" "$work/n.wav" "$work/r1.wav"
	level "$work/r1.wav" "$work/r2.wav" "$2"
	keep rustle "$1" "$work/r2.wav"
}

# tune_of NAME DBFS WAVE SECONDS NOTE…: one note after the other, with a third above.
tune_of() {
	name=$1 db=$2 wave=$3 secs=$4
	shift 4
	parts=
	i=0
	for note in "$@"; do
		i=$((i + 1))
		sox -D -n -r 8000 -c 1 -b 16 "$work/m$i.wav" synth "$secs" "$wave" "$note" synth "$secs" "$wave" mix "$(awk "BEGIN{print $note*1.26}")" \
			fade q 0.02 "$secs" "$(awk "BEGIN{print $secs*0.4}")" gain -8
		parts="$parts $work/m$i.wav"
	done
	# shellcheck disable=SC2086 # a list of files
	sox -D $parts "$work/mm.wav" repeat 20 trim 0 "$long"
	level "$work/mm.wav" "$work/mn.wav" "$db"
	keep music "$name" "$work/mn.wav"
}

# plucks NAME DBFS SECONDS NOTE…
plucks() {
	name=$1 db=$2 secs=$3
	shift 3
	parts=
	i=0
	for note in "$@"; do
		i=$((i + 1))
		sox -R -D -n -r 8000 -c 1 -b 16 "$work/m$i.wav" synth "$secs" pluck "$note" gain -6
		parts="$parts $work/m$i.wav"
	done
	# shellcheck disable=SC2086 # a list of files
	sox -D $parts "$work/mm.wav" repeat 20 trim 0 "$long"
	level "$work/mm.wav" "$work/mn.wav" "$db"
	keep music "$name" "$work/mn.wav"
}

# line_of OUT SECONDS WAVE NOTE…: notes one after the other, for the length of the file.
line_of() {
	to=$1 secs=$2 wave=$3
	shift 3
	parts=
	i=0
	for note in "$@"; do
		i=$((i + 1))
		if [ "$wave" = pluck ]; then
			sox -R -D -n -r 8000 -c 1 -b 16 "$work/l$i.wav" synth "$secs" pluck "$note" gain -8
		else
			sox -D -n -r 8000 -c 1 -b 16 "$work/l$i.wav" synth "$secs" "$wave" "$note" fade q 0.015 "$secs" "$(awk "BEGIN{print $secs*0.5}")" gain -10
		fi
		parts="$parts $work/l$i.wav"
	done
	# shellcheck disable=SC2086 # a list of files
	sox -D $parts "$to" repeat 40 trim 0 "$long"
}

# band NAME DBFS BEAT WAVE VIBRATO NOTE…: a melody with vibrato over chords, a plucked bass and a drum.
band() {
	name=$1 db=$2 beat=$3 wave=$4 vibrato=$5
	shift 5
	line_of "$work/v1.wav" "$beat" "$wave" "$@"
	sox -D "$work/v1.wav" "$work/v2.wav" tremolo "$vibrato" 40 chorus 0.8 0.8 20 0.5 0.4 2 -s
	line_of "$work/v3.wav" "$(awk "BEGIN{print $beat*4}")" triangle "$(awk "BEGIN{print $1/2}")" "$(awk "BEGIN{print $1*0.75}")" "$(awk "BEGIN{print $1*0.667}")"
	line_of "$work/v4.wav" "$beat" pluck "$(awk "BEGIN{print $1/4}")" "$(awk "BEGIN{print $1/2}")" "$(awk "BEGIN{print $1*0.375}")" "$(awk "BEGIN{print $1/3}")"
	noise whitenoise "$(awk "BEGIN{print $beat/2}")" fade q 0 "$(awk "BEGIN{print $beat/2}")" "$(awk "BEGIN{print $beat*0.45}")" gain -22 pad 0 "$(awk "BEGIN{print $beat/2}")" repeat 60 trim 0 "$long"
	sox -D -m -v 1 "$work/v2.wav" -v 0.7 "$work/v3.wav" -v 0.9 "$work/v4.wav" -v 1 "$work/n.wav" "$work/v5.wav"
	level "$work/v5.wav" "$work/v6.wav" "$db"
	keep music "$name" "$work/v6.wav"
}

# ringback NAME HZ ON OFF
ringback() {
	sox -D -n -r 8000 -c 1 -b 16 "$work/t.wav" synth "$3" sine "$2" gain -18 pad 0.2 "$4" repeat 6 trim 0 "$long"
	keep tone "$1" "$work/t.wav"
}

# keys NAME DBFS SECONDS PAUSE LOW/HIGH…
keys() {
	name=$1 db=$2 secs=$3 pause=$4
	shift 4
	parts=
	i=0
	for k in "$@"; do
		i=$((i + 1))
		sox -D -n -r 8000 -c 1 -b 16 "$work/m$i.wav" synth "$secs" sine "${k%/*}" synth "$secs" sine mix "${k#*/}" gain -10 pad 0 "$pause"
		parts="$parts $work/m$i.wav"
	done
	# shellcheck disable=SC2086 # a list of files
	sox -D $parts "$work/mm.wav" repeat 20 trim 0 "$long"
	level "$work/mm.wav" "$work/mn.wav" "$db"
	keep tone "$name" "$work/mn.wav"
}

# quiet NAME KIND DBFS
quiet() { noise "$2" "$long" lowpass 3200; level "$work/n.wav" "$work/q.wav" "$3"; keep silence "$1" "$work/q.wav"; }

# buzz NAME HZ DBFS: mains hum and its overtones on a bad line
buzz() {
	sox -D -n -r 8000 -c 1 -b 16 "$work/t.wav" synth "$long" square "$2" lowpass 1000
	level "$work/t.wav" "$work/q.wav" "$3"
	keep silence "$1" "$work/q.wav"
}

. "scripts/hearing-$split.inc"
find "$out" -name '*.al' | wc -l
du -sk "$out"
