package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const ppu = "polres-ppu"

// units are made and manned by the Polres' supervisor: as many as have people of their own to go aboard.
func (h *house) mans(t *testing.T, signs ...string) map[string]string {
	t.Helper()
	admin, boss := h.signIn(h.account(bpn, "administrator", 0)).as(t), h.signIn(h.account(bpn, "supervisor", 0)).as(t)
	var people []struct{ ID, Role string }
	admin.must("GET", "/people?office="+bpn, nil, &people)
	ids := map[string]string{}
	for i, sign := range signs {
		var u struct{ ID string }
		boss.must("POST", "/units", map[string]any{
			"sign": sign, "plate": fmt.Sprintf("KT %d XY", 1200+i), "kind": "motor", "skills": []string{}, "home": bpn,
		}, &u)
		boss.must("PUT", "/units/"+u.ID+"/crew", map[string]any{
			"crew": []map[string]any{{"person": people[i].ID, "lead": true}}, "shift": "pagi",
		}, nil)
		ids[sign] = u.ID
	}
	return ids
}

// toPolres makes an incident at the Polda without a call, and sends it to the Polres.
func toPolres(t *testing.T, sari *client, kind, place string, lat, lng float64) string {
	t.Helper()
	var i struct{ ID string }
	sari.must("POST", "/incidents", map[string]any{"source": "radio", "report": map[string]any{
		"kind": kind, "priority": 2, "place": place, "at": map[string]any{"lat": lat, "lng": lng}, "reporter": "", "reporterNumber": "",
		"protect": false, "weapons": "", "injured": "", "people": 0, "vehicle": "", "office": bpn, "summary": "",
	}}, &i)
	sari.must("POST", "/incidents/"+i.ID+"/send", map[string]any{"office": bpn}, nil)
	return i.ID
}

type boardIncident struct {
	State, Office, Linked string
	Units                 []struct {
		Unit, Sign                              string
		AckedAt, DepartedAt, ArrivedAt, EndedAt *time.Time
		Stacked                                 bool
		Skipped                                 []string
	}
	Timeline []struct{ What, Text, Name string }
}

func (c *client) onBoard(t *testing.T, id string) (i boardIncident) {
	t.Helper()
	c.as(t).must("GET", "/incidents/"+id, nil, &i)
	return i
}

// stands waits until an incident is as it should be.
func (c *client) stands(t *testing.T, id, what string, ok func(boardIncident) bool) {
	t.Helper()
	eventually(t, what, 10*time.Second, func() bool { return ok(c.onBoard(t, id)) })
}

// picks an incident on the board.
func (o *operator) picks(id string) {
	o.t.Helper()
	o.clicks("job-" + id)
	eventually(o.t, o.name+" has chosen "+id, 5*time.Second, func() bool {
		var on string
		o.run(chromedp.Evaluate(`document.querySelector('[data-testid="job-`+id+`"]')?.getAttribute('aria-pressed') ?? ''`, &on))
		return on == "true"
	})
}

// The clients are lent to no subtest: each copy would count its idempotency keys anew.

// TestDispatchBoard: dispatchers at a Polres do all that a day asks of them, with the keyboard, against the real house.
func TestDispatchBoard(t *testing.T) {
	h := open(t)
	units := h.mans(t, "R-07", "M-02", "R-11", "M-05")
	sari := h.signIn(h.account(polda, "operator", 0))
	reader := h.signIn(h.account(bpn, "supervisor", 0))
	dwi := h.browses(t, "dwi", micRes)
	dwi.begins(h.account(bpn, "operator", 0), bpn+"/1")
	if !t.Run("by key from accept to closing", func(t *testing.T) { boardByKey(t, h, dwi.as(t), sari, reader) }) {
		return
	}
	t.Run("what a radio call says, in two strokes", func(t *testing.T) { boardRadio(t, dwi.as(t), sari, reader) })
	t.Run("a place is found by its words", func(t *testing.T) { boardPlace(t, dwi.as(t), sari, reader) })
	t.Run("duplicates are linked and parted", func(t *testing.T) { boardTwins(t, dwi.as(t), sari, reader) })
	t.Run("a unit is dragged to an incident", func(t *testing.T) { boardDrag(t, dwi.as(t), sari, reader, units) })
	t.Run("cancelled with a reason, reopened", func(t *testing.T) { boardCancel(t, dwi.as(t), sari, reader) })
	t.Run("two dispatchers send one unit at once", func(t *testing.T) { boardRace(t, h, dwi.as(t), sari, reader, units) })
	t.Run("handed over, taken by the other Polres", func(t *testing.T) { boardOver(t, h, dwi.as(t), sari, reader) })
}

func boardByKey(t *testing.T, h *house, dwi *operator, sari, reader *client) {
	id := toPolres(t, sari, "curas", "depan Plaza Balikpapan", -1.2761, 116.8367)
	dwi.sees("job-" + id)
	dwi.presses("a")
	reader.stands(t, id, "it is accepted", func(i boardIncident) bool { return i.State == "ACCEPTED" })
	dwi.sees("send-1")
	dwi.reads("send-1", "mnt")
	dwi.sees("map")
	eventually(t, "the map is drawn", 15*time.Second, func() bool { return dwi.attr("map", "drawn") == "true" })
	axe, err := os.ReadFile(filepath.Join("..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	dwi.accessible(t, "the board, live", string(axe))
	dwi.presses("1")
	reader.stands(t, id, "a unit is sent", func(i boardIncident) bool { return i.State == "ASSIGNED" })
	sign := reader.onBoard(t, id).Units[0].Sign
	dwi.seesUnit(sign, "ASSIGNED")
	for _, k := range []struct{ key, state, unit string }{
		{"g", "EN_ROUTE", "EN_ROUTE"}, {"i", "ON_SCENE", "ON_SCENE"}, {"e", "HANDLED", "RETURNING"},
	} {
		dwi.presses(k.key)
		dwi.seesUnit(sign, k.unit)
		reader.stands(t, id, k.state, func(i boardIncident) bool { return i.State == k.state })
	}
	i := reader.onBoard(t, id)
	if u := i.Units[0]; u.DepartedAt == nil || u.ArrivedAt == nil || u.EndedAt == nil {
		t.Errorf("the unit's times are %+v", u)
	} else if len(u.Skipped) != 1 || u.Skipped[0] != "acknowledge" {
		t.Errorf("nobody said that it acknowledged, and the record says %v", u.Skipped)
	}
	dwi.presses("n")
	dwi.focused("field-note")
	dwi.run(chromedp.SendKeys(`[data-testid="field-note"]`, "pelaku sudah lari"+kb.Enter, chromedp.ByQuery))
	dwi.reads("story", "pelaku sudah lari")
	dwi.presses("F9")
	dwi.sees("end")
	dwi.presses("1")
	dwi.run(chromedp.Poll(`document.activeElement?.id === 'done'`, nil))
	dwi.run(chromedp.KeyEvent("Korban diantar pulang"))
	dwi.presses(kb.Tab)
	dwi.presses(kb.Enter)
	reader.stands(t, id, "it is closed", func(i boardIncident) bool { return i.State == "CLOSED" })
	eventually(t, "it leaves the board", 5*time.Second, func() bool { return !dwi.has("job-" + id) })
	dwi.run(chromedp.Navigate(h.Console + "/laporan/" + id))
	dwi.reads("story", "Korban diantar pulang")
	dwi.reads("story", sign+" tiba") // units by their call signs
	dwi.home()
	dwi.sees("strength")
}

// seesUnit waits until a unit's row says what it does.
func (o *operator) seesUnit(sign, status string) {
	o.t.Helper()
	eventually(o.t, sign+" is shown as "+status, 10*time.Second, func() bool { return o.attr("unit-"+sign, "status") == status })
}

func boardRadio(t *testing.T, dwi *operator, sari, reader *client) {
	one := toPolres(t, sari, "laka", "Km 5 Soekarno-Hatta", -1.2352, 116.859)
	two := toPolres(t, sari, "ribut", "Pasar Klandasan", -1.2769, 116.8201)
	dwi.picks(one)
	dwi.sees("send-1")
	dwi.presses("1") // who sends a unit has taken the report
	reader.stands(t, one, "a unit is sent", func(i boardIncident) bool { return len(i.Units) == 1 })
	dwi.seesUnit(reader.onBoard(t, one).Units[0].Sign, "ASSIGNED")
	time.Sleep(2 * time.Second) // numbers wait a moment after their order has changed
	dwi.presses("1")
	reader.stands(t, one, "a second unit is sent", func(i boardIncident) bool { return len(i.Units) == 2 })
	second := reader.onBoard(t, one).Units[1].Sign
	dwi.seesUnit(second, "ASSIGNED")
	dwi.picks(two) // the operator looks at something else when the radio speaks
	dwi.presses("g")
	dwi.sees("choose")
	var n string
	dwi.run(chromedp.Evaluate(`[...document.querySelectorAll('[data-testid="choose"] button kbd')].find((k) => k.closest('button').dataset.testid === 'choose-`+second+`')?.textContent ?? ''`, &n))
	began := time.Now()
	dwi.presses(n)
	reader.stands(t, one, second+" has departed", func(i boardIncident) bool { return i.Units[1].DepartedAt != nil && i.Units[0].DepartedAt == nil })
	t.Logf("two strokes: %s departs, seen by the API %v after the second", second, time.Since(began).Round(time.Millisecond))
	dwi.picks(one)
	dwi.presses("q")
	dwi.sees("choose")
	dwi.clicks("choose-" + second)
	reader.stands(t, one, second+" is released", func(i boardIncident) bool { return i.Units[1].EndedAt != nil })
	for _, id := range []string{one, two} {
		dwi.picks(id)
		dwi.presses("o")
		dwi.clicks("choose-cancel")
		dwi.types("why-reason", "latihan selesai")
		dwi.presses(kb.Enter)
		reader.stands(t, id, "it is cancelled", func(i boardIncident) bool { return i.State == "CANCELLED" })
	}
}

// boardPlace: a report without a point has no minutes; a place that is chosen by key brings them.
func boardPlace(t *testing.T, dwi *operator, sari, reader *client) {
	var i struct{ ID string }
	sari.must("POST", "/incidents", map[string]any{"source": "radio", "report": map[string]any{
		"kind": "laka", "priority": 2, "place": "", "reporter": "", "reporterNumber": "", "protect": false, "weapons": "", "injured": "",
		"people": 0, "vehicle": "", "office": bpn, "summary": "",
	}}, &i)
	sari.must("POST", "/incidents/"+i.ID+"/send", map[string]any{"office": bpn}, nil)
	dwi.picks(i.ID)
	dwi.presses("a")
	dwi.sees("send-1")
	if m := dwi.text("send-1"); strings.Contains(m, "mnt") {
		t.Errorf("minutes are told of no place: %s", m)
	}
	dwi.presses("f")
	dwi.types("field-place", "plaza balikpapan")
	dwi.sees("place-0")
	dwi.presses(kb.ArrowDown)
	dwi.presses(kb.Enter)
	dwi.sees("place-point")
	dwi.saved()
	dwi.reads("send-1", "mnt")
	t.Logf("the place is %q", dwi.value("field-place"))
	reader.must("POST", "/incidents/"+i.ID+"/cancel", map[string]any{"why": "latihan"}, nil)
}

func boardTwins(t *testing.T, dwi *operator, sari, reader *client) {
	first := toPolres(t, sari, "bakar", "Jl. MT Haryono 12", -1.2501, 116.8601)
	second := toPolres(t, sari, "bakar", "Jl. MT Haryono, sebelah SPBU", -1.2509, 116.8604)
	dwi.picks(second)
	dwi.presses("a")
	reader.stands(t, second, "accepted", func(i boardIncident) bool { return i.State == "ACCEPTED" })
	dwi.reads("same", "1 laporan mirip")
	dwi.presses("c")
	dwi.sees("choose-" + first)
	dwi.presses("1")
	reader.stands(t, second, "the later is linked to the earlier", func(i boardIncident) bool { return i.State == "LINKED" && i.Linked == first })
	dwi.clicks("unlink-" + second)
	reader.stands(t, second, "it stands by itself again", func(i boardIncident) bool { return i.State == "ACCEPTED" })
	for _, id := range []string{first, second} {
		reader.must("POST", "/incidents/"+id+"/cancel", map[string]any{"why": "latihan"}, nil)
	}
}

func boardDrag(t *testing.T, dwi *operator, sari, reader *client, units map[string]string) {
	id := toPolres(t, sari, "laka", "Simpang Rapak", -1.2487, 116.8396)
	dwi.picks(id)
	dwi.sees("unit-M-05")
	dwi.run(chromedp.Evaluate(`(() => {
		const dt = new DataTransfer(), on = (e, what) => e.dispatchEvent(new DragEvent(what, {bubbles: true, cancelable: true, dataTransfer: dt}));
		const job = document.querySelector('[data-testid="job-`+id+`"]');
		on(document.querySelector('[data-testid="unit-M-05"]'), 'dragstart'); on(job, 'dragover'); on(job, 'drop');
	})()`, nil))
	reader.stands(t, id, "M-05 is sent", func(i boardIncident) bool { return len(i.Units) == 1 && i.Units[0].Unit == units["M-05"] })
	reader.must("POST", "/incidents/"+id+"/cancel", map[string]any{"why": "latihan"}, nil)
}

func boardCancel(t *testing.T, dwi *operator, sari, reader *client) {
	id := toPolres(t, sari, "ribut", "Gunung Bugis", -1.231, 116.827)
	dwi.picks(id)
	dwi.presses("o")
	dwi.clicks("choose-cancel")
	dwi.types("why-reason", "pelapor mencabut laporan")
	dwi.presses(kb.Enter)
	reader.stands(t, id, "it is cancelled", func(i boardIncident) bool { return i.State == "CANCELLED" })
	dwi.run(chromedp.Navigate(dwi.house.Console + "/laporan/" + id))
	dwi.clicks("reopen")
	dwi.types("why-reason", "ternyata masih ribut")
	dwi.presses(kb.Enter)
	reader.stands(t, id, "it is open again", func(i boardIncident) bool { return i.State == "REOPENED" })
	reader.must("POST", "/incidents/"+id+"/cancel", map[string]any{"why": "latihan"}, nil)
	dwi.home()
	dwi.sees("strength")
}

func boardRace(t *testing.T, h *house, dwi *operator, sari, reader *client, units map[string]string) {
	var all []struct{ ID, Status string }
	reader.as(t).must("GET", "/units?office="+bpn, nil, &all)
	for _, u := range all { // one is left
		if u.ID != units["R-11"] && u.Status != "BROKEN" {
			reader.must("POST", "/units/"+u.ID+"/status", map[string]any{"status": "BROKEN", "via": "radio"}, nil)
		}
	}
	hasan := h.browses(t, "hasan", mic)
	hasan.signsIn(h.account(bpn, "operator", 1))
	hasan.sees("seat-" + bpn + "/2")
	hasan.run(chromedp.Navigate(h.Console + "/kendali"))
	ids := []string{
		toPolres(t, sari, "curas", "Ruko Bandar", -1.2735, 116.8145), toPolres(t, sari, "laka", "Simpang Muara Rapak", -1.2434, 116.8466),
	}
	desks := []*operator{dwi, hasan}
	for k, o := range desks {
		reader.must("POST", "/incidents/"+ids[k]+"/accept", nil, nil)
		o.picks(ids[k])
		o.sees("send-1")
	}
	time.Sleep(time.Second) // both have looked at what they see
	var both sync.WaitGroup
	for _, o := range desks {
		both.Go(func() { o.presses("1") })
	}
	both.Wait()
	var got []int
	eventually(t, "one of them gets it", 10*time.Second, func() bool {
		got = nil
		for k, id := range ids {
			if len(reader.onBoard(t, id).Units) > 0 {
				got = append(got, k)
			}
		}
		return len(got) > 0
	})
	time.Sleep(300 * time.Millisecond)
	if len(got) != 1 {
		t.Fatalf("both have the unit: %v", got)
	}
	winner, loser := desks[got[0]], desks[1-got[0]]
	winner.reads("notice", "R-11 ditugaskan")
	// Told by the refusal, or by the question when the news came before the key: either names who was first.
	var said string
	eventually(t, loser.name+" is told who was first", 5*time.Second, func() bool {
		said = loser.text("notice") + loser.text("choose")
		return strings.Contains(said, "ditugaskan")
	})
	var who struct{ Person struct{ Name string } }
	h.signIn(h.account(bpn, "operator", got[0])).as(t).must("GET", "/session", nil, &who)
	if !strings.Contains(said, who.Person.Name) {
		t.Errorf("%s is told %q, which doesn't name %s", loser.name, said, who.Person.Name)
	}
	t.Logf("%s was first, %s is told: %s", winner.name, loser.name, said)
	if loser.has("choose") {
		loser.presses(kb.Escape)
	}
	hasan.dies()
	for _, id := range ids {
		reader.must("POST", "/incidents/"+id+"/cancel", map[string]any{"why": "latihan"}, nil)
	}
}

func boardOver(t *testing.T, h *house, dwi *operator, sari, reader *client) {
	id := toPolres(t, sari, "curas", "Pelabuhan feri Kariangau", -1.204, 116.81)
	dwi.picks(id)
	dwi.presses("a")
	reader.stands(t, id, "accepted", func(i boardIncident) bool { return i.State == "ACCEPTED" })
	eventually(t, "it is shown as accepted", 5*time.Second, func() bool { return !dwi.has("accept") })
	dwi.presses("o")
	dwi.clicks("choose-over")
	dwi.sees("over-to")
	dwi.run(chromedp.SendKeys(`[data-testid="over-to"]`, "Polres Penajam", chromedp.ByQuery))
	if to := dwi.value("over-to"); to != ppu {
		t.Fatalf("the select has %q", to)
	}
	dwi.types("why-reason", "tempatnya di seberang")
	dwi.presses(kb.Enter)
	dwi.reads("handover", "Ditawarkan")
	anwar := h.browses(t, "anwar", mic)
	anwar.signsIn(h.account(ppu, "operator", 0))
	anwar.sees("seat-" + ppu + "/1")
	anwar.run(chromedp.Navigate(h.Console + "/kendali"))
	anwar.sees("job-" + id)
	anwar.reads("handover", "tempatnya di seberang")
	anwar.presses("a")
	who := h.signIn(h.account(ppu, "supervisor", 0))
	who.stands(t, id, "the other Polres has it", func(i boardIncident) bool { return i.Office == ppu })
	anwar.reads("story", "Diambil alih")
	eventually(t, "it leaves the giver's board", 5*time.Second, func() bool { return !dwi.has("job-" + id) })
}
