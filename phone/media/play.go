package media

import "time"

// Play sends audio to the far end in real time, by absolute deadlines, and returns true when all was sent. It returns
// false as soon as stop is closed or a Talk has the port: a call matters more than a tone. Nobody else may send to the
// port meanwhile.
func (p *Port) Play(audio []byte, stop <-chan struct{}) bool {
	src := source{ssrc: runs.Add(1)}
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	var last [frameSamples]byte
	for n := int64(0); len(audio) > 0; n++ {
		select {
		case <-stop:
			return false
		case <-timer.C:
		}
		if p.hearer.Load() != nil {
			return false
		}
		frameAudio := audio[:min(len(audio), frameSamples)]
		audio = audio[len(frameAudio):]
		if len(frameAudio) < frameSamples {
			for i := copy(last[:], frameAudio); i < frameSamples; i++ {
				last[i] = Silence
			}
			frameAudio = last[:]
		}
		p.out.write(src, &frame{seq: uint16(n), ts: uint32(n * frameSamples), payload: frameAudio, at: time.Now()})
		timer.Reset(time.Until(start.Add(time.Duration(n+1) * frameTime)))
	}
	p.out.pause()
	return true
}
