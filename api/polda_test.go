package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/office"
)

// walkIn is a report that somebody brings to the counter.
func walkIn(c *client, kind string, more map[string]any) dispatch.Full {
	c.t.Helper()
	report := map[string]any{
		"kind": kind, "priority": 1, "place": "Jalan Melati 5", "reporter": "Siti Aminah", "reporterNumber": "0812-1111-2222",
		"protect": false, "weapons": "", "injured": "", "people": 0, "vehicle": "", "office": "", "summary": "suami memukul istri",
	}
	for k, v := range more {
		report[k] = v
	}
	var i dispatch.Full
	c.must("POST", "/incidents", map[string]any{"source": "walk_in", "report": report}, &i)
	return i
}

// TestRestrictedIsHidden: what was reported of violence at home is on no list, search, board, sheet or wall of those who
// have no hand in it; who handles it names who else may read it.
func TestRestrictedIsHidden(t *testing.T) {
	h := open(t)
	sari, tono := h.as("sari", "polda", office.Operator), h.as("tono", "polda", office.Operator)
	sup := h.as("awas", "polda", office.Supervisor)
	i := walkIn(sari, "kdrt", nil)
	h.read()
	secrets := []string{"Melati", "Aminah", "11112222", "1111-2222", "memukul", "kdrt"}
	clean := func(where string, r reply) {
		t.Helper()
		if r.status != http.StatusOK {
			t.Errorf("%s: %d %s", where, r.status, r.body)
		}
		for _, s := range secrets {
			if strings.Contains(string(r.body), s) {
				t.Errorf("%s tells %q: %s", where, s, r.body)
			}
		}
	}
	no := url.QueryEscape(i.No)
	day := h.view.DayOf("polda", time.Now())
	for name, c := range map[string]*client{"another operator": tono, "a supervisor without a hand in it": sup} {
		for _, path := range []string{
			"/incidents", "/incidents?state=all", "/incidents?state=open&class=emergency", "/incidents?q=Melati", "/incidents?q=Aminah", "/incidents?q=" + no,
			"/calls", "/calls?q=Melati", "/calls?q=" + no, "/callbacks", "/wallboard", "/overview", "/standing?no=" + no, "/units",
		} {
			r := c.do("GET", path, nil)
			clean(name+": "+path, r)
			if strings.HasPrefix(path, "/incidents") && strings.Contains(string(r.body), string(i.ID)) {
				t.Errorf("%s: %s lists it: %s", name, path, r.body)
			}
		}
		for _, path := range []string{"", "/same", "/readers", "/recommend"} {
			if r := c.do("GET", "/incidents/"+string(i.ID)+path, nil); r.status != http.StatusNotFound {
				t.Errorf("%s reads %s: %d %s", name, path, r.status, r.body)
			}
		}
		if r := c.do("POST", "/incidents/"+string(i.ID)+"/notes", map[string]any{"text": "apa ini"}); r.status != http.StatusNotFound {
			t.Errorf("%s writes to it: %d %s", name, r.status, r.body)
		}
		if r := c.do("POST", "/incidents/"+string(i.ID)+"/restrict", map[string]any{"shut": false, "named": []string{}}); r.status != http.StatusNotFound {
			t.Errorf("%s opens it: %d %s", name, r.status, r.body)
		}
	}
	for _, path := range []string{
		"/offices/polda/sheet.csv?from=" + day + "&to=" + day, "/offices/polda/fairness.csv?from=" + day + "&to=" + day,
		"/offices/polda/pranks?from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z",
	} {
		clean(path, sup.do("GET", path, nil))
	}
	// The board of the office, which its stream sends: that there is one, its holder and its clocks.
	w, snap := h.board.Watch("polda", "", 0)
	w.Close()
	raw, err := json.Marshal(snap.Items)
	if err != nil {
		t.Fatal(err)
	}
	clean("the board", reply{t: t, status: 200, body: raw})
	if !strings.Contains(string(raw), string(i.ID)) {
		t.Error("the board doesn't know that there is one: nobody would see its clocks")
	}
	// A sheet of paper about the same is hidden the same.
	paper := map[string]any{
		"no": "K/" + time.Now().In(time.FixedZone("WITA", 8*3600)).Add(-time.Hour).Format("2006/01/02") + "/K-03", "rang": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "office": "polda",
		"report": map[string]any{
			"kind": "kdrt", "priority": 1, "place": "Jalan Melati 9", "reporter": "Siti Aminah", "reporterNumber": "", "protect": false,
			"weapons": "", "injured": "", "people": 0, "vehicle": "", "office": "", "summary": "dari kertas: memukul",
		},
	}
	if r := sari.do("POST", "/incidents/paper", paper); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	h.read()
	clean("the list with a sheet of paper", tono.do("GET", "/incidents?state=all", nil))

	// Who handles it names Tono, who then reads it, and so does the list.
	var people []struct{ ID, Name string }
	sari.must("GET", "/colleagues", nil, &people)
	var tonoID string
	for _, p := range people {
		if strings.Contains(p.Name, "tono") {
			tonoID = p.ID
		}
	}
	sari.must("POST", "/incidents/"+string(i.ID)+"/restrict", map[string]any{"shut": false, "named": []string{tonoID}}, nil)
	h.read()
	if r := tono.do("GET", "/incidents/"+string(i.ID), nil); r.status != http.StatusOK || !strings.Contains(string(r.body), "Melati") {
		t.Errorf("Tono was named: %d %s", r.status, r.body)
	}
	if r := tono.do("GET", "/incidents?q=Melati", nil); !strings.Contains(string(r.body), string(i.ID)) {
		t.Errorf("Tono's list: %s", r.body)
	}
	if r := sup.do("GET", "/incidents?q=Melati", nil); strings.Contains(string(r.body), string(i.ID)) {
		t.Errorf("the supervisor's list: %s", r.body)
	}
	if r := sari.do("POST", "/incidents/"+string(i.ID)+"/restrict", map[string]any{"shut": true, "named": []string{"nobody"}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown name: %d %s", r.status, r.body)
	}
}

// TestStanding: a caller who gives the number hears how it stands, and each look-up is written down.
func TestStanding(t *testing.T) {
	h := open(t)
	sari := h.as("sari", "polda", office.Operator)
	other := h.as("lina", "lain", office.Operator)
	i := walkIn(sari, "curat", nil)
	no := i.No // K/2026/11/25/0001
	parts := strings.Split(no, "/")
	type standing struct {
		No, Standing, Office, Result, Incident string
		Tell                                   bool
	}
	for _, said := range []string{no, strings.ToLower(no), strings.ReplaceAll(no, "/", " "), " " + no, "1", "0001", strings.Join(parts[1:], "."), "k-x"} {
		var s standing
		r := sari.do("GET", "/standing?no="+url.QueryEscape(said), nil)
		if said == "k-x" {
			if r.status != http.StatusNotFound {
				t.Errorf("%q: %d %s", said, r.status, r.body)
			}
			continue
		}
		r.into(&s)
		if s.No != no || s.Standing != "diterima" || s.Office != "polda" || s.Incident != string(i.ID) {
			t.Errorf("%q: %d %s", said, r.status, r.body)
		}
		for _, secret := range []string{"Melati", "Aminah", "1111", "curat", "memukul"} {
			if strings.Contains(string(r.body), secret) {
				t.Errorf("%q tells %s: %s", said, secret, r.body)
			}
		}
	}
	if r := other.do("GET", "/standing?no="+url.QueryEscape(no), nil); r.status != http.StatusNotFound {
		t.Errorf("an office that may not know of it: %d %s", r.status, r.body)
	}
	sari.must("POST", "/incidents/"+string(i.ID)+"/close", map[string]any{"result": "didamaikan", "done": "selesai", "tell": true}, nil)
	var s standing
	sari.must("GET", "/standing?no=1", nil, &s)
	if s.Standing != "selesai" || s.Result != "didamaikan" || !s.Tell {
		t.Errorf("after closing: %+v", s)
	}
	if r := sari.do("POST", "/incidents/"+string(i.ID)+"/told", map[string]any{"how": ""}); r.status/100 != 4 {
		t.Errorf("told without a word: %d %s", r.status, r.body)
	}
	sari.must("POST", "/incidents/"+string(i.ID)+"/told", map[string]any{"how": "dikabari, berterima kasih"}, nil)
	if sari.must("GET", "/standing?no=1", nil, &s); s.Tell {
		t.Errorf("told: %+v", s)
	}
	guarded := walkIn(sari, "asusila", nil)
	r := sari.do("GET", "/standing?no="+url.QueryEscape(guarded.No), nil)
	if r.into(&s); s.Standing != "dijaga" || s.Office != "" || s.Result != "" {
		t.Errorf("a restricted report: %s", r.body)
	}
	h.read()
	reads := 0
	streams, err := h.journal.Streams(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, stream := range streams {
		records, err := h.journal.Read(t.Context(), stream, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range records {
			if strings.Contains(string(rec.Body), `"standing"`) && strings.Contains(string(rec.Body), no) {
				reads++
			}
		}
	}
	if reads == 0 {
		t.Error("no look-up was written down")
	}
}

// TestComplaintPassesBy: a complaint about a Polres has its own queue, and that Polres sees it nowhere.
func TestComplaintPassesBy(t *testing.T) {
	h := open(t)
	sari := h.as("sari", "polda", office.Operator)
	accused, chief := h.as("dwi", "polres", office.Operator), h.as("kapolres", "polres", office.Chief)
	i := walkIn(sari, "dumas", map[string]any{"against": "polres", "priority": 3, "summary": "petugas meminta uang"})
	h.read()
	if r := sari.do("GET", "/incidents?class=complaint", nil); !strings.Contains(string(r.body), string(i.ID)) {
		t.Errorf("the queue of complaints: %s", r.body)
	}
	if r := sari.do("GET", "/incidents?class=emergency", nil); strings.Contains(string(r.body), string(i.ID)) {
		t.Errorf("the queue of emergencies: %s", r.body)
	}
	if r := sari.do("POST", "/incidents/"+string(i.ID)+"/hand-over", map[string]any{"office": "polres", "why": "urusan mereka"}); r.status/100 != 4 {
		t.Errorf("handed to the accused: %d %s", r.status, r.body)
	}
	for _, c := range []*client{accused, chief} {
		for _, path := range []string{"/incidents?state=all", "/incidents?class=complaint", "/incidents?q=uang", "/overview", "/wallboard"} {
			if r := c.do("GET", path, nil); strings.Contains(string(r.body), string(i.ID)) || strings.Contains(string(r.body), "uang") || r.status != 200 {
				t.Errorf("the accused office sees it at %s: %s", path, r.body)
			}
		}
		if r := c.do("GET", "/incidents/"+string(i.ID), nil); r.status != http.StatusNotFound {
			t.Errorf("the accused office reads it: %d", r.status)
		}
		if r := c.do("GET", "/standing?no="+url.QueryEscape(i.No), nil); r.status != http.StatusNotFound {
			t.Errorf("the accused office asks how it stands: %d", r.status)
		}
	}
	w, snap := h.board.Watch("polres", "", 0)
	w.Close()
	if raw, _ := json.Marshal(snap.Items); strings.Contains(string(raw), string(i.ID)) {
		t.Errorf("the accused office's board: %s", raw)
	}
}

// TestOverview: a report that nobody accepted, with its clock; its queues; nobody's name of those who reported.
func TestOverview(t *testing.T) {
	h := open(t)
	sari := h.as("sari", "polda", office.Operator)
	i := walkIn(sari, "curas", nil)
	sari.must("POST", "/incidents/"+string(i.ID)+"/send", map[string]any{"office": "polres"}, nil)
	walkIn(sari, "hilang_barang", nil)
	var o struct {
		Offices []struct {
			Office                          string
			Open, Waiting, Services, OnDuty int
			Oldest                          *struct{ No string }
			Late                            []struct{ Step, Name string }
			Planned                         *int
			Target                          struct{ Minutes int }
		}
	}
	r := sari.do("GET", "/overview", nil)
	r.into(&o)
	if len(o.Offices) != 3 || o.Offices[1].Office != "polres" {
		t.Fatalf("%s", r.body)
	}
	if x := o.Offices[1]; x.Open != 1 || x.Waiting != 1 || x.Oldest == nil || x.Oldest.No != i.No || x.Target.Minutes != 10 {
		t.Errorf("polres: %s", r.body)
	}
	if x := o.Offices[0]; x.Services != 1 || x.Open != 1 || x.Oldest != nil {
		t.Errorf("polda: %s", r.body)
	}
	for _, secret := range []string{"Melati", "Aminah", "1111"} {
		if strings.Contains(string(r.body), secret) {
			t.Errorf("the overview tells %s: %s", secret, r.body)
		}
	}
	if r := h.as("dwi", "polres", office.Operator).do("GET", "/overview?office=polda", nil); r.status != http.StatusNotFound {
		t.Errorf("a Polres reads its Polda's: %d", r.status)
	}
}

// TestFairnessFile: the CSV holds each group with both measures, and days that make no sense are refused in words.
func TestFairnessFile(t *testing.T) {
	h := open(t)
	sup := h.as("awas", "polda", office.Supervisor)
	sari := h.as("sari", "polda", office.Operator)
	h.sit(sari, "polda/1")
	id := h.talk(sari, "polda/1", "+62542421110")
	sari.must("PUT", "/calls/"+string(id)+"/report", map[string]any{
		"rev": 0, "kind": "curat", "priority": 2, "place": "Pasar", "reporter": "", "reporterNumber": "", "protect": false, "weapons": "",
		"injured": "", "people": 0, "vehicle": "", "office": "", "summary": "", "language": "bjn",
	}, nil)
	if r := sari.do("PUT", "/calls/"+string(id)+"/report", map[string]any{"rev": 1, "kind": "curat", "priority": 2, "place": "", "reporter": "", "reporterNumber": "", "protect": false, "weapons": "", "injured": "", "people": 0, "vehicle": "", "office": "", "summary": "", "language": "klingon"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a language that nobody knows: %d %s", r.status, r.body)
	}
	h.read()
	day := h.view.DayOf("polda", time.Now())
	r := sup.do("GET", "/offices/polda/fairness.csv?from="+day+"&to="+day, nil)
	lines := strings.Split(strings.TrimSpace(string(r.body)), "\n")
	if r.status != 200 || !strings.HasPrefix(lines[0], "kantor,dari,sampai,menurut,kelompok,ukuran") {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for _, want := range []string{"jenis_telepon,landline,dijawab,1,", "bahasa,bjn,dijawab,1,", "semua,,dijawab,1,"} {
		if !strings.Contains(string(r.body), want) {
			t.Errorf("%q is missing in\n%s", want, r.body)
		}
	}
	for _, bad := range []string{"from=" + day + "&to=2020-01-01", "from=2020-01-01&to=" + day, "from=kemarin&to=" + day, ""} {
		for _, path := range []string{"/offices/polda/fairness.csv?", "/offices/polda/fairness?"} {
			if r := sup.do("GET", path+bad, nil); r.status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", path+bad, r.status, r.body)
			}
		}
	}
}
