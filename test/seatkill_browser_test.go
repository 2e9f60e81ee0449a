package test

import (
	"strings"
	"time"
)

// How a page dies: its browser is killed, its tab is closed, or a nervous finger reloads it.
const (
	browserKilled = "killed"
	tabClosed     = "closed"
	pageReloaded  = "reloaded"
)

var (
	browserDeaths  = []string{pageReloaded, browserKilled, tabClosed}
	browserMoments = []string{talking, offering, ringing, unfinished, refused, wrapUp, talking}
)

// browses puts a real browser at the first seat of the Polda. The others pause while it is the browser's turn.
func (k *killing) browses() {
	k.t.Helper()
	first := k.polda[0]
	first.leaves()
	first.must("DELETE", "/duty", nil, nil)
	k.hand = first.client
	k.polda = k.polda[1:]
	k.window = k.h.browses(k.t, "sari", mic)
	k.sari = k.window.tab()
	k.sari.begins(k.h.account(polda, "operator", 0), polda+"/1")
}

// pageDies ends the page; the answer brings it back.
func (k *killing) pageDies(how string) (back func()) {
	defer k.counted()
	switch how {
	case pageReloaded:
		k.sari.reloads()
		return func() {}
	case tabClosed:
		k.sari.cancel()
		return func() {
			k.sari = k.window.tab()
			k.sari.home()
		}
	default:
		k.window.dies()
		return func() {
			k.window = k.h.browses(k.t, "sari again", mic)
			k.sari = k.window.tab()
			k.sari.signsIn(k.h.account(polda, "operator", 0))
		}
	}
}

// pausesMates leaves the next call to the browser.
func (k *killing) pausesMates() {
	k.t.Helper()
	for _, m := range k.polda {
		m.must("POST", "/duty/pause", map[string]string{"reason": "istirahat"}, nil)
	}
}

func (k *killing) mates() {
	for _, m := range k.polda {
		m.readies()
	}
}

// killsBrowser plays one story of a real page.
func (k *killing) killsBrowser(moment, how string) {
	k.t.Helper()
	k.moment = "browser " + how + ": " + moment
	talk := "60000"
	if moment == unfinished {
		talk = "6000"
	}
	k.sari.readied()
	for _, m := range k.polres {
		m.readies()
	}
	k.mates()
	k.pausesMates()
	for len(k.rings) > 0 {
		<-k.rings
	}
	s := k.next(talk)
	k.sari.sees("answer")
	eventually(k.t, "the call is in the list", 5*time.Second, func() bool {
		s.call = k.row(s.c.number).ID
		return s.call != ""
	})
	dies := func() {
		s.measures()
		back := k.pageDies(how)
		s.back, s.backAt = back, k.between(0, 2*time.Second)
	}
	if moment == ringing {
		k.mates()
		dies()
		s.settles(300*time.Millisecond, k.polda)
		s.closes()
		return
	}
	k.sari.presses("F2")
	k.sari.state("TALKING")
	s.c.ear.expectTones(k.t, "the caller", poldaTone)
	k.sari.types("field-place", s.typed)
	k.sari.types("field-note", "Dua orang berkelahi")
	k.sari.saved()
	s.inc = k.incident(s.call)
	switch moment {
	case talking:
		if k.dice.IntN(2) == 0 {
			k.mates()
		}
		dies()
		s.settles(1200*time.Millisecond, k.polda)
	case offering, refused:
		k.sari.presses("F4")
		at := k.rung(5*time.Second, k.polres, "the Polres")
		k.mates()
		dies()
		if moment == refused {
			at.mate.must("POST", "/calls/"+s.call+"/decline", map[string]int{"offer": at.offer}, nil)
			s.settles(1200*time.Millisecond, k.polda)
			break
		}
		if !at.answers() {
			k.t.Fatalf("%s can't answer a call whose Polda page died: %s", at.mate.seat, k.reader.timeline(s.c.number))
		}
		s.settles(1200*time.Millisecond, k.polres)
	case unfinished:
		s.c.ends(10 * time.Second)
		back := k.pageDies(how)
		time.Sleep(k.between(0, 2*time.Second))
		back()
		k.sari.clicks("outcome-informasi")
		s.looks()
		return
	case wrapUp:
		k.sari.presses("F3")
		k.sari.clicks("outcome-informasi")
		s.c.ends(10 * time.Second)
		s.looks()
		k.mates()
		back := k.pageDies(how)
		other := k.next("60000")
		o := k.rung(10*time.Second, k.polda, "a call after a page died in its pause")
		other.answered(o)
		other.closes()
		back()
		return
	}
	if s.back != nil { // it had not been waited for
		s.back()
	}
	s.closes()
}

// row is the newest call of a number, empty when there is none.
func (k *killing) row(number string) callRow {
	var got struct {
		Items []callRow `json:"items"`
	}
	k.reader.must("GET", "/calls?number="+strings.ReplaceAll(number, "+", "%2B"), nil, &got)
	if len(got.Items) == 0 {
		return callRow{}
	}
	return got.Items[0]
}

func (k *killing) incident(id string) string {
	var got struct {
		Incident string `json:"incident"`
	}
	k.reader.must("GET", "/calls/"+id, nil, &got)
	return got.Incident
}
