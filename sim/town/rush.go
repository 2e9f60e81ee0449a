package town

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/siaga110/siaga/office"
)

// Rush is many units and many screens at once, from outside: who watches, who moves, who presses keys.
type Rush struct {
	API      string
	Roots    *x509.CertPool
	Accounts []Account
	Office   office.ID     // whose units move
	Screens  int           // that watch, a third of them above the office
	Phones   int           // of crews that are sent to a job
	Every    time.Duration // between two positions of a unit
	For      time.Duration // how long all of it goes on
	Open     int           // incidents, for the search of duplicates
	Asks     int           // questions for a recommendation, and for duplicates
	Seed     uint64
	// Began and Ended are called around the part that is measured, with everything connected; either may be nil.
	Began, Ended func()
}

// RushReport is what screens, phones and keys saw. Times are from a press of a key, or the sending of a position, to its sight at the
// far end; all of one machine's clock.
type RushReport struct {
	Units, Screens         int
	Status, Position, Told Times
	Recommend, Duplicates  Times
	Sent                   []Sent // every change of a status or a position, for whoever watches with eyes of their own
	Lost                   int    // changes that a screen never saw, though newer ones came
}

// Sent is a change that somebody made.
type Sent struct {
	Key  string // as on the board: "unit/<id>" or "position/<id>"
	Mark string // what it then says: the status, or the time of the position in milliseconds since 1970
	At   time.Time
}

// Times are durations, of which quantiles are asked.
type Times []time.Duration

// P gives a quantile, 0 when there are none.
func (t Times) P(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(t))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

// MS is a duration in milliseconds, to a hundredth.
func MS(d time.Duration) float64 { return math.Round(float64(d.Microseconds())/10) / 100 }

// screen is one stream that somebody watches.
type screen struct {
	*house
	mu   sync.Mutex
	seen map[string]time.Time // key and mark: when it came
}

// rush is one that goes on.
type rush struct {
	Rush
	people  []*house // who press keys, of the office
	screens []*screen
	units   []string
	tokens  map[string]string // of a unit's device
	mu      sync.Mutex        // guards report
	report  RushReport
	faults  chan error
}

// Run does all of it. An error means that it couldn't be measured, not that it was slow.
func (r Rush) Run(ctx context.Context) (RushReport, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	x := &rush{Rush: r, tokens: map[string]string{}, faults: make(chan error, 100)}
	defer x.close()
	if err := x.signIn(ctx); err != nil {
		return RushReport{}, err
	}
	if err := x.arm(ctx); err != nil {
		return RushReport{}, err
	}
	jobs, err := x.open(ctx, r.Phones, 1)
	if err != nil {
		return RushReport{}, err
	}
	phones, err := x.phones(ctx)
	if err != nil {
		return RushReport{}, err
	}
	var wg, watching sync.WaitGroup
	for _, s := range x.screens {
		watching.Go(func() { x.fault(ctx, s.watch(ctx)) })
	}
	defer watching.Wait()
	defer stop()
	if !sleep(ctx, 2*time.Second) { // the snapshots
		return RushReport{}, ctx.Err()
	}
	if r.Began != nil {
		r.Began()
	}
	busy, end := context.WithTimeout(ctx, r.For)
	defer end()
	wg.Go(func() { x.move(busy) })
	wg.Go(func() { x.press(busy) })
	wg.Go(func() { x.send(busy, jobs, phones) })
	wg.Wait()
	if r.Ended != nil {
		r.Ended()
	}
	if !sleep(ctx, 3*time.Second) { // what is on its way
		return RushReport{}, ctx.Err()
	}
	x.compare()
	if err := x.ask(ctx); err != nil {
		return RushReport{}, err
	}
	select {
	case err := <-x.faults:
		return x.report, err
	default:
		return x.report, nil
	}
}

func (x *rush) close() {
	for _, h := range x.people {
		h.close()
	}
	for _, s := range x.screens {
		s.close()
	}
}

// fault keeps what went wrong, unless it is the end.
func (x *rush) fault(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	select {
	case x.faults <- err:
	default:
	}
}

// signIn opens the screens, and sessions of who press keys.
func (x *rush) signIn(ctx context.Context) error {
	var own, above []Account
	for _, a := range x.Accounts {
		works := a.Role == office.Operator || a.Role == office.Supervisor || a.Role == office.Chief
		switch {
		case works && a.Office == x.Office:
			own = append(own, a)
		case works && strings.HasPrefix(string(a.Office), "polda"):
			above = append(above, a)
		}
	}
	if len(own) == 0 || len(above) == 0 {
		return fmt.Errorf("there are no accounts of %s, or of its Polda", x.Office)
	}
	for _, a := range own {
		if a.Role == office.Chief {
			continue
		}
		h, err := newHouse(x.API, x.Roots, a)
		if err != nil {
			return err
		}
		if err := h.signIn(ctx); err != nil {
			return err
		}
		x.people = append(x.people, h)
	}
	for i := range x.Screens {
		list := own
		if i%3 == 2 {
			list = above
		}
		h, err := newHouse(x.API, x.Roots, list[i%len(list)])
		if err != nil {
			return err
		}
		if err := h.signIn(ctx); err != nil {
			return err
		}
		x.screens = append(x.screens, &screen{house: h, seen: map[string]time.Time{}})
	}
	x.report.Screens = len(x.screens)
	return nil
}

// arm gives each unit's device its token.
func (x *rush) arm(ctx context.Context) error {
	var list []struct {
		ID   string    `json:"id"`
		Home office.ID `json:"home"`
	}
	if err := x.people[0].do(ctx, http.MethodGet, "/units", nil, &list); err != nil {
		return err
	}
	for _, u := range list {
		if u.Home == x.Office {
			x.units = append(x.units, u.ID)
		}
	}
	x.report.Units = len(x.units)
	var mu sync.Mutex
	return x.each(ctx, len(x.units), 16, func(i int) error {
		var d struct {
			Token string `json:"token"`
		}
		if err := x.patiently(ctx, x.people[i%len(x.people)], "/units/"+x.units[i]+"/devices", map[string]string{"label": "radio"}, &d); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		x.tokens[x.units[i]] = d.Token
		return nil
	})
}

// each does n things, so many at a time, and gives the first error.
func (x *rush) each(ctx context.Context, n, atOnce int, do func(i int) error) error {
	next, errs := make(chan int), make(chan error, n)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					errs <- err
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil || len(errs) > 0 {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return ctx.Err()
	}
}

// patiently posts; whoever is told to wait waits.
func (x *rush) patiently(ctx context.Context, h *house, path string, in, out any) error {
	for {
		err := h.post(ctx, path, in, out)
		if p := (*problem)(nil); errors.As(err, &p) && p.Status == http.StatusTooManyRequests {
			if !sleep(ctx, time.Duration(max(1, p.Retry))*time.Second) {
				return ctx.Err()
			}
			continue
		}
		return err
	}
}

// open makes incidents of the office, somewhere in the town.
func (x *rush) open(ctx context.Context, n int, stream uint64) ([]string, error) {
	ids := make([]string, n)
	kinds := []string{"curas", "laka", "ribut", "curat", "aniaya", "bakar"}
	rnd := rand.New(rand.NewPCG(x.Seed, stream))
	forms := make([]map[string]any, n)
	for i := range forms {
		at := &pointView{Lat: -1.285 + 0.1*rnd.Float64(), Lng: 116.81 + 0.13*rnd.Float64()}
		forms[i] = emptyForm()
		forms[i]["kind"], forms[i]["place"], forms[i]["at"] = kinds[rnd.IntN(len(kinds))], fmt.Sprintf("Jalan %d", i), at
	}
	err := x.each(ctx, n, 24, func(i int) error {
		var c cardView
		in := map[string]any{"source": "radio", "report": forms[i]}
		if err := x.patiently(ctx, x.people[i%len(x.people)], "/incidents", in, &c); err != nil {
			return err
		}
		ids[i] = c.ID
		return nil
	})
	return ids, err
}

// emptyForm is a report of which nothing is known, as the API wants it whole.
func emptyForm() map[string]any {
	m := map[string]any{"priority": 0, "people": 0, "protect": false, "danger": nil, "suspectPresent": nil, "at": nil}
	for _, text := range []string{"kind", "place", "reporter", "reporterNumber", "weapons", "injured", "vehicle", "office", "summary"} {
		m[text] = ""
	}
	return m
}
