package tape

import (
	"sync"
	"time"
)

// reel is the newest seconds of a call, in memory: where pieces that come late, twice or at the same time are put
// together. It doesn't know files, and its owner locks it.
type reel struct {
	done    int64           // frames that were taken; nothing before it can change
	high    int64           // end of the last frame that came
	base    int64           // second at which blocks begin
	blocks  []*[second]byte // nil: silence
	held    int             // blocks that aren't nil
	dropped uint64          // pieces that came too late, too early or too many
}

// Limits of a reel.
const (
	window   = 300 * time.Millisecond // how late a piece may come
	ahead    = 10 * time.Second       // how far before the wall clock a piece may say it is
	heldMax  = 30                     // blocks: what a disk may owe before sound is dropped
	windowed = int64(window) * rate / int64(time.Second)
)

// put lays a piece at a place; now is how long the recording has been running.
func (r *reel) put(side int, at, now time.Duration, sound []byte) {
	if len(sound) == 0 {
		return
	}
	start := int64(at) / int64(time.Second) * rate
	start += (int64(at)%int64(time.Second)*rate + int64(time.Second)/2) / int64(time.Second)
	if side < 0 || side >= frame || at < 0 || at > now+ahead || len(sound) > 10*rate {
		r.dropped++
		return
	}
	end := start + int64(len(sound))
	if start < r.done { // what was taken can't be changed
		r.dropped++
		if end <= r.done {
			return
		}
		sound = sound[r.done-start:]
		start = r.done
	}
	for len(sound) > 0 {
		block := r.block(start / rate)
		if block == nil {
			r.dropped++
			return
		}
		in := start % rate
		n := min(int64(len(sound)), rate-in)
		for i, s := range sound[:n] {
			p := &block[(in+int64(i))*frame+int64(side)]
			*p = mix(*p, s)
		}
		sound = sound[n:]
		start += n
		r.high = max(r.high, start)
	}
}

// block gives the block of a second to write into; nil when too much is held already.
func (r *reel) block(sec int64) *[second]byte {
	for sec >= r.base+int64(len(r.blocks)) {
		r.blocks = append(r.blocks, nil)
	}
	b := &r.blocks[sec-r.base]
	if *b == nil {
		if r.held >= heldMax {
			return nil
		}
		r.held++
		*b = blocks.Get().(*[second]byte) //nolint:errcheck // nothing else is put there
		copy((*b)[:], silent[:])
	}
	return *b
}

// clear lets go of what is held.
func (r *reel) clear() {
	for _, b := range r.blocks {
		if b != nil {
			blocks.Put(b)
		}
	}
	r.blocks, r.held = nil, 0
}

// blocks are seconds of sound for use again: each call needs one or two at a time, and one to write from.
var blocks = sync.Pool{New: func() any { return new([second]byte) }}

var silent = func() (s [second]byte) {
	for i := range s {
		s[i] = silence
	}
	return s
}()

// take gives the frames up to a place, at most a second of them, in buf, and forgets them. Gaps are silence.
func (r *reel) take(to int64, buf []byte) []byte {
	to = min(to, (r.done/rate+1)*rate)
	if to <= r.done {
		return buf[:0]
	}
	from := silent[:]
	sec := r.done / rate
	if len(r.blocks) > 0 && r.blocks[0] != nil {
		from = r.blocks[0][:]
	}
	n := copy(buf, from[(r.done-sec*rate)*frame:(to-sec*rate)*frame])
	r.done = to
	if to%rate == 0 {
		r.base = to / rate
		if len(r.blocks) > 0 {
			if r.blocks[0] != nil {
				r.held--
				blocks.Put(r.blocks[0])
			}
			r.blocks = append(r.blocks[:0], r.blocks[1:]...) // a few: it shifts in place and keeps its array
		}
	}
	return buf[:n]
}
