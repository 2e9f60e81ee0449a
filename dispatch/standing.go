package dispatch

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Standing is how a report stands, for a caller who gives its number: no word of what was reported, and nobody's name.
type Standing struct {
	No       string          `json:"no"`
	Standing string          `json:"standing" enum:"diteruskan,menunggu_unit,diterima,unit_ditugaskan,unit_berangkat,unit_di_tempat,ditangani,selesai,dibatalkan,digabung,dijaga" doc:"dijaga: it is restricted, and only who handles it may speak of it"`
	Office   office.ID       `json:"office" doc:"who has it; empty when it is restricted"`
	Since    time.Time       `json:"since" doc:"of the first ring"`
	Result   incident.Result `json:"result"`
	// Tell: somebody owes the reporter a call with the result. Incident is there for who may read it.
	Tell     bool        `json:"tell" doc:"the reporter is still to be called with the result"`
	Incident incident.ID `json:"incident" doc:"empty: the reader may not open it"`
}

// Standing finds a report by its number, of what the reader may know of; false when there is none in memory, which goes
// back 90 days. A linked one stands as the one that it goes on in.
func (d *Dispatch) Standing(who Who, no string, now time.Time) (Standing, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.live[d.byNo[d.WholeNo(who.Office, no, now)]]
	if e == nil || e.unwritten || !d.knows(e.state, who) {
		return Standing{}, false
	}
	s := e.state
	if into := d.live[s.Linked]; s.Phase == incident.Linked && into != nil && !s.Restricted() {
		s = into.state
	}
	st := StandingOf(e.state.No, s, who.Person)
	st.Since, st.Incident = e.state.FirstRing.UTC(), ""
	if e.state.MaySee(who.Person) {
		st.Incident = e.state.ID
	}
	return st, true
}

// StandingOf tells how a state stands. Of a restricted one it tells nothing, whoever asks: who calls may be the one whom
// it is about, and must not hear that police are on their way.
func StandingOf(no string, s incident.State, reader office.PersonID) Standing {
	if s.Restricted() {
		st := Standing{No: no, Standing: "dijaga", Since: s.FirstRing.UTC()}
		if s.MaySee(reader) {
			st.Incident = s.ID
		}
		return st
	}
	return Standing{
		No: no, Standing: s.Standing(), Office: s.Office, Since: s.FirstRing.UTC(), Result: s.Result,
		Tell: s.Tell && s.ToldAt.IsZero(), Incident: s.ID,
	}
}

var between = regexp.MustCompile(`[^A-Z0-9-]+`)

// WholeNo completes a report number as a caller says it: in small letters, with other signs between its parts, without
// its leading zeros, without the office's code, or of today without the date. What can't be completed stays as it is.
func (d *Dispatch) WholeNo(o office.ID, said string, now time.Time) string {
	said = strings.ToUpper(strings.TrimSpace(said))
	of, _ := d.opts.Offices.Get(o)
	parts := strings.FieldsFunc(between.ReplaceAllString(said, "/"), func(r rune) bool { return r == '/' })
	switch len(parts) {
	case 1:
		parts = append(strings.Split(now.In(of.Location()).Format("2006/01/02"), "/"), parts[0])
		fallthrough
	case 4:
		parts = append([]string{strings.ToUpper(of.Code)}, parts...)
	}
	if len(parts) != 5 {
		return said
	}
	for i, wide := range map[int]int{2: 2, 3: 2, 4: 4} {
		if n, err := strconv.Atoi(parts[i]); err == nil && n >= 0 {
			parts[i] = fmt.Sprintf("%0*d", wide, n)
		}
	}
	return strings.Join(parts, "/")
}

// Readers are who may read a restricted incident: those named, and those with a hand in it.
func (d *Dispatch) Readers(id incident.ID) (named, hands []office.PersonID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.live[id]; e != nil {
		named, hands = slices.Clone(e.state.Named), slices.Clone(e.state.Hands)
	}
	return named, hands
}
