package view_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

// story is one call told step by step: Sari answers, Balikpapan lets it ring, Samarinda answers, Sari's caller is served.
func story(t *testing.T, w *town) (call.ID, incident.ID) {
	t.Helper()
	sari := call.SeatRef{Office: "kaltim", Seat: "kaltim/2", Person: "sari"}
	budi := call.SeatRef{Office: "bpn", Seat: "bpn/1", Person: "budi"}
	rudi := call.SeatRef{Office: "smd", Seat: "smd/1", Person: "rudi"}
	at := func(ms int) time.Time { w.now = start.Add(time.Duration(ms) * time.Millisecond); return w.now }
	id, inc := call.ID("story"), incident.ID("istory")
	w.do(id, call.Dial{At: at(0), ID: id, Office: "kaltim", Times: call.TimesOf(office.Settings{}), Caller: call.Caller{Number: "+6281234567890", Name: "Ibu Aminah"}})
	w.do(id, call.Grant{At: at(100), Seats: []call.SeatRef{sari}})
	w.do(id, call.Answer{At: at(3000), By: sari, N: 1})
	w.do(id, call.VoiceHeard{At: at(3500)})
	w.handle(inc, incident.Type{At: at(4000), ID: inc, Call: string(id), FirstRing: start, By: "sari", Office: "kaltim", Report: incident.Report{
		Kind: "curas", Place: "Café Melati, Jalan Ahmad Yani", At: "-1.24,116.86", Reporter: "Siti Aminah", ReporterNumber: "+6281234567890", Summary: "perampokan bersenjata",
	}})
	w.do(id, call.Link{At: at(4001), Incident: string(inc)})
	w.do(id, call.Transfer{At: at(10000), By: sari, To: "bpn"})
	w.handle(inc, incident.Send{At: at(10000), By: "sari", From: "kaltim", To: "bpn", No: "KALTIM/2026/11/01/0042"})
	w.do(id, call.Grant{At: at(10050), Seats: []call.SeatRef{budi}})
	w.do(id, call.Tick{At: at(14000)})
	w.do(id, call.Transfer{At: at(20000), By: sari, To: "smd"})
	w.handle(inc, incident.Send{At: at(20000), By: "sari", From: "kaltim", To: "smd", No: "x"})
	w.do(id, call.Grant{At: at(20050), Seats: []call.SeatRef{rudi}})
	w.do(id, call.Answer{At: at(22000), By: rudi, N: 3})
	w.handle(inc, incident.Accept{At: at(22000), By: "rudi", Office: "smd"})
	w.do(id, call.LeaveTalk{At: at(24000), By: sari})
	w.do(id, call.CallerGone{At: at(60000)})
	w.do(id, call.Close{At: at(61000), By: rudi, Outcome: call.ValidPolres})
	w.write(id, call.TapeSealed{At: at(61500), Tape: "tape1", Hash: "ab12", Seconds: 60})
	w.handle(inc, incident.AddNote{At: at(90000), By: "rudi", Office: "smd", Text: "unit tiba"})
	w.handle(inc, incident.Close{At: at(99000), By: "rudi", Office: "smd", Result: incident.Arrested, Done: "satu pelaku diamankan"})
	return id, inc
}

func names(p office.PersonID) string {
	return map[office.PersonID]string{"sari": "Sari", "budi": "Budi", "rudi": "Rudi"}[p]
}

func TestTimelineReadsAsSentences(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 0 })
	id, inc := story(t, w)
	v := open(t, t.TempDir(), j, view.Options{Name: names})
	defer closed(t, v)
	settle(t, v, j)
	c, err := v.Call(t.Context(), "smd", id)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range c.Timeline {
		got = append(got, l.Text)
	}
	want := []string{
		"Panggilan masuk dari 0812-3456-7890",
		"Ditawarkan ke meja 2",
		"Dijawab Sari di meja 2",
		"Laporan dibuat untuk panggilan ini",
		"Dialihkan ke Polresta Balikpapan",
		"Berdering di Polresta Balikpapan meja 1",
		"Polresta Balikpapan meja 1 tidak menjawab",
		"Diambil kembali: Polresta Balikpapan tidak menjawab",
		"Dialihkan ke Polresta Samarinda",
		"Berdering di Polresta Samarinda meja 1",
		"Dijawab Polresta Samarinda (Rudi)",
		"Meja 2 meninggalkan pembicaraan",
		"Penelepon menutup telepon",
		"Ditutup Rudi: Valid, ditangani Polres",
		"Rekaman disimpan, 1 menit 0 detik",
	}
	if g, x := strings.Join(got, "\n"), strings.Join(want, "\n"); g != x {
		t.Errorf("got\n%s\n\nwant\n%s", g, x)
	}
	if c.WaitMs != 3000 || c.TalkMs != 57000 || c.Operator != "sari" || c.OperatorName != "Sari" || c.Polres != "smd" || !c.PolresTalked ||
		c.IncidentNo != "KALTIM/2026/11/01/0042" || !c.Tape || c.TapeMs != 60000 || c.NumberText != "0812-3456-7890" || c.CallerName != "Ibu Aminah" {
		t.Errorf("row %+v", c.CallRow)
	}
	i, err := v.Incident(t.Context(), "smd", "", inc)
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, l := range i.Timeline {
		got = append(got, l.Name+": "+l.Text)
	}
	want = []string{
		"Sari: Laporan mulai ditulis", ": Nomor laporan KALTIM/2026/11/01/0042", "Sari: Dikirim ke Polresta Balikpapan",
		"Sari: Dikirim ke Polresta Samarinda", "Rudi: Diterima Polresta Samarinda (Rudi)", "Rudi: unit tiba",
		"Rudi: Selesai, penangkapan: satu pelaku diamankan",
	}
	if g, x := strings.Join(got, "\n"), strings.Join(want, "\n"); g != x {
		t.Errorf("got\n%s\n\nwant\n%s", g, x)
	}
	if _, err := v.Incident(t.Context(), "bpn", "", inc); err == nil {
		t.Error("Balikpapan still reads what went to Samarinda")
	}
	b, err := v.Wallboard(t.Context(), "kaltim", "kaltim", "2026-11-01")
	if err != nil || b.In != 1 || b.Outcomes[call.ValidPolres] != 1 || !b.Balanced || b.Answered10s != 1 || len(b.PerOffice) != 4 {
		t.Errorf("wallboard %+v, %v", b, err)
	}
	for _, l := range b.PerOffice {
		if l.Office == "smd" && (l.Accepted != 1 || l.AcceptMedianMs != 2000 || l.Open != 0) {
			t.Errorf("Samarinda %+v", l)
		}
	}
	// JSON: lists are never null, times that haven't come are.
	raw, err := json.Marshal(view.CallPage{Items: calls(t, v)})
	if err != nil || strings.Contains(string(raw), `"items":null`) || !strings.Contains(string(raw), `"answeredAt":"2026-11-01T00:00:03Z"`) {
		t.Errorf("%s %v", raw, err)
	}
	for _, q := range []view.IncidentQuery{{Q: "no such word"}, {State: "draft"}} {
		page, err := v.Incidents(t.Context(), "kaltim", q)
		if raw, _ := json.Marshal(page); err != nil || string(raw) != `{"items":[],"next":""}` {
			t.Errorf("%s %v", raw, err)
		}
	}
}

func TestSearch(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 0 })
	story(t, w)
	w.do("other", call.Dial{At: w.now, ID: "other", Office: "kaltim", Times: call.TimesOf(office.Settings{}), Caller: call.Caller{Number: "+6281299999999"}})
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	for _, c := range []struct {
		q     string
		found bool
	}{
		{"0812-3456-7890", true},
		{"0812 3456", true},
		{"+62 812 3456 7890", true},
		{"6281234", true},
		{"08999999", false},
		{"aminah", true},
		{"cafe melati", true},
		{"CAFÉ", true},
		{"ahm yan", true},
		{"perampokan", true},
		{"rampok", false},
		{"KALTIM/2026/11/01/0042", true},
		{"0042", true},
		{"KALTIM/2026/11/01/0043", false},
		{`"`, false},
		{`aminah"`, true},
		{`") OR 1 OR ("`, false},
		{"aminah OR zzz", false},
		{"NEAR(aminah)", false},
		{"*", false},
		{"summary:perampokan", false},
		{"-aminah", true},
		{"aminah ***", true},
		{"\x00aminah", true},
		{"\xff\xfe", false},
		{"   ", false},
		{strings.Repeat("a", 100_000), false},
	} {
		page, err := v.Calls(t.Context(), "kaltim", view.CallQuery{Q: c.q})
		if err != nil {
			t.Errorf("%.40q: %v", c.q, err)
		}
		hit := len(page.Items) == 1 && page.Items[0].ID == "story"
		if hit != c.found || !hit && len(page.Items) != 0 {
			t.Errorf("%.40q finds %d calls", c.q, len(page.Items))
		}
	}
	// Words of a report find its call only for those who read the report: it was taken from Balikpapan again.
	page, err := v.Calls(t.Context(), "bpn", view.CallQuery{Q: "perampokan"})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("Balikpapan finds %d, %v", len(page.Items), err)
	}
	for number, want := range map[string]int{"081234567890": 1, "4567": 1, "0812345": 1, "+62812": 2, "0899": 0, "abc": 0, "%": 0} {
		page, err := v.Calls(t.Context(), "kaltim", view.CallQuery{Number: number})
		if err != nil || len(page.Items) != want {
			t.Errorf("number %s finds %d calls, want %d, %v", number, len(page.Items), want, err)
		}
	}
	for _, c := range []struct {
		q    view.CallQuery
		want int
	}{
		{view.CallQuery{Outcome: "live"}, 1},
		{view.CallQuery{Outcome: call.ValidPolres}, 1},
		{view.CallQuery{Office: "smd"}, 1},
		{view.CallQuery{Office: "metro"}, 0},
		{view.CallQuery{Day: "2026-11-01"}, 2},
		{view.CallQuery{Day: "2026-11-02"}, 0},
	} {
		page, err := v.Calls(t.Context(), "kaltim", c.q)
		if err != nil || len(page.Items) != c.want {
			t.Errorf("%+v finds %d calls, want %d, %v", c.q, len(page.Items), c.want, err)
		}
	}
}

// Whatever is typed, a search ends without an error.
func TestSearchTakesAnything(t *testing.T) {
	v := open(t, t.TempDir(), newMemory(), view.Options{})
	defer closed(t, v)
	rapid.Check(t, func(rt *rapid.T) {
		q := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-"*^():+ a-zA-Z0-9{}.,']{0,30}`)).Draw(rt, "q")
		if _, err := v.Calls(t.Context(), "kaltim", view.CallQuery{Q: q, Number: q}); err != nil {
			rt.Fatal(err)
		}
		if _, err := v.Incidents(t.Context(), "kaltim", view.IncidentQuery{Q: q}); err != nil {
			rt.Fatal(err)
		}
	})
}

// A day is that of the office's own zone: 23:30 in Balikpapan is 22:30 in Jakarta, and both are Monday still.
func TestDayIsLocal(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 0 })
	for n, c := range []struct {
		o   office.ID
		utc string
	}{
		{"kaltim", "2026-11-22T15:59:59Z"}, // Sunday 23:59:59 WITA
		{"kaltim", "2026-11-22T16:00:00Z"}, // Monday 00:00 WITA
		{"kaltim", "2026-11-23T15:59:59Z"}, // Monday 23:59:59 WITA
		{"metro", "2026-11-22T16:30:00Z"},  // Sunday 23:30 WIB
		{"metro", "2026-11-23T16:30:00Z"},  // Monday 23:30 WIB
	} {
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		id := call.ID(fmt.Sprintf("d%d", n))
		w.do(id, call.Dial{At: at, ID: id, Office: c.o, Times: call.TimesOf(office.Settings{})})
	}
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	for _, c := range []struct {
		o    office.ID
		day  string
		want int
	}{
		{"kaltim", "2026-11-22", 1}, {"kaltim", "2026-11-23", 2}, {"metro", "2026-11-22", 1}, {"metro", "2026-11-23", 1}, {"mabes", "2026-11-23", 3},
	} {
		d, err := v.Day(t.Context(), "mabes", c.o, c.day)
		if err != nil || d.In != c.want || d.Live != c.want || !d.Balanced {
			t.Errorf("%s on %s: %+v, %v", c.o, c.day, d, err)
		}
		page, err := v.Calls(t.Context(), c.o, view.CallQuery{Day: c.day})
		if err != nil || len(page.Items) != c.want {
			t.Errorf("%s on %s lists %d calls, %v", c.o, c.day, len(page.Items), err)
		}
	}
}

// A call that was written down as ended twice, or without its beginning, must show in the sheet.
func TestSheetSeesMistakes(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 0 })
	id, _ := story(t, w)
	w.write(id, call.Closed{At: w.now, Outcome: call.ValidPolres})
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	d, err := v.Day(t.Context(), "kaltim", "kaltim", "2026-11-01")
	if err != nil || d.Balanced {
		t.Errorf("%+v, %v", d, err)
	}
}

// A call back is owed until a later call of the same number is answered.
func TestCallbacks(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 0 })
	sari := call.SeatRef{Office: "kaltim", Seat: "kaltim/1", Person: "sari"}
	ring := func(id call.ID, number office.Private, minute int, answer bool) {
		at := start.Add(time.Duration(minute) * time.Minute)
		w.do(id, call.Dial{At: at, ID: id, Office: "kaltim", Times: call.TimesOf(office.Settings{}), Caller: call.Caller{Number: number}})
		if answer {
			w.do(id, call.Grant{At: at, Seats: []call.SeatRef{sari}})
			w.do(id, call.Answer{At: at, By: sari, N: 1})
			return
		}
		w.do(id, call.CallerGone{At: at.Add(20 * time.Second)})
	}
	ring("a1", "+6281100000001", 1, false)
	ring("a2", "+6281100000001", 2, false)
	ring("b1", "+6281100000002", 3, false)
	ring("b2", "+6281100000002", 4, true)
	ring("c1", "", 5, false) // withheld: nobody can be called
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	d, err := v.Day(t.Context(), "kaltim", "kaltim", "2026-11-01")
	if err != nil || d.Callbacks != 1 || d.In != 5 {
		t.Errorf("%+v, %v", d, err)
	}
}

// 50,000 events and more: how fast a view comes back. Printed, and held to a floor that a slow machine passes.
func TestRebuildSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 50,000 events")
	}
	j := newMemory()
	small := newMemory()
	month(t, small, 21, 2500)
	linked := regexp.MustCompile(`"incident":"i\d+`)
	total := 0
	for n := 0; total < 50_000; n++ { // the same month over and over, of other calls
		for _, r := range records(t, small) {
			mark := fmt.Sprintf("-%d", n)
			r.Stream, r.ID = r.Stream+mark, r.ID+mark
			r.Body = json.RawMessage(linked.ReplaceAllString(string(r.Body), `${0}`+mark))
			again(t, j, r)
			total++
		}
	}
	begin := time.Now()
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	took := time.Since(begin)
	t.Logf("%d records in %v: %.0f a second", total, took.Round(time.Millisecond), float64(total)/took.Seconds())
	if took > 60*time.Second {
		t.Errorf("a rebuild of %d records took %v", total, took)
	}
	for _, q := range []view.CallQuery{{}, {Q: "klandasan siti"}, {Q: "no such"}, {Number: "4711"}, {Outcome: call.Information}} {
		begin := time.Now()
		page, err := v.Calls(t.Context(), "kaltim", q)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v: %d calls in %v", q, len(page.Items), time.Since(begin).Round(10*time.Microsecond))
	}
}
