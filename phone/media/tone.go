package media

import (
	"math"
	"time"
)

// Tone is dur of a sine of freq Hz in A-law at -20 dBFS, with 5 ms of ramp at both ends so that it doesn't click.
func Tone(freq float64, dur time.Duration) []byte {
	return tones(dur, 0.1, freq)
}

// TestTone is what an operator hears at the start of duty: two short soft tones, 0.7 s in all.
func TestTone() []byte {
	out := tones(250*time.Millisecond, 0.08, 660)
	out = append(out, silence(150*time.Millisecond)...)
	out = append(out, tones(300*time.Millisecond, 0.08, 880)...)
	return out
}

// comfortTone is the sign of life between prompts: two quiet tones and a rest, 1.6 s in all, to be repeated.
// It stands in when no prompt named "comfort" is loaded.
func comfortTone() []byte {
	out := tones(200*time.Millisecond, 0.02, 440)
	out = append(out, silence(100*time.Millisecond)...)
	out = append(out, tones(200*time.Millisecond, 0.02, 554)...)
	return append(out, silence(1100*time.Millisecond)...)
}

// tones adds up sines, each of the given amplitude (1 is full scale).
func tones(dur time.Duration, amplitude float64, freqs ...float64) []byte {
	n := samples(dur)
	ramp := min(Rate/200, n/2)
	out := make([]byte, n)
	for i := range out {
		var v float64
		for _, f := range freqs {
			v += math.Sin(2 * math.Pi * f * float64(i) / Rate)
		}
		v *= amplitude * 32767
		if edge := min(i, n-1-i); edge < ramp {
			v *= float64(edge) / float64(ramp)
		}
		out[i] = ALaw(int16(max(-32768, min(32767, v))))
	}
	return out
}

func silence(dur time.Duration) []byte {
	out := make([]byte, samples(dur))
	for i := range out {
		out[i] = Silence
	}
	return out
}

func samples(d time.Duration) int { return int(d * Rate / time.Second) }

func duration(samples int64) time.Duration { return time.Duration(samples) * time.Second / Rate }

// Level tells how loud freq is in A-law audio: the amplitude of that sine, 1 being full scale (Goertzel's way).
func Level(alaw []byte, freq float64) float64 {
	if len(alaw) == 0 {
		return 0
	}
	coeff := 2 * math.Cos(2*math.Pi*freq/Rate)
	var s1, s2 float64
	for _, b := range alaw {
		s1, s2 = float64(Linear(b))/32768+coeff*s1-s2, s1
	}
	power := s1*s1 + s2*s2 - coeff*s1*s2
	return 2 * math.Sqrt(max(0, power)) / float64(len(alaw))
}
