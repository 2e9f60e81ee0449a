package staff

import (
	"sync"
	"time"
)

// When sign-ins are refused.
const (
	triesUser    = 5                // wrong passwords for one user name …
	triesAddress = 40               // … or from one address, behind which a whole office may sit,
	triesLeak    = time.Minute      // which is forgiven one in each minute: in a day many people mistype,
	lockFirst    = time.Minute      // then the door is shut for so long,
	lockMax      = 15 * time.Minute // doubled with each further wrong one, up to this
	triesForget  = time.Hour        // without a wrong one for so long, it begins anew
	triesKept    = 20_000           // names and addresses that are remembered at most
)

// tries counts wrong passwords by user name (of people or of nobody alike) and by address. It lives in memory: a
// restart forgives.
type tries struct {
	mu    sync.Mutex
	wrong map[string]*wrong
}

type wrong struct {
	count int
	last  time.Time
	until time.Time // the door is shut
	lock  time.Duration
}

func newTries() *tries { return &tries{wrong: map[string]*wrong{}} }

// locked tells until when any of the names is shut out; zero when none is.
func (t *tries) locked(now time.Time, names ...string) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	var until time.Time
	for _, n := range names {
		if w := t.wrong[n]; w != nil && w.until.After(now) && w.until.After(until) {
			until = w.until
		}
	}
	return until
}

// fail counts a wrong password and tells whether the name was shut out by it, and until when. One is forgiven in
// each leak; 0: none.
func (t *tries) fail(now time.Time, name string, most int, leak time.Duration) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.wrong[name]
	if w == nil || now.Sub(w.last) > triesForget {
		t.room(now)
		w = &wrong{}
		t.wrong[name] = w
	}
	if leak > 0 && !w.last.IsZero() {
		w.count = max(0, w.count-int(now.Sub(w.last)/leak))
	}
	w.count++
	w.last = now
	if w.count < most {
		return time.Time{}, false
	}
	w.lock = min(max(2*w.lock, lockFirst), lockMax)
	w.until = now.Add(w.lock)
	return w.until, true
}

// forget: somebody has shown that they know the password.
func (t *tries) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.wrong, name)
}

// room makes place: first what is forgotten anyway, then whatever isn't locked. t.mu is held.
func (t *tries) room(now time.Time) {
	if len(t.wrong) < triesKept {
		return
	}
	for n, w := range t.wrong {
		if now.Sub(w.last) > triesForget {
			delete(t.wrong, n)
		}
	}
	for n, w := range t.wrong {
		if len(t.wrong) < triesKept {
			return
		}
		if !w.until.After(now) {
			delete(t.wrong, n)
		}
	}
}
