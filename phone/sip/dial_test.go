package sip

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

var locals = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// caller is an Exchange that calls out by trunks to the given servers, in this order of priority.
func callerOf(t *testing.T, servers ...string) *Exchange {
	t.Helper()
	cfg := Config{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", T1: 100 * time.Millisecond}
	for i, s := range servers {
		cfg.Trunks = append(cfg.Trunks, Trunk{
			Name: string(rune('a' + i)), Peers: locals, Out: Outgoing{Server: s, Priority: i, CallerID: "110", Format: National},
		})
	}
	x, err := Listen(cfg, func(l phone.Leg) { l.Refuse(486, "Busy Here") })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

func dial(t *testing.T, x *Exchange, c phone.Callee) *heard {
	t.Helper()
	out, err := x.Dial(c)
	if err != nil {
		t.Fatal(err)
	}
	h := &heard{Leg: out, more: make(chan struct{}, 1)}
	out.Listen(h.take)
	return h
}

// A call of ours rings, is answered, carries keys both ways and ends; the far end sees 110 and the number as its
// trunk wants it.
func TestDial(t *testing.T) {
	t.Parallel()
	far := open(t, Config{}, nil)
	x := callerOf(t, far.Addrs().UDP.String())
	out := dial(t, x, phone.Callee{Number: "+6281234567890"})
	in := far.leg()
	if p := in.Party(); p.Dialled != "081234567890" || p.Raw != "sip:110@127.0.0.1" {
		t.Errorf("the far end sees %+v", p)
	}
	in.Ring()
	await[phone.Ringing](t, out, time.Second)
	in.Answer()
	await[phone.Established](t, out, time.Second)
	await[phone.Established](t, in, time.Second)
	out.Press("5*")
	if d := await[phone.Digit](t, in, 2*time.Second); d.Key != '5' {
		t.Errorf("key %c", d.Key)
	}
	in.Press("1")
	if d := await[phone.Digit](t, out, 2*time.Second); d.Key != '1' {
		t.Errorf("key %c", d.Key)
	}
	if x.Live() != 1 {
		t.Errorf("%d live", x.Live())
	}
	in.Hangup()
	if e := await[phone.Ended](t, out, time.Second); e.Ending.Fault != phone.ByFarEnd {
		t.Errorf("%+v", e)
	}
	if x.Live() != 0 {
		t.Errorf("%d live", x.Live())
	}
}

func TestDialRefused(t *testing.T) {
	t.Parallel()
	for status, cause := range map[int]int{486: 17, 603: 21, 404: 1, 480: 19} {
		far := open(t, Config{}, func(l *heard) { l.Refuse(status, "No") })
		x := callerOf(t, far.Addrs().UDP.String())
		e := await[phone.Ended](t, dial(t, x, phone.Callee{Number: "112"}), 2*time.Second)
		if e.Ending.Status != status || e.Ending.Fault != phone.ByFarEnd || e.Ending.Q850 != cause {
			t.Errorf("%d: %+v", status, e.Ending)
		}
	}
}

// Nobody answers, and somebody hangs up while it rings: CANCEL.
func TestDialGivesUp(t *testing.T) {
	t.Parallel()
	far := open(t, Config{}, func(l *heard) { l.Ring() })
	x := callerOf(t, far.Addrs().UDP.String())
	out := dial(t, x, phone.Callee{Number: "112", Within: 300 * time.Millisecond})
	if e := await[phone.Ended](t, out, 3*time.Second); e.Ending.Status != 408 || e.Ending.Fault != phone.ByUs {
		t.Errorf("%+v", e.Ending)
	}
	if e := await[phone.Ended](t, far.leg(), time.Second); e.Ending.Status != 487 {
		t.Errorf("the far end: %+v", e.Ending)
	}
	out = dial(t, x, phone.Callee{Number: "112"})
	await[phone.Ringing](t, out, time.Second)
	out.Hangup()
	await[phone.Ended](t, out, 3*time.Second)
	if e := await[phone.Ended](t, far.leg(), time.Second); e.Ending.Status != 487 {
		t.Errorf("the far end: %+v", e.Ending)
	}
}

// A trunk that is full or dead is passed over; a busy callee isn't called by another trunk.
func TestDialFailsOver(t *testing.T) {
	t.Parallel()
	full := open(t, Config{MaxCalls: 1}, func(l *heard) { l.Ring() })
	good := open(t, Config{}, func(l *heard) { l.Ring(); l.Answer() })
	dead := "127.0.0.1:9" // nobody is there
	x := callerOf(t, full.Addrs().UDP.String(), dead, good.Addrs().UDP.String())
	first := dial(t, x, phone.Callee{Number: "112"})
	await[phone.Ringing](t, first, time.Second)
	second := dial(t, x, phone.Callee{Number: "112"})
	await[phone.Established](t, second, 15*time.Second)
	if p := second.Party(); p.Trunk != "a" && good.calls() != 1 {
		t.Errorf("not by the third trunk: %+v", p)
	}
	if _, err := x.Dial(phone.Callee{Number: "112", Trunk: "z"}); err == nil {
		t.Error("a trunk that isn't there was tried")
	}
}

// The leg of a process that is gone is taken up again: same ports, re-INVITE in the same dialog, and audio passes.
func TestAdopt(t *testing.T) {
	t.Parallel()
	far := open(t, Config{}, nil)
	cfg := Config{
		UDP: "127.0.0.1:0", T1: 100 * time.Millisecond, Prompts: media.DefaultPrompts(),
		Trunks: []Trunk{{Name: "carrier", Peers: locals, Out: Outgoing{Server: far.Addrs().UDP.String()}}},
	}
	var blob []byte
	for _, inbound := range []bool{false, true} {
		come := make(chan *heard, 1)
		handler := func(l phone.Leg) {
			h := &heard{Leg: l, more: make(chan struct{}, 1)}
			l.Listen(h.take)
			l.Answer()
			come <- h
		}
		old, err := Listen(cfg, handler)
		if err != nil {
			t.Fatal(err)
		}
		var ours, theirs *heard
		if inbound {
			y := callerOf(t, old.Addrs().UDP.String())
			theirs = dial(t, y, phone.Callee{Number: "110"})
			ours = <-come
		} else {
			ours = dial(t, old, phone.Callee{Number: "112"})
			theirs = far.leg()
			theirs.Answer()
		}
		await[phone.Established](t, ours, time.Second)
		await[phone.Established](t, theirs, time.Second)
		await[phone.DialogChanged](t, ours, time.Second)
		for _, e := range ours.all() {
			if c, ok := e.(phone.DialogChanged); ok {
				blob = c.Blob
			}
		}
		at := old.Addrs().UDP.String()
		old.Leave()
		if got := theirs.names(); got[len(got)-1] == "Ended" {
			t.Fatalf("the far end was told good-bye: %v", got)
		}
		again := cfg
		again.UDP = at
		now, err := Listen(again, handler)
		if err != nil {
			t.Fatal(err)
		}
		leg, err := now.Adopt(blob)
		if err != nil {
			t.Fatal(err)
		}
		adopted := &heard{Leg: leg, more: make(chan struct{}, 1)}
		leg.Listen(adopted.take)
		await[phone.Readopted](t, adopted, 5*time.Second)
		leg.Talk().Program(phone.Program{First: []string{"reconnect"}})
		before := theirs.Talk().Stats().PacketsIn
		theirs.Press("8")
		if d := await[phone.Digit](t, adopted, 2*time.Second); d.Key != '8' {
			t.Errorf("key %c", d.Key)
		}
		deadline := time.Now().Add(2 * time.Second)
		for theirs.Talk().Stats().PacketsIn < before+10 {
			if time.Now().After(deadline) {
				t.Fatal("the far end hears nothing of the new process")
			}
			time.Sleep(10 * time.Millisecond)
		}
		theirs.Hangup()
		if e := await[phone.Ended](t, adopted, 2*time.Second); e.Ending.Fault != phone.ByFarEnd {
			t.Errorf("%+v", e.Ending)
		}
		now.Close()
	}
}

// A far end that is gone meanwhile: the call ends, and says that it was the net.
func TestAdoptNobody(t *testing.T) {
	t.Parallel()
	far := open(t, Config{}, func(l *heard) { l.Answer() })
	x := callerOf(t, far.Addrs().UDP.String())
	out := dial(t, x, phone.Callee{Number: "112"})
	await[phone.Established](t, out, time.Second)
	await[phone.DialogChanged](t, out, time.Second)
	var blob []byte
	for _, e := range out.all() {
		if c, ok := e.(phone.DialogChanged); ok {
			blob = c.Blob
		}
	}
	at := x.Addrs().UDP.String()
	cfg := x.cfg
	x.Leave()
	far.mu.Lock()
	legs := slices.Clone(far.legs)
	far.mu.Unlock()
	for _, l := range legs {
		l.Hangup() // its BYE finds nobody
	}
	cfg.UDP = at
	now, err := Listen(cfg, func(phone.Leg) {})
	if err != nil {
		t.Fatal(err)
	}
	defer now.Close()
	leg, err := now.Adopt(blob)
	if err != nil {
		t.Fatal(err)
	}
	adopted := &heard{Leg: leg, more: make(chan struct{}, 1)}
	leg.Listen(adopted.take)
	if e := await[phone.Ended](t, adopted, 8*time.Second); e.Ending.Fault != phone.ByNet && e.Ending.Fault != phone.ByFarEnd {
		t.Errorf("%+v", e.Ending)
	}
	if _, err := now.Adopt([]byte("{")); err == nil {
		t.Error("nonsense was taken up")
	}
	if _, err := now.Adopt([]byte(`{"trunk":"a"}`)); err == nil {
		t.Error("an unanswered call was taken up")
	}
}

// Desk phones: sipp registers with a password, is rung, and answers.
func TestDeskPhone(t *testing.T) {
	t.Parallel()
	requireSipp(t)
	seats := make(chan bool, 4)
	h := open(t, Config{
		Trunks: []Trunk{{Name: "carrier", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.9/32")}}},
		Phones: Phones{Accounts: []Phone{{Account: "201", Password: "rahasia-201", Seat: "polres/1"}}, Networks: locals},
		OnPhone: func(seat office.SeatID, up bool) {
			if seat == "polres/1" {
				seats <- up
			}
		},
	}, nil)
	if _, err := h.Dial(phone.Callee{Seat: "polres/1"}); err == nil {
		t.Fatal("a phone that isn't registered was rung")
	}
	sipp(t, h, "deskphone-register", "-inf", "deskphones.csv")
	if up := <-seats; !up {
		t.Error("the seat's phone came, and the desk was told otherwise")
	}
	if up := <-seats; up {
		t.Error("the seat's phone went, and the desk was told otherwise")
	}
}
