package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
)

// who may do what, in one look: o operator, s supervisor, c chief, a administrator. The rules in the code and in
// openapi.json must say the same.
const rights = `
POST   /session                     -
GET    /session                     oscap
DELETE /session                     oscap
POST   /session/password            oscap
GET    /people                      a     office
POST   /people                      a
PATCH  /people/{id}                 a     person
POST   /people/{id}/password        a     person
GET    /offices                     osca
GET    /offices/{id}/settings       osc   office
PATCH  /offices/{id}/settings       c     office
GET    /offices/{id}/escalation     c     office
PUT    /offices/{id}/escalation     c     office
GET    /offices/{id}/numbers        sc    office
POST   /offices/{id}/numbers/look   sc    office
POST   /offices/{id}/numbers/block  sc    office
POST   /offices/{id}/numbers/unblock sc   office
POST   /offices/{id}/numbers/clear  sc    office
POST   /offices/{id}/numbers/shared sc    office
POST   /offices/{id}/numbers/notice sc    office
GET    /offices/{id}/filter         sc    office
PUT    /offices/{id}/filter         c     office
POST   /offices/{id}/filter/try     sc    office
GET    /offices/{id}/gate           sc    office
GET    /offices/{id}/sheet          sc    office
GET    /offices/{id}/sheet.csv      sc    office
GET    /offices/{id}/pranks         sc    office
POST   /offices/{id}/case-file      sc    office
POST   /duty                        os
DELETE /duty                        os
POST   /duty/ready                  os
POST   /duty/pause                  os
POST   /seats/{office}/{n}/off      s     office
GET    /line                        os
GET    /stream                      oscap
POST   /calls/{id}/answer           os    call
POST   /calls/{id}/decline          os    call
POST   /calls/{id}/transfer         os    call
POST   /calls/{id}/take-back        os    call
POST   /calls/{id}/leave            os    call
POST   /calls/{id}/close            os    call
POST   /calls/{id}/hold             os    call
POST   /calls/{id}/silent           os    call
POST   /calls/{id}/ask-silent       os    call
POST   /calls/{id}/mute             os    call
POST   /calls/{id}/guests           os    call
DELETE /calls/{id}/guests/{n}       os    call
POST   /calls/{id}/guests/{n}/merge os    call
POST   /calls/{id}/guests/{n}/give  os    call
POST   /calls/{id}/keys             os    call
POST   /calls                       os
GET    /callbacks                   osc   office
POST   /callbacks/{id}/settle       os    call
PUT    /calls/{id}/report           os    call
GET    /calls                       osc   office
GET    /calls/{id}                  osc   call
GET    /calls/{id}/tape             osc   call
GET    /calls/{id}/ladder           sa    call
GET    /calls/{id}/pcap             sa    call
POST   /incidents/paper             os
PUT    /incidents/{id}/report       os    incident
POST   /incidents/{id}/send         os    incident
POST   /incidents/{id}/notes        osc   incident
POST   /incidents/{id}/accept       osc   incident
POST   /incidents/{id}/close        osc   incident
POST   /incidents                   os
POST   /incidents/{id}/assign       os    incident
POST   /incidents/{id}/release      os    incident
POST   /incidents/{id}/step         os    incident
POST   /incidents/{id}/check        os    incident
POST   /incidents/{id}/wait         os    incident
POST   /incidents/{id}/cancel       osc   incident
POST   /incidents/{id}/reopen       osc   incident
POST   /incidents/{id}/told         osc   incident
POST   /incidents/{id}/hand-over    osc   incident
POST   /incidents/{id}/take-over    osc   incident
POST   /incidents/{id}/refuse-over  osc   incident
POST   /incidents/{id}/link         os    incident
POST   /incidents/{id}/unlink       os    incident
POST   /incidents/{id}/calls        os    incident
POST   /incidents/{id}/restrict     osc   incident
GET    /incidents/{id}/readers      osc   incident
GET    /colleagues                  osc
GET    /incidents/{id}/calls        osc   incident
GET    /incidents/{id}/same         osc   incident
GET    /standing                    osc
GET    /responses                   sc    office
GET    /overview                    osc   office
GET    /offices/{id}/fairness       sc    office
GET    /offices/{id}/fairness.csv   sc    office
GET    /units                       osc   office
POST   /units                       sc
PUT    /units/{id}                  sc    unit
DELETE /units/{id}                  sc    unit
PUT    /units/{id}/crew             os    unit
POST   /units/{id}/status           os    unit
POST   /units/{id}/panic            osc   unit
POST   /units/{id}/panic/see        osc   unit
POST   /units/{id}/panic/clear      osc   unit
GET    /units/{id}/history          osc   unit
GET    /roster/people               sc    office
POST   /roster/people               sc
PUT    /roster/people/{id}          sc    member
POST   /roster/people/{id}/move     sc    member
DELETE /roster/people/{id}/moves/{day} sc member
POST   /roster/people/{id}/leave    sc    member
POST   /roster/import               sc
GET    /roster/shifts               osc   office
PUT    /roster/shifts               sc
POST   /roster/shifts/attend        sc
POST   /roster/shifts/begin         os
GET    /handovers                   osc   office
POST   /handovers                   osc
POST   /handovers/{id}/take         osc   handover
POST   /handovers/{id}/withdraw     osc   handover
POST   /units/{id}/phones           os    unit
GET    /units/{id}/phones           os    unit
DELETE /units/{id}/phones           os    unit
POST   /units/{id}/devices          os    unit
GET    /units/{id}/devices          os    unit
DELETE /units/{id}/devices/{device} os    unit
POST   /patrol/session              -
GET    /patrol/session              p
PUT    /patrol/push                 p
POST   /patrol/push/end             p
GET    /push                        sc
PUT    /push                        sc
POST   /push/end                    sc
POST   /positions/owntracks         -
GET    /positions/osmand            -
POST   /positions/osmand            -
POST   /incidents/{id}/asked-call   os    incident
GET    /incidents/{id}/pictures/{hash} osc incident
POST   /job/pictures                p
POST   /job/call                    p
GET    /job                         p
POST   /job/step                    p
POST   /job/notes                   p
POST   /job/panic                   p
POST   /job/reporter                p
POST   /job/position                p
GET    /incidents                   osc   office
GET    /incidents/{id}              osc   incident
GET    /incidents/{id}/recommend    osc   incident
GET    /places                      osc
GET    /areas                       osca
GET    /areas/at                    osc
GET    /map                         osca
GET    /map/file                    osca
GET    /kinds                       oscap
GET    /outcomes                    osca
GET    /wallboard                   osc   office
POST   /wallboards                  sc
GET    /wall/{token}                -
`

var letters = map[byte]office.Role{'o': office.Operator, 's': office.Supervisor, 'c': office.Chief, 'a': office.Administrator, 'p': office.Patrol}

type op struct {
	method, path string
	open         bool
	roles        []office.Role
	of           string
}

// operations reads openapi.json, and holds it to the table.
func operations(t *testing.T) []op {
	t.Helper()
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Open  bool          `json:"x-siaga-open"`
			Roles []office.Role `json:"x-siaga-roles"`
			Of    string        `json:"x-siaga-of"`
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	want := map[string]op{}
	for line := range strings.Lines(strings.TrimSpace(rights)) {
		f := append(strings.Fields(line), "own")
		o := op{method: f[0], path: f[1], open: f[2] == "-", of: f[3]}
		for i := range len(f[2]) {
			if r, ok := letters[f[2][i]]; ok {
				o.roles = append(o.roles, r)
			}
		}
		want[f[0]+" "+f[1]] = o
	}
	var list []op
	for path, methods := range doc.Paths {
		for method, d := range methods {
			o := op{method: strings.ToUpper(method), path: path, open: d.Open, roles: d.Roles, of: d.Of}
			if o.open {
				o.of = "own"
			}
			w, ok := want[o.method+" "+path]
			if !ok || w.open != o.open || w.of != o.of || !slices.Equal(w.roles, o.roles) {
				t.Errorf("%s %s: openapi.json says %v of %s, the table says %v of %s", o.method, path, o.roles, o.of, w.roles, w.of)
			}
			delete(want, o.method+" "+path)
			list = append(list, o)
		}
	}
	for name := range want {
		t.Errorf("%s is in the table, not in openapi.json", name)
	}
	slices.SortFunc(list, func(a, b op) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return list
}

// things are what the requests of the access test are about: all are the Polda's, and the report was sent to polres.
type things struct{ call, incident, person, unit, picture, member, handover string }

func (o op) fill(th things) string {
	id := map[string]string{"call": th.call, "incident": th.incident, "person": th.person, "office": "polda", "unit": th.unit, "member": th.member, "handover": th.handover}[o.of]
	path := strings.NewReplacer("{id}", id, "{office}", "polda", "{n}", "2", "{token}", "x", "{device}", "d1", "{hash}", th.picture, "{day}", "2026-12-01").Replace(o.path)
	switch {
	case o.of == "office" && !strings.Contains(o.path, "{"):
		path += "?office=polda"
	case strings.HasSuffix(path, "/tape"):
		path += "?reason=keluhan"
	}
	return path
}

// ask sends an operation with an empty body: who may do it hears of the body, or more.
func (o op) ask(c *client, th things) *http.Request {
	var body any
	if o.method == "POST" || o.method == "PUT" || o.method == "PATCH" {
		body = map[string]any{}
	}
	return c.request(o.method, o.fill(th), body)
}

// Each operation of openapi.json as nobody, as each wrong role, as another office, without the CSRF header, with an
// unknown cookie; and as the right person, so that the test can't pass by refusing everybody.
func TestAccess(t *testing.T) {
	h := open(t)
	people := map[string]map[office.Role]*client{}
	short := map[office.Role]string{office.Operator: "op", office.Supervisor: "sup", office.Chief: "chief", office.Administrator: "adm", office.Patrol: "ptr"}
	for _, o := range []string{"polda", "polres", "sebelah", "lain"} {
		people[o] = map[office.Role]*client{}
		for role, name := range short {
			people[o][role] = h.as(name+"-"+o, office.ID(o), role)
		}
	}
	th := h.story(people["polda"][office.Operator])
	ops := operations(t)
	if len(ops) < 30 {
		t.Fatalf("only %d operations were walked", len(ops))
	}
	for _, o := range ops {
		t.Run(strings.ReplaceAll(o.method+o.path, "/", "_"), func(t *testing.T) {
			try := func(who string, c *client, change func(*http.Request)) reply {
				t.Helper()
				if o.path == "/stream" && (who == "right" || who == "open") {
					return reply{t: t, status: 200} // it would never end; stream_test.go reads it
				}
				for {
					req := o.ask(c, th)
					if change != nil {
						change(req)
					}
					r := c.send(req)
					if r.code() != "too_many" {
						return r
					}
					time.Sleep(50 * time.Millisecond) // all operations are asked from one address: its bucket fills by one
				}
			}
			refused := func(who string, r reply, codes ...string) {
				t.Helper()
				if !slices.Contains(codes, r.code()) || r.status/100 != 4 {
					t.Errorf("as %s: %d %s, want one of %v", who, r.status, r.body, codes)
				}
				if ct := r.header.Get("Content-Type"); ct != "application/problem+json" {
					t.Errorf("as %s: content type %s", who, ct)
				}
			}
			if o.open {
				if r := try("open", h.nobody(), nil); r.code() == "no_session" || r.code() == "not_allowed" {
					t.Errorf("an open operation asks for a session: %d %s", r.status, r.body)
				}
				return
			}
			refused("nobody", try("nobody", h.nobody(), nil), "no_session")
			refused("a stranger's cookie", try("stranger", h.nobody(), func(r *http.Request) {
				r.Header.Set("Cookie", "__Host-siaga="+strings.Repeat("A", 43))
			}), "no_session")
			for role, c := range people["polda"] {
				if !slices.Contains(o.roles, role) {
					refused(string(role), try(string(role), c, nil), "not_allowed")
				}
			}
			right := people["polda"][o.roles[0]]
			if o.method != http.MethodGet {
				for _, csrf := range []string{"", "wrong"} {
					refused("without CSRF", try("csrf", right, func(r *http.Request) { r.Header.Set("X-Siaga-Csrf", csrf) }), "csrf")
				}
			}
			if o.of != "own" {
				for _, sideways := range []string{"sebelah", "lain"} {
					for _, role := range o.roles {
						refused(sideways, try(sideways, people[sideways][role], nil), "not_found")
					}
				}
			}
			if o.path == "/session" && o.method == "DELETE" {
				right = h.signIn("op-polda") // a session of its own to end
			}
			for _, role := range o.roles {
				c := people["polda"][role]
				if o.path == "/session" && o.method == "DELETE" {
					c = right
				}
				r := try("right", c, nil)
				if slices.Contains([]string{"no_session", "not_allowed", "csrf", "not_found", "internal"}, r.code()) {
					t.Errorf("as %s of the Polda, who may: %d %s", role, r.status, r.body)
				}
				if o.path == "/session" && o.method == "DELETE" {
					break
				}
			}
		})
	}
	t.Run("sent", func(t *testing.T) {
		// Polres got the report and reads it; Sebelah didn't, above.
		people["polres"][office.Operator].must("GET", "/incidents/"+th.incident, nil, nil)
		if r := people["polres"][office.Operator].do("GET", "/people", nil); r.code() != "not_allowed" {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := people["polres"][office.Chief].do("GET", "/offices/polda/settings", nil); r.code() != "not_found" {
			t.Errorf("a Polres reads upwards: %d %s", r.status, r.body)
		}
		people["polda"][office.Chief].must("GET", "/offices/polres/settings", nil, nil)
	})
	t.Run("bodies", func(t *testing.T) { // what the path doesn't say
		adm := people["polres"][office.Administrator]
		for _, o := range []string{"polda", "sebelah", "lain", "nowhere"} {
			r := adm.do("POST", "/people", map[string]any{"user": "neu-" + o, "name": "x", "rank": "", "office": o, "role": "chief"})
			if r.code() != "not_found" {
				t.Errorf("an account at %s: %d %s", o, r.status, r.body)
			}
		}
		if r := people["lain"][office.Operator].do("POST", "/duty", map[string]any{"seat": "polda/1"}); r.code() != "not_allowed" {
			t.Errorf("a seat of another office: %d %s", r.status, r.body)
		}
		if r := people["sebelah"][office.Supervisor].do("POST", "/seats/polda/1/off", map[string]any{"reason": "x"}); r.code() != "not_found" {
			t.Errorf("a seat above: %d %s", r.status, r.body)
		}
	})
}

// story lets the operator talk with a citizen, and send a report to polres that the view has read.
func (h *house) story(op *client) things {
	h.t.Helper()
	h.sit(op, "polda/1")
	id := h.talk(op, "polda/1", "+6281234567890")
	var inc struct{ ID, State string }
	op.must("PUT", "/calls/"+string(id)+"/report", form(0, "curat", "Plaza"), &inc)
	op.must("POST", "/incidents/"+inc.ID+"/send", map[string]any{"office": "polres"}, nil)
	h.person("zz", "polda", office.Operator) // whom the administrator may sign out
	people := h.staff.People("polda")
	unit := h.unit("Beruang 1", "polda")
	h.enter("r1", "polda", "87051234")
	h.do(roster.HandOver{ID: "h1", Key: roster.ShiftKey{Office: "polda", Day: "2026-11-23", Name: "pagi"}, Hash: "x"})
	picture, _, err := h.files.Put(strings.NewReader("foto"), 10)
	if err != nil {
		h.t.Fatal(err)
	}
	_, err = h.dispatch.Do(h.t.Context(), dispatch.Who{Person: "system", Office: "polda"}, dispatch.Picture{
		ID: incident.ID(inc.ID), Hash: picture, Ref: picture, Type: "image/jpeg",
	})
	if err != nil {
		h.t.Fatal(err)
	}
	pos, _, err := h.journal.Last(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.view.Wait(h.t.Context(), pos); err != nil {
		h.t.Fatal(err)
	}
	return things{call: string(id), incident: inc.ID, person: string(people[len(people)-1].ID), unit: string(unit), picture: picture, member: "r1", handover: "h1"}
}

// unit makes one of an office.
func (h *house) unit(sign string, home office.ID) incident.UnitID {
	h.t.Helper()
	card, err := h.dispatch.DoUnit(h.t.Context(), dispatch.Who{Person: "system", Office: home}, dispatch.SetUnit{
		Vehicle: incident.Vehicle{Sign: sign, Plate: "KT " + sign, Kind: incident.Car, Home: home},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return card.ID
}

func form(rev int, kind, place string) map[string]any {
	return map[string]any{
		"rev": rev, "kind": kind, "priority": 0, "place": place, "reporter": "Andi", "reporterNumber": "", "protect": false,
		"weapons": "", "injured": "", "people": 0, "vehicle": "", "office": "polres", "summary": "dua orang",
	}
}
