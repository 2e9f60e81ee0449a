package media

// voice tells speech from silence and from steady noise, well enough to see that a caller who was asked to speak does.
// It is no recogniser: music and a shouting street count as speech, on purpose, since the doubt is the caller's.
type voice struct {
	known bool
	floor float64 // mean size of samples when nobody speaks: falls at once, rises over seconds
	loud  int     // samples of loudness lately
	quiet int     // samples since the last loud one
	on    bool
}

const (
	voiceLeast  = 180          // mean sample, about -45 dBFS: softer is never speech
	voiceOver   = 3            // times the floor, about 10 dB
	voiceOn     = Rate / 5     // 200 ms of loudness start it
	voiceOnMost = Rate / 2     // and no more is saved up
	voiceOff    = Rate * 3 / 2 // 1.5 s of quiet end it
	floorRise   = 5 * Rate     // samples in which the floor follows a steady noise
)

// hear takes A-law audio and says whether the state changed.
func (v *voice) hear(alaw []byte) bool {
	var sum int
	for _, b := range alaw {
		s := int(alawToLinear[b])
		if s < 0 {
			s = -s
		}
		sum += s
	}
	n := len(alaw)
	level := float64(sum) / float64(n)
	switch {
	case !v.known || level < v.floor:
		v.known, v.floor = true, level
	default:
		v.floor += (level - v.floor) * float64(n) / floorRise
	}
	if level > voiceLeast && level > voiceOver*v.floor {
		v.loud, v.quiet = min(v.loud+n, voiceOnMost), 0
	} else {
		v.loud, v.quiet = max(0, v.loud-n/2), v.quiet+n
	}
	was := v.on
	if v.loud >= voiceOn {
		v.on = true
	} else if v.quiet >= voiceOff {
		v.on = false
	}
	return v.on != was
}
