package test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	polda  = "polda-kaltim"
	bpn    = "polresta-balikpapan"
	mic    = "mic-1000.wav"
	micRes = "mic-1400.wav"
)

// TestMainJob walks one house through the flow of 110 with two browsers: the Polda's and the Polres'.
func TestMainJob(t *testing.T) {
	h := open(t)
	sari := h.browses(t, "sari", mic)
	sari.begins(h.account(polda, "operator", 0), polda+"/1")
	reader := h.signIn(h.account(polda, "supervisor", 0))
	if !t.Run("a invalid, closed at the Polda", func(t *testing.T) { invalid(t, h, sari, reader) }) {
		return
	}
	t.Run("d nobody on duty at the Polres", func(t *testing.T) { nobody(t, h, sari, reader) })
	dwi := h.browses(t, "dwi", micRes)
	dwi.begins(h.account(bpn, "operator", 0), bpn+"/1")
	t.Run("b valid, transferred, closed at the Polres", func(t *testing.T) { transferred(t, h, sari, dwi, reader) })
	t.Run("c the Polres lets it ring", func(t *testing.T) { ringsOut(t, h, sari, dwi, reader) })
	t.Run("d the Polres declines", func(t *testing.T) { declined(t, h, sari, dwi, reader) })
	t.Run("d the Polres is busy", func(t *testing.T) { busy(t, h, sari, dwi, reader) })
	t.Run("e hang-ups", func(t *testing.T) { hangUps(t, h, sari, dwi, reader) })
	t.Run("f the page is reloaded in mid-talk", func(t *testing.T) { reloaded(t, h, sari, reader) })
	t.Run("f the browser is killed in mid-talk", func(t *testing.T) { killed(t, h, sari, reader) })
}

// readied makes an operator READY again whatever the last story left.
func (o *operator) readied() {
	o.t.Helper()
	var got string
	eventually(o.t, o.name+" is READY again", 30*time.Second, func() bool {
		got = o.attr("state", "state")
		if got == "WRAP_UP" || got == "NOT_READY" { // the button may go away between a look and a click
			o.run(chromedp.Evaluate(`document.querySelector('`+id("ready")+`')?.click()`, nil))
		}
		return got == "READY"
	})
}

func (o *operator) as(t *testing.T) *operator { c := *o; c.t = t; return &c }

// answered brings a citizen and Sari together and checks what both hear.
func answered(t *testing.T, h *house, sari *operator, number string, talk string) *citizen {
	t.Helper()
	c := h.dials(t, "citizen-call", number, "talk_ms", talk)
	sari.sees("answer")
	sari.presses("F2")
	sari.state("TALKING")
	c.ear.expectTones(t, "the citizen", poldaTone)
	sari.expectTones(citizenTone)
	return c
}

func invalid(t *testing.T, h *house, sari *operator, reader *client) {
	sari, reader = sari.as(t), reader.as(t)
	c := answered(t, h, sari, "+6281200000101", "90000")
	sari.presses("F3")
	sari.clicks("outcome-iseng")
	sari.clicks("prank-anak_anak")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Outcome != "iseng" || r.IncidentNo != "" {
		t.Errorf("the list says %+v", r)
	}
	sari.readied()
}

// saved waits until the server has what was typed.
func (o *operator) saved() {
	o.t.Helper()
	eventually(o.t, o.name+"'s form is saved", 10*time.Second, func() bool { return o.attr("saved", "state") == "saved" })
}

// fills types what the citizen says.
func fills(o *operator) {
	o.t.Helper()
	o.types("field-place", "depan Plaza Balikpapan")
	o.types("field-reporter", "Andi Rahman")
	o.types("field-note", "Dua orang naik motor, satu membawa parang")
	o.saved()
}

func transferred(t *testing.T, h *house, sari, dwi *operator, reader *client) {
	sari, dwi, reader = sari.as(t), dwi.as(t), reader.as(t)
	sari.readied()
	dwi.readied()
	c := answered(t, h, sari, "+6281200000102", "90000")
	fills(sari)
	c.ear.mark()
	sari.presses("F4")
	sari.state("RESERVED")
	dwi.sees("answer")
	c.ear.expectTones(t, "the citizen, while the Polres rings", poldaTone)
	dwi.presses("F2")
	dwi.state("TALKING")
	c.ear.expectTones(t, "the citizen, with both", poldaTone, polresTone)
	dwi.expectTones(citizenTone, poldaTone)
	sari.presses("F6")
	c.ear.expectTones(t, "the citizen, with the Polres", polresTone)
	dwi.expectTones(citizenTone)
	sari.expectTones()
	t.Logf("widest gap in the citizen's ear over the transfer: %v", c.ear.gap())
	dwi.presses("F9")
	c.ends(10 * time.Second)
	r := reader.ended(c.number, 1)
	if r.Outcome != "valid_polres" || r.IncidentNo == "" {
		t.Errorf("the list says %+v", r)
	}
	closesIncident(t, h, dwi, r.Incident)
	sari.readied()
	dwi.readied()
}

// closesIncident ends the incident on the Polres' screen.
func closesIncident(t *testing.T, h *house, dwi *operator, incident string) {
	t.Helper()
	dwi.clicks("job-" + incident)
	dwi.clicks("incident-close")
	dwi.clicks("result-ditangani")
	dwi.types("done", "Petugas datang, pelaku sudah pergi")
	dwi.clicks("end-save")
	who := h.signIn(h.account(bpn, "operator", 1))
	eventually(t, "the incident is closed", 10*time.Second, func() bool {
		var got struct {
			State string `json:"state"`
		}
		who.must("GET", "/incidents/"+incident, nil, &got)
		return got.State == "CLOSED"
	})
}

func ringsOut(t *testing.T, h *house, sari, dwi *operator, reader *client) {
	sari, dwi, reader = sari.as(t), dwi.as(t), reader.as(t)
	sari.readied()
	dwi.readied()
	c := answered(t, h, sari, "+6281200000103", "90000")
	fills(sari)
	c.ear.mark()
	began := time.Now()
	sari.presses("F4")
	dwi.sees("answer")
	sari.reads("chip", "tidak menjawab")
	t.Logf("chip on the screen %v after F4 (T_transfer is 4 s)", time.Since(began).Round(time.Millisecond))
	say := sari.reads("say", "Polresta Balikpapan")
	t.Logf("the words to say: %s", say)
	c.ear.expectTones(t, "the citizen, taken back", poldaTone)
	sari.expectTones(citizenTone)
	t.Logf("widest gap in the citizen's ear over offer and take-back: %v", c.ear.gap())
	if g := c.ear.gap(); g > 200*time.Millisecond {
		t.Errorf("the citizen heard a gap of %v: a warm take-back is not heard at all", g)
	}
	sari.presses("F9")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Outcome != "ditutup_polda_diteruskan" || r.Chip != "tidak_menjawab" {
		t.Errorf("the list says %+v", r)
	} else {
		dwi.clicks("job-" + r.Incident)
		dwi.clicks("accept")
		closesIncident(t, h, dwi, r.Incident)
	}
	sari.readied()
}

func declined(t *testing.T, h *house, sari, dwi *operator, reader *client) {
	sari, dwi, reader = sari.as(t), dwi.as(t), reader.as(t)
	sari.readied()
	dwi.readied()
	c := answered(t, h, sari, "+6281200000105", "90000")
	fills(sari)
	sari.presses("F4")
	dwi.clicks("decline")
	sari.reads("chip", "menolak")
	c.ear.expectTones(t, "the citizen, declined", poldaTone)
	sari.presses("F9")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Chip != "menolak" {
		t.Errorf("the list says %+v", r)
	}
	dwi.readied()
	sari.readied()
}

// busy: the only Polres seat talks with another citizen; the take-back comes at once, not after 4 s.
func busy(t *testing.T, h *house, sari, dwi *operator, reader *client) {
	sari, dwi, reader = sari.as(t), dwi.as(t), reader.as(t)
	sari.readied()
	dwi.readied()
	first := answered(t, h, sari, "+6281200000115", "90000")
	fills(sari)
	sari.presses("F4")
	dwi.sees("answer")
	dwi.presses("F2")
	dwi.state("TALKING")
	sari.presses("F6")
	sari.readied()
	second := answered(t, h, sari, "+6281200000116", "90000")
	fills(sari)
	began := time.Now()
	sari.presses("F4")
	sari.reads("chip", "sibuk")
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("a busy Polres was waited for %v", d)
	}
	second.ear.expectTones(t, "the second citizen, taken back", poldaTone)
	first.ear.expectTones(t, "the first citizen, still with the Polres", polresTone)
	dwi.expectTones(citizenTone)
	sari.presses("F9")
	second.ends(10 * time.Second)
	if r := reader.ended(second.number, 1); r.Chip != "sibuk" {
		t.Errorf("the list says %+v", r)
	}
	dwi.presses("F9")
	first.ends(10 * time.Second)
	if r := reader.ended(first.number, 1); r.Outcome != "valid_polres" {
		t.Errorf("the list says %+v", r)
	}
	sari.readied()
	dwi.readied()
}

func nobody(t *testing.T, h *house, sari *operator, reader *client) {
	sari, reader = sari.as(t), reader.as(t)
	sari.readied()
	c := answered(t, h, sari, "+6281200000106", "90000")
	fills(sari)
	sari.presses("F4")
	sari.reads("chip", "tidak ada petugas")
	c.ear.expectTones(t, "the citizen, nobody there", poldaTone)
	sari.presses("F9")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Chip != "tidak_ada_petugas" || r.Outcome != "ditutup_polda_diteruskan" {
		t.Errorf("the list says %+v", r)
	}
	sari.readied()
}

func hangUps(t *testing.T, h *house, sari, dwi *operator, reader *client) {
	sari, dwi, reader = sari.as(t), dwi.as(t), reader.as(t)
	check := func(c *citizen, want string) {
		t.Helper()
		c.ends(20 * time.Second)
		if r := reader.ended(c.number, 1); r.Outcome != want {
			t.Errorf("hung up: outcome %q, want %q", r.Outcome, want)
		}
	}
	sari.readied()
	c := h.dials(t, "citizen-cancel", "+6281200000111", "ring_ms", "2500")
	sari.sees("answer")
	check(c, "ditinggal_dering")

	sari.readied()
	c = answered(t, h, sari, "+6281200000112", "3000")
	c.ends(20 * time.Second)
	sari.clicks("outcome-informasi")
	if r := reader.ended(c.number, 1); r.Outcome != "informasi" {
		t.Errorf("hung up while talking: outcome %q", r.Outcome)
	}

	sari.readied()
	dwi.readied()
	c = answered(t, h, sari, "+6281200000113", "3000")
	sari.types("field-place", "Plaza Balikpapan")
	sari.presses("F4")
	dwi.sees("answer")
	check(c, "putus_penelepon")

	dwi.readied()
	sari.readied()
	sari.pauses()
	c = h.dials(t, "citizen-cancel", "+6281200000114", "ring_ms", "2500")
	check(c, "ditinggal_antrean")
	sari.readied()
}

// pauses: the operator takes a break.
func (o *operator) pauses() {
	o.t.Helper()
	o.clicks("user-menu")
	o.clicks("pause-istirahat")
	o.state("NOT_READY")
}

func reloaded(t *testing.T, h *house, sari *operator, reader *client) {
	sari, reader = sari.as(t), reader.as(t)
	sari.readied()
	c := answered(t, h, sari, "+6281200000107", "90000")
	sari.types("field-place", "Klandasan")
	sari.saved()
	c.ear.mark()
	began := time.Now()
	sari.reloads()
	sari.state("TALKING")
	sari.expectTones(citizenTone)
	c.ear.expectTones(t, "the citizen, after the reload", poldaTone)
	t.Logf("talking again %v after the reload; widest gap between packets at the citizen %v", time.Since(began).Round(10*time.Millisecond), c.ear.gap())
	eventually(t, "after the reload the form says what was typed", 5*time.Second, func() bool {
		return sari.value("field-place") == "Klandasan"
	})
	sari.presses("F3")
	sari.clicks("outcome-informasi")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Outcome != "informasi" {
		t.Errorf("the list says %+v", r)
	}
	sari.readied()
}

func killed(t *testing.T, h *house, sari *operator, reader *client) {
	old := sari.as(t)
	reader = reader.as(t)
	old.readied()
	c := answered(t, h, old, "+6281200000109", "90000")
	old.dies()
	c.ear.expectSpeech(t, "the citizen, whose operator's browser died")
	again := h.browses(t, "sari again", mic)
	a := h.account(polda, "operator", 0)
	again.signsIn(a)
	c.ear.expectTones(t, "the citizen, with the operator again", poldaTone)
	again.state("TALKING")
	again.expectTones(citizenTone)
	again.presses("F3")
	again.clicks("outcome-informasi")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Outcome != "informasi" {
		t.Errorf("the list says %+v", r)
	}
}
