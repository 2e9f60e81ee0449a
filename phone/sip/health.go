package sip

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// TrunkState is how a trunk is doing, for screens and alarms.
type TrunkState struct {
	Name       string        `json:"name"`
	State      string        `json:"state"` // "up", "down", "unknown"
	Since      time.Time     `json:"since"`
	Calls      int           `json:"calls"`
	MaxCalls   int           `json:"maxCalls"`
	Registered *bool         `json:"registered"` // nil: this trunk isn't registered at
	Status     int           `json:"status"`     // last answer to our OPTIONS or REGISTER; 0: none came
	RTT        time.Duration `json:"rtt"`
	Heard      time.Time     `json:"heard"` // when it last sent us anything
}

// States of a trunk.
const (
	TrunkUp      = "up"
	TrunkDown    = "down"
	TrunkUnknown = "unknown"
)

// health knows how trunks are doing.
type health struct {
	mu     sync.Mutex
	states map[string]*TrunkState
	tell   func(TrunkState)

	telling sync.Mutex // news leave in order, the last one true
	told    map[string]TrunkState
}

func (h *health) init(trunks []Trunk, tell func(TrunkState)) {
	h.states, h.told, h.tell = map[string]*TrunkState{}, map[string]TrunkState{}, tell
	for _, t := range trunks {
		h.states[t.Name] = &TrunkState{Name: t.Name, State: TrunkUnknown, Since: time.Now(), MaxCalls: t.MaxCalls}
		h.told[t.Name] = *h.states[t.Name]
	}
}

func (h *health) isDown(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.states[name]
	return s != nil && s.State == TrunkDown
}

// heard: the trunk has sent us something, so it is up.
func (h *health) heard(name string) {
	h.change(name, func(s *TrunkState) { s.Heard = time.Now(); s.State = TrunkUp })
}

// note takes the answer to something we asked; 0 and 408 mean that none came, 503 that it can't.
func (h *health) note(name string, status int) {
	h.change(name, func(s *TrunkState) {
		s.Status = status
		s.State = TrunkUp
		if status == 0 || status == 408 || status == 503 {
			s.State = TrunkDown
		}
	})
}

func (h *health) change(name string, f func(*TrunkState)) {
	h.mu.Lock()
	s := h.states[name]
	if s == nil {
		h.mu.Unlock()
		return
	}
	before := s.State
	f(s)
	if s.State != before {
		s.Since = time.Now()
	}
	news := h.news(name)
	h.mu.Unlock()
	if !news || h.tell == nil {
		return
	}
	h.telling.Lock()
	defer h.telling.Unlock()
	h.mu.Lock()
	now := *s
	news = h.news(name) // somebody else may have told it meanwhile
	h.told[name] = now
	h.mu.Unlock()
	if news {
		h.tell(now)
	}
}

// news says whether a trunk is otherwise than was told last. Called with mu held.
func (h *health) news(name string) bool {
	s, told := h.states[name], h.told[name]
	return s.State != told.State || (s.Registered == nil) != (told.Registered == nil) ||
		s.Registered != nil && *s.Registered != *told.Registered
}

// silentFor is how long a trunk that we can't ask counts as up after it was heard last.
const silentFor = 10 * time.Minute

// doubt forgets what was known of trunks that only call us and have been silent for long: nobody can say.
func (h *health) doubt(trunks []Trunk, now time.Time) {
	for _, t := range trunks {
		if t.Out.Server != "" {
			continue
		}
		h.change(t.Name, func(s *TrunkState) {
			if s.State == TrunkUp && now.Sub(s.Heard) > silentFor {
				s.State = TrunkUnknown
			}
		})
	}
}

// Trunks tells how all trunks are doing.
func (x *Exchange) Trunks() []TrunkState {
	var out []TrunkState
	for i := range x.screen.trunks {
		name := x.screen.trunks[i].Name
		x.health.mu.Lock()
		s := x.health.states[name]
		var v TrunkState
		if s != nil {
			v = *s
		}
		x.health.mu.Unlock()
		if s == nil {
			continue // the desk phones' own
		}
		x.mu.Lock()
		v.Calls = x.perTrunk[name]
		x.mu.Unlock()
		out = append(out, v)
	}
	return out
}

// optionsEvery is how often we ask a trunk whether it is there.
const optionsEvery = 30 * time.Second

// keepTrunks asks each trunk that has a server whether it is there, and registers where that is wanted.
func (x *Exchange) keepTrunks() {
	for i := range x.screen.trunks {
		t := &x.screen.trunks[i]
		if t.Out.Server == "" {
			continue
		}
		x.keeping.Go(func() { x.keepTrunk(t) })
	}
	x.keeping.Go(func() {
		tick := time.NewTicker(time.Minute)
		defer tick.Stop()
		for {
			select {
			case <-x.ctx.Done():
				return
			case now := <-tick.C:
				x.health.doubt(x.cfg.Trunks, now)
			}
		}
	})
}

func (x *Exchange) keepTrunk(t *Trunk) {
	every := x.cfg.OptionsEvery
	if every == 0 {
		every = optionsEvery
	}
	var until time.Time // of our registration, or of the pause after a refusal
	refused := 0
	cseq, callID := uint32(1), randomHex(16)+"@siaga"
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-x.ctx.Done():
			if t.Out.Register && refused == 0 && !until.IsZero() { // say good-bye: calls shall go elsewhere at once
				ctx, cancel := context.WithTimeout(context.Background(), x.cfg.T1)
				x.register(ctx, t, callID, &cseq, 0)
				cancel()
			}
			return
		case <-timer.C:
		}
		if t.Out.Register && time.Now().After(until) {
			expires, ok := x.register(x.ctx, t, callID, &cseq, registerFor)
			x.health.change(t.Name, func(s *TrunkState) { s.Registered = &ok })
			if ok {
				refused, until = 0, time.Now().Add(expires*8/10)
			} else { // ever more seldom: carriers lock accounts that try a wrong password over and over
				until = time.Now().Add(min(every<<min(refused, 8), registerPause))
				refused++
			}
		}
		x.ask(t)
		wait := every
		if _, known := x.screen.names.address(t.Out.Server); !known {
			wait = min(wait, nameRetry)
		}
		if !until.IsZero() {
			wait = min(wait, max(time.Until(until), time.Second))
		}
		timer.Reset(wait)
	}
}

// How long we ask to be registered, and the longest pause after refusals.
const (
	registerFor   = 10 * time.Minute
	registerPause = 10 * time.Minute
)

// outside builds a request of ours outside any dialog.
func (x *Exchange) outside(t *Trunk, method sip.RequestMethod, callID string, cseq uint32, user string) (*sip.Request, error) {
	w, err := x.wayTo(t, "")
	if err != nil {
		return nil, err
	}
	w.target.User = ""
	here := x.addressFor(w.transport, w.hop)
	if e := t.externalFor(w.hop.Addr()); e.IsValid() {
		here = addrPort(e, here.Port())
	}
	aor := sip.Uri{Scheme: "sip", User: user, Host: w.target.Host, Port: w.target.Port}
	d := Dialog{
		CallID: callID, LocalTag: randomHex(8), Local: "<" + aor.String() + ">", Remote: "<" + aor.String() + ">", Target: w.target.String(),
		Contact: "sip:" + user + "@" + here.String(), Transport: w.transport, Source: w.hop, SentBy: here,
	}
	if w.transport != "UDP" {
		d.Contact += ";transport=" + strings.ToLower(w.transport)
	}
	req, err := d.request(method, cseq, nil)
	if err != nil {
		return nil, err
	}
	req.SetDestination(w.hop.String())
	return req, nil
}

// ask sends OPTIONS (RFC 3261 11): any answer says that it is there.
func (x *Exchange) ask(t *Trunk) {
	req, err := x.outside(t, sip.OPTIONS, randomHex(16)+"@siaga", 1, "siaga")
	if err != nil {
		x.health.note(t.Name, 0)
		return
	}
	began := time.Now()
	res, err := x.transact(req, 8*x.cfg.T1, x.ctx.Done())
	if x.ctx.Err() != nil {
		return
	}
	if err != nil || res == nil {
		x.health.note(t.Name, 0)
		return
	}
	x.health.change(t.Name, func(s *TrunkState) { s.RTT, s.Heard = time.Since(began), time.Now() })
	x.health.note(t.Name, res.StatusCode)
}

// register keeps us registered at a trunk (RFC 3261 10.2); it tells for how long.
func (x *Exchange) register(ctx context.Context, t *Trunk, callID string, cseq *uint32, want time.Duration) (time.Duration, bool) {
	var auth sip.Header
	for range 4 {
		req, err := x.outside(t, sip.REGISTER, callID, *cseq, t.Out.User)
		*cseq++
		if err != nil {
			return 0, false
		}
		req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(want/time.Second))))
		if auth != nil {
			req.AppendHeader(auth)
		}
		res, err := x.transact(req, 8*x.cfg.T1, ctx.Done())
		if err != nil || res == nil {
			x.health.note(t.Name, 0)
			return 0, false
		}
		switch s := res.StatusCode; {
		case s == 401 || s == 407:
			h, ok := answerChallenge(res, sip.REGISTER, req.Recipient, t.Out.User, t.Out.Password)
			if !ok || auth != nil && !strings.Contains(strings.ToLower(header(res, "WWW-Authenticate", "Proxy-Authenticate")), "stale=true") {
				x.log.Error("a trunk refuses our password", "trunk", t.Name, "status", s)
				return 0, false
			}
			auth = h
		case s == 423: // RFC 3261 10.2.8
			n, err := strconv.Atoi(strings.TrimSpace(header(res, "Min-Expires")))
			if err != nil {
				return 0, false
			}
			want = time.Duration(n) * time.Second
		case s < 300:
			x.health.change(t.Name, func(st *TrunkState) { st.Status = s })
			return grantedFor(res, want), true
		default:
			x.log.Error("a trunk refuses to register us", "trunk", t.Name, "status", s)
			x.health.change(t.Name, func(st *TrunkState) { st.Status = s })
			return 0, false
		}
	}
	return 0, false
}

// grantedFor reads how long a registration holds: the contact's own word, or Expires.
func grantedFor(res *sip.Response, asked time.Duration) time.Duration {
	if c := res.Contact(); c != nil {
		if v, ok := c.Params.Get("expires"); ok {
			if n, err := strconv.Atoi(v); err == nil && n > 0 {
				return time.Duration(n) * time.Second
			}
		}
	}
	if n, err := strconv.Atoi(strings.TrimSpace(header(res, "Expires"))); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return asked
}
