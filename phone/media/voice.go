package media

import (
	"math"
	"time"
)

// Heard is what a far end's voice has been so far.
type Heard struct {
	// Speaking: somebody speaks now, or did within the last 1.5 s. A whisper is speech.
	Speaking bool
	// Total is how much speech there was, pauses left out, in steps of 20 ms. Measuring began with OnVoice.
	Total time.Duration
	// Sound is what is heard of late; told once it has been the same for half a second.
	Sound SoundKind
}

// SoundKind is what a second of audio sounds like.
type SoundKind uint8

// The kinds of sounds, in the order of the classifier's outputs.
const (
	Quietness SoundKind = iota // nothing, or the line's own noise
	Speech
	Whisper
	Breath
	Rustle // cloth, a pocket, a bag
	Street // traffic, engines, horns, rain
	Music
	Beeps // ring back, busy, keys in the band
	soundKinds
)

var soundNames = [soundKinds]string{"silence", "speech", "whisper", "breath", "rustle", "street", "music", "tone"}

// String is the English name.
func (k SoundKind) String() string { return soundNames[k] }

// voice tells speech from what else is heard on a telephone. Each 20 ms become a few figures (analyser); each 100 ms the
// figures of the last second go through a small classifier whose weights are learnt from made-up sounds
// (scripts/hearing.sh, docs/BENCHMARKS.md). Nothing is allocated after newVoice.
type voice struct {
	analyser analyser
	pending  [frameSamples]byte // of packets that are no multiple of 20 ms
	held     int

	ring   [windowFrames]sound
	frames int     // so far
	floor  float32 // dB: what is heard when nobody speaks
	kinds  [soundKinds]float32
	active [windowFrames]bool // of ring

	best   SoundKind // at the last look
	steady int       // looks in a row that said so
	sure   int       // looks in a row that said speech
	quiet  int       // frames since the last that was speech
	marked int       // frame up to which speech was counted
	heard  Heard
	told   Heard
}

const (
	windowFrames = 50 // 1 s
	lookEvery    = 5  // frames: 100 ms
	lookFirst    = 20 // frames
	sureLooks    = 3
	likely       = 0.8 // in doubt it is no voice: a silent caller must be asked, and one who speaks loses nothing by it
	steadyLooks  = 4   // and the kind of sound is told
	backFrames   = 30  // of speech that is counted once it is known for such
	voiceOff     = 75  // frames of quiet end it: 1.5 s
	tellEvery    = 250 * time.Millisecond
	voiceEnough  = 10 * time.Second
	faintest     = -57 // dB: softer is never speech
)

// hear takes A-law audio and says whether there is news: speech began or ended, or another 250 ms of it was heard. Once
// 10 s were heard nobody asks any more, and nothing is measured.
func (v *voice) hear(alaw []byte) bool {
	if v.told.Total >= voiceEnough {
		return false
	}
	for len(alaw) > 0 {
		if v.held == 0 && len(alaw) >= frameSamples {
			v.frame(alaw[:frameSamples])
			alaw = alaw[frameSamples:]
			continue
		}
		n := copy(v.pending[v.held:], alaw)
		v.held, alaw = v.held+n, alaw[n:]
		if v.held == frameSamples {
			v.held = 0
			v.frame(v.pending[:])
		}
	}
	if v.heard.Speaking == v.told.Speaking && v.heard.Total/tellEvery == v.told.Total/tellEvery && v.heard.Sound == v.told.Sound {
		return false
	}
	v.told = v.heard
	return true
}

func (v *voice) frame(alaw []byte) {
	s := &v.ring[v.frames%windowFrames]
	v.analyser.frame(alaw, s)
	if v.frames == 0 || s.level < v.floor {
		v.floor = s.level
	} else {
		v.floor += min(s.level-v.floor, 10) * 0.004 // follows a steady noise within seconds
	}
	v.frames++
	v.quiet++
	if v.frames < lookFirst || v.frames%lookEvery != 0 {
		return
	}
	v.look()
}

// look decides what the last second was.
func (v *voice) look() {
	var x [featureCount]float32
	v.features(&x)
	classify(&x, &v.kinds)
	best := Quietness
	for k, p := range v.kinds {
		if p > v.kinds[best] {
			best = SoundKind(k)
		}
	}
	if best == v.best {
		v.steady++
	} else {
		v.best, v.steady = best, 0
	}
	if v.steady >= steadyLooks {
		v.heard.Sound = best
	}
	if v.kinds[Speech]+v.kinds[Whisper] > likely {
		v.sure++
	} else {
		v.sure = 0
	}
	if v.sure >= sureLooks {
		from := max(v.marked, v.frames-backFrames, 0)
		for f := from; f < v.frames; f++ {
			if v.active[f%windowFrames] {
				v.heard.Total += frameTime
				v.quiet = v.frames - 1 - f
				v.heard.Speaking = true
			}
		}
		v.marked = v.frames
	}
	if v.quiet >= voiceOff {
		v.heard.Speaking = false
	}
}

// The figures of a second.
const (
	featLoud    = iota // dB of the loud frames
	featRange          // dB between loud and soft frames
	featOver           // dB of the loud frames over the floor
	featBeat           // share of the level's changes at 3 to 8 a second, as syllables come
	featSlow           // at 1 or 2 a second, as breath comes
	featQuick          // above 9 a second
	featFlux           // dB that the spectrum changes in 20 ms
	featFlux4          // in 80 ms
	featVaried         // dB that it varies over the second
	featFine           // overtones stand still
	featHarm           // periodic
	featVoiced         // share of frames with a pitch
	featFlat           // noise or tones
	featFlatDev        // how that varies
	featPeak           // one tone above all
	featTilt           // dark or bright
	featTiltDev        // how that varies
	featActive         // share of frames that are heard at all
	featGlide          // how the pitch moves
	featLow            // dB of the lowest band against the mean
	featCount
	featureCount = featCount
)

// features makes the figures of the last second, and marks its active frames.
func (v *voice) features(x *[featureCount]float32) {
	n := min(v.frames, windowFrames)
	first := v.frames - n
	var sorted [windowFrames]float32
	for i := range n {
		l := v.ring[(first+i)%windowFrames].level
		j := i
		for ; j > 0 && sorted[j-1] > l; j-- {
			sorted[j] = sorted[j-1]
		}
		sorted[j] = l
	}
	loud, soft := sorted[n*9/10], sorted[n/10]
	x[featLoud], x[featRange], x[featOver] = loud, loud-soft, loud-min(v.floor, soft)
	least := max(loud-18, min(v.floor, soft)+4, faintest)

	var shapeSum, shapeSquares [bandCount]float32
	var flat, flat2, tilt, tilt2, fine, harm, peak, flux, flux4, glide, low float32
	var active, voiced, glides, fluxes, fluxes4 float32
	var mean float32
	for i := range n {
		s := &v.ring[(first+i)%windowFrames]
		on := s.level >= least
		v.active[(first+i)%windowFrames] = on
		mean += max(s.level, loud-30)
		if !on {
			continue
		}
		active++
		for b, d := range s.shape {
			shapeSum[b] += d
			shapeSquares[b] += d * d
		}
		flat, flat2 = flat+s.flat, flat2+s.flat*s.flat
		tilt, tilt2 = tilt+s.tilt, tilt2+s.tilt*s.tilt
		fine, harm, peak, low = fine+s.fine, harm+s.harm, peak+s.peak, low+s.shape[0]
		if s.harm > 0.6 {
			voiced++
		}
		if i >= 1 {
			if p := &v.ring[(first+i-1)%windowFrames]; p.level >= least {
				flux += apart(s, p)
				fluxes++
				if s.harm > 0.6 && p.harm > 0.6 {
					glide += min(abs32(s.pitch-p.pitch), 0.1)
					glides++
				}
			}
		}
		if i >= 4 {
			if p := &v.ring[(first+i-4)%windowFrames]; p.level >= least {
				flux4 += apart(s, p)
				fluxes4++
			}
		}
	}
	mean /= float32(n)
	var varied float32
	of := 1 / max(active, 1)
	for b := range shapeSum {
		m := shapeSum[b] * of
		varied += sqrt32(max(0, shapeSquares[b]*of-m*m))
	}
	deviation := func(sum, squares float32) float32 { return sqrt32(max(0, squares*of-sum*of*sum*of)) }
	x[featFlux], x[featFlux4] = flux/max(fluxes, 1), flux4/max(fluxes4, 1)
	x[featVaried] = varied / bandCount
	x[featFine], x[featHarm], x[featVoiced] = fine*of, harm*of, voiced*of
	x[featFlat], x[featFlatDev] = flat*of, deviation(flat, flat2)
	x[featPeak], x[featTilt], x[featTiltDev] = peak*of, tilt*of, deviation(tilt, tilt2)
	x[featActive], x[featLow] = active/float32(n), low*of
	x[featGlide] = 20 * glide / max(glides, 1)
	x[featSlow], x[featBeat], x[featQuick] = v.rhythm(first, n, mean, loud)
}

// rhythm tells at which pace the level comes and goes: shares of all change.
func (v *voice) rhythm(first, n int, mean, loud float32) (slow, beat, quick float32) {
	var all float32
	var power [9]float32
	for i := range n {
		d := max(v.ring[(first+i)%windowFrames].level, loud-30) - mean
		all += d * d
	}
	for h := 1; h <= 8; h++ {
		var re, im float32
		for i := range n {
			d := max(v.ring[(first+i)%windowFrames].level, loud-30) - mean
			at := i * h % windowFrames
			re += d * rhythmCos[at]
			im += d * rhythmSin[at]
		}
		power[h] = 2 * (re*re + im*im) / float32(n)
	}
	all = max(all, float32(n)*0.25) // below 0.5 dB nothing comes and goes
	slow = (power[1] + power[2]) / all
	for h := 3; h <= 8; h++ {
		beat += power[h] / all
	}
	return slow, beat, max(0, 1-slow-beat)
}

var rhythmCos, rhythmSin [windowFrames]float32

func init() {
	for i := range rhythmCos {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / windowFrames)
		rhythmCos[i], rhythmSin[i] = float32(cos), float32(sin)
	}
}

func apart(a, b *sound) float32 {
	var sum float32
	for i := range a.shape {
		sum += abs32(a.shape[i] - b.shape[i])
	}
	return sum / bandCount
}

func abs32(v float32) float32  { return math.Float32frombits(math.Float32bits(v) &^ (1 << 31)) }
func sqrt32(v float32) float32 { return float32(math.Sqrt(float64(v))) }

// hiddenCount is the size of the classifier's middle.
const hiddenCount = 16

// classify gives how likely each kind of sound is: two layers, tanh between, softmax at the end.
func classify(x *[featureCount]float32, out *[soundKinds]float32) {
	var hidden [hiddenCount]float32
	for h := range hidden {
		sum := voiceNet.hiddenBias[h]
		for i, v := range x {
			sum += voiceNet.hidden[h][i] * max(-4, min(4, (v-voiceNet.mean[i])/voiceNet.spread[i]))
		}
		hidden[h] = float32(math.Tanh(float64(sum)))
	}
	var all float32
	for k := range out {
		sum := voiceNet.outBias[k]
		for h, v := range hidden {
			sum += voiceNet.out[k][h] * v
		}
		out[k] = float32(math.Exp(float64(sum)))
		all += out[k]
	}
	for k := range out {
		out[k] /= all
	}
}

// classifier holds what was learnt.
type classifier struct {
	mean, spread [featureCount]float32
	hidden       [hiddenCount][featureCount]float32
	hiddenBias   [hiddenCount]float32
	out          [soundKinds][hiddenCount]float32
	outBias      [soundKinds]float32
}
