package dispatch

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Paper is a report that was written on a paper sheet while the system was down (docs/manuals/cadangan.md). Its number was
// told to the caller, so it is the incident's number.
type Paper struct {
	No         string     `json:"no" maxLength:"60" doc:"as on the sheet: KALTIM/2026/11/25/K-07"`
	Rang       time.Time  `json:"rang" doc:"the judged clock runs from here"`
	Answered   *time.Time `json:"answered" required:"false"`
	Told       *time.Time `json:"told" required:"false" doc:"when the office was phoned"`
	Accepted   *time.Time `json:"accepted" required:"false" doc:"when somebody there took it; empty: it must still be accepted"`
	AcceptedBy string     `json:"acceptedBy" maxLength:"200" required:"false" doc:"rank and name of who took it by phone"`
	Office     office.ID  `json:"office" maxLength:"100" doc:"who was phoned: the own office or one below"`
	Form       Form       `json:"report"`
}

// paperFor is how long after the call a sheet may be entered. Closed incidents stay in memory longer (keepClosed), so
// that a number that was used is known.
const paperFor = 30 * 24 * time.Hour

var paperNumber = regexp.MustCompile(`^(.+)/(\d{4}/\d{2}/\d{2})/K-(\d{1,3})$`)

// FromPaper makes the incident of a paper sheet at the person's office, gives it to the office that was phoned, and
// accepts it there when the sheet says who took it. It answers when the journal has it. The error is an
// *incident.Refusal, or ctx's.
func (d *Dispatch) FromPaper(ctx context.Context, who Who, p Paper) (Full, error) {
	e, id, err := d.fromPaper(who, p, time.Now())
	if err != nil {
		return Full{}, err
	}
	if err := d.inJournal(ctx, []string{Stream(id)}); err != nil {
		return Full{}, err
	}
	d.written(e)
	full, _ := d.Get(id)
	return full, nil
}

func (d *Dispatch) fromPaper(who Who, p Paper, now time.Time) (*entry, incident.ID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.typePaper(who, p, now)
	if err != nil {
		return nil, "", err
	}
	return e, e.state.ID, nil
}

func (d *Dispatch) typePaper(who Who, p Paper, now time.Time) (*entry, error) {
	own, _ := d.opts.Offices.Get(who.Office)
	if err := checkPaper(&p, own, now); err != nil {
		return nil, err
	}
	if !d.opts.Offices.CanRead(who.Office, p.Office) {
		return nil, &incident.Refusal{Code: "unknown_office", Text: "choose the own office or one below"}
	}
	for _, e := range d.live {
		if e.state.No == p.No {
			return nil, &incident.Refusal{Code: "paper_used", Text: p.No + " was entered already"}
		}
	}
	if err := d.mayHold(incident.State{Report: p.Form.report()}, p.Office); err != nil {
		return nil, err
	}
	at := p.Rang
	if p.Answered != nil {
		at = *p.Answered
	}
	e, err := d.begin(incident.Type{
		At: at, By: who.Person, Office: who.Office, FirstRing: p.Rang, Source: incident.FromPaper, Report: p.Form.report(),
	}, "")
	if err != nil {
		return nil, err
	}
	by := string(who.Person)
	steps := []incident.Command{incident.AddNote{At: now, By: who.Person, Office: who.Office, Text: office.Private(paperNote(p, own))}}
	sent := now // an office that has not accepted it yet has its full time to do so
	if p.Accepted != nil {
		sent = *p.Accepted
		if p.Told != nil {
			sent = *p.Told
		}
	}
	steps = append(steps, incident.Send{
		At: sent, By: who.Person, From: who.Office, To: p.Office, No: p.No, Within: d.acceptWithin(p.Office, e.state, sent),
	})
	if p.Accepted != nil {
		// Whether a unit went is known by those who took it: no clock asks them for one that may be back already.
		steps = append(steps, incident.Accept{At: *p.Accepted, By: who.Person, Office: p.Office})
	}
	for _, cmd := range steps {
		if _, err := d.decide(e, cmd, by); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// checkPaper holds a sheet to sense, and writes its number as all are written.
func checkPaper(p *Paper, own office.Office, now time.Time) error {
	refuse := func(code, f string, a ...any) error { return &incident.Refusal{Code: code, Text: fmt.Sprintf(f, a...)} }
	m := paperNumber.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(p.No)))
	day := p.Rang.In(own.Location()).Format("2006/01/02")
	if m == nil || m[1] != strings.ToUpper(own.Code) || m[3] == "0" || m[3] == "00" || m[3] == "000" {
		return refuse("paper_number", "write the number of the sheet like %s/%s/K-07", own.Code, day)
	}
	if m[2] != day {
		return refuse("paper_number", "the sheet's number says %s, its first ring %s", m[2], day)
	}
	n, err := strconv.Atoi(m[3])
	if err != nil {
		return refuse("paper_number", "%v", err)
	}
	p.No = fmt.Sprintf("%s/%s/K-%02d", own.Code, day, n)
	last := p.Rang
	for _, t := range []*time.Time{p.Answered, p.Told, p.Accepted} {
		if t == nil {
			continue
		}
		if t.Before(last) {
			return refuse("paper_times", "the times must follow each other: ring, answer, told, accepted")
		}
		last = *t
	}
	switch {
	case p.Rang.IsZero() || last.After(now.Add(time.Minute)):
		return refuse("paper_times", "a time lies in the future, or the first ring is missing")
	case now.Sub(p.Rang) > paperFor:
		return refuse("paper_times", "a sheet can be entered for 30 days")
	case p.Accepted != nil && strings.TrimSpace(p.AcceptedBy) == "":
		return refuse("paper_times", "write who took it")
	case p.Form.Kind == "" || p.Form.Place == "" && p.Form.Summary == "":
		return refuse("paper_empty", "a sheet needs its kind, and its place or what happened")
	}
	return nil
}

// paperNote says what the sheet says, for whoever reads the timeline.
func paperNote(p Paper, own office.Office) string {
	clock := func(t time.Time) string { return t.In(own.Location()).Format("15.04") }
	text := "Dicatat di kertas, nomor " + p.No + ": berdering " + clock(p.Rang)
	if p.Answered != nil {
		text += ", dijawab " + clock(*p.Answered)
	}
	if p.Told != nil {
		text += ", kantor ditelepon " + clock(*p.Told)
	}
	if p.Accepted != nil {
		text += ", diterima " + clock(*p.Accepted) + " oleh " + strings.TrimSpace(p.AcceptedBy)
	}
	return text + ". Diketik sesudahnya."
}
