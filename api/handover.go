package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// Serah terima: who leaves signs what is open, who takes over signs the same. A signature is the person's password, once more; what
// both signed, and its hash, stays in the journal.

// HandoverItem is something open that goes over.
type HandoverItem struct {
	Kind string `json:"kind" enum:"incident,callback,unit"`
	Ref  string `json:"ref" doc:"its id"`
	No   string `json:"no" doc:"report number or call sign"`
	Text string `json:"text" doc:"Indonesian, as it was signed"`
}

// HandoverRecord is one handover with its signatures.
type HandoverRecord struct {
	ID          string          `json:"id"`
	Office      office.ID       `json:"office"`
	Day         roster.Day      `json:"day"`
	Shift       string          `json:"shift"`
	Note        string          `json:"note"`
	Items       []HandoverItem  `json:"items" nullable:"false"`
	More        int             `json:"more" doc:"open items that were too many for the list"`
	Hash        string          `json:"hash" doc:"hex SHA-256 of what was signed"`
	LeftBy      office.PersonID `json:"leftBy"`
	LeftByName  string          `json:"leftByName"`
	LeftAt      time.Time       `json:"leftAt"`
	TakenBy     office.PersonID `json:"takenBy" doc:"empty: nobody yet"`
	TakenByName string          `json:"takenByName"`
	TakenAt     *time.Time      `json:"takenAt"`
	Reply       string          `json:"reply"`
	Withdrawn   bool            `json:"withdrawn"`
}

// HandoverState is what is open now, the handover that waits for its second signature, and those of the month.
type HandoverState struct {
	Office office.ID        `json:"office"`
	Shift  string           `json:"shift" doc:"of the plan now; empty: none is planned"`
	Items  []HandoverItem   `json:"items" nullable:"false"`
	Open   *HandoverRecord  `json:"open"`
	Past   []HandoverRecord `json:"past" nullable:"false" doc:"newest first"`
}

// HandoverSign is the first signature.
type HandoverSign struct {
	Office   office.ID `json:"office" minLength:"1" maxLength:"100"`
	Shift    string    `json:"shift" maxLength:"40"`
	Note     string    `json:"note" maxLength:"4000"`
	Password string    `json:"password" minLength:"1" maxLength:"200"`
}

// HandoverTake is the second one, on what was shown.
type HandoverTake struct {
	Hash     string `json:"hash" minLength:"64" maxLength:"64"`
	Note     string `json:"note" maxLength:"4000"`
	Password string `json:"password" minLength:"1" maxLength:"200"`
}

type handoversIn struct {
	OfficeIn
	Month string `query:"month" pattern:"^([0-9]{4}-[0-9]{2})?$" doc:"like 2026-11; this month when left out"`
}

// handoverPath: a handover of the office or one below.
var handoverPath = object{"handover", func(s *Server, r *http.Request, c *caller) *Problem {
	h, ok := s.handover(r.PathValue("id"))
	if !ok {
		return problem(http.StatusNotFound, "not_found")
	}
	return s.mayRead(c, h.Office)
}}

func (s *Server) handover(id string) (h roster.Handover, ok bool) {
	s.cfg.Roster.See(func(st *roster.State) { h, ok = st.Handovers[id] })
	return h, ok
}

func (s *Server) handoverOps() {
	theirs := rule{roles: workers, of: handoverPath}
	register(s, operation(http.MethodGet, "/handovers", "What is open for the next shift, and the handovers of a month", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *handoversIn) (*out[HandoverState], error) {
			o := in.or(officeOf(ctx))
			s.noteRead(who(ctx), "handover", string(o), in.Month)
			v := HandoverState{Office: o, Items: itemViews(s.openItems(o)), Past: []HandoverRecord{}}
			s.cfg.Roster.See(func(st *roster.State) {
				if sh, ok := st.Now(o, s.cfg.Now()); ok {
					v.Shift = sh.Name
				}
				for _, h := range st.Handovers {
					if h.Office == o && h.Open() {
						v.Open = ptr(s.handoverRecord(h))
					}
				}
			})
			if in.Month == "" {
				in.Month = s.cfg.Now().UTC().Format("2006-01")
			}
			past, err := s.cfg.Roster.Handovers(ctx, o, in.Month)
			if err != nil {
				return nil, err
			}
			for _, h := range past {
				if !h.Open() {
					v.Past = append(v.Past, s.handoverRecord(h))
				}
			}
			return &out[HandoverState]{v}, nil
		})
	register(s, operation(http.MethodPost, "/handovers", "Leave: sign what is open for the next shift", rule{roles: workers}),
		func(ctx context.Context, in *body[HandoverSign]) (*out[HandoverRecord], error) {
			c, b := who(ctx), in.Body
			if p := s.mayRead(c, b.Office); p != nil { // the office is in the body, which the rule doesn't see
				return nil, p
			}
			if err := s.sign(ctx, b.Password); err != nil {
				return nil, err
			}
			items := s.openItems(b.Office)
			id := "h" + string(staff.NewRosterID())[1:]
			note := strings.TrimSpace(b.Note)
			cmd := roster.HandOver{
				ID: id, Key: roster.ShiftKey{Office: b.Office, Day: s.rosterDay(b.Office), Name: strings.TrimSpace(b.Shift)}, Note: note, Items: items,
				Hash: signedHash(note, items),
			}
			return s.handoverDo(ctx, id, cmd)
		})
	register(s, operation(http.MethodPost, "/handovers/{id}/take", "Take over: sign what the other has signed", theirs),
		func(ctx context.Context, in *idBody[HandoverTake]) (*out[HandoverRecord], error) {
			if err := s.sign(ctx, in.Body.Password); err != nil {
				return nil, err
			}
			return s.handoverDo(ctx, in.ID, roster.Take{ID: in.ID, Note: strings.TrimSpace(in.Body.Note), Hash: in.Body.Hash})
		})
	register(s, operation(http.MethodPost, "/handovers/{id}/withdraw", "Make a handover void that nobody has taken", theirs),
		func(ctx context.Context, in *idBody[WhyText]) (*out[HandoverRecord], error) {
			return s.handoverDo(ctx, in.ID, roster.Withdraw{ID: in.ID, Why: in.Body.Why})
		})
}

// sign asks for the password of who is signed in.
func (s *Server) sign(ctx context.Context, password string) error {
	return s.cfg.Staff.Confirm(ctx, who(ctx).Person.ID, password, addressOf(ctx))
}

func (s *Server) handoverDo(ctx context.Context, id string, cmd roster.Command) (*out[HandoverRecord], error) {
	if err := s.cfg.Roster.Do(ctx, who(ctx).roster(), cmd); err != nil {
		return nil, err
	}
	h, _ := s.handover(id)
	return &out[HandoverRecord]{s.handoverRecord(h)}, nil
}

// signedHash covers note and items, in the form in which the journal has them.
func signedHash(note string, items []roster.Item) string {
	raw, err := json.Marshal(struct {
		Note  string         `json:"note"`
		Items []HandoverItem `json:"items"`
	}{note, itemViews(items)})
	if err != nil { // strings alone
		panic(err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func itemViews(items []roster.Item) []HandoverItem {
	list := []HandoverItem{}
	for _, i := range items {
		list = append(list, HandoverItem{Kind: i.Kind, Ref: i.Ref, No: i.No, Text: string(i.Text)})
	}
	return list
}

func (s *Server) handoverRecord(h roster.Handover) HandoverRecord {
	v := HandoverRecord{
		ID: h.ID, Office: h.Office, Day: h.Day, Shift: h.Shift, Note: string(h.Note), Items: itemViews(h.Items), More: h.More, Hash: h.Hash,
		LeftBy: h.LeftBy, LeftByName: s.cfg.Staff.Name(h.LeftBy), LeftAt: h.LeftAt.UTC(), TakenBy: h.TakenBy, TakenByName: s.cfg.Staff.Name(h.TakenBy),
		Reply: string(h.Reply), Withdrawn: h.Over != "",
	}
	if !h.TakenAt.IsZero() {
		v.TakenAt = ptr(h.TakenAt.UTC())
	}
	return v
}

// openItems are the incidents that an office has, the callbacks that it owes, and its units that are at something, in the words of
// the paper: it is an Indonesian document, whoever reads it.
func (s *Server) openItems(o office.ID) []roster.Item {
	items := []roster.Item{}
	add := func(kind, ref, no, text string, args ...any) {
		items = append(items, roster.Item{Kind: kind, Ref: ref, No: no, Text: office.Private(fmt.Sprintf(text, args...))})
	}
	for _, c := range s.cfg.Dispatch.OpenOf(o) {
		what := "laporan terbatas"
		if !c.Veiled {
			kind, _ := incident.KindOf(c.Kind)
			what = strings.Trim(kind.ID+", "+c.Place, ", ")
		}
		add("incident", string(c.ID), c.No, "P%d %s (%s)", c.Priority, what, phases[c.State])
	}
	for _, w := range s.cfg.Desk.Owed(o) {
		if w.Office == o {
			add("callback", string(w.Call), w.NumberText, "panggilan balik, dicoba %d kali%s", w.Tries, map[bool]string{true: "; BAHAYA: jangan ditelepon"}[w.Danger])
		}
	}
	for _, u := range s.cfg.Dispatch.Units(o) {
		switch {
		case u.Home != o:
		case u.Panic != nil:
			add("unit", string(u.ID), u.Sign, "regu minta tolong (panik)")
		case u.Job != nil:
			add("unit", string(u.ID), u.Sign, "%s, laporan %s", statuses[u.Status], u.Job.No)
		case u.Status == incident.UnitBroken:
			add("unit", string(u.ID), u.Sign, "rusak")
		}
	}
	return items
}

var phases = map[incident.Phase]string{
	incident.Valid: "belum dikirim", incident.Sent: "dikirim, belum diterima", incident.Accepted: "diterima", incident.Assigned: "unit ditugaskan",
	incident.EnRoute: "unit berangkat", incident.OnScene: "unit di tempat", incident.Handled: "ditangani, belum ditutup", incident.Reopened: "dibuka lagi",
}

var statuses = map[incident.UnitStatus]string{
	incident.UnitAssigned: "ditugaskan", incident.UnitAcked: "tugas diterima", incident.UnitEnRoute: "berangkat", incident.UnitOnScene: "di tempat",
}
