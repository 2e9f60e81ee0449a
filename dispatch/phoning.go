package dispatch

import (
	"context"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Alert asks a person to see to a step that was missed.
type Alert struct {
	Person office.PersonID // empty: nobody of that level is on duty; the office's screens show it
	Office office.ID       // of that level
	Level  incident.Level
	Step   incident.StepName
	Report Card // veiled when it is restricted
}

// Notifier takes an alert to the named person's own devices (web push). It must not block.
type Notifier interface{ Notify(Alert) }

// Contact is somebody who can be called by phone.
type Contact struct {
	Person office.PersonID // their account, empty when they have none
	Name   string          // "AKP Budi"
	Number office.Number
}

// Question is what a person is asked by phone: to take up a report whose step was missed.
type Question struct {
	To       Contact
	Incident incident.ID
	No       string // report number, empty when it has none
	Step     incident.StepName
	Level    incident.Level
	Unit     incident.UnitID
}

// Phone calls people.
type Phone interface {
	// Ask calls a person, tells them, and waits for their key 1. It returns when it is known how that went; when ctx ends,
	// it hangs up.
	Ask(ctx context.Context, q Question) incident.PhoneOutcome
}

const (
	phoneRounds = 2                // each contact is called so often
	phonePause  = 30 * time.Second // between the rounds
)

// phoneKey names one calling.
type phoneKey struct {
	id    incident.ID
	step  incident.StepName
	unit  incident.UnitID
	level incident.Level
	since int64
}

func keyOf(id incident.ID, p incident.Phoning) phoneKey {
	return phoneKey{id, p.Step, p.Unit, p.Level, p.Since.UnixNano()}
}

// phones begins what is to be called and ends what isn't any more: somebody acted. d.mu is held.
func (d *Dispatch) phones(e *entry) {
	id, want := e.state.ID, map[phoneKey]incident.Phoning{}
	for _, p := range e.state.Phoning {
		if !p.Over() {
			want[keyOf(id, p)] = p
		}
	}
	for k, stop := range d.ringing {
		if _, ok := want[k]; k.id == id && !ok {
			stop()
			delete(d.ringing, k)
		}
	}
	if !d.started || d.ctx.Err() != nil {
		return
	}
	for k, p := range want {
		if d.ringing[k] != nil {
			continue
		}
		ctx, stop := context.WithCancel(d.ctx)
		d.ringing[k] = stop
		d.waits.Go(func() {
			defer stop()
			d.callAbout(ctx, k, p.Person, p.Tries)
		})
	}
}

// callAbout calls one contact after the other, from the one after those that an earlier process had called, until
// somebody presses 1 or nobody is left.
func (d *Dispatch) callAbout(ctx context.Context, k phoneKey, named office.PersonID, tries int) {
	d.mu.Lock()
	q, o, ok := d.question(k)
	d.mu.Unlock()
	if !ok {
		return
	}
	var list []Contact
	if d.opts.Phone != nil {
		list = d.opts.Contacts(o, k.level, named)
	}
	for n := tries; n < phoneRounds*len(list); n++ {
		if n > 0 && n%len(list) == 0 && !pause(ctx, phonePause) {
			return
		}
		q.To = list[n%len(list)]
		outcome := d.opts.Phone.Ask(ctx, q)
		if ctx.Err() != nil && outcome != incident.PhoneTaken {
			return
		}
		if d.phoned(k, q.To, outcome); outcome == incident.PhoneTaken {
			return
		}
	}
	d.phoned(k, Contact{}, incident.PhoneNobody)
}

func pause(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// question gives what is to be asked, and the office of the level. d.mu is held.
func (d *Dispatch) question(k phoneKey) (Question, office.ID, bool) {
	e := d.live[k.id]
	if e == nil {
		return Question{}, "", false
	}
	return Question{Incident: k.id, No: d.card(e).No, Step: k.step, Level: k.level, Unit: k.unit}, d.officeOf(e.state, k.level), true
}

// phoned writes down how it went.
func (d *Dispatch) phoned(k phoneKey, to Contact, outcome incident.PhoneOutcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.live[k.id]
	if e == nil {
		return
	}
	if _, err := d.decide(e, incident.PhoneResult{
		At: time.Now(), Step: k.step, Unit: k.unit, Level: k.level, Person: to.Person, Name: office.Private(to.Name), Outcome: outcome,
	}, "system"); err != nil {
		d.opts.Log.Error("how a call about a missed step went could not be written", "incident", k.id, "err", err)
	}
}

// PhoneView is the calling about a missed step, as screens show it.
type PhoneView struct {
	Level incident.Level        `json:"level" enum:"chief,supervisor,mabes" doc:"of those who are called"`
	Since time.Time             `json:"since"`
	Tries int                   `json:"tries" doc:"phones that were rung"`
	Name  string                `json:"name" doc:"who was called last; empty: nobody yet"`
	Last  incident.PhoneOutcome `json:"last" enum:",acknowledged,no_key,no_answer,busy,failed,nobody" doc:"how that went; empty: it rings now, or is about to"`
	At    *time.Time            `json:"at" doc:"of that"`
}

// phoneOf is the newest calling about a step, nil when there was none.
func phoneOf(s incident.State, x incident.Step) *PhoneView {
	var v *PhoneView
	for _, p := range s.Phoning {
		if p.Step == x.Name && p.Unit == x.Unit && (v == nil || p.Last == incident.PhoneTaken || v.Last != incident.PhoneTaken) {
			v = &PhoneView{Level: p.Level, Since: p.Since.UTC(), Tries: p.Tries, Name: string(p.To), Last: p.Last, At: orNil(p.At)}
		}
	}
	return v
}
