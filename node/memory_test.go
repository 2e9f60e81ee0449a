package node

import (
	"testing"
	"time"
)

func TestMemoryIsGivenBackAfterABusyTime(t *testing.T) {
	const mb = 1 << 20
	at, made := time.Now(), uint64(0)
	var m memory
	look := func(held, rate uint64) bool {
		at = at.Add(memoryLook)
		made += rate * uint64(memoryLook/time.Second)
		return m.look(at, held, made)
	}
	for range 30 {
		if look(60*mb, mb) {
			t.Fatal("given back although nothing was taken")
		}
	}
	for range 10 {
		if look(400*mb, 100*mb) {
			t.Fatal("collected in the middle of a flood")
		}
	}
	waited := time.Duration(0)
	for !look(390*mb, mb) {
		if waited += memoryLook; waited > time.Minute {
			t.Fatal("nothing is given back within a minute")
		}
	}
	if waited < memoryQuiet-memoryLook {
		t.Errorf("after %v: SIP still remembers the calls", waited)
	}
	m.gave(120 * mb) // this much is really in use
	for range 30 {
		if look(125*mb, mb) {
			t.Fatal("given back again and again")
		}
	}
	held, sum := memoryNow()
	if held < mb || sum < mb {
		t.Errorf("the runtime holds %d bytes and has made %d", held, sum)
	}
}
