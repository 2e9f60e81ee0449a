package node

import (
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/office"
)

// incidents lets the desk tell dispatch about calls. The two rooms know nothing of each other's types.
type incidents struct{ d *dispatch.Dispatch }

func (i incidents) CallBegan(c call.ID, o office.ID, number office.Number, firstRing time.Time) {
	i.d.CallBegan(string(c), o, number, firstRing)
}

func (i incidents) Sent(c call.ID, by call.SeatRef, to office.ID) {
	i.d.Sent(string(c), by.Person, by.Office, to)
}

func (i incidents) Answered(c call.ID, by call.SeatRef) {
	i.d.Answered(string(c), by.Person, by.Office)
}

func (i incidents) TakenBack(c call.ID, from office.ID, chip call.Chip) {
	i.d.TakenBack(string(c), from, string(chip))
}

func (i incidents) Silent(c call.ID, by call.SeatRef, at string, area office.ID) {
	i.d.Silent(string(c), by.Person, at, area)
}

func (i incidents) Ended(c call.ID, by call.SeatRef, o call.Outcome) {
	i.d.Ended(string(c), by.Person, fate(o))
}

// fate says what becomes of the draft of a call that ended so.
func fate(o call.Outcome) dispatch.Fate {
	switch o {
	case call.ValidPolda, call.ValidPolres, call.AnsweredMabes: // whoever typed it keeps it, unless it was sent already
		return dispatch.KeepHere
	case call.CallerBroke, call.BrokenBySystem, call.LeftQueue, call.LeftRinging: // who left the queue has a draft if they pressed five twice
		return dispatch.Unsure
	case call.Information, call.WrongNumber, call.Empty, call.EarlyEnd, call.PrankCall, call.FalseReport,
		call.Test, call.OtherAgency, call.OtherPolda, call.Duplicate, call.ClosedSent,
		call.RefusedFull, call.OutgoingTalk, call.OutgoingFailed:
	}
	return dispatch.DropDraft
}

func (i incidents) Words(c call.ID) (kind, summary string) { return i.d.Words(string(c)) }

func (i incidents) Number(c call.ID) string { return i.d.Number(string(c)) }

func (i incidents) About(n office.Number) ([]desk.OpenIncident, bool) {
	cards, danger := i.d.About(n)
	open := make([]desk.OpenIncident, 0, len(cards))
	for _, c := range cards {
		open = append(open, desk.OpenIncident{ID: string(c.ID), No: c.No, Kind: c.Kind, Office: c.Office})
	}
	return open, danger
}
