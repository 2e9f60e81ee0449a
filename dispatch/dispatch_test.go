package dispatch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// room is a dispatch over a journal in memory, in virtual time. slow holds the journal's word back.
type room struct {
	t     *testing.T
	d     *Dispatch
	board *board.Board
	slow  chan struct{}

	mu      sync.Mutex
	records []journal.Record
	linked  map[string]incident.ID
	ids     int
}

func (r *room) Post(stream string, recs ...journal.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range recs {
		rec.Stream = stream
		r.records = append(r.records, rec)
	}
}

func (r *room) Wait(ctx context.Context, _ string) error {
	if r.slow == nil {
		return nil
	}
	select {
	case <-r.slow:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *room) newID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids++
	return fmt.Sprintf("%04d", r.ids)
}

func newRoom(t *testing.T, past []journal.Record) *room {
	t.Helper()
	return roomWith(t, past, func(*Options) {})
}

func roomWith(t *testing.T, past []journal.Record, change func(*Options)) *room {
	t.Helper()
	offices, err := office.NewDirectory([]office.Office{
		{ID: "mabes", Kind: office.Mabes, Name: "Mabes", Code: "MABES", Zone: "Asia/Jakarta"},
		{ID: "polda", Kind: office.Polda, Parent: "mabes", Name: "Polda", Code: "KALTIM", Zone: "Asia/Makassar"},
		{ID: "bpn", Kind: office.Polres, Parent: "polda", Name: "Polresta Balikpapan", Code: "KALTIM-BPN", Zone: "Asia/Makassar"},
		{ID: "smd", Kind: office.Polres, Parent: "polda", Name: "Polresta Samarinda", Code: "KALTIM-SMR", Zone: "Asia/Makassar"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, board: board.New("test"), linked: map[string]incident.ID{}, ids: 3 * len(past)}
	opts := Options{Offices: offices, Journal: r, Board: r.board, NewID: r.newID, Link: func(c string, id incident.ID) { r.linked[c] = id }}
	change(&opts)
	r.d, err = New(opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range past {
		if err := r.d.Fold(rec); err != nil {
			t.Fatal(err)
		}
	}
	r.records = past
	r.d.Start()
	return r
}

func (r *room) types(call string, f Form) Full {
	r.t.Helper()
	full, err := r.d.Do(r.t.Context(), Who{Person: "sari", Office: "polda", Role: office.Operator}, SaveForm{Call: call, Form: f})
	if err != nil {
		r.t.Fatal(err)
	}
	return full
}

func (r *room) card(o office.ID, id incident.ID) (Card, bool) {
	synctest.Wait()
	v, ok := r.board.Get(o, "incident/"+string(id))
	if !ok {
		return Card{}, false
	}
	return v.(Card), true
}

func TestNumbersHaveNoGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins on 2000-01-01 00:00 UTC, 08:00 WITA
		r := newRoom(t, nil)
		send := func(c string) string {
			r.d.CallBegan(c, "polda", "+6281", time.Now())
			r.d.Sent(c, "sari", "polda", "bpn")
			card, _ := r.card("bpn", r.linked[c])
			return card.No
		}
		for i, want := range []string{"KALTIM/2000/01/01/0001", "KALTIM/2000/01/01/0002"} {
			if got := send(fmt.Sprint("a", i)); got != want {
				t.Errorf("number %s, want %s", got, want)
			}
		}
		time.Sleep(16*time.Hour - time.Second) // 23:59:59 WITA
		if got := send("b"); got != "KALTIM/2000/01/01/0003" {
			t.Errorf("just before midnight WITA: %s", got)
		}
		time.Sleep(time.Second)
		if got := send("c"); got != "KALTIM/2000/01/02/0001" {
			t.Errorf("at midnight WITA: %s", got)
		}
		r.d.Close()
		r = newRoom(t, r.records) // a restart
		defer r.d.Close()
		if got := send("d"); got != "KALTIM/2000/01/02/0002" {
			t.Errorf("after a restart: %s", got)
		}
	})
}

func TestNumberIsShownOnceWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		r.slow = make(chan struct{})
		r.d.CallBegan("c", "polda", "+6281", time.Now())
		r.d.Sent("c", "sari", "polda", "bpn")
		if card, ok := r.card("bpn", r.linked["c"]); !ok || card.No != "" {
			t.Fatalf("the Polres sees it at once, without a number that a crash could take back: %v %q", ok, card.No)
		}
		close(r.slow)
		if card, _ := r.card("bpn", r.linked["c"]); card.No == "" {
			t.Fatal("the number is in the journal and not shown")
		}
	})
}

func TestWhatBecomesOfDrafts(t *testing.T) {
	yes := true
	for name, c := range map[string]struct {
		form  Form
		fate  Fate
		phase incident.Phase
		at    office.ID
	}{
		"not valid":                   {Form{Place: "Plaza"}, DropDraft, incident.NotValid, "polda"},
		"the Polda acts itself":       {Form{Place: "Plaza"}, KeepHere, incident.Accepted, "polda"},
		"broke off with a place":      {Form{Place: "Plaza", Office: "bpn"}, Unsure, incident.Sent, "bpn"},
		"broke off in danger":         {Form{Danger: &yes}, Unsure, incident.Sent, "polda"},
		"broke off, nothing to go on": {Form{Reporter: "Andi"}, Unsure, incident.NotValid, "polda"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t, nil)
				defer r.d.Close()
				r.d.CallBegan("c", "polda", "+6281", time.Now())
				id := r.types("c", c.form).ID
				r.d.Ended("c", "sari", c.fate)
				full, _ := r.d.Get(id)
				if full.State != c.phase || full.Office != c.at {
					t.Errorf("%s at %s, want %s at %s", full.State, full.Office, c.phase, c.at)
				}
				if full.Unsure != (c.phase == incident.Sent) {
					t.Errorf("unsure %v", full.Unsure)
				}
			})
		})
	}
}

// An office sees what it holds or sent, those above see it too, never those beside.
func TestWhoSees(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		r.d.CallBegan("c", "polda", "+6281234567", time.Now())
		id := r.types("c", Form{Place: "Plaza", Kind: "curat"}).ID
		if _, ok := r.card("bpn", id); ok {
			t.Error("a Polres sees a draft")
		}
		r.d.Sent("c", "sari", "polda", "bpn")
		for o, want := range map[office.ID]bool{"polda": true, "bpn": true, "smd": false} {
			if _, ok := r.card(o, id); ok != want {
				t.Errorf("%s sees it: %v", o, ok)
			}
		}
		_, err := r.d.Do(t.Context(), Who{Person: "x", Office: "smd"}, Note{ID: id, Text: "x"})
		if refusal := (*incident.Refusal)(nil); !errors.As(err, &refusal) {
			t.Errorf("an office beside writes notes: %v", err)
		}
		r.d.Answered("c", "dwi", "bpn")
		if card, _ := r.card("bpn", id); card.State != incident.Accepted || card.AcceptedBy != "dwi" {
			t.Errorf("answering doesn't accept: %+v", card)
		}
		open, danger := r.d.About("+6281234567")
		if len(open) != 1 || danger {
			t.Errorf("about the number: %v, danger %v", open, danger)
		}
	})
}

// Deadlines are derived from the state: they go on after a restart.
func TestEscalationSurvivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		r.d.CallBegan("c", "polda", "+6281", time.Now())
		r.d.Sent("c", "sari", "polda", "bpn")
		id := r.linked["c"]
		time.Sleep(50 * time.Second)
		r.d.Close()
		r = newRoom(t, r.records)
		defer r.d.Close()
		time.Sleep(9 * time.Second)
		if card, _ := r.card("bpn", id); card.Escalated != "" {
			t.Fatalf("escalated to %s before 60 s", card.Escalated)
		}
		time.Sleep(time.Second)
		if card, _ := r.card("bpn", id); card.Escalated != incident.ToChief {
			t.Fatalf("after 60 s: %q", card.Escalated)
		}
		time.Sleep(10 * time.Minute)
		if card, _ := r.card("bpn", id); card.Escalated != incident.ToMabes {
			t.Fatalf("at last: %q", card.Escalated)
		}
	})
}
