package town

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/siaga110/siaga/office"
)

// operator is one simulated person.
type operator struct {
	floor *floor
	house *house
	n     int
	dice  *rand.Rand
	log   *slog.Logger

	// While on duty; used by the goroutine of run only.
	seat string
	line *seatLine
}

// enter signs in, trying until it works; false when ctx ends first.
func (o *operator) enter(ctx context.Context, signIns chan struct{}) bool {
	for wait := 500 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		select {
		case signIns <- struct{}{}:
		case <-ctx.Done():
			return false
		}
		err := o.house.signIn(ctx)
		<-signIns
		if err == nil {
			return true
		}
		o.log.Debug("simulated operator can't sign in yet", "error", err)
		if !sleep(ctx, wait) {
			return false
		}
	}
}

// run takes a seat whenever one is wanted, and goes home at the end.
func (o *operator) run(ctx context.Context) {
	defer o.house.close()
	defer func() {
		bye, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		o.house.signOut(bye)
	}()
	for ctx.Err() == nil {
		if !o.floor.wanted(o.n) {
			if !o.floor.watch.until(ctx, time.Minute, func() bool { return o.floor.wanted(o.n) }) {
				continue
			}
			if !sleep(ctx, o.between(2, 6)) { // a human may be moving from seat to seat
				return
			}
			continue
		}
		if err := o.duty(ctx); err != nil && ctx.Err() == nil {
			o.log.Debug("simulated operator's duty broke off", "seat", o.seat, "error", err)
			if p, ok := err.(*problem); ok && p.Status == http.StatusUnauthorized { //nolint:errorlint // duty returns it bare
				_ = o.house.signIn(ctx) // the next round tells
			}
			if !sleep(ctx, o.between(1, 3)) {
				return
			}
		}
	}
}

// duty is one duty at a seat, from sitting down until the seat is wanted by humans, the line breaks, or ctx ends.
func (o *operator) duty(ctx context.Context) error {
	seat, ok := o.floor.claim()
	if !ok {
		sleep(ctx, o.between(2, 4))
		return nil
	}
	defer o.floor.release(seat)
	if err := o.house.post(ctx, "/duty", map[string]string{"seat": seat}, nil); err != nil {
		return err
	}
	o.seat = seat
	defer func() {
		bye, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = o.house.do(bye, http.MethodDelete, "/duty", nil, nil) // else the seat's lost line ends the duty
	}()
	line, err := openLine(ctx, o.house, o.dice)
	if err != nil {
		return err
	}
	o.line = line
	defer line.close()
	return o.serve(ctx)
}

// serve waits for rings and works them, one after the other.
func (o *operator) serve(ctx context.Context) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		if !o.floor.wanted(o.n) {
			return nil
		}
		if err := o.stand(ctx); err != nil {
			return err
		}
		changed := o.floor.watch.next()
		select {
		case r := <-o.line.rings:
			o.work(ctx, r)
		case <-o.line.lost:
			return errLineLost
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C: // also when the stream is broken
		case <-changed:
			if !o.idleChange(ctx, tick) {
				return ctx.Err()
			}
		}
	}
}

// idleChange rests for a moment after a change, unless a ring comes: thirty operators shouldn't all jump at each.
func (o *operator) idleChange(ctx context.Context, tick *time.Ticker) bool {
	select {
	case r := <-o.line.rings:
		o.work(ctx, r)
	case <-o.line.lost: // serve sees it
	case <-tick.C:
	case <-ctx.Done():
		return false
	}
	return true
}

type townError string

func (e townError) Error() string { return string(e) }

const errLineLost = townError("the seat's line is lost")

// stand makes the seat READY, or paused while a human waits for a call.
func (o *operator) stand(ctx context.Context) error {
	s, ok := o.floor.watch.seat(o.seat)
	if !ok || s.Person == nil || s.Person.ID != o.house.person || s.Call != "" {
		return nil // not yet on the board, or busy
	}
	human := false
	if !o.floor.ops.KeepTaking {
		_, human = o.floor.humans()
	}
	var err error
	switch {
	case human && s.State == "READY":
		err = o.house.post(ctx, "/duty/pause", map[string]string{"reason": "istirahat"}, nil)
	case !human && s.State == "NOT_READY" && s.Line == "up":
		err = o.house.post(ctx, "/duty/ready", nil, nil)
	}
	if refused(err, "busy") || refused(err, "line_down") { // a call was quicker, or the line isn't known yet
		return nil
	}
	return err
}

// work answers a ringing call after a moment and handles it.
func (o *operator) work(ctx context.Context, r ring) {
	queue := r.Kind != "transfer"
	m := moodAnswers
	if !queue {
		m = o.floor.mood(r)
	}
	wait := o.between(1, 3)
	if m == moodDeafens {
		wait = 20 * time.Second
	}
	ok := o.whileRinging(ctx, r, wait)
	if !ok || m == moodDeafens {
		return
	}
	path := "/calls/" + r.Call
	if m == moodDeclines {
		_ = o.house.post(ctx, path+"/decline", map[string]int{"offer": r.Offer}, nil) // it may be too late for it
		return
	}
	o.line.ear.start()
	var c callView
	if err := o.house.post(ctx, path+"/answer", map[string]int{"offer": r.Offer}, &c); err != nil {
		o.log.Debug("answer refused", "call", r.Call, "error", err)
		return
	}
	t := &talk{operator: o, id: r.Call, c: c}
	if queue {
		t.filter(ctx)
	} else {
		t.receive(ctx)
	}
	if sleep(ctx, o.between(2, 8)) {
		if s, ok := o.floor.watch.seat(o.seat); ok && s.State == "WRAP_UP" {
			_ = o.wrapUp(ctx)
		}
	}
}

// wrapUp ends the pause after a call early.
func (o *operator) wrapUp(ctx context.Context) error {
	if _, human := o.floor.humans(); human && !o.floor.ops.KeepTaking {
		return o.house.post(ctx, "/duty/pause", map[string]string{"reason": "istirahat"}, nil)
	}
	return o.house.post(ctx, "/duty/ready", nil, nil)
}

// whileRinging waits; false when the offer stopped ringing first.
func (o *operator) whileRinging(ctx context.Context, r ring, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		off, next := o.line.stopped(r)
		if off {
			return false
		}
		select {
		case <-t.C:
			return true
		case <-next:
		case <-o.line.lost:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// between draws a time between lo and hi seconds.
func (o *operator) between(lo, hi float64) time.Duration {
	return time.Duration((lo + (hi-lo)*o.dice.Float64()) * float64(time.Second))
}

// mood is how a Polres meets a call that is passed to it.
type mood int

const (
	moodAnswers mood = iota
	moodDeafens      // nobody comes to the phone: the Polda takes the caller back
	moodDeclines
)

// mood is thrown once a call, by its id: if each seat threw for itself, one of them would nearly always answer.
func (f *floor) mood(r ring) mood {
	switch p := dice(f.ops.Seed, string(f.office.ID)+r.Call).Float64(); {
	case p < 0.10:
		return moodDeafens
	case p < 0.14:
		return moodDeclines
	}
	return moodAnswers
}

func (f *floor) nearest(p *pointView) (office.Office, bool) {
	var best office.Office
	least := -1.0
	for _, o := range f.below {
		dy, dx := o.At.Lat-p.Lat, o.At.Lng-p.Lng // near the equator degrees are alike
		if d := dy*dy + dx*dx; least < 0 || d < least {
			best, least = o, d
		}
	}
	return best, least >= 0
}
