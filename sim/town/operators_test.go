package town

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// Every voice is understood by its own sound, however the packets are cut, and none is taken for another.
func TestOperatorsUnderstandByEar(t *testing.T) {
	for _, v := range voices() {
		if v.Call == "silent" {
			continue // breath and traffic needn't be told apart from each other
		}
		l := &listener{}
		l.start()
		for at := 37; at < len(v.Audio); at += 160 {
			l.hear(&rtp.Packet{Payload: v.Audio[at:min(at+160, len(v.Audio))]}, time.Now())
		}
		got, ok, sound := l.understood()
		if !ok || got.Name != v.Name {
			t.Errorf("%s was taken for %q", v.Name, got.Name)
		}
		if sound < time.Second {
			t.Errorf("%s sounds for %v only", v.Name, sound)
		}
	}
	// Somebody else's voice is heard, and not understood.
	l := &listener{}
	l.start()
	other := murmur(rand.New(rand.NewPCG(7, 7)))
	for at := 0; at+160 <= len(other); at += 160 {
		l.hear(&rtp.Packet{Payload: other[at : at+160]}, time.Now())
	}
	if v, ok, sound := l.understood(); ok || sound == 0 {
		t.Errorf("a murmur was taken for %q, loud for %v", v.Name, sound)
	}
	l.start()
	quiet := make([]byte, 160)
	fill(quiet)
	for range 100 {
		l.hear(&rtp.Packet{Payload: quiet}, time.Now())
	}
	if v, ok, sound := l.understood(); ok || sound != 0 {
		t.Errorf("silence was taken for %q, loud for %v", v.Name, sound)
	}
}

func TestPlaceInWords(t *testing.T) {
	for text, want := range map[string]string{
		"Pak, rumah saya dibobol maling. Di Jalan Jenderal Sudirman, dekat Plaza Balikpapan.":       "Jalan Jenderal Sudirman, dekat Plaza Balikpapan",
		"Tolong, Pak! Saya dijambret di Jalan Ahmad Yani. Dua orang naik motor, lari ke pelabuhan!": "Jalan Ahmad Yani",
		"Toko saya di Pasar Pandansari dibongkar semalam. Gemboknya rusak, uang di laci habis.":     "Pasar Pandansari",
		"Halo, Mbak. Suaranya bagus sekali.":                                                        "",
	} {
		if got := placeIn(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
	offices := kaltim(t)
	if o, ok := officeOf("kecelakaan di simpang Muara Rapak", offices[1:]); !ok || o.ID != "polresta-balikpapan" {
		t.Error(o.ID, ok)
	}
}

// A stream is followed through a break: what went away meanwhile is gone after the new snapshot.
func TestWatchFollows(t *testing.T) {
	round := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		round++
		if round == 1 {
			_, _ = w.Write([]byte("event: snapshot\ndata: {\"items\":{\"seat/a/1\":{\"id\":\"a/1\",\"state\":\"READY\"},\"call/x\":{\"id\":\"x\",\"phase\":\"TALKING\"}}}\n\n" +
				": ping\n\nid: b:2\nevent: change\ndata: {\"n\":2,\"key\":\"seat/a/1\",\"value\":{\"id\":\"a/1\",\"state\":\"TALKING\"}}\n\n"))
			return // breaks off
		}
		_, _ = w.Write([]byte("event: snapshot\ndata: {\"items\":{\"seat/a/1\":{\"id\":\"a/1\",\"state\":\"OFF\"}}}\n\n"))
	}))
	defer srv.Close()
	h, err := newHouse(srv.URL, nil, Account{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	w := newWatch()
	if err := w.read(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if s, _ := w.seat("a/1"); s.State != "TALKING" {
		t.Error("after a change:", s.State)
	}
	if c, ok := w.call("x"); !ok || c.Phase != "TALKING" {
		t.Error("call:", c, ok)
	}
	if err := w.read(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.call("x"); ok {
		t.Error("a call that is gone is still there")
	}
	if s, _ := w.seat("a/1"); s.State != "OFF" {
		t.Error("after the break:", s.State)
	}
}

// What operators ask of the house is in its contract, so that a renamed path is noticed here.
func TestOperatorsKeepToTheContract(t *testing.T) {
	raw, err := os.ReadFile("../../api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(raw, &contract); err != nil {
		t.Fatal(err)
	}
	param := regexp.MustCompile(`\{[^}]*\}`)
	has := map[string]bool{}
	for path, methods := range contract.Paths {
		for m := range methods {
			has[strings.ToUpper(m)+" "+param.ReplaceAllString(strings.TrimPrefix(path, "/api/v1"), "{}")] = true
		}
	}
	for _, want := range []string{
		"POST /session", "DELETE /session", "POST /duty", "DELETE /duty", "POST /duty/ready", "POST /duty/pause", "GET /stream", "GET /kinds",
		"POST /calls/{}/answer", "POST /calls/{}/decline", "POST /calls/{}/transfer", "POST /calls/{}/take-back", "POST /calls/{}/leave",
		"POST /calls/{}/close", "PUT /calls/{}/report", "POST /incidents/{}/notes", "POST /incidents/{}/accept", "POST /incidents/{}/close",
		"POST /incidents/{}/send",
	} {
		if !has[want] {
			t.Errorf("the contract has no %s", want)
		}
	}
}
