package town

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// talk is one call in the hands of a simulated operator.
type talk struct {
	*operator
	id  string
	c   callView
	rev int
}

// filter is the Polda's work: listen, decide, close or pass on.
func (t *talk) filter(ctx context.Context) {
	heard, known, spoke := t.listen(ctx)
	switch {
	case !known && !spoke, known && heard.Call == "silent":
		t.say(ctx, 2, 4)
		t.close(ctx, map[string]any{"outcome": t.unless("kosong", "putus_awal")})
	case !known:
		t.stranger(ctx)
	case heard.Call == "prank":
		t.say(ctx, 2, 7)
		t.close(ctx, prank(heard))
	case heard.Call == "wrong_number":
		t.say(ctx, 1, 3)
		t.close(ctx, map[string]any{"outcome": "salah_sambung"})
	case heard.Call == "information":
		t.say(ctx, 8, 20)
		t.close(ctx, map[string]any{"outcome": "informasi"})
	default:
		t.report(ctx, t.form(heard))
	}
}

func prank(v Voice) map[string]any {
	switch {
	case v.Name == "laporan-palsu":
		return map[string]any{"outcome": "laporan_palsu"}
	case v.Sex == "c":
		return map[string]any{"outcome": "iseng", "prank": "anak_anak"}
	}
	return map[string]any{"outcome": "iseng", "prank": "menggoda"}
}

// listen waits until the words are understood, or it is clear that nobody speaks; the caller may hang up meanwhile.
func (t *talk) listen(ctx context.Context) (v Voice, known, spoke bool) {
	quiet, patience := t.between(5, 8), t.between(9, 14)
	begun := time.Now()
	for sleep(ctx, 200*time.Millisecond) {
		v, known, sound := t.line.ear.understood()
		spoke = sound > 600*time.Millisecond
		since := time.Since(begun)
		switch {
		case known:
			t.say(ctx, 1, 3) // lets them finish
			return v, true, true
		case !t.mine(), !spoke && since > quiet, spoke && since > patience:
			return Voice{}, false, spoke
		}
	}
	return Voice{}, false, false
}

// stranger is somebody whose words aren't in the town's vocabulary: a person with a real microphone. What they want
// is decided by dice.
func (t *talk) stranger(ctx context.Context) {
	if !t.mine() {
		t.close(ctx, map[string]any{"outcome": "putus_awal"})
		return
	}
	if t.dice.Float64() < 0.25 {
		t.say(ctx, 6, 12)
		t.close(ctx, map[string]any{"outcome": "informasi"})
		return
	}
	t.report(ctx, reportForm{Kind: "lain", Priority: 3, Place: "disebut penelepon", Summary: "Laporan penelepon, isi dicatat oleh petugas."})
}

// form is what an operator types of a report.
func (t *talk) form(v Voice) reportForm {
	f := reportForm{Kind: v.Kind, Priority: t.floor.priority(v.Kind), Summary: v.Text, ReporterNumber: t.c.Number, Place: placeIn(v.Text)}
	text := strings.ToLower(v.Text)
	yes := true
	if strings.Contains(text, "tolong") || strings.Contains(text, "celurit") || strings.Contains(text, "parang") {
		f.Priority, f.Danger = 1, &yes
	}
	for _, w := range []string{"celurit", "parang", "kayu dan botol"} {
		if strings.Contains(text, w) {
			f.Weapons = w
		}
	}
	for _, w := range []string{"luka di tangan", "tidak sadar", "berdarah", "terjepit"} {
		if strings.Contains(text, w) {
			f.Injured, f.Priority = w, 1
		}
	}
	f.Reporter = t.c.Name
	if f.Reporter == "" {
		f.Reporter = firstNames[t.dice.IntN(len(firstNames))]
	}
	return f
}

// placeIn finds the place in a sentence: what follows "di" up to the end of the phrase.
func placeIn(text string) string {
	best := ""
	for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?", r) }) {
		at := strings.LastIndex(strings.ToLower(" "+sentence), " di ")
		if at < 0 {
			continue
		}
		place := sentence[at+len(" di")-1:]
		if i := strings.IndexByte(place, ','); i > 0 && !strings.HasPrefix(place[i:], ", dekat") {
			place = place[:i]
		}
		if place = upToName(strings.TrimSpace(place)); len(place) > len(best) && len(place) < 60 {
			best = place
		}
	}
	return best
}

// upToName cuts a phrase after its last name: "Pasar Pandansari dibongkar semalam" is at Pasar Pandansari.
func upToName(phrase string) string {
	words := strings.Fields(phrase)
	for i := len(words) - 1; i >= 0; i-- {
		if w := words[i]; w[0] >= 'A' && w[0] <= 'Z' {
			return strings.TrimRight(strings.Join(words[:i+1], " "), ",")
		}
	}
	return phrase
}

// report types the form, step by step, and passes the call on.
func (t *talk) report(ctx context.Context, full reportForm) {
	to, ok := officeOf(full.Summary, t.floor.below)
	if !ok && t.c.Place != nil {
		to, ok = t.floor.nearest(t.c.Place)
	}
	if !ok && len(t.floor.below) > 0 {
		to = t.floor.below[t.dice.IntN(len(t.floor.below))]
	}
	full.At = t.c.Place
	full.Office = string(to.ID)
	if full.Place == "" && to.ID != "" {
		full.Place = "wilayah " + to.Short
	}
	typed := reportForm{ReporterNumber: full.ReporterNumber}
	for _, step := range []func(){
		func() { typed.Kind, typed.Priority = full.Kind, full.Priority },
		func() { typed.Place, typed.At = full.Place, full.At },
		func() { typed.Reporter, typed.Danger = full.Reporter, full.Danger },
		func() { typed = full },
	} {
		t.say(ctx, 1, 4)
		step()
		t.save(ctx, typed)
		if !t.mine() && t.c.Phase != "UNFINISHED" {
			break
		}
	}
	if t.refresh(); t.c.Phase == "UNFINISHED" || to.ID == "" { // the caller is gone, their report isn't
		if to.ID != "" && t.c.Incident != "" {
			_ = t.house.post(ctx, "/incidents/"+t.c.Incident+"/send", map[string]string{"office": string(to.ID)}, nil)
			t.close(ctx, map[string]any{"outcome": "valid_polda"}) // no Polres was ever rung for the call itself
			return
		}
		t.close(ctx, map[string]any{"outcome": "putus_penelepon", "callback": true})
		return
	}
	t.say(ctx, 1, 4)
	t.pass(ctx, to)
}

func (t *talk) save(ctx context.Context, f reportForm) {
	if ctx.Err() != nil {
		return
	}
	f.Rev = t.rev
	var card cardView
	err := t.house.do(ctx, http.MethodPut, "/calls/"+t.id+"/report", f, &card)
	if err != nil {
		t.log.Debug("report refused", "call", t.id, "error", err)
		return
	}
	t.rev = card.Rev
}

// pass transfers the call, and does what the end of the offer asks for.
func (t *talk) pass(ctx context.Context, to office.Office) {
	for try := range 2 {
		if ctx.Err() != nil {
			return
		}
		var after callView
		if err := t.house.post(ctx, "/calls/"+t.id+"/transfer", map[string]office.ID{"office": to.ID}, &after); err != nil {
			t.log.Debug("transfer refused", "call", t.id, "to", to.ID, "error", err)
			break
		}
		if t.dice.Float64() < 0.03 && sleep(ctx, t.between(0.8, 1.5)) { // changed their mind
			_ = t.house.post(ctx, "/calls/"+t.id+"/take-back", map[string]int{"offer": 0}, nil) // answered meanwhile
		}
		t.floor.watch.until(ctx, 25*time.Second, func() bool {
			c, ok := t.floor.watch.call(t.id)
			return !ok || c.Try >= after.Try && c.Phase != "TRANSFERRING" || !t.here()
		})
		t.refresh()
		if t.c.Seat != t.seat || t.c.Phase == "ENDED" || !t.here() {
			if t.here() && sleep(ctx, t.between(1.5, 4)) {
				_ = t.house.post(ctx, "/calls/"+t.id+"/leave", nil, nil) // the time to leave may be over
			}
			return
		}
		if t.c.Phase == "UNFINISHED" || try == 1 || t.dice.Float64() < 0.7 {
			break
		}
		t.say(ctx, 2, 4)
	}
	t.say(ctx, 4, 8) // the words to say: the report is with the Polres
	t.close(ctx, map[string]any{"outcome": "ditutup_polda_diteruskan"})
}

// receive is the Polres' work with a call that was passed to it.
func (t *talk) receive(ctx context.Context) {
	t.say(ctx, 4, 8)
	t.refresh()
	if t.c.Incident != "" {
		_ = t.house.post(ctx, "/incidents/"+t.c.Incident+"/notes", map[string]string{"text": pick(t.dice, talkNotes)}, nil)
	}
	t.say(ctx, 4, 12)
	t.close(ctx, map[string]any{"outcome": "valid_polres"})
}

var talkNotes = []string{
	"Pelapor menunggu di tempat kejadian.", "Pelapor diminta menjauh dan menunggu petugas.", "Ciri-ciri dicatat, unit terdekat diberi tahu.",
	"Pelapor dapat dihubungi kembali di nomor yang sama.", "Lokasi dipastikan lewat patokan terdekat.",
}

// close ends the call; an outcome that isn't taken is replaced by the plainest one, so that no caller stays behind.
func (t *talk) close(ctx context.Context, with map[string]any) {
	for _, body := range []map[string]any{with, {"outcome": "valid_polda"}} {
		if ctx.Err() != nil {
			return // the town ends
		}
		err := t.house.post(ctx, "/calls/"+t.id+"/close", body, nil)
		if err == nil || refused(err, "call_ended") || refused(err, "not_your_call") {
			return
		}
		t.log.Debug("closing refused", "call", t.id, "outcome", body["outcome"], "error", err)
	}
}

// say talks (or listens) for a while, unless the caller or the call goes.
func (t *talk) say(ctx context.Context, lo, hi float64) {
	d := t.between(lo, hi)
	t.floor.watch.until(ctx, d, func() bool {
		select {
		case <-t.line.lost:
			return true
		default:
			return !t.mine()
		}
	})
}

// refresh reads what the board shows of the call; a call that has gone keeps its last looks.
func (t *talk) refresh() {
	if c, ok := t.floor.watch.call(t.id); ok {
		t.c = c
	} else {
		t.c.Phase = "ENDED"
	}
}

// here says whether this seat still takes part in the call.
func (t *talk) here() bool {
	s, ok := t.floor.watch.seat(t.seat)
	return ok && s.Call == t.id
}

// mine says whether the caller is still there, with this seat.
func (t *talk) mine() bool {
	t.refresh()
	return t.c.Phase != "UNFINISHED" && t.c.Phase != "ENDED" && (t.c.Seat == t.seat || t.c.Seat == "")
}

// unless gives one outcome, or another when the caller hung up first.
func (t *talk) unless(outcome, gone string) string {
	if t.mine() {
		return outcome
	}
	return gone
}
