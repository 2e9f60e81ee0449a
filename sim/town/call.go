package town

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// State is how far a call has come.
type State string

// The states, in their order; Ringing and EarlyMedia may be passed over.
const (
	Dialling   State = "dialling"
	Ringing    State = "ringing" // 180
	EarlyMedia State = "early"   // 183 with SDP: announcements are heard before the answer
	Answered   State = "answered"
	Ended      State = "ended"
)

// EndedBy says who ended a call.
type EndedBy string

// Who ended a call.
const (
	ByFarEnd  EndedBy = "far"
	ByCitizen EndedBy = "citizen"
	ByNetwork EndedBy = "network"
)

// Ending tells how a call ended.
type Ending struct {
	By     EndedBy
	Status int // final SIP status when it was never answered, else 0
	Reason string
}

// Call is one call of a citizen.
type Call struct {
	phone     *Phone
	audio     *audio
	sound     Sound
	id, tag   string
	trunk     Trunk
	transport string
	session   uint64
	request   *sip.Request
	wg        sync.WaitGroup
	done      chan struct{}

	mu       sync.Mutex // guards all below
	state    State
	since    time.Time
	changed  chan struct{} // closed and renewed at each change of state
	ending   Ending
	cseq     uint32
	version  int
	remote   sip.Uri
	to       *sip.ToHeader
	routes   []sip.Header
	hangup   bool // wanted by the citizen
	canceled bool
}

// State is how far the call has come, and since when.
func (c *Call) State() (State, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state, c.since
}

// Changed is closed at the next change of state.
func (c *Call) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// Done is closed when the call has ended.
func (c *Call) Done() <-chan struct{} { return c.done }

// Ending tells how the call ended; it is empty before Done.
func (c *Call) Ending() Ending {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// ID is the Call-ID.
func (c *Call) ID() string { return c.id }

// Wait waits until the call has come as far as one of the states, or has ended; then the state tells which.
func (c *Call) Wait(ctx context.Context, states ...State) (State, error) {
	for {
		c.mu.Lock()
		s, changed := c.state, c.changed
		c.mu.Unlock()
		for _, want := range states {
			if s == want {
				return s, nil
			}
		}
		if s == Ended {
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s, fmt.Errorf("call is %s: %w", s, ctx.Err())
		}
	}
}

// Play changes what the citizen says. Before the answer nothing is said.
func (c *Call) Play(s Sound) {
	c.mu.Lock()
	c.sound = s
	answered := c.state == Answered
	c.mu.Unlock()
	if answered {
		c.audio.play(s)
	}
}

// Press sends keys (0-9 * #) as telephone events. It fails before the answer and on other characters.
func (c *Call) Press(keys string) error {
	if s, _ := c.State(); s != Answered {
		return fmt.Errorf("press %s: %w: the call is %s", keys, ErrPhone, s)
	}
	return c.audio.press(keys)
}

// Pressed are the keys that the far end pressed.
func (c *Call) Pressed() string {
	c.audio.mu.Lock()
	defer c.audio.mu.Unlock()
	return c.audio.dtmf
}

// Heard are the figures of what the citizen heard so far.
func (c *Call) Heard() Heard {
	c.audio.mu.Lock()
	defer c.audio.mu.Unlock()
	return c.audio.ear.heard()
}

// Forget starts gaps and the loudest level anew, so that one moment can be measured.
func (c *Call) Forget() {
	c.audio.mu.Lock()
	defer c.audio.mu.Unlock()
	c.audio.ear.forget()
}

// ToneAt is the amplitude (1 is full scale) of the sine of freq Hz in the last 200 ms that the citizen heard, 0 when
// nothing comes any more.
func (c *Call) ToneAt(freq float64) float64 {
	c.audio.mu.Lock()
	defer c.audio.mu.Unlock()
	if c.audio.ear.stale(time.Now()) {
		return 0
	}
	return goertzel(c.audio.ear.latest(200*time.Millisecond), freq)
}

// Latest is the last d of audio (at most 2 s) that the citizen heard, as A-law.
func (c *Call) Latest(d time.Duration) []byte {
	c.audio.mu.Lock()
	defer c.audio.mu.Unlock()
	return c.audio.ear.latest(d)
}

// Hangup ends the call whatever its state: CANCEL before the answer, BYE after it. It returns at once; Done follows.
func (c *Call) Hangup() {
	c.mu.Lock()
	if c.hangup || c.state == Ended {
		c.mu.Unlock()
		return
	}
	c.hangup = true
	state := c.state
	c.mu.Unlock()
	switch state {
	case Answered:
		c.wg.Go(c.bye)
	case Dialling: // RFC 3261 9.1: no CANCEL before a provisional response; follow sends it then
		c.wg.Go(c.cancelUnanswered)
	case Ringing, EarlyMedia, Ended:
		c.wg.Go(c.cancel)
	}
}

func (c *Call) set(s State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == s || c.state == Ended || c.state == Answered && s != Ended {
		return
	}
	c.state, c.since = s, time.Now()
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *Call) end(e Ending) {
	c.mu.Lock()
	if c.state == Ended {
		c.mu.Unlock()
		return
	}
	c.state, c.since, c.ending = Ended, time.Now(), e
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()
	c.audio.close()
	c.phone.forget(c)
	close(c.done)
}

func (c *Call) retarget(uri sip.Uri) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remote = *uri.Clone()
}

func (c *Call) wantsHangup() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hangup
}
