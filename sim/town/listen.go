package town

import (
	"hash/maphash"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Operators of the town understand citizens by ear: audio is A-law end to end, so the words that a citizen said come
// out of the operator's side of Siaga byte for byte. Nothing but the audio tells a simulated operator what a call is about.

const (
	wordBytes = 24 // a piece of a voice that is looked for
	wordStep  = 80 // pieces are kept every 10 ms of a voice and looked for at every sample
	wordVotes = 6  // so many pieces of one voice are enough to know it
	loud      = 0.012
)

type vocabulary struct {
	seed  maphash.Seed
	words map[uint64]int // hash of a piece: number of its voice
}

var vocab = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{seed: maphash.MakeSeed(), words: map[uint64]int{}}
	shared := map[uint64]bool{}
	for n, voice := range voices() {
		for at := 0; at+wordBytes <= len(voice.Audio); at += wordStep {
			piece := voice.Audio[at : at+wordBytes]
			if !distinct(piece) {
				continue
			}
			h := maphash.Bytes(v.seed, piece)
			if other, ok := v.words[h]; ok && other != n {
				shared[h] = true
			}
			v.words[h] = n
		}
	}
	for h := range shared {
		delete(v.words, h)
	}
	return v
})

// distinct says whether a piece is more than silence.
func distinct(piece []byte) bool {
	var seen [256]bool
	n := 0
	for _, b := range piece {
		if !seen[b] {
			seen[b] = true
			n++
		}
	}
	return n >= 9
}

// listener is the ear of one seat.
type listener struct {
	mu    sync.Mutex
	ear   Ear
	tail  []byte // end of the last packet, too short for a piece
	votes map[int]int
	voice int // number of the voice that was understood, -1 none
	sound time.Duration
}

// start forgets the last caller.
func (l *listener) start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail, l.votes, l.voice, l.sound = nil, map[int]int{}, -1, 0
}

func (l *listener) hear(p *rtp.Packet, at time.Time) {
	v := vocab()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ear.hear(p, at)
	if level(p.Payload) > loud {
		l.sound += time.Duration(len(p.Payload)) * time.Second / rate
	}
	if l.voice >= 0 || l.votes == nil {
		return
	}
	all := append(l.tail, p.Payload...)
	for at := 0; at+wordBytes <= len(all); at++ {
		piece := all[at : at+wordBytes]
		if n, ok := v.words[maphash.Bytes(v.seed, piece)]; ok {
			if l.votes[n]++; l.votes[n] >= wordVotes {
				l.voice = n
				break
			}
		}
	}
	l.tail = append(l.tail[:0], all[max(0, len(all)-wordBytes+1):]...)
}

// understood is the voice that was recognised, and how long anybody was heard at all.
func (l *listener) understood() (v Voice, ok bool, sound time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.voice >= 0 {
		return voices()[l.voice], true, l.sound
	}
	return Voice{}, false, l.sound
}
