package office

import (
	"bytes"
	"testing"
	"time"
)

func TestTargets(t *testing.T) {
	d, err := Read(bytes.NewReader(Kaltim()))
	if err != nil {
		t.Fatal(err)
	}
	bpn, _ := d.Get("polresta-balikpapan")
	smd, _ := d.Get("polresta-samarinda")
	for _, c := range []struct {
		o     Office
		day   string
		m     Metres
		known bool
		want  time.Duration
	}{
		{bpn, "2021-05-19", 12000, true, 25 * time.Minute},
		{bpn, "2021-05-20", 12000, true, 10 * time.Minute},
		{bpn, "2026-11-23", 12000, true, 10 * time.Minute},
		{smd, "2026-11-23", 5000, true, 10 * time.Minute},
		{smd, "2026-11-23", 5001, true, 20 * time.Minute},
		{smd, "2026-11-23", 10001, true, 25 * time.Minute},
		{smd, "2026-11-23", 0, false, 10 * time.Minute},
	} {
		if got := c.o.Settings.TargetOn(c.day).Band(c.m, c.known).Arrive; got != c.want {
			t.Errorf("%s on %s at %v m: %v, want %v", c.o.ID, c.day, c.m, got, c.want)
		}
	}
	if got := bpn.Settings.TargetOn("2026-11-23").AcceptLife; got != 30*time.Second {
		t.Errorf("what a target leaves out must be the one before it: %v", got)
	}
}

func TestBadTargets(t *testing.T) {
	far := Band{Arrive: 10 * time.Minute}
	for name, list := range map[string][]Target{
		"no day":             {{From: "besok"}},
		"order":              {{From: "2026-01-02"}, {From: "2026-01-01"}},
		"twice":              {{From: "2026-01-01"}, {From: "2026-01-01"}},
		"too short":          {{From: "2026-01-01", Ack: time.Second}},
		"no last band":       {{From: "2026-01-01", Bands: []Band{{UpTo: 5, Arrive: time.Minute}}}},
		"bands in disorder":  {{From: "2026-01-01", Bands: []Band{far, far}}},
		"arrival in an hour": {{From: "2026-01-01", Bands: []Band{{Arrive: 25 * time.Hour}}}},
	} {
		if err := checkTargets(list); err == nil {
			t.Errorf("%s: nobody minds", name)
		}
	}
}
