package node

import (
	"context"
	"strings"

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

// Notify notes that somebody was asked. The screens show it by the incident's card.
func (n *Node) Notify(a dispatch.Alert) {
	n.log.Warn("a step of an incident was missed", "incident", a.Report.ID, "step", a.Step, "level", a.Level, "office", a.Office, "person", a.Person)
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
