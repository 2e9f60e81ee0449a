package dispatch

import (
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// What the desk tells of calls. Each returns at once.

// CallBegan: the call waits at the office with this caller.
func (d *Dispatch) CallBegan(c string, o office.ID, number office.Number, firstRing time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[c] = callInfo{office: o, number: number, firstRing: firstRing}
}

// Sent: the call is offered to an office; its incident goes there in this instant, with the form's last keystroke.
func (d *Dispatch) Sent(c string, by office.PersonID, from, to office.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	e := d.follow(c)
	if e == nil {
		info := d.calls[c]
		var err error
		if info.firstRing.IsZero() { // nothing is known of it: the clock runs from now, not from the year 1
			info.firstRing = now
		}
		t := incident.Type{At: now, By: by, Office: from, Call: c, FirstRing: info.firstRing}
		if e, err = d.begin(t, info.number); err != nil {
			d.opts.Log.Error("an incident could not be made for a call that is transferred", "call", c, "err", err)
			return
		}
	}
	if _, err := d.send(e, by, from, to, now, false); err != nil {
		d.opts.Log.Error("the incident of a call could not be sent", "call", c, "incident", e.state.ID, "err", err)
	}
}

// Answered: a seat of the office that has the incident talks with the caller. That accepts it.
func (d *Dispatch) Answered(c string, by office.PersonID, o office.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.follow(c); e != nil && e.state.Phase == incident.Sent && e.state.Office == o {
		_, _ = d.decide(e, incident.Accept{At: time.Now(), By: by, Office: o, Within: d.assignWithin(e.state, time.Now())}, string(by))
	}
}

// Silent: the caller can't speak. The call's incident, made if there is none, is a silent emergency: priority 1, in
// danger, with the place and the office that are known. What a person typed before stays.
func (d *Dispatch) Silent(c string, by office.PersonID, at string, area office.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if by == "" {
		by = "system"
	}
	now, yes := time.Now(), true
	mark := func(r incident.Report) incident.Report {
		if r.Kind == "" || r.Kind == "lain" {
			r.Kind = "senyap"
		}
		r.Priority, r.Danger = 1, &yes
		if r.At == "" {
			r.At = office.Private(at)
		}
		if r.Office == "" {
			r.Office = area
		}
		return r
	}
	if e := d.live[d.byCall[c]]; e != nil {
		s := e.state
		t := incident.Type{At: now, ID: s.ID, By: by, Office: s.Origin, Rev: s.Rev, Report: mark(s.Report)}
		if _, err := d.decide(e, t, string(by)); err != nil {
			d.opts.Log.Error("an incident could not be marked as a silent emergency", "call", c, "incident", s.ID, "err", err)
		}
		d.retarget(e, now)
		return
	}
	info, known := d.calls[c]
	if !known {
		return
	}
	t := incident.Type{At: now, By: by, Office: info.office, Call: c, FirstRing: info.firstRing, Report: mark(incident.Report{})}
	if _, err := d.begin(t, info.number); err != nil {
		d.opts.Log.Error("an incident could not be made for a silent caller", "call", c, "err", err)
	}
}

// TakenBack: nobody of that office took the call; its timeline says why.
func (d *Dispatch) TakenBack(c string, from office.ID, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.follow(c)
	if e == nil {
		return
	}
	of, _ := d.opts.Offices.Get(from)
	_, _ = d.decide(e, incident.AddNote{
		At: time.Now(), By: "system", Office: e.state.Origin,
		Text: office.Private("Telepon diambil kembali oleh Polda: " + of.Name + " " + whyText(why) + "."),
	}, "system")
}

func whyText(chip string) string {
	switch chip {
	case "sibuk":
		return "sibuk"
	case "tidak_menjawab":
		return "tidak menjawab"
	case "menolak":
		return "menolak"
	case "tidak_ada_petugas":
		return "tidak ada petugas"
	case "sambungan_putus":
		return "sambungan putus"
	case "minta_pengawas":
		return "meminta pengawas"
	}
	return "diambil kembali sebelum dijawab"
}

// Fate says what becomes of a call's draft when the call ends.
type Fate int

// The fates of a draft.
const (
	DropDraft Fate = iota // the call was not valid, or needs no incident
	KeepHere              // valid_polda: the Polda acts itself
	Unsure                // the caller broke off: it goes, marked belum dipastikan, if a unit could use it
)

// Ended: the call has its outcome. An incident that was sent goes on without it.
func (d *Dispatch) Ended(c string, by office.PersonID, fate Fate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer delete(d.calls, c)
	e := d.follow(c)
	if e == nil || e.state.Phase != incident.Draft {
		return
	}
	now, s := time.Now(), e.state
	switch fate {
	case KeepHere:
		if _, err := d.send(e, by, s.Origin, s.Origin, now, false); err != nil {
			d.opts.Log.Error("what a caller reported went to no office", "call", c, "incident", s.ID, "err", err)
		} else if e.state.Office == s.Origin { // a complaint about the own house went above it
			_, _ = d.decide(e, incident.Accept{At: now, By: by, Office: s.Origin, Within: d.assignWithin(e.state, now)}, string(by))
		}
		return
	case Unsure: // the silent victim must not be lost in a draft
		if s.Report.PlaceKnown() || s.Report.InDanger() {
			to := s.Report.Office
			if _, ok := d.opts.Offices.Get(to); !ok {
				to = s.Origin
			}
			if _, err := d.send(e, "system", s.Origin, to, now, true); err == nil {
				return
			}
		}
	case DropDraft:
	}
	_, _ = d.decide(e, incident.Drop{At: now, By: by}, "system")
}

// Words are the kind and the last words of a call's incident, for the offices that the call comes to: none when it is
// restricted, or says something about an office.
func (d *Dispatch) Words(c string) (kind, summary string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.follow(c); e != nil && !e.state.Restricted() && e.state.Report.Against == "" {
		return e.state.Report.Kind, lastWords(e.state)
	}
	return "", ""
}

// Number is the report number of a call's incident, empty when it has none yet, or the journal doesn't have it yet.
func (d *Dispatch) Number(c string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.follow(c); e != nil && !e.unwritten {
		return e.state.No
	}
	return ""
}

func lastWords(s incident.State) string {
	text := string(s.Report.Summary)
	if text == "" && len(s.Notes) > 0 {
		text = string(s.Notes[len(s.Notes)-1].Text)
	}
	if r := []rune(text); len(r) > 80 {
		text = string(r[:79]) + "…"
	}
	return text
}

// About tells the open incidents of a number, and whether calling or texting it would put somebody in danger. Complaints
// about an office are left out: the number may ring at that very office.
func (d *Dispatch) About(n office.Number) (open []Card, danger bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range d.byNumber[n] {
		e := d.live[id]
		if e == nil || !e.state.Open() {
			continue
		}
		danger = danger || e.state.Report.InDanger()
		if e.state.Class() == incident.Complaint {
			continue
		}
		c := d.card(e)
		if e.state.Restricted() {
			c = c.veil()
		}
		open = append(open, c)
	}
	return open, danger
}
