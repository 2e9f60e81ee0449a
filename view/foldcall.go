package view

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// callRow is a row of calls.
type callRow struct {
	pos          uint64
	id           string
	office       office.ID
	polres       office.ID
	polresTalked bool
	firstRing    time.Time
	answered     time.Time
	left         time.Time
	ended        time.Time
	number       string
	withheld     bool
	line         office.Line
	unsure       bool
	trunk        string
	name         string
	outcome      call.Outcome
	prank        call.Prank
	agency       string
	callback     call.Callback
	operator     office.PersonID
	chip         call.Chip
	chipOffice   office.ID
	incident     string
	tape         string
	tapeHash     string
	tapeSeconds  float64
	dialled      int
	closed       int
	outbound     bool // a call of ours: counts in no figure of calls that came in

	dirty bool
	fresh bool // its searchable texts were not written yet
}

// wait is from the first ring to the first answer, or to the end without one.
func (c *callRow) wait() time.Duration {
	until := c.answered
	if until.IsZero() {
		until = c.ended
	}
	return max(0, until.Sub(c.firstRing))
}

// talk is from the first answer until the caller or the last officer went; zero while it lasts.
func (c *callRow) talk() time.Duration {
	until := c.left
	if until.IsZero() {
		until = c.ended
	}
	if c.answered.IsZero() || until.IsZero() {
		return 0
	}
	return max(0, until.Sub(c.answered))
}

const callColumns = `pos, id, office, polres, polres_talked, first_ring, answered, left_at, ended, number, withheld,
	line, unsure, trunk, name, outcome, prank, agency, callback, operator, chip, chip_office, incident, tape, tape_hash, tape_seconds, dialled, closed, outbound`

func (b *batch) call(id string) (*callRow, error) {
	if c, ok := b.calls[id]; ok {
		return c, nil
	}
	c := &callRow{}
	var first, answered, left, ended sql.NullInt64
	st, err := b.prepared(`SELECT ` + callColumns + ` FROM calls WHERE id = ?`)
	if err != nil {
		return nil, fmt.Errorf("read call %s: %w", id, err)
	}
	err = st.QueryRowContext(b.ctx, id).Scan(
		&c.pos, &c.id, &c.office, &c.polres, &c.polresTalked, &first, &answered, &left, &ended, &c.number, &c.withheld,
		&c.line, &c.unsure, &c.trunk, &c.name, &c.outcome, &c.prank, &c.agency, &c.callback, &c.operator, &c.chip, &c.chipOffice, &c.incident, &c.tape,
		&c.tapeHash, &c.tapeSeconds, &c.dialled, &c.closed, &c.outbound)
	if errors.Is(err, sql.ErrNoRows) {
		b.calls[id] = nil
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read call %s: %w", id, err)
	}
	c.firstRing, c.answered, c.left, c.ended = when(first), when(answered), when(left), when(ended)
	b.calls[id] = c
	return c, nil
}

func (b *batch) saveCall(c *callRow) error {
	err := b.exec(`INSERT INTO calls (`+callColumns+`, day, wait_ms, talk_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pos) DO UPDATE SET polres = excluded.polres, polres_talked = excluded.polres_talked,
			answered = excluded.answered, left_at = excluded.left_at, ended = excluded.ended, outcome = excluded.outcome,
			prank = excluded.prank, agency = excluded.agency, callback = excluded.callback, operator = excluded.operator,
			chip = excluded.chip, chip_office = excluded.chip_office, incident = excluded.incident, tape = excluded.tape,
			tape_hash = excluded.tape_hash, tape_seconds = excluded.tape_seconds, dialled = excluded.dialled,
			closed = excluded.closed, wait_ms = excluded.wait_ms, talk_ms = excluded.talk_ms`,
		c.pos, c.id, c.office, c.polres, c.polresTalked, ns(c.firstRing), ns(c.answered), ns(c.left), ns(c.ended), c.number,
		c.withheld, c.line, c.unsure, c.trunk, c.name, c.outcome, c.prank, c.agency, c.callback, c.operator, c.chip, c.chipOffice, c.incident, c.tape,
		c.tapeHash, c.tapeSeconds, c.dialled, c.closed, c.outbound,
		b.v.DayOf(c.office, c.firstRing), c.wait().Milliseconds(), c.talk().Milliseconds())
	if err != nil {
		return err
	}
	if c.fresh {
		if err := b.exec(`INSERT INTO call_text (rowid, number, name) VALUES (?, ?, ?)`,
			c.pos, searchable(c.number), findable(c.name)); err != nil {
			return err
		}
	}
	c.dirty, c.fresh = false, false
	return b.seen(callsTable, `SELECT office FROM call_office WHERE call = ?`, c.pos)
}

// dropCall takes a call out of every table.
func (b *batch) dropCall(id string) error {
	c, err := b.call(id)
	if c == nil || err != nil {
		return err
	}
	delete(b.calls, id)
	if err := b.seen(callsTable, `SELECT office FROM call_office WHERE call = ?`, c.pos); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM calls WHERE pos = ?`, `DELETE FROM call_office WHERE call = ?`,
		`DELETE FROM call_line WHERE call = ?`, `DELETE FROM call_text WHERE rowid = ?`,
	} {
		if err := b.exec(q, c.pos); err != nil {
			return fmt.Errorf("erase call %s: %w", id, err)
		}
	}
	return nil
}

// showCall lets an office, and all above it, see the call.
func (b *batch) showCall(c *callRow, to office.ID) error {
	const q = `INSERT OR IGNORE INTO call_office SELECT above, ?, ? FROM office_above WHERE office = ?`
	return b.exec(q, c.firstRing.UnixNano(), c.pos, to)
}

func (b *batch) callEvents(id string, r journal.Record, events []call.Event) error {
	for i, e := range events {
		c, err := b.call(id)
		if err != nil {
			return err
		}
		if d, ok := e.(call.Dialled); ok && c == nil {
			c = &callRow{
				pos: r.Pos, id: id, office: d.Office, firstRing: d.At, number: string(d.Caller.Number),
				withheld: d.Caller.Withheld, unsure: d.Caller.Trust != "", trunk: d.Caller.Trunk, name: string(d.Caller.Name), fresh: true,
				line: lineOf(d.Caller),
			}
			b.calls[id] = c
		}
		if c == nil {
			return errHeadless
		}
		if err := b.callEvent(c, e); err != nil {
			return err
		}
		c.dirty = true
		if l, ok := callLine(e); ok {
			if l.who == "" && l.what != "dialled" && r.Who != "system" {
				l.who = office.PersonID(r.Who)
			}
			const q = `INSERT OR REPLACE INTO call_line (call, seq, i, at, what, who, office, seat, code, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
			if err := b.exec(q, c.pos, r.Seq, i, l.at.UnixNano(), l.what, l.who, l.office, l.seat, l.code, l.extra); err != nil {
				return fmt.Errorf("write a line of call %s: %w", id, err)
			}
		}
	}
	return nil
}

// callEvent changes the row.
func (b *batch) callEvent(c *callRow, e call.Event) error {
	switch e := e.(type) {
	case call.Dialled:
		c.dialled++
		c.outbound = e.Outbound != nil
		return b.showCall(c, c.office)
	case call.Rang:
		return b.showCall(c, e.Offer.To.Office)
	case call.WasAnswered:
		if c.answered.IsZero() {
			c.answered, c.operator = e.At, e.By.Person
		}
		if e.By.Office != c.office {
			c.polres, c.polresTalked = e.By.Office, true
		}
		c.chip, c.chipOffice = "", ""
	case call.TransferBegan:
		if !c.polresTalked {
			c.polres = e.To
		}
		c.chip, c.chipOffice = "", ""
		return b.showCall(c, e.To)
	case call.TakenBack:
		c.chip, c.chipOffice = e.Chip, e.From
	case call.HeldAgain:
		c.chip, c.chipOffice = e.Chip, c.polres
	case call.CallerLeft:
		c.left = e.At
	case call.Linked:
		c.incident = e.Incident
	case call.Closed:
		c.ended, c.outcome, c.prank, c.agency, c.callback = e.At, e.Outcome, e.Prank, e.Agency, e.Callback
		c.closed++
	case call.TapeSealed:
		if c.tape != "" { // a later process recorded the rest
			c.tape += ","
		}
		c.tape, c.tapeHash, c.tapeSeconds = c.tape+e.Tape, e.Hash, c.tapeSeconds+e.Seconds
	case call.Reached:
		c.answered, c.operator = e.At, ""
	case call.Settled:
		c.callback = ""
	case call.Ungated, call.Lifted, call.Unoffered, call.Requeued, call.Raised, call.Left, call.Orphaned, call.HolderGone, call.Reattached,
		call.Adopted, call.Promised, call.HoldSet, call.CallerSpoke, call.SilentPrompted, call.SilentEmergency, call.MuteSet,
		call.GuestAsked, call.GuestJoined, call.GuestLeft, call.Merged, call.GaveAway,
		call.Tried, call.DialogKept: // the row doesn't tell of them
	}
	return nil
}

// line is one row of a timeline. Its sentence is made when it is read.
type line struct {
	at     time.Time
	what   string // name of the event
	who    office.PersonID
	office office.ID
	seat   office.SeatID
	code   string
	extra  string
}

// callLine is what the timeline keeps of an event; false: nothing.
func callLine(e call.Event) (line, bool) {
	l := line{what: call.Codec.Name(e)}
	at := func(t time.Time, s call.SeatRef) { l.at, l.who, l.office, l.seat = t, s.Person, s.Office, s.Seat }
	switch e := e.(type) {
	case call.Dialled:
		l.at, l.office = e.At, e.Office
	case call.Rang:
		at(e.Offer.At, e.Offer.To)
		l.code = string(e.Offer.Kind)
	case call.Unoffered:
		at(e.At, e.To)
		l.code = string(e.Why)
	case call.Ungated:
		l.at, l.code = e.At, string(e.How)
	case call.Lifted:
		l.at, l.code = e.At, string(e.How)
	case call.Requeued:
		l.at, l.office = e.At, e.Office
		if e.Urgent {
			l.code = "urgent"
		}
	case call.Raised:
		l.at, l.code = e.At, strconv.Itoa(e.Level)
	case call.WasAnswered:
		at(e.At, e.By)
	case call.TransferBegan:
		at(e.At, e.By)
		l.office = e.To
	case call.TakenBack:
		l.at, l.office, l.code = e.At, e.From, string(e.Chip)
	case call.HeldAgain:
		at(e.At, e.By)
	case call.Left:
		at(e.At, e.Seat)
	case call.Orphaned:
		at(e.At, e.Seat)
	case call.HolderGone:
		at(e.At, e.Seat)
	case call.Reattached:
		at(e.At, e.By)
	case call.CallerLeft:
		l.at = e.At
		if e.Network {
			l.code = "network"
		}
	case call.Linked:
		l.at, l.code = e.At, e.Incident
	case call.Adopted:
		l.at = e.At
	case call.Closed:
		at(e.At, e.By)
		l.code = string(e.Outcome)
		l.extra = strings.Join([]string{string(e.Prank), e.Agency, string(e.Callback)}, "|")
	case call.TapeSealed:
		l.at, l.code = e.At, strconv.FormatFloat(e.Seconds, 'f', 0, 64)
	case call.DialogKept:
		return line{}, false
	case call.CallerSpoke: // as in nearly every call
		return line{}, false
	case call.SilentPrompted:
		at(e.At, e.By)
		l.code = strconv.Itoa(e.N)
	case call.SilentEmergency:
		at(e.At, e.By)
	case call.MuteSet:
		at(e.At, e.By)
		l.code = strconv.FormatBool(e.On)
	case call.Promised, call.HoldSet, call.GuestAsked, call.GuestJoined, call.GuestLeft, call.Merged, call.GaveAway, call.Reached,
		call.Tried, call.Settled:
		guestLine(&l, e)
	}
	return l, true
}

// guestLine is callLine for what concerns others than caller and operator.
func guestLine(l *line, e call.Event) {
	by := func(t time.Time, s call.SeatRef) { l.at, l.who, l.office, l.seat = t, s.Person, s.Office, s.Seat }
	switch e := e.(type) { //nolint:gochecksumtype // the others are callLine's
	case call.Promised:
		l.at = e.At
	case call.HoldSet:
		by(e.At, e.By)
		l.code = strconv.FormatBool(e.On)
	case call.GuestAsked:
		by(e.At, e.Guest.By)
		l.code, l.extra = strconv.Itoa(e.Guest.N), e.Guest.Name
		if e.Guest.Office != "" {
			l.office = e.Guest.Office
		} else if e.Guest.Name == "" {
			l.extra = office.Number(e.Guest.Number).Display()
		}
	case call.GuestJoined:
		l.at, l.code = e.At, strconv.Itoa(e.N)
		if e.Seat != nil {
			by(e.At, *e.Seat)
		}
	case call.GuestLeft:
		l.at, l.code, l.extra = e.At, strconv.Itoa(e.N), string(e.Why)
	case call.Merged:
		l.at, l.code = e.At, strconv.Itoa(e.N)
	case call.GaveAway:
		by(e.At, e.Given.By)
		l.code = strconv.Itoa(e.Given.N)
	case call.Reached:
		l.at = e.At
	case call.Tried:
		by(e.At, e.By)
	case call.Settled:
		l.at, l.who, l.code, l.extra = e.At, e.By, string(e.How), string(e.Note)
	}
}

// lineOf tells the kind of line; none when the caller's data are erased.
func lineOf(c call.Caller) office.Line {
	if c.Number == office.Erased && !c.Withheld {
		return ""
	}
	return office.LineOf(office.Number(c.Number), c.Withheld)
}
