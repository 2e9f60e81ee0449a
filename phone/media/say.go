package media

// saying is a prompt that the caller hears now instead of all else. Its place belongs to the goroutine of run.
type saying struct {
	audio []byte
	place int
}

// Say plays a prompt once, from the next packet on; meanwhile nothing else reaches the caller, not even what the lines
// say. "" ends it. A prompt that doesn't exist is left out.
func (t *Talk) Say(prompt string) {
	var s *saying
	if prompt != "" {
		if audio := t.prompts.get(prompt); len(audio) > 0 {
			s = &saying{audio: audio}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.saying.Store(s)
		t.poke()
	}
}

// Mute: from the next packet on the caller hears silence whoever speaks, but for what Say plays. The packets go on, so
// that no carrier takes the call for dead.
func (t *Talk) Mute(on bool) { t.muted.Store(on) }

// Muted says whether the caller hears silence on purpose.
func (t *Talk) Muted() bool { return t.muted.Load() }

// silent is what is sent in place of audio.
var silent = func() (a [maxPayload]byte) {
	for i := range a {
		a[i] = Silence
	}
	return a
}()

// sayFrame fills one frame of what is said; false when nothing is.
func (t *Talk) sayFrame(f *frame, buf []byte) bool {
	s := t.saying.Load()
	if s == nil {
		return false
	}
	n := copy(buf, s.audio[s.place:])
	copy(buf[n:], silent[:])
	if s.place += n; s.place >= len(s.audio) {
		t.saying.CompareAndSwap(s, nil)
		t.clock.ticking = len(t.clock.routes.lines) != 1 // one line hands its packets on again
	}
	f.payload, f.said = buf, true
	return true
}
