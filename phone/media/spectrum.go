package media

import "math"

// What one frame of 20 ms sounds like, for the voice detector. All is float32 on fixed arrays: nothing is allocated.

const (
	fftSize   = 256 // 32 ms: 31.25 Hz a bin
	binLow    = 9   // 281 Hz
	binHigh   = 109 // 3406 Hz; the telephone passes what lies between (ITU-T G.712)
	bins      = binHigh - binLow
	bandCount = 8
	fineLag   = 5 // frames: 100 ms
	lagLeast  = 10
	lagMost   = 64 // at 4000 samples a second: 62 to 400 Hz, the pitch of people
)

// bandEdges divide the bins evenly on the ear's scale (mel).
var bandEdges = [bandCount + 1]int{9, 13, 18, 25, 34, 46, 62, 83, 109}

var (
	fftWindow [fftSize]float32
	fftCos    [fftSize / 2]float32
	fftSin    [fftSize / 2]float32
	fftSwap   [fftSize / 2]uint8
	linear32  [256]float32
)

func init() {
	for i := range fftWindow {
		fftWindow[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/fftSize))
	}
	for i := range fftCos {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / fftSize)
		fftCos[i], fftSin[i] = float32(cos), float32(sin)
	}
	for i := range fftSwap {
		r := 0
		for b := range 7 {
			r |= i >> b & 1 << (6 - b)
		}
		fftSwap[i] = uint8(r)
	}
	for i := range linear32 {
		linear32[i] = float32(decodeALaw(byte(i))) / 32768
	}
}

// sound is what is kept of a frame.
type sound struct {
	level float32            // dB of the band, 0 is a full sine or so
	shape [bandCount]float32 // dB of each band against their mean
	tilt  float32            // dB: low half against high half
	flat  float32            // dB: 0 is noise, far below is a tone
	peak  float32            // dB: the strongest three bins against all
	fine  float32            // -1 to 1: how much the overtones stand where they stood 100 ms ago
	harm  float32            // 0 to 1: how periodic
	pitch float32            // log2 of the period
}

// analyser turns samples into sounds.
type analyser struct {
	samples [fftSize]float32 // the newest at the end
	last    float32          // for the high pass
	lastIn  float32
	power   [bins]float32 // log2
	fines   [fineLag + 1][bins]float32
	fineSum [fineLag + 1]float32 // of squares
	n       int                  // frames so far
	re, im  [fftSize / 2]float32
}

// frame takes 160 samples of A-law and tells what they sound like.
func (a *analyser) frame(alaw []byte, out *sound) {
	copy(a.samples[:], a.samples[frameSamples:])
	x := a.samples[fftSize-frameSamples:]
	for i := range x {
		v := linear32[alaw[i]]
		a.last = v - a.lastIn + 0.92*a.last // 100 Hz and below go: rumble, hum, the sound of wind
		a.lastIn = v
		x[i] = a.last
	}
	a.spectrum()
	var total, logs, most float32
	var band, bandPower [bandCount]float32
	const faint = 1e-9
	re, im := &a.re, &a.im
	b := 0
	var window [3]float32
	for k := range bins {
		bin := k + binLow
		if bin >= bandEdges[b+1] {
			b++
		}
		p := unpack(re, im, bin) + faint
		total += p
		bandPower[b] += p
		a.power[k] = fastLog2(p)
		logs += a.power[k]
		window[k%3] = p
		most = max(most, window[0]+window[1]+window[2])
	}
	const dB = 3.0102999 // of a doubling of power
	mean := fastLog2(total / bins)
	out.level = dB*fastLog2(total) - 36
	out.flat = dB * (logs/bins - mean)
	out.peak = dB * (fastLog2(most) - fastLog2(total))
	var sum float32
	for i := range band {
		band[i] = dB * fastLog2(bandPower[i]/float32(bandEdges[i+1]-bandEdges[i]))
		sum += band[i]
	}
	out.tilt = 0
	for i := range band {
		out.shape[i] = band[i] - sum/bandCount
		if i < bandCount/2 {
			out.tilt += out.shape[i] / (bandCount / 2)
		}
	}
	out.fine = a.fineness()
	out.harm, out.pitch = a.pitch()
	a.n++
}

// spectrum is the FFT of 256 real samples as 128 complex ones.
func (a *analyser) spectrum() {
	const half = fftSize / 2
	re, im := &a.re, &a.im
	for i := range half {
		j := fftSwap[i]
		re[j] = a.samples[2*i] * fftWindow[2*i]
		im[j] = a.samples[2*i+1] * fftWindow[2*i+1]
	}
	for size := 2; size <= half; size *= 2 {
		step := fftSize / size
		h := size / 2
		for from := 0; from < half; from += size {
			for k := range h {
				c, s := fftCos[k*step], fftSin[k*step]
				i, j := (from+k)&(half-1), (from+k+h)&(half-1)
				tr, ti := re[j]*c+im[j]*s, im[j]*c-re[j]*s
				re[j], im[j] = re[i]-tr, im[i]-ti
				re[i], im[i] = re[i]+tr, im[i]+ti
			}
		}
	}
}

// unpack gives the power of a bin of the real signal.
func unpack(re, im *[fftSize / 2]float32, k int) float32 {
	m := (fftSize/2 - k) & (fftSize/2 - 1)
	er, ei := (re[k]+re[m])/2, (im[k]-im[m])/2
	or, oi := (im[k]+im[m])/2, (re[m]-re[k])/2
	c, s := fftCos[k], fftSin[k]
	xr, xi := er+or*c+oi*s, ei+oi*c-or*s
	return xr*xr + xi*xi
}

// fineness compares the overtones with those of 100 ms ago: notes and horns stand still, voices glide, noise never
// repeats.
func (a *analyser) fineness() float32 {
	now := &a.fines[a.n%(fineLag+1)]
	const around = 4
	var upTo [bins + 1]float32
	for k, p := range a.power {
		upTo[k+1] = upTo[k] + p
	}
	var sum float32
	for k, p := range a.power {
		lo, hi := max(0, k-around), min(bins, k+around+1)
		now[k] = p - (upTo[hi]-upTo[lo])/float32(hi-lo)
		sum += now[k] * now[k]
	}
	a.fineSum[a.n%(fineLag+1)] = sum
	if a.n < fineLag {
		return 0
	}
	then := &a.fines[(a.n-fineLag)%(fineLag+1)]
	var both float32
	for k := range bins {
		both += now[k] * then[k]
	}
	return both / float32(math.Sqrt(float64(sum*a.fineSum[(a.n-fineLag)%(fineLag+1)])+1e-9))
}

// pitch finds the period by autocorrelation at half the rate.
func (a *analyser) pitch() (strength, period float32) {
	var x [fftSize / 2]float32
	var energy float32
	for i := range x {
		x[i] = a.samples[2*i] + a.samples[2*i+1]
		energy += x[i] * x[i]
	}
	if energy < 1e-7 {
		return 0, 0
	}
	// The part that is compared moves: its energy is kept along.
	const n = len(x) - lagMost
	var e0 float32
	for i := range n {
		e0 += x[lagMost+i] * x[lagMost+i]
	}
	var el float32
	for i := range n {
		el += x[lagMost-lagLeast+i] * x[lagMost-lagLeast+i]
	}
	best := 0
	var before, top, topBefore, topAfter float32
	for lag := lagLeast; lag <= lagMost; lag++ {
		if lag > lagLeast {
			i := lagMost - lag
			el += x[i]*x[i] - x[i+n]*x[i+n]
		}
		var r float32
		back := x[lagMost-lag : lagMost-lag+n]
		ahead := x[lagMost : lagMost+n]
		for i, v := range ahead {
			r += v * back[i]
		}
		r /= float32(math.Sqrt(float64(e0*max(el, 0)) + 1e-9))
		if lag == best+1 {
			topAfter = r
		}
		if r > top+0.02 { // a longer period must be better, not as good: half the pitch fits as well
			best, top, topBefore, topAfter = lag, r, before, r
		}
		before = r
	}
	if best == 0 {
		return 0, 0
	}
	at := float32(best)
	if d := topBefore - 2*top + topAfter; d < -1e-6 && best > lagLeast && best < lagMost {
		at += max(-0.5, min(0.5, (topBefore-topAfter)/(2*d)))
	}
	return min(top, 1), fastLog2(at)
}

// fastLog2 is log2 to about 0.005: the exponent, and a parabola for the rest.
func fastLog2(v float32) float32 {
	u := math.Float32bits(v)
	e := float32(int32(u>>23) - 127)
	m := math.Float32frombits(u&0x7FFFFF | 0x3F800000)
	return e + (-0.34484843*m+2.02466578)*m - 1.67487759
}
