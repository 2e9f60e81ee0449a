// Package phone is the wire: what a call is made of before anybody thinks about offices and queues. Its rooms are
// sip (trunks), media (audio) and browser (operators' seats). This file holds the seams to the desk; everything
// here returns at once, and results come back as events.
package phone

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// Party says who is at the far end of a leg, as the trunk told it.
type Party struct {
	Number   office.Number // E.164; empty when withheld, missing or not a number
	Raw      string        // as signalled, for the IT officer
	Withheld bool          // Privacy: id, or anonymous
	Name     string        // display name, may be empty
	Dialled  string        // user part of the Request-URI: "110"
	Trunk    string        // name of the trunk in the configuration
	Place    *Place        // from PIDF-LO (RFC 6442), nil when none came
	Diverted string        // number that was dialled first (Diversion, History-Info), empty when none was told
	Trust    Trust         // how sure the number is
}

// Trust says how sure a caller's number is.
type Trust string

// How sure a number is.
const (
	Asserted Trust = ""         // the carrier answers for it (P-Asserted-Identity, RFC 3325)
	Claimed  Trust = "claimed"  // only the caller's side says so
	Missing  Trust = "missing"  // none came, or one that can't be called back
	Spoofed  Trust = "spoofed"  // it can't be true: ours, or a service's
	SIMLess  Trust = "sim_less" // an emergency call of a phone without a SIM
)

// Place is a circle in which the caller is.
type Place struct {
	At         office.Point
	Radius     office.Metres
	Confidence int // percent, 0 unknown
}

// Fault says whose doing an ending was.
type Fault string

// Whose doing an ending was.
const (
	ByFarEnd Fault = "far"     // the caller hung up or cancelled
	ByUs     Fault = "us"      // we hung up on purpose
	ByNet    Fault = "network" // no ACK, no RTP, transport error
)

// Ending tells how a leg ended.
type Ending struct {
	Fault  Fault
	Status int    // final SIP status when it was never answered, else 0
	Q850   int    // cause of Q.850 when known, else 0
	Text   string // for logs
}

// Event is what a leg tells the desk.
//
//sumtype:decl
type Event interface{ legEvent() }

type (
	// Established: our answer was acknowledged (ACK came).
	Established struct{}
	// Ended is the last event of a leg.
	Ended struct{ Ending Ending }
	// Digit is one key pressed by the far end (RFC 4733 event, once per press).
	Digit struct{ Key rune }
	// Held: the far end put us on hold, or came back.
	Held struct{ On bool }
	// MediaLost: no RTP came for the time given and the probe was not answered either. MediaBack ends it.
	MediaLost struct{ For time.Duration }
	// MediaBack: RTP comes again.
	MediaBack struct{}
	// Voice tells of the caller's voice (a whisper counts): when speech begins, when it has ended 1.5 s ago, at each 250 ms
	// of it, and when what is heard sounds otherwise. It is measured from the leg's first audio on, until 10 s of speech
	// were heard; a far end that sends no audio tells nothing.
	Voice struct {
		Speaking bool          // somebody speaks now
		Total    time.Duration // of speech so far, pauses left out
		Sound    string        // heard mostly in the last second: silence, speech, whisper, breath, rustle, street, music, tone
	}
	// Ringing: whom we called rings, or is busy getting the call through (180, 183).
	Ringing struct{}
	// Readopted: the far end of a leg that Adopt took over has answered; it hears us again.
	Readopted struct{}
	// DialogChanged carries what a later process needs to adopt the leg; opaque to everybody but phone/sip.
	DialogChanged struct{ Blob []byte }
)

func (Established) legEvent()   {}
func (Ended) legEvent()         {}
func (Digit) legEvent()         {}
func (Held) legEvent()          {}
func (MediaLost) legEvent()     {}
func (MediaBack) legEvent()     {}
func (Voice) legEvent()         {}
func (Ringing) legEvent()       {}
func (Readopted) legEvent()     {}
func (DialogChanged) legEvent() {}

// Leg is a citizen's side of a call. All methods return at once and may be called in any order and more than once;
// those that come too late do nothing.
type Leg interface {
	ID() string // unique over restarts
	Party() Party
	// Listen sets the one receiver of events. Events that came before are delivered first, in order. sink must not block.
	Listen(sink func(Event))
	// Ring sends 180, or 183 with early media if the trunk is set so; then Talk's program is heard before the answer.
	Ring()
	// Answer sends 200 (repeated until ACK). Established or Ended follows.
	Answer()
	// Refuse gives a final answer other than 200, when Answer was not called yet.
	Refuse(status int, reason string)
	// Press sends keys ("0"-"9", "*", "#", "A"-"D"; others are left out) to the far end, one after the other, as RFC 4733
	// events, when it is answered and takes them.
	Press(keys string)
	// Hangup ends the leg whatever its state: BYE when answered, else 480. Ended follows.
	Hangup()
	// Talk is the leg's audio; the same value each time.
	Talk() Talk
}

// Callee says whom to call, and how.
type Callee struct {
	Number string        // E.164, or a short number like "112"; not used when Phone is set
	Phone  string        // account of a registered desk phone
	Seat   office.SeatID // the seat whose line the leg becomes; empty for others
	Trunk  string        // empty: all that may carry it, by priority, each tried once until one takes the call
	From   string        // number shown to the far end; empty: the trunk's own
	Name   string        // name shown to the far end, may be empty
	// Lift asks a desk phone to answer by itself (Call-Info: answer-after=0).
	Lift bool
	// Within is how long it may ring; then CANCEL, and Ended with status 408. 0 means 60 s.
	Within time.Duration
}

// Outside is a leg that we called. As a Leg it may stand in the middle of a call of its own (a call back), as a Line it
// may be connected to the Talk of another (a third party, a piket phone, a desk phone). Ringing, then Established or
// Ended follow Dial; Ring, Answer and Refuse do nothing. Its own Talk begins at the first call of Talk, and is silent
// while another Talk has it connected.
type Outside interface {
	Leg
	Line
}

// Dialler calls others.
type Dialler interface {
	// Dial begins a call and returns at once. The error says why it can't even be tried: no such phone is registered, no
	// trunk carries outgoing calls, or all are full.
	Dial(Callee) (Outside, error)
}

// Adopter takes up the leg of a process that died.
type Adopter interface {
	// Adopt binds the same ports, speaks to the far end again (re-INVITE with the dialog's own ids) and returns at once.
	// Readopted or Ended follows. The error says that the blob can't be used; Party's number and name are not in it.
	Adopt(blob []byte) (Leg, error)
}

// Talk is the audio around one caller: who hears whom, what is played, what is recorded. What a method sets holds
// from the next packet on (at most 20 ms). All methods return at once.
type Talk interface {
	// Connect makes the caller and exactly these lines hear each other. With none, the caller hears the program.
	Connect(lines ...Line)
	// Program sets what the caller hears while no line is connected.
	Program(Program)
	// Say plays a prompt once: meanwhile the caller hears it and nothing else, whoever speaks. "" ends it; a prompt that
	// doesn't exist is left out.
	Say(prompt string)
	// Mute: the caller hears silence, whoever speaks and whatever plays, but for what Say plays. Packets go on. Those at
	// the lines hear the caller and each other.
	Mute(on bool)
	// Record copies all audio to the tape from now on, until the leg ends. At most once.
	Record(Recorder)
	// Stats tells figures of the leg so far.
	Stats() Stats
}

// Aside is a talk beside a call: two lines hear each other, and nobody else.
type Aside interface {
	// Connect makes the line that it was made around and this one hear each other.
	Connect(lines ...Line)
	// Close lets go of both.
	Close()
}

// Program is what a waiting caller hears: First at once, then one of Then every Every, in turn. Between them the
// soft comfort tone, so that there is never silence over 2 s. The zero Program is the comfort tone alone.
type Program struct {
	First []string // names of prompts
	Then  []string
	Every time.Duration // from the end of one to the start of the next; 0 means 12 s
}

// Channel is a side of the tape.
type Channel int

// The two sides of the tape.
const (
	Caller  Channel = 0 // left
	Officer Channel = 1 // right: everything the caller hears, prompts too; while muted, what they would have heard
)

// Recorder gets copies of the audio. Audio must not block.
type Recorder interface {
	// Audio: alaw (one byte a sample, 8000 a second) stands at this offset from the start of the recording. Gaps are silence.
	Audio(ch Channel, at time.Duration, alaw []byte)
}

// Line is a seat's standing audio connection (browser).
type Line interface {
	ID() string
	Seat() office.SeatID
	// Alive says whether audio can pass. A dead line may still be connected: it hears and says nothing.
	Alive() bool
}

// Stats are a leg's figures.
type Stats struct {
	PacketsIn, PacketsOut uint64
	GapMax                time.Duration // widest gap between packets sent to the caller since the first
	Gaps40                uint64        // gaps over 40 ms
}
