package test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/sim/town"
)

// TestPastAtTheRing: what a number did before stands beside the ring within 150 ms of the citizen's INVITE, which is longer
// than from the ring; and which Polres the call probably concerns, by place, by the number's prefix, by its open report.
func TestPastAtTheRing(t *testing.T) {
	h, sari, _, p := gateHouse(t)
	h.takesFloods() // one number that calls 40 times
	const number = "+6281200000861"
	c := h.rings(t, p, number, nil, nil)
	sari.sees("answer")
	sari.presses("F2")
	sari.state("TALKING")
	sari.closesFast("1")
	<-c.Done()

	sari.run(chromedp.Evaluate(`window.__past = 0; new MutationObserver(() => {
		const there = document.querySelector('[data-testid="ring"] [data-testid="past"]')?.textContent ?? "";
		if (there.includes("1 kali iseng") && !window.__there) window.__past = Date.now();
		window.__there = there !== "";
	}).observe(document.body, {childList: true, subtree: true, characterData: true}); 0`, nil))
	var all []time.Duration
	for range 40 {
		var before, seen int64
		sari.run(chromedp.Evaluate(`window.__past`, &before))
		began := time.Now()
		c := h.rings(t, p, number, nil, nil)
		eventually(t, "the past is drawn", 5*time.Second, func() bool {
			sari.run(chromedp.Evaluate(`window.__past`, &seen))
			return seen != before
		})
		all = append(all, time.UnixMilli(seen).Sub(began))
		c.Hangup()
		<-c.Done()
		sari.state("READY")
	}
	slices.Sort(all)
	t.Logf("from the INVITE to the past on the screen: p50 %v, p95 %v, most %v of %d", all[20], all[38], all[39], len(all))
	if all[38] > 150*time.Millisecond {
		t.Errorf("p95 is %v", all[38])
	}

	likely := func(name string, d town.Dial, want string) {
		t.Helper()
		c, err := p.Dial("110", town.Trunk{UDP: h.SIP.UDP}, d)
		if err != nil {
			t.Fatal(err)
		}
		sari.sees("ring")
		eventually(t, name+": the ring names "+want, 5*time.Second, func() bool { return strings.Contains(sari.text("ring"), want) })
		c.Hangup()
		<-c.Done()
		sari.state("READY")
	}
	likely("by place", town.Dial{From: "+6281200000862", Place: &town.Place{At: office.Point{Lat: 0.12, Lng: 117.48}, Radius: 300}}, "Bontang")
	likely("by prefix", town.Dial{From: "+62549123456"}, "Kutai Timur")
}
