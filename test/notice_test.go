package test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestNoticeByKeys: a supervisor sends the site's notice to a number that played three times, by keys alone, having read to whom it
// goes and each word of it; the hook gets just that; a second one within a week isn't offered.
func TestNoticeByKeys(t *testing.T) {
	type sent struct{ Number, Text, Office string }
	got := make(chan sent, 4)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var s sent
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			t.Error(err)
		}
		got <- s
	}))
	defer hook.Close()
	h, sari, _, p := gateHouse(t, "--notices", hook.URL)
	const number = "+6281200000821"
	prank := func() {
		c := h.rings(t, p, number, nil, nil)
		sari.sees("answer")
		sari.presses("F2")
		sari.state("TALKING")
		sari.closesFast("1")
		<-c.Done()
	}
	prank()
	prank()
	budi := h.browses(t, "budi", mic)
	budi.signsIn(h.account(polda, "supervisor", 0))
	budi.clicks("pages-without-seat")
	budi.sees("user-menu")
	budi.run(chromedp.Navigate(h.Console + "/nomor"))
	budi.sees("number-" + number)
	budi.presses(kb.ArrowDown)
	budi.reads("number-one", "2 kali iseng")
	if budi.has("number-notice") {
		t.Error("a number with two pranks may get a notice")
	}
	prank()
	budi.run(chromedp.Navigate(h.Console + "/nomor"))
	budi.sees("number-" + number)
	budi.presses(kb.ArrowDown)
	budi.sees("number-notice")
	budi.presses("p")
	text := budi.reads("notice-text", "110")
	budi.reads("notice-ask", "0812")
	select {
	case s := <-got:
		t.Fatalf("sent before anybody said so: %+v", s)
	default:
	}
	budi.focused("notice-send")
	budi.presses(kb.Enter)
	select {
	case s := <-got:
		if s.Number != number || s.Text != text || s.Office != polda {
			t.Errorf("the hook got %+v, the page showed %q", s, text)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the hook got nothing")
	}
	budi.reads("number-noticed", "Peringatan terakhir")
	if budi.has("number-notice") {
		t.Error("a second notice is offered at once")
	}
}
