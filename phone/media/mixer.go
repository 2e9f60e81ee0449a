package media

import "sync"

// mixer adds up what three or more parties say. Party 0 is the caller, then the lines in order.
type mixer struct {
	mu      sync.Mutex
	parties []*Port
	waiting []fifo
	frames  [][frameSamples]int16 // of this step, decoded
	spoke   []bool
	sum     [frameSamples]int32
}

// fifo holds what a party said and was not mixed yet, against jitter.
type fifo struct {
	audio  []byte
	primed bool // enough has come to start
}

const (
	fifoStart = 2 * frameSamples // wait for 40 ms, then go
	fifoMax   = 6 * frameSamples // never more than 120 ms late
)

func newMixer(caller *Port, lines []*Port) *mixer {
	n := len(lines) + 1
	return &mixer{
		parties: append([]*Port{caller}, lines...),
		waiting: make([]fifo, n),
		frames:  make([][frameSamples]int16, n),
		spoke:   make([]bool, n),
	}
}

// put takes a frame of a party.
func (m *mixer) put(from *Port, f *frame) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, p := range m.parties {
		if p != from {
			continue
		}
		q := &m.waiting[i]
		q.audio = append(q.audio, f.payload...)
		if over := len(q.audio) - fifoMax; over > 0 { // a burst, or a sender with a fast clock: the oldest goes
			q.audio = append(q.audio[:0], q.audio[len(q.audio)-fifoStart:]...)
		}
		q.primed = q.primed || len(q.audio) >= fifoStart
		return
	}
}

// step takes 20 ms of each party and adds them up.
func (m *mixer) step() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum = [frameSamples]int32{}
	for i := range m.waiting {
		q := &m.waiting[i]
		m.spoke[i] = q.primed && len(q.audio) >= frameSamples
		if !m.spoke[i] {
			q.primed = false
			continue
		}
		for k, b := range q.audio[:frameSamples] {
			v := Linear(b)
			m.frames[i][k] = v
			m.sum[k] += int32(v)
		}
		q.audio = append(q.audio[:0], q.audio[frameSamples:]...)
	}
}

// heardBy writes what party i hears of the last step into buf: all others.
func (m *mixer) heardBy(i int, buf []byte) []byte {
	buf = buf[:frameSamples]
	for k := range buf {
		v := m.sum[k]
		if m.spoke[i] {
			v -= int32(m.frames[i][k])
		}
		buf[k] = ALaw(int16(max(-32768, min(32767, v))))
	}
	return buf
}
