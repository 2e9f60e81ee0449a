package view

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// CallRow is a call in a list.
type CallRow struct {
	ID           call.ID         `json:"id"`
	Office       office.ID       `json:"office"`
	FirstRing    time.Time       `json:"firstRing"`
	AnsweredAt   *time.Time      `json:"answeredAt"`
	EndedAt      *time.Time      `json:"endedAt"`
	WaitMs       int64           `json:"waitMs" doc:"first ring to first answer, or to the end without one; 0 while waiting"`
	TalkMs       int64           `json:"talkMs" doc:"first answer to the end of the talk; 0 while it lasts"`
	Number       string          `json:"number"`
	NumberText   string          `json:"numberText"`
	Withheld     bool            `json:"withheld"`
	CallerName   string          `json:"callerName"`
	Outcome      call.Outcome    `json:"outcome" doc:"empty while the call is live"`
	Prank        call.Prank      `json:"prank"`
	Agency       string          `json:"agency"`
	Callback     call.Callback   `json:"callback"`
	Operator     office.PersonID `json:"operator" doc:"who answered first"`
	OperatorName string          `json:"operatorName"`
	Polres       office.ID       `json:"polres" doc:"the last that talked with the caller, else the last that was asked"`
	PolresTalked bool            `json:"polresTalked"`
	Incident     string          `json:"incident"`
	IncidentNo   string          `json:"incidentNo"`
	Tape         bool            `json:"tape"`
	TapeMs       int64           `json:"tapeMs"`
	Chip         call.Chip       `json:"chip"`
	ChipOffice   office.ID       `json:"chipOffice"`
}

// CallLine is one row of a call's timeline.
type CallLine struct {
	At   time.Time       `json:"at"`
	Who  office.PersonID `json:"who"`
	Name string          `json:"name"`
	What string          `json:"what"` // name of the event: "rang", "answered", "taken_back", …
	Text string          `json:"text"` // an Indonesian sentence
}

// CallFull is a call with everything.
type CallFull struct {
	CallRow
	TapeID   string     `json:"tapeId" doc:"several with commas between, when a later process recorded the rest"`
	TapeHash string     `json:"tapeHash" doc:"hex SHA-256 of the last chunk"`
	Timeline []CallLine `json:"timeline" nullable:"false"`
}

// CallPage is a part of a list, newest first. Next is the cursor of the next part, empty at the end.
type CallPage struct {
	Items []CallRow `json:"items" nullable:"false"`
	Next  string    `json:"next"`
}

// CallQuery says which calls. The zero CallQuery asks for all that the reader may see.
type CallQuery struct {
	Office  office.ID    // seen by this office or below it
	Day     string       // of the first ring in the zone of the call's office, "2026-11-23"
	Outcome call.Outcome // "live": calls without one
	Number  string       // as people write it; a part of at least 3 digits will do
	Q       string       // free text over number, names, places, summaries and report numbers
	Cursor  string
	Limit   int // 0: 50; at most 200
}

// live as an outcome asks for the calls that have none yet.
const live call.Outcome = "live"

const rowColumns = `c.pos, c.id, c.office, c.first_ring, c.answered, c.ended, c.wait_ms, c.talk_ms, c.number, c.withheld, c.name,
	c.outcome, c.prank, c.agency, c.callback, c.operator, c.polres, c.polres_talked, c.incident, coalesce(i.no, ''),
	c.tape, c.tape_hash, c.tape_seconds, c.chip, c.chip_office`

// Calls lists what reader may see. It ends with ErrQuery, ctx's error, or that of a file that can't be read.
func (v *View) Calls(ctx context.Context, reader office.ID, q CallQuery) (CallPage, error) {
	page := CallPage{Items: []CallRow{}}
	from, err := cursorOf(q.Cursor)
	if err != nil {
		return page, err
	}
	if err := checkDay(q.Day); err != nil {
		return page, err
	}
	w := where{}
	w.and(`r.office = ? AND (r.first_ring, r.call) < (?, ?)`, reader, from.ring, from.pos)
	if q.Office != "" && q.Office != reader {
		w.and(`EXISTS (SELECT 1 FROM call_office o WHERE o.call = c.pos AND o.office = ?)`, q.Office)
	}
	if q.Day != "" {
		// The day of each call's own zone; the times around it are for the index.
		noon, _ := time.Parse(time.DateOnly, q.Day) // checked above
		w.and(`c.day = ? AND r.first_ring BETWEEN ? AND ?`, q.Day, noon.Add(-15*time.Hour).UnixNano(), noon.Add(39*time.Hour).UnixNano())
	}
	if q.Outcome == live {
		w.and(`c.outcome = ''`)
	} else if q.Outcome != "" {
		w.and(`c.outcome = ?`, q.Outcome)
	}
	if q.Number != "" && !byNumber(&w, q.Number) {
		return page, nil
	}
	if q.Q != "" {
		text, ok := match(q.Q)
		if !ok {
			return page, nil
		}
		// Words of an incident find its call only for those who may read the incident.
		w.and(`(c.pos IN (SELECT rowid FROM call_text WHERE call_text MATCH ?) OR c.incident IN (
			SELECT t.id FROM incidents t JOIN incident_office p ON p.incident = t.pos AND p.office = ?
			WHERE NOT t.restricted AND t.pos IN (SELECT rowid FROM incident_text WHERE incident_text MATCH ?)))`, text, reader, text)
	}
	limit := limitOf(q.Limit)
	rows, err := v.ask().QueryContext(ctx, `SELECT `+rowColumns+`
		FROM call_office r JOIN calls c ON c.pos = r.call LEFT JOIN incidents i ON i.id = c.incident AND c.incident <> ''
		WHERE `+w.String()+` ORDER BY r.first_ring DESC, r.call DESC LIMIT ?`, append(w.args, limit+1)...)
	if err != nil {
		return page, v.trouble(err, "list calls")
	}
	defer rows.Close()
	var last cursor
	for rows.Next() {
		pos, c, err := v.scanCall(rows.Scan)
		if err != nil {
			return page, v.trouble(err, "list calls")
		}
		if len(page.Items) == limit {
			page.Next = last.String()
			break
		}
		last = cursor{ring: c.FirstRing.UnixNano(), pos: pos}
		page.Items = append(page.Items, c.CallRow)
	}
	if err := rows.Err(); err != nil {
		return page, v.trouble(err, "list calls")
	}
	return page, nil
}

// byNumber adds the condition for a number or a part of one; false: it has no digits to look for.
func byNumber(w *where, number string) bool {
	digits := onlyDigits(number)
	begins := "+" + digits
	if rest, ok := strings.CutPrefix(digits, "0"); ok { // 0812… is kept as +62812…
		begins = "+62" + rest
	}
	switch n := len(digits); {
	case n == 0:
		return false
	case n >= 9: // as good as whole: by the index
		w.and(`c.number >= ? AND c.number < ?`, begins, begins+":") // ":" comes after "9"
	case n >= 3:
		w.and(`(c.number LIKE ? OR c.number LIKE ?)`, begins+"%", "%"+digits+"%")
	default:
		w.and(`c.number = ?`, digits)
	}
	return true
}

func (v *View) scanCall(scan func(...any) error) (uint64, CallFull, error) {
	var c CallFull
	var pos uint64
	var first, answered, ended sql.NullInt64
	var seconds float64
	err := scan(&pos, &c.ID, &c.Office, &first, &answered, &ended, &c.WaitMs, &c.TalkMs, &c.Number, &c.Withheld, &c.CallerName,
		&c.Outcome, &c.Prank, &c.Agency, &c.Callback, &c.Operator, &c.Polres, &c.PolresTalked, &c.Incident, &c.IncidentNo,
		&c.TapeID, &c.TapeHash, &seconds, &c.Chip, &c.ChipOffice)
	if err != nil {
		return 0, c, err
	}
	c.FirstRing, c.AnsweredAt, c.EndedAt = when(first), whenOrNil(answered), whenOrNil(ended)
	c.NumberText = numberText(c.Number)
	c.OperatorName = v.name(c.Operator)
	c.Tape, c.TapeMs = c.TapeID != "", int64(seconds*1000)
	c.Timeline = []CallLine{}
	return pos, c, nil
}

func numberText(number string) string {
	if number == string(office.Erased) {
		return number
	}
	return office.Number(number).Display()
}

// Call gives one call with its timeline, or ErrNotFound.
func (v *View) Call(ctx context.Context, reader office.ID, id call.ID) (CallFull, error) {
	tx, err := v.ask().BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // row and timeline of one moment
	if err != nil {
		return CallFull{}, v.trouble(err, "read call %s", id)
	}
	defer tx.Rollback()
	pos, c, err := v.scanCall(tx.QueryRowContext(ctx, `SELECT `+rowColumns+`
		FROM calls c JOIN call_office r ON r.call = c.pos AND r.office = ?
		LEFT JOIN incidents i ON i.id = c.incident AND c.incident <> '' WHERE c.id = ?`, reader, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return CallFull{}, ErrNotFound
	}
	if err != nil {
		return CallFull{}, v.trouble(err, "read call %s", id)
	}
	rows, err := tx.QueryContext(ctx, `SELECT at, what, who, office, seat, code, extra FROM call_line WHERE call = ? ORDER BY seq, i`, pos)
	if err != nil {
		return CallFull{}, v.trouble(err, "read the timeline of call %s", id)
	}
	defer rows.Close()
	for rows.Next() {
		var l line
		var at sql.NullInt64
		if err := rows.Scan(&at, &l.what, &l.who, &l.office, &l.seat, &l.code, &l.extra); err != nil {
			return CallFull{}, v.trouble(err, "read the timeline of call %s", id)
		}
		l.at = when(at)
		c.Timeline = append(c.Timeline, CallLine{At: l.at, Who: l.who, Name: v.name(l.who), What: l.what, Text: v.callText(c.CallRow, l)})
	}
	if err := rows.Err(); err != nil {
		return CallFull{}, v.trouble(err, "read the timeline of call %s", id)
	}
	return c, nil
}
