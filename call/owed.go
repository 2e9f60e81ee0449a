package call

import "time"

// Outbound tells what a call of ours is for.
type Outbound struct {
	By      SeatRef   `json:"by"`
	Returns ID        `json:"returns,omitempty"` // the call that is owed
	About   string    `json:"about,omitempty"`   // id of the incident that it is about
	Until   time.Time `json:"until"`             // rings until then
}

// Reason says how an attempt to call back went.
type Reason string

// How an attempt went.
const (
	Began      Reason = "mulai"
	Spoke      Reason = "tersambung"
	NotReached Reason = "tidak_tersambung"
)

// Settlement says why nothing is owed any more. Only a person may settle, or a caller who was answered.
type Settlement string

// How an obligation was settled.
const (
	BySpeaking Settlement = "tersambung"   // we called back and they answered
	ByCalling  Settlement = "menelepon"    // they called again and were answered
	ByTrying   Settlement = "dua_kali"     // tried twice; a note says what was done
	ByDanger   Settlement = "bahaya"       // calling back would harm them
	ByPerson   Settlement = "diselesaikan" // a person says that it is settled otherwise
)

// Owes says whether a callback is owed.
func (s State) Owes() bool {
	return s.Phase == Ended && (s.Callback == Owed || s.Callback == OwedFirst) && s.Settlement == ""
}

func callOut(s State, c CallOut) ([]Event, error) {
	if s.Phase != "" {
		return nil, refuse(CodeNotNow, "the call has begun already")
	}
	out := c.Outbound
	return []Event{Dialled{
		At: c.At, ID: c.ID, Office: c.Office, Caller: c.Caller, Times: c.Times, LevelAt: c.At.Add(c.Times.Level), Outbound: &out,
	}}, nil
}

func calleeUp(s State, c CalleeUp) ([]Event, error) {
	if s.Phase != Dialling {
		return nil, nil
	}
	return []Event{Reached{At: c.At}}, nil
}
