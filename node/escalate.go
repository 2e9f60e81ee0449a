package node

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// onDuty is who is asked when a step was missed: the role that is named, else the other that leads.
func (n *Node) onDuty(o office.ID, role office.Role) office.PersonID {
	if p := n.staff.OnDuty(o, role); p != "" {
		return p
	}
	if role == office.Chief {
		return n.staff.OnDuty(o, office.Supervisor)
	}
	return n.staff.OnDuty(o, office.Chief)
}

// wakeLate is how long a push service may try: after that the next one is asked, or the phone has rung.
const wakeLate = 5 * time.Minute

// late is what a leader's device is told: nothing of what was reported, for a locked screen shows it to anybody.
type late struct {
	What     string            `json:"what"`
	Step     incident.StepName `json:"step"`
	No       string            `json:"no,omitempty"`
	Priority int               `json:"priority"`
}

// Notify wakes who is asked, on the devices that they named; with nobody there, all who lead that office. The screens show
// it by the incident's card.
func (n *Node) Notify(a dispatch.Alert) {
	n.log.Warn("a step of an incident was missed", "incident", a.Report.ID, "step", a.Step, "level", a.Level, "office", a.Office, "person", a.Person)
	raw, err := json.Marshal(late{"late", a.Step, a.Report.No, int(a.Report.Priority)})
	if err != nil {
		n.logErr("wake who is asked", err)
		return
	}
	if a.Person != "" {
		n.pusher.ToPerson(a.Person, raw, wakeLate)
		return
	}
	for _, p := range n.staff.People(a.Office) {
		if p.Active && (p.Role == office.Chief || p.Role == office.Supervisor) {
			n.pusher.ToPerson(p.ID, raw, wakeLate)
		}
	}
}

// contacts are who of an office is called by phone, as its chief has set them.
func (n *Node) contacts(o office.ID, _ incident.Level, _ office.PersonID) []dispatch.Contact {
	var list []dispatch.Contact
	for _, c := range n.settings(o).Escalation {
		if number, ok := office.ParseNumber(string(c.Number)); ok {
			list = append(list, dispatch.Contact{Name: string(c.Name), Number: number})
		}
	}
	return list
}

// asker calls people by the desk's way out.
type asker struct {
	desk  *desk.Desk
	wired <-chan struct{}
}

// Ask reads out the report's number and what is late, and nothing of what was reported: who answers may be anybody.
func (a asker) Ask(ctx context.Context, q dispatch.Question) incident.PhoneOutcome {
	select {
	case <-a.wired: // at the start deadlines are kept before the wire is open
	case <-ctx.Done():
		return incident.PhoneFailed
	}
	say := []string{"escalate"}
	if i := strings.LastIndexByte(q.No, '/'); i >= 0 {
		say = append(say, "piket_report")
		for _, r := range q.No[i+1:] {
			if r >= '0' && r <= '9' {
				say = append(say, "digit_"+string(r))
			}
		}
	}
	say = append(say, "late_"+string(q.Step), "escalate_ask")
	switch a.desk.Ask(ctx, desk.Question{Number: q.To.Number, Say: say, Thanks: "escalate_thanks"}) {
	case desk.AskedTaken:
		return incident.PhoneTaken
	case desk.AskedNoKey:
		return incident.PhoneNoKey
	case desk.AskedBusy:
		return incident.PhoneBusy
	case desk.AskedSilent:
		return incident.PhoneSilent
	case desk.AskedFailed:
	}
	return incident.PhoneFailed
}
