package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// TestTryFilter: a site says what other weights would have done, the same while it stands still and while it runs.
func TestTryFilter(t *testing.T) {
	cfg, _ := site(t)
	now := time.Now().UTC()
	j, err := journal.Open(filepath.Join(cfg.Site.Data, "journal"), journal.Options{Node: cfg.Site.Node})
	if err != nil {
		t.Fatal(err)
	}
	seat := call.SeatRef{Office: "polda-kaltim", Seat: "polda-kaltim/1", Person: "sari"}
	add := func(n int, number office.Private, ago time.Duration, o call.Outcome) {
		at := now.Add(-ago)
		id := call.ID(fmt.Sprintf("01c%03d", n))
		body, err := call.Codec.Encode([]call.Event{
			call.Dialled{At: at, ID: id, Office: "polda-kaltim", Caller: call.Caller{Number: number, Trunk: "telkom"}, Times: call.TimesOf(office.Settings{})},
			call.Rang{Offer: call.Offer{N: 1, Kind: call.ToQueue, To: seat, At: at}},
			call.WasAnswered{At: at.Add(2 * time.Second), N: 1, By: seat},
			call.Closed{At: at.Add(32 * time.Second), By: seat, Outcome: o},
		})
		if err == nil {
			_, err = j.Append(t.Context(), "call/"+string(id), journal.Any, []journal.Record{{ID: string(id), Type: "call", Version: call.Version, Time: at, Who: "sari", Body: body}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 4 {
		add(i, "+6281234567890", time.Duration(10-i)*24*time.Hour, call.PrankCall)
	}
	add(10, "+6281234567890", 5*24*time.Hour, call.ValidPolda)
	add(11, "", 4*24*time.Hour, call.PrankCall)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	weights := filepath.Join(t.TempDir(), "berat.json")
	write := func(s string) {
		if err := os.WriteFile(weights, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	try := func() (filter.TryOut, error) {
		var out bytes.Buffer
		var r filter.TryOut
		err := TryFilter(t.Context(), &out, TryWeights{Dir: cfg.Site.Data, Weights: weights, JSON: true})
		if err == nil {
			err = json.Unmarshal(out.Bytes(), &r)
		}
		return r, err
	}
	want := func(r filter.TryOut, err error) {
		t.Helper()
		if err != nil || r.Calls != 6 || r.True != 1 || r.Before.Gate != 2 || r.Before.TrueGate != 1 || r.After.Gate != 0 || len(r.NoMore) != 2 || !r.NoMore[0].True ||
			r.Before.HeldMinutes != 0.5 {
			t.Errorf("%+v %v", r, err)
		}
	}
	write(`{"gate": 14}`)
	want(try())
	var text bytes.Buffer
	if err := TryFilter(t.Context(), &text, TryWeights{Dir: cfg.Site.Data, Weights: weights}); err != nil || !strings.Contains(text.String(), "held no more, and a true call: 01c010") {
		t.Errorf("%s %v", text.String(), err)
	}
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := n.view.Wait(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	want(try())
	write(`{"emptyCap": 9}`)
	if _, err := try(); err == nil || !strings.Contains(err.Error(), "can't speak") {
		t.Errorf("%v", err)
	}
	if err := TryFilter(t.Context(), &text, TryWeights{Dir: t.TempDir(), Weights: weights}); err == nil {
		t.Error("an empty folder is a site")
	}
	write(`{}`)
	if err := TryFilter(t.Context(), &text, TryWeights{Dir: cfg.Site.Data, Weights: weights, Office: "polda-x"}); err == nil || !strings.Contains(err.Error(), "polda-x") {
		t.Errorf("%v", err)
	}
}
