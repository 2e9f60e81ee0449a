package media

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTuneVoice learns the classifier's weights from the sounds of `scripts/hearing.sh OUT tune` and writes
// voiceweights.go: SIAGA_HEARING=OUT go test ./phone/media -run TuneVoice. The same sounds give the same weights.
func TestTuneVoice(t *testing.T) {
	dir := os.Getenv("SIAGA_HEARING")
	if dir == "" {
		t.Skip("set SIAGA_HEARING to the folder that scripts/hearing.sh made")
	}
	rng := rand.New(rand.NewPCG(110, 2026))
	var xs [][featureCount]float32
	var ys []int
	for k := range soundKinds {
		files, _ := filepath.Glob(filepath.Join(dir, k.String(), "*.al"))
		if len(files) == 0 {
			t.Fatalf("no sounds of %s in %s", k, dir)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, gain := range []float64{1, 0.5 + 0.3*rng.Float64(), 1.4 + 0.6*rng.Float64()} {
				looks(louder(raw, gain), k, func(x [featureCount]float32) {
					xs, ys = append(xs, x), append(ys, int(k))
				})
			}
		}
	}
	count := [soundKinds]int{}
	for _, y := range ys {
		count[y]++
	}
	t.Log(len(xs), "looks", count)
	n := learn(rng, xs, ys, count)
	if err := os.WriteFile("voiceweights.go", []byte(weights(n)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func louder(alaw []byte, gain float64) []byte {
	out := make([]byte, len(alaw))
	for i, b := range alaw {
		out[i] = ALaw(int16(max(-32767, min(32767, float64(Linear(b))*gain))))
	}
	return out
}

// looks calls each with the figures of every look at the sound. In speech, looks in which nobody speaks are left out.
func looks(alaw []byte, k SoundKind, each func([featureCount]float32)) {
	loudest := float32(-99)
	for pass := range 2 {
		v := &voice{}
		for n := 0; n+frameSamples <= len(alaw); n += frameSamples {
			v.frame(alaw[n : n+frameSamples])
			if v.frames < lookFirst || v.frames%lookEvery != 0 {
				continue
			}
			var x [featureCount]float32
			v.features(&x)
			switch {
			case pass == 0:
				loudest = max(loudest, x[featLoud])
			case (k == Speech || k == Whisper || k == Breath) && (x[featLoud] < loudest-15 || x[featActive] < 0.15):
			case k == Beeps && x[featLoud] < loudest-15:
			default:
				each(x)
			}
		}
	}
}

// learn is stochastic descent with momentum of its own for each weight (Adam), in float64.
func learn(rng *rand.Rand, xs [][featureCount]float32, ys []int, count [soundKinds]int) classifier {
	var n classifier
	for i := range featureCount {
		var sum, squares float64
		for _, x := range xs {
			sum += float64(x[i])
			squares += float64(x[i]) * float64(x[i])
		}
		mean := sum / float64(len(xs))
		n.mean[i] = float32(mean)
		n.spread[i] = float32(math.Sqrt(max(1e-6, squares/float64(len(xs))-mean*mean)))
	}
	const in, hid, outs = featureCount, hiddenCount, int(soundKinds)
	w := make([]float64, hid*(in+1)+outs*(hid+1))
	for i := range w {
		w[i] = rng.NormFloat64() * 0.25
	}
	m, v, g := make([]float64, len(w)), make([]float64, len(w)), make([]float64, len(w))
	second := hid * (in + 1)
	const batch = 64
	step := 0
	for epoch := range 30 {
		rate := 0.004 * math.Pow(0.9, float64(epoch))
		for range len(xs) / batch {
			clear(g)
			for range batch {
				at := rng.IntN(len(xs))
				weight := float64(len(xs)) / float64(outs) / float64(count[ys[at]])
				weight = math.Sqrt(weight) // between all looks alike and all kinds alike
				var x [in]float64
				for i := range x {
					x[i] = max(-4, min(4, float64((xs[at][i]-n.mean[i])/n.spread[i]))) + 0.25*rng.NormFloat64()
				}
				var h [hid]float64
				for j := range h {
					sum := w[j*(in+1)+in]
					for i, xi := range x {
						sum += w[j*(in+1)+i] * xi
					}
					h[j] = math.Tanh(sum)
				}
				var p [outs]float64
				all := 0.0
				for k := range p {
					sum := w[second+k*(hid+1)+hid]
					for j, hj := range h {
						sum += w[second+k*(hid+1)+j] * hj
					}
					p[k] = math.Exp(sum)
					all += p[k]
				}
				var dh [hid]float64
				for k := range p {
					d := p[k] / all
					if k == ys[at] {
						d--
					}
					d *= weight / batch
					for j, hj := range h {
						g[second+k*(hid+1)+j] += d * hj
						dh[j] += d * w[second+k*(hid+1)+j]
					}
					g[second+k*(hid+1)+hid] += d
				}
				for j := range dh {
					d := dh[j] * (1 - h[j]*h[j])
					for i, xi := range x {
						g[j*(in+1)+i] += d * xi
					}
					g[j*(in+1)+in] += d
				}
			}
			step++
			for i := range w {
				gi := g[i] + 1e-4*w[i]
				m[i] = 0.9*m[i] + 0.1*gi
				v[i] = 0.999*v[i] + 0.001*gi*gi
				w[i] -= rate * m[i] / (1 - math.Pow(0.9, float64(step))) / (math.Sqrt(v[i]/(1-math.Pow(0.999, float64(step)))) + 1e-8)
			}
		}
	}
	for j := range hid {
		for i := range in {
			n.hidden[j][i] = float32(w[j*(in+1)+i])
		}
		n.hiddenBias[j] = float32(w[j*(in+1)+in])
	}
	for k := range outs {
		for j := range hid {
			n.out[k][j] = float32(w[second+k*(hid+1)+j])
		}
		n.outBias[k] = float32(w[second+k*(hid+1)+hid])
	}
	return n
}

func weights(n classifier) string {
	var b strings.Builder
	row := func(vs []float32) {
		b.WriteString("{")
		for i, v := range vs {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%.4g", v)
		}
		b.WriteString("}")
	}
	b.WriteString("package media\n\n// Made by TestTuneVoice from the sounds of scripts/hearing.sh; not edited by hand.\n\nvar voiceNet = classifier{\n")
	for _, f := range []struct {
		name string
		vs   []float32
	}{{"mean", n.mean[:]}, {"spread", n.spread[:]}, {"hiddenBias", n.hiddenBias[:]}, {"outBias", n.outBias[:]}} {
		fmt.Fprintf(&b, "\t%s: [...]float32", f.name)
		row(f.vs)
		b.WriteString(",\n")
	}
	fmt.Fprintf(&b, "\thidden: [hiddenCount][featureCount]float32{\n")
	for _, r := range n.hidden {
		b.WriteString("\t\t")
		row(r[:])
		b.WriteString(",\n")
	}
	fmt.Fprintf(&b, "\t},\n\tout: [soundKinds][hiddenCount]float32{\n")
	for _, r := range n.out {
		b.WriteString("\t\t")
		row(r[:])
		b.WriteString(",\n")
	}
	b.WriteString("\t},\n}\n")
	return b.String()
}
