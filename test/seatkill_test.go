package test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What kills find: TestSeatsKilled counts over all its houses.
type deaths struct {
	mu             sync.Mutex
	long           bool
	kills, dropped int
	unbalanced     int
	widest         []time.Duration // silence in the caller's ear after each kill
	moments        map[string]int
}

// TestSeatsKilled: a seat dies at a random moment of a live call: while it rings, talks, offers the call to a Polres, has
// just taken it over, owes an outcome, or pauses after a call. Its sockets end at once, or its cable is pulled and nobody is
// told; it comes back soon, late or never. The caller is never dropped and hears somebody or the announcement; what was typed
// is there; the sheet balances; each tape plays. SIAGA_SEAT_KILLS says how often (make soak: 200, a tenth of them in real
// Chromium), SIAGA_SEAT_KILLS_BEFORE how many of them earlier slices did, SIAGA_SEED repeats a run.
func TestSeatsKilled(t *testing.T) {
	kills, browsers, houses := 8, 2, 3
	long := false
	if n, err := strconv.Atoi(os.Getenv("SIAGA_SEAT_KILLS")); err == nil {
		kills, browsers, houses, long = n-n/10, n/10, 5, true
	}
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv("SIAGA_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("%d kills of our own clients, %d of Chromium; SIAGA_SEED=%d", kills, browsers, seed)
	d := &deaths{long: long, moments: map[string]int{}}
	t.Run("all", func(t *testing.T) {
		for n := range houses {
			t.Run(fmt.Sprint("house ", n), func(t *testing.T) {
				t.Parallel()
				k := newKilling(t, d, seed, n)
				for i := n; i < kills; i += houses {
					k.kills(ways[(i+int(seed%uint64(len(ways))))%len(ways)])
				}
				k.ends()
			})
		}
		t.Run("browser", func(t *testing.T) {
			t.Parallel()
			need(t, "chromium")
			k := newKilling(t, d, seed, houses)
			k.browses()
			for i := range browsers {
				k.killsBrowser(browserMoments[(i+int(seed%7))%len(browserMoments)], browserDeaths[i%len(browserDeaths)])
			}
			k.ends()
		})
	})
	slices.Sort(d.widest)
	if len(d.widest) > 0 {
		t.Logf("%d kills %v; %d callers dropped; widest silence after a kill: median %v, most %v", d.kills, d.moments, d.dropped,
			d.widest[len(d.widest)/2].Round(10*time.Millisecond), d.widest[len(d.widest)-1].Round(10*time.Millisecond))
	}
	if long && !t.Failed() { // figures of a run that failed tell nothing
		before, _ := strconv.Atoi(os.Getenv("SIAGA_SEAT_KILLS_BEFORE"))
		keepFigure(t, "kills_browser", float64(before+d.kills))
		addFigure(t, "callers_dropped", float64(d.dropped))
		addFigure(t, "conservation_errors", float64(d.unbalanced))
	}
}

// moments of a call at which a seat dies, and how it comes back.
const (
	ringing    = "ringing"
	talking    = "talking"
	offering   = "offering" // the Polda's seat, while the Polres rings
	refused    = "refused"  // the same, and the Polres declines then
	takenOver  = "taken over"
	unfinished = "unfinished"
	wrapUp     = "wrap-up"

	soon  = "soon"
	late  = "late"
	never = "never"
)

type death struct{ moment, how, back string }

// ways are all of them, so spread that each run of neighbours has many kinds.
var ways = func() (all []death) {
	for _, back := range []string{soon, never, late} {
		for _, how := range []string{cut, silent} {
			for _, m := range []string{talking, ringing, offering, takenOver, unfinished, refused, wrapUp} {
				all = append(all, death{m, how, back})
			}
		}
	}
	rand.New(rand.NewPCG(110, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}()

// killing is one house in which seats die.
type killing struct {
	t       *testing.T
	d       *deaths
	h       *house
	dice    *rand.Rand
	n       int
	calls   int
	polda   []*mate
	polres  []*mate
	rings   chan mateRing
	reader  *client
	window  *operator // the browser, in its house only
	sari    *operator // its tab
	hand    *client   // of the one who sits there
	later   []string  // numbers whose outcome the clock writes
	owesTil time.Time // until then a seat has a call without an outcome
	moment  string    // of the death that comes next, for the count
}

func newKilling(t *testing.T, d *deaths, seed uint64, n int) *killing {
	t.Helper()
	k := &killing{t: t, d: d, h: open(t), dice: rand.New(rand.NewPCG(seed, uint64(n))), n: n, rings: make(chan mateRing, 100)}
	k.reader = k.h.signIn(k.h.account(polda, "supervisor", 0))
	for i := range 3 {
		k.polda = append(k.polda, k.h.sits(t, k.h.account(polda, "operator", i), fmt.Sprintf("%s/%d", polda, i+1), poldaTone, k.rings))
	}
	for i := range 2 {
		k.polres = append(k.polres, k.h.sits(t, k.h.account(bpn, "operator", i), fmt.Sprintf("%s/%d", bpn, i+1), polresTone, k.rings))
	}
	return k
}

// between draws a time.
func (k *killing) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(k.dice.Int64N(int64(hi-lo)))
}

// hands are those who can close a call: the mates, and the one at the browser by another window.
func (k *killing) hands() (all []*client) {
	for _, m := range k.all() {
		all = append(all, m.client)
	}
	if k.hand != nil {
		all = append(all, k.hand)
	}
	return all
}

// all are the mates.
func (k *killing) all() []*mate { return append(slices.Clone(k.polda), k.polres...) }

// rung waits for an offer of a call; one of an earlier call is old.
func (k *killing) rung(within time.Duration, at []*mate, what string) mateRing {
	k.t.Helper()
	over := time.After(within)
	for {
		select {
		case r := <-k.rings:
			if slices.Contains(at, r.mate) {
				return r
			}
		case <-over:
			k.t.Fatalf("nobody is rung within %v: %s", within, what)
		}
	}
}

// story is one caller and what became of the call.
// dials brings a caller into the house.
// next is another caller, with the seats as they are.
// answered: somebody takes the call and types.
// form is a report with a place and a note, and nothing else yet.
// kill ends a seat's line, and from then on the caller's silence is measured.
// hums says whether an officer's tone is most of what is heard: an announcement has something of every frequency.
// gone says whether the caller's phone has been hung up on.
// settles waits until somebody talks with the caller again, answering whatever rings on the way. Before least has passed
// since the kill nothing is settled: who is heard may be about to leave.
// measured ends the measuring. The caller may hear nothing for the 3 s in which a silent line is found dead, and until the
// announcement's first word.
// dies ends a seat's line and counts that.
func (k *killing) dies(m *mate, how string) {
	m.dies(how)
	k.counted()
}

// counted is one kill more.
func (k *killing) counted() {
	k.d.mu.Lock()
	defer k.d.mu.Unlock()
	k.d.kills++
	k.d.moments[k.moment]++
}

// closes ends the call by whoever has it, and looks at what was typed.
// looks at the record of a call that has ended.
// returning says when the dead seat's line comes back.
// kills plays one story.
func (k *killing) kills(d death) {
	k.t.Helper()
	talk := "60000"
	if d.moment == unfinished {
		talk = fmt.Sprint(1500 + k.dice.IntN(1500))
		if !k.d.long || time.Now().Before(k.owesTil) {
			d.back = soon // the clock takes a minute, and one seat that owes an outcome is enough
		}
	}
	if d.moment == wrapUp && d.back == late {
		d.back = never
	}
	k.moment = d.moment
	s := k.dials(talk)
	r := k.rung(10*time.Second, k.polda, "a new call")
	s.call = r.call
	victim := r.mate
	if d.moment == ringing {
		time.Sleep(k.between(0, 2*time.Second))
		s.kill(victim, d.how)
		s.returning(victim, d.back)
		s.settles(300*time.Millisecond, k.polda)
		s.closes()
		return
	}
	s.answered(r)
	switch d.moment {
	case talking:
		time.Sleep(k.between(0, 1500*time.Millisecond))
		s.kill(victim, d.how)
		s.returning(victim, d.back)
		s.settles(600*time.Millisecond, k.polda)
	case offering, refused:
		victim.must("POST", "/calls/"+s.call+"/transfer", map[string]string{"office": bpn}, nil)
		at := k.rung(5*time.Second, k.polres, "the Polres")
		time.Sleep(k.between(0, time.Second))
		s.kill(victim, d.how)
		time.Sleep(k.between(0, 1500*time.Millisecond))
		if d.moment == refused {
			at.mate.must("POST", "/calls/"+s.call+"/decline", map[string]int{"offer": at.offer}, nil)
			s.returning(victim, d.back)
			s.settles(600*time.Millisecond, k.polda)
			break
		}
		if !at.answers() {
			k.t.Fatalf("%s can't answer a call whose Polda seat died: %s", at.mate.seat, k.reader.timeline(s.c.number))
		}
		s.settles(600*time.Millisecond, k.polres, k.polda)
	case takenOver:
		victim.must("POST", "/calls/"+s.call+"/transfer", map[string]string{"office": bpn}, nil)
		at := k.rung(5*time.Second, k.polres, "the Polres")
		if !at.answers() {
			k.t.Fatal("the Polres can't answer")
		}
		least := 600 * time.Millisecond
		if k.dice.IntN(2) == 0 {
			victim.must("POST", "/calls/"+s.call+"/leave", nil, nil)
		} else {
			least = 7 * time.Second // the Polda leaves by itself after 5 s
		}
		time.Sleep(k.between(0, 800*time.Millisecond))
		s.kill(at.mate, d.how)
		s.returning(at.mate, d.back)
		s.settles(least, k.polres, k.polda)
	case unfinished:
		s.c.ends(10 * time.Second)
		time.Sleep(k.between(0, time.Second))
		k.dies(victim, d.how)
		if d.back == never {
			k.later = append(k.later, s.c.number)
			k.owesTil = time.Now().Add(70 * time.Second)
			s.c.ear.close()
			return
		}
		s.returning(victim, d.back)
		time.Sleep(s.backAt)
		s.back()
		if !s.over() {
			k.t.Errorf("the outcome can't be chosen: %s", s.reply)
		}
		s.looks()
		return
	case wrapUp:
		s.closes()
		k.dies(victim, d.how)
		other := k.next("60000")
		o := k.rung(10*time.Second, k.polda, "a call after a seat died in its pause")
		if o.mate == victim {
			k.t.Errorf("a dead seat is rung")
		}
		other.answered(o)
		other.closes()
		if d.back == soon {
			victim.returns()
		}
		return
	}
	s.closes()
}

// ends looks at the whole: outcomes that the clock wrote, the sheet, the tapes, the journal.
func (k *killing) ends() {
	k.t.Helper()
	for _, number := range k.later {
		eventually(k.t, "the clock writes an outcome for "+number, 75*time.Second, func() bool {
			return k.row(number).Outcome == "putus_penelepon"
		})
	}
	if n := len(k.h.unbalanced()); n > 0 {
		k.d.mu.Lock()
		k.d.unbalanced += n
		k.d.mu.Unlock()
		k.t.Errorf("the sheet doesn't balance at %d offices", n)
	}
	for _, m := range k.all() {
		m.leaves()
	}
	k.h.stop()
	if out, err := exec.Command(siaga(k.t), "verify", "--dir", k.h.dir).CombinedOutput(); err != nil {
		k.t.Errorf("siaga verify: %v\n%s", err, out)
	}
	k.plays()
}

// plays opens each tape as a player does.
func (k *killing) plays() {
	k.t.Helper()
	ffprobe, _ := exec.LookPath("ffprobe")
	tapes := 0
	err := filepath.WalkDir(filepath.Join(k.h.dir, "tapes"), func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".wav") || strings.Contains(path, string(filepath.Separator)+"idle"+string(filepath.Separator)) {
			return err
		}
		tapes++
		if left, _ := readTape(k.t, path); len(left) < rate/4 {
			k.t.Errorf("%s holds only %d samples", path, len(left))
		}
		if ffprobe != "" && (k.d.long || tapes%5 == 1) {
			if out, err := exec.Command(ffprobe, "-v", "error", "-show_entries", "format=duration", path).CombinedOutput(); err != nil {
				k.t.Errorf("a player can't open %s: %v\n%s", path, err, out)
			}
		}
		return nil
	})
	if err != nil {
		k.t.Error(err)
	}
	if tapes < k.calls {
		k.t.Errorf("%d tapes of %d calls", tapes, k.calls)
	}
	k.t.Logf("%d calls, %d tapes play", k.calls, tapes)
}
