package office

import (
	"fmt"
	"time"
)

// Settings are the times of an office (CALL.md §1). Zero means the default.
type Settings struct {
	TOffer      time.Duration `json:"tOffer"`           // ring one operator, then the next; 5 s (3-15)
	TLevel      time.Duration `json:"tLevel"`           // from entering a level until the next rings as well; 10 s (5-30)
	TTransfer   time.Duration `json:"tTransfer"`        // ring the Polres, then take back; 4 s (3-15)
	TOrphan     time.Duration `json:"tOrphan"`          // the own seat may re-attach; max(5 s, TTransfer)
	TUnfinished time.Duration `json:"tUnfinished"`      // time to choose the outcome after the caller hung up; 60 s
	TWrap       time.Duration `json:"tWrap"`            // pause after a call; 20 s (0-120); negative means none
	TLeave      time.Duration `json:"tLeave"`           // the Polda stays in the talk after the Polres answered; 5 s (0-60)
	TMedia      time.Duration `json:"tMedia"`           // no RTP from the caller before the leg is probed; 20 s
	TPiket      time.Duration `json:"tPiket,omitempty"` // ring a plain piket phone; 15 s (10-60)

	TSilent time.Duration `json:"tSilent,omitempty"` // nobody speaks after the answer: ask for 5-5; 8 s (4-20)

	Piket string `json:"piket,omitempty"` // number of the officer on watch, who presses 1 to take a call; empty: none
	Blind bool   `json:"blind,omitempty"` // transfers from here: the caller hears an announcement until the answer

	// Escalation is who is called by phone when a step was missed and nobody acted on it, in order.
	Escalation []Contact `json:"escalation,omitempty"`

	// Targets are what the office promises, each from its day on, oldest first. The first holds until the next begins.
	Targets []Target `json:"targets,omitempty"`
}

// WithDefaults fills in what is zero with the defaults of CALL.md §1.
func (s Settings) WithDefaults() Settings {
	def := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	def(&s.TOffer, 5*time.Second)
	def(&s.TLevel, 10*time.Second)
	def(&s.TTransfer, 4*time.Second)
	def(&s.TOrphan, max(5*time.Second, s.TTransfer))
	def(&s.TUnfinished, 60*time.Second)
	def(&s.TWrap, 20*time.Second)
	def(&s.TLeave, 5*time.Second)
	def(&s.TMedia, 20*time.Second)
	def(&s.TPiket, 15*time.Second)
	def(&s.TSilent, 8*time.Second)
	return s
}

// Check names the first setting that is out of its range.
func (s Settings) Check() error {
	for _, c := range []struct {
		name      string
		v, lo, hi time.Duration
	}{
		{"t_offer", s.TOffer, 3 * time.Second, 15 * time.Second},
		{"t_level", s.TLevel, 5 * time.Second, 30 * time.Second},
		{"t_transfer", s.TTransfer, 3 * time.Second, 15 * time.Second},
		{"t_orphan", s.TOrphan, 3 * time.Second, 60 * time.Second},
		{"t_unfinished", s.TUnfinished, 10 * time.Second, 10 * time.Minute},
		{"t_wrap", s.TWrap, -1, 120 * time.Second},
		{"t_leave", s.TLeave, -1, 60 * time.Second},
		{"t_media", s.TMedia, 5 * time.Second, 120 * time.Second},
		{"t_piket", s.TPiket, 10 * time.Second, 60 * time.Second},
		{"t_silent", s.TSilent, 4 * time.Second, 20 * time.Second},
	} {
		if c.v < c.lo || c.v > c.hi {
			return fmt.Errorf("%s is %v: choose between %v and %v", c.name, c.v, max(c.lo, 0), c.hi)
		}
	}
	if err := checkTargets(s.Targets); err != nil {
		return err
	}
	if _, err := CheckContacts(s.Escalation); err != nil {
		return err
	}
	if s.Piket != "" {
		if _, ok := ParseNumber(s.Piket); !ok {
			return fmt.Errorf("piket is %q: write the number of a phone, like \"+62542421110\"", s.Piket)
		}
	}
	return nil
}
