package town

import (
	"context"
	"crypto/x509"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/siaga110/siaga/office"
)

// Operators are simulated people at the seats that no human took. They sign in, sit down, and work the calls with
// nothing but the API, the sound on their line, and their dice.
type Operators struct {
	API      string // "https://127.0.0.1:8443"
	Roots    *x509.CertPool
	Accounts []Account // who they sign in as; nobody else may use these
	Offices  []office.Office
	Seed     uint64
	// KeepFree is how many seats of each office stay free for humans, as long as there are any. 0: one; negative: none.
	KeepFree int
	// KeepTaking makes them take calls also while a human of the same office is READY. Otherwise they pause, so that
	// the human gets the next call.
	KeepTaking bool
	Log        *slog.Logger
}

// floor is the simulated operators of one office.
type floor struct {
	ops    *Operators
	office office.Office
	below  []office.Office // Polres of a Polda
	watch  *watch
	list   []*operator

	mu   sync.Mutex      // guards all below; also held while a seat is chosen
	ours map[string]bool // person ids of simulated operators
	held map[string]bool // seats that they took or are taking
	prio map[string]int  // priority that the house proposes for a kind of report
}

// Run works until ctx ends; then everybody goes home.
func (o *Operators) Run(ctx context.Context) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	signIns := make(chan struct{}, 2) // passwords are slow to check, by intent
	for _, of := range o.Offices {
		f := &floor{ops: o, office: of, watch: newWatch(), ours: map[string]bool{}, held: map[string]bool{}}
		for _, other := range o.Offices {
			if other.Parent == of.ID {
				f.below = append(f.below, other)
			}
		}
		for _, a := range o.Accounts {
			if a.Office != of.ID || a.Role != office.Operator || len(f.list) >= of.Seats {
				continue
			}
			h, err := newHouse(o.API, o.Roots, a)
			if err != nil {
				o.Log.Error("simulated operator can't work", "user", a.User, "error", err)
				continue
			}
			f.list = append(f.list, &operator{
				floor: f, house: h, n: len(f.list), dice: dice(o.Seed, a.User), log: o.Log.With("operator", a.User),
			})
		}
		if len(f.list) > 0 {
			wg.Go(func() { f.run(ctx, signIns) })
		}
	}
}

// dice are a person's own, so that what one does changes nobody else's throws.
func dice(seed uint64, who string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(who)) // a hash takes everything
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// run opens the office's stream and lets its operators work.
func (f *floor) run(ctx context.Context, signIns chan struct{}) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, op := range f.list {
		if !op.enter(ctx, signIns) {
			return
		}
		f.mu.Lock()
		f.ours[op.house.person] = true
		f.mu.Unlock()
		if op.n == 0 {
			wg.Go(func() { f.watch.follow(ctx, op.house) })
			if !f.watch.until(ctx, 20*time.Second, func() bool { f.watch.mu.Lock(); defer f.watch.mu.Unlock(); return f.watch.fresh }) && ctx.Err() != nil {
				return
			}
			f.learnKinds(ctx, op.house)
			if f.office.Kind != office.Polda {
				wg.Go(func() { f.clerk(ctx, op.house) })
			}
		}
		wg.Go(func() { op.run(ctx) })
	}
}

// learnKinds reads which priority the house proposes for each kind of report.
func (f *floor) learnKinds(ctx context.Context, h *house) {
	var kinds []struct {
		Code     string `json:"code"`
		Priority int    `json:"priority"`
	}
	if err := h.do(ctx, http.MethodGet, "/kinds", nil, &kinds); err != nil {
		f.ops.Log.Debug("kinds of report can't be read", "error", err)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.prio = make(map[string]int, len(kinds))
	for _, k := range kinds {
		f.prio[k.Code] = k.Priority
	}
}

// priority is what the house proposes for a kind of report, 3 for one that it doesn't know.
func (f *floor) priority(kind string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.prio[kind]; p > 0 {
		return p
	}
	return 3
}

// humans counts the office's seats that others took, and whether one of them waits for a call.
func (f *floor) humans() (seated int, waiting bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watch.each(func(s seatView) {
		if s.Person == nil || f.ours[s.Person.ID] {
			return
		}
		seated++
		waiting = waiting || s.Line == "up" && (s.State == "READY" || s.State == "OFFERED")
	})
	return seated, waiting
}

// wanted says whether the operator with this number should be on duty now.
func (f *floor) wanted(n int) bool {
	keep := f.ops.KeepFree
	if keep == 0 {
		keep = 1
	}
	seated, _ := f.humans()
	return n < f.office.Seats-seated-max(0, keep)
}

// claim finds a free seat, from the first on: the last ones stay free. Release gives it back.
func (f *floor) claim() (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range f.office.SeatIDs() {
		s, known := f.watch.seat(string(id))
		if f.held[string(id)] || known && s.Person != nil && !f.ours[s.Person.ID] {
			continue
		}
		f.held[string(id)] = true
		return string(id), true
	}
	return "", false
}

func (f *floor) release(seat string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.held, seat)
}
