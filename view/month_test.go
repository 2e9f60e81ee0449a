package view_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

var start = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// kaltim is a small tree over two zones: Mabes above two Polda, and their Polres.
func kaltim(t testing.TB) *office.Directory {
	t.Helper()
	d, err := office.NewDirectory([]office.Office{
		{ID: "mabes", Kind: office.Mabes, Name: "Mabes Polri", Code: "MABES", Zone: "Asia/Jakarta", Seats: 2},
		{ID: "kaltim", Kind: office.Polda, Parent: "mabes", Name: "Polda Kaltim", Code: "KALTIM", Zone: "Asia/Makassar", Seats: 4},
		{ID: "bpn", Kind: office.Polres, Parent: "kaltim", Name: "Polresta Balikpapan", Code: "KALTIM-BPN", Zone: "Asia/Makassar", Seats: 2},
		{ID: "smd", Kind: office.Polres, Parent: "kaltim", Name: "Polresta Samarinda", Code: "KALTIM-SMD", Zone: "Asia/Makassar", Seats: 2},
		{ID: "ppu", Kind: office.Polres, Parent: "kaltim", Name: "Polres PPU", Code: "KALTIM-PPU", Zone: "Asia/Makassar", Seats: 1},
		{ID: "metro", Kind: office.Polda, Parent: "mabes", Name: "Polda Metro Jaya", Code: "METRO", Zone: "Asia/Jakarta", Seats: 4},
		{ID: "jaksel", Kind: office.Polres, Parent: "metro", Name: "Polres Jaksel", Code: "METRO-SEL", Zone: "Asia/Jakarta", Seats: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// town drives call.Decide and incident.Decide as people would, at random but repeatably: pick(n) gives 0 … n-1.
type town struct {
	t         testing.TB
	j         journal.Journal
	pick      func(n int) int
	now       time.Time
	n         int
	calls     map[call.ID]call.State
	incidents map[incident.ID]incident.State
	order     []call.ID // of calls, as they came
	live      []call.ID
	openInc   []incident.ID
	inside    map[office.ID][]office.ID
	closedOf  map[call.ID]int
}

func newTown(t testing.TB, j journal.Journal, pick func(int) int) *town {
	return &town{
		t: t, j: j, pick: pick, now: start, calls: map[call.ID]call.State{}, incidents: map[incident.ID]incident.State{},
		inside:   map[office.ID][]office.ID{"kaltim": {"bpn", "smd", "ppu"}, "metro": {"jaksel"}},
		closedOf: map[call.ID]int{},
	}
}

func (w *town) append(stream, kind string, body json.RawMessage, who string) {
	w.t.Helper()
	w.n++
	_, err := w.j.Append(w.t.Context(), stream, journal.Any, []journal.Record{{
		ID: fmt.Sprintf("r%d", w.n), Stream: stream, Type: kind, Version: 1, Time: w.now, Who: who, Body: body,
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) do(id call.ID, cmd call.Command) {
	w.t.Helper()
	events, err := call.Decide(w.calls[id], cmd)
	if err != nil || len(events) == 0 {
		return
	}
	w.write(id, events...)
}

func (w *town) write(id call.ID, events ...call.Event) {
	w.t.Helper()
	w.calls[id] = w.calls[id].ApplyAll(events)
	body, err := call.Codec.Encode(events)
	if err != nil {
		w.t.Fatal(err)
	}
	w.append("call/"+string(id), "call", body, "system")
}

func (w *town) handle(id incident.ID, cmd incident.Command) {
	w.t.Helper()
	events, err := incident.Decide(w.incidents[id], cmd)
	if err != nil || len(events) == 0 {
		return
	}
	w.incidents[id] = w.incidents[id].ApplyAll(events)
	body, err := incident.Codec.Encode(events)
	if err != nil {
		w.t.Fatal(err)
	}
	w.append("incident/"+string(id), "incident", body, "system")
}

func (w *town) seat(o office.ID) call.SeatRef {
	n := 1 + w.pick(2)
	return call.SeatRef{Office: o, Seat: office.Seat(o, n), Person: office.PersonID(fmt.Sprintf("%s-%d", o, n))}
}

func (w *town) dial() {
	id := call.ID(fmt.Sprintf("c%05d", len(w.order)))
	o := office.ID("kaltim")
	if w.pick(5) == 0 {
		o = "metro"
	}
	caller := call.Caller{Number: office.Private(fmt.Sprintf("+62812%07d", w.pick(40))), Trunk: "telkom", Dialled: "110"}
	if w.pick(10) == 0 {
		caller = call.Caller{Withheld: true, Trunk: "telkom", Dialled: "110"}
	}
	w.do(id, call.Dial{At: w.now, ID: id, Office: o, Caller: caller, Times: call.TimesOf(office.Settings{})})
	w.write(id, call.DialogKept{At: w.now, Blob: "dialog"})
	w.order = append(w.order, id)
	w.live = append(w.live, id)
}

// step lets something happen.
func (w *town) step() {
	w.now = w.now.Add(time.Duration(w.pick(3000)) * time.Millisecond)
	for _, id := range w.live {
		if due, ok := w.calls[id].Deadline(); ok && !due.After(w.now) {
			w.do(id, call.Tick{At: w.now})
		}
	}
	if len(w.live) < 6 && w.pick(4) == 0 {
		w.dial()
	}
	if len(w.openInc) > 0 && w.pick(6) == 0 {
		w.follow(w.openInc[w.pick(len(w.openInc))])
	}
	if len(w.live) == 0 {
		return
	}
	id := w.live[w.pick(len(w.live))]
	w.act(id)
	for _, id := range slices.Clone(w.live) { // a step of time may have ended others too
		s := w.calls[id]
		if s.Phase != call.Ended {
			continue
		}
		w.write(id, call.TapeSealed{At: w.now, Tape: "t/" + string(id), Hash: "ab", Seconds: 12.5})
		if i := incident.ID(s.Incident); i != "" && w.incidents[i].Phase == incident.Draft {
			w.handle(i, incident.Drop{At: w.now, By: s.Holder.Person})
		}
		w.live = slices.DeleteFunc(w.live, func(c call.ID) bool { return c == id })
	}
}

func (w *town) act(id call.ID) {
	s := w.calls[id]
	switch w.pick(12) {
	case 0, 1:
		o := s.Queue
		if s.Phase == call.Transferring {
			o = s.Target
		}
		w.do(id, call.Grant{At: w.now, Seats: []call.SeatRef{w.seat(o)}})
	case 2, 3, 4:
		if len(s.Offers) > 0 {
			o := s.Offers[w.pick(len(s.Offers))]
			w.do(id, call.Answer{At: w.now, By: o.To, N: o.N})
			if i := incident.ID(s.Incident); i != "" && o.Kind == call.ToTransfer {
				w.handle(i, incident.Accept{At: w.now, By: o.To.Person, Office: o.To.Office})
			}
		}
	case 5:
		if len(s.Offers) > 0 {
			o := s.Offers[0]
			w.do(id, call.Decline{At: w.now, By: o.To, N: o.N})
		}
	case 6, 7:
		if s.Phase == call.Talking {
			w.form(id, s)
		}
	case 8:
		if targets := w.inside[s.Office]; s.Phase == call.Talking && s.Incident != "" {
			to := targets[w.pick(len(targets))]
			w.do(id, call.Transfer{At: w.now, By: s.Holder, To: to})
			if w.calls[id].Phase == call.Transferring {
				w.handle(incident.ID(s.Incident), incident.Send{
					At: w.now, By: s.Holder.Person, From: s.Holder.Office, To: to, No: fmt.Sprintf("KALTIM/2026/11/01/%04d", len(w.order)),
				})
			}
		}
	case 9:
		outcomes := call.Outcomes()
		w.do(id, call.Close{At: w.now, By: s.Holder, Outcome: outcomes[w.pick(len(outcomes))].Code, Prank: call.Teasing})
		w.do(id, call.Close{At: w.now, By: s.Holder, Outcome: call.Information})
	case 10:
		switch w.pick(4) {
		case 0:
			w.do(id, call.SeatLost{At: w.now, Seat: s.Holder.Seat})
		case 1:
			w.do(id, call.SeatBack{At: w.now, By: s.Holder})
		case 2:
			w.do(id, call.TakeBack{At: w.now, By: s.Holder})
		default:
			w.do(id, call.CallerGone{At: w.now, Network: w.pick(2) == 0})
		}
	default:
		w.do(id, call.NoSeat{At: w.now, Office: s.Target, Why: call.Busy})
	}
}

var places = []string{"Jalan Sudirman 12", "Pasar Klandasan", "Jembatan Mahakam", "Pelabuhan Semayang", "Terminal Batu Ampar"}

func (w *town) form(id call.ID, s call.State) {
	i := incident.ID(s.Incident)
	if i == "" {
		i = incident.ID("i" + string(id[1:]))
	}
	danger := w.pick(2) == 0
	w.handle(i, incident.Type{
		At: w.now, ID: i, Call: string(id), FirstRing: s.FirstRing, By: s.Holder.Person, Office: s.Holder.Office, Rev: w.incidents[i].Rev,
		Report: incident.Report{
			Kind: incident.Kinds()[w.pick(5)].Code, Place: office.Private(places[w.pick(len(places))]), At: "-1.26,116.83",
			Reporter: office.Private([]string{"Siti Aminah", "Budi Hartono"}[w.pick(2)]), ReporterNumber: s.Caller.Number,
			Danger: &danger, Summary: office.Private(fmt.Sprintf("dua orang bertengkar %d", w.pick(100))),
		},
	})
	if s.Incident == "" && w.incidents[i].Phase != "" {
		w.do(id, call.Link{At: w.now, Incident: string(i)})
		w.openInc = append(w.openInc, i)
	}
}

// follow lets the office that has an incident work on it.
func (w *town) follow(i incident.ID) {
	s := w.incidents[i]
	by := office.PersonID(string(s.Office) + "-1")
	switch w.pick(5) {
	case 0:
		w.handle(i, incident.Accept{At: w.now, By: by, Office: s.Office})
	case 1:
		w.handle(i, incident.AddNote{At: w.now, By: by, Office: s.Office, Text: "petugas di lokasi"})
	case 2:
		w.handle(i, incident.Close{At: w.now, By: by, Office: s.Office, Result: incident.Settled, Done: "didamaikan di tempat"})
	case 3:
		w.handle(i, incident.Tick{At: w.now})
	default:
		if s.Office != "" && s.Phase == incident.Accepted {
			w.handle(i, incident.Send{At: w.now, By: by, From: s.Office, To: "ppu", No: "x"})
		}
	}
	if p := w.incidents[i].Phase; p == incident.Closed || p == incident.NotValid {
		w.openInc = slices.DeleteFunc(w.openInc, func(o incident.ID) bool { return o == i })
	}
}

// damageable is the journal in memory, with the damages that tests ask for.
type damageable struct {
	*journal.Memory
	damaged map[uint64]bool
}

func newMemory() *damageable {
	return &damageable{Memory: journal.NewMemory(), damaged: map[uint64]bool{}}
}

var errStop = errors.New("stop")

func (m *damageable) Follow(ctx context.Context, from uint64, fn func(journal.Record) error) error {
	var damage *journal.CorruptError
	err := m.Memory.Follow(ctx, from, func(r journal.Record) error {
		if m.damaged[r.Pos] {
			damage = &journal.CorruptError{Stream: r.Stream, Seq: r.Seq, Pos: r.Pos, Why: "hash"}
			return errStop
		}
		return fn(r)
	})
	if damage != nil {
		return damage
	}
	return err
}

// records are all that the journal has now.
func records(t testing.TB, j journal.Journal) []journal.Record {
	t.Helper()
	var out []journal.Record
	last, _, err := j.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = j.Follow(t.Context(), 1, func(r journal.Record) error {
		if out = append(out, r); r.Pos == last {
			return errStop
		}
		return nil
	})
	if !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	return out
}

// again appends a record as it is to another journal.
func again(t testing.TB, j journal.Journal, r journal.Record) {
	t.Helper()
	if _, err := j.Append(t.Context(), r.Stream, journal.Any, []journal.Record{r}); err != nil {
		t.Fatal(err)
	}
}
