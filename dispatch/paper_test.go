package dispatch

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
)

// TestPaper: sheets of a bad day become incidents with the numbers that were told, the times of the sheet, and no alarm
// for what was accepted by phone.
func TestPaper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		r.d.Start()
		time.Sleep(5 * time.Hour) // the clock of the bubble begins at midnight UTC: 08.00 WITA, 13.00 now
		who := Who{Person: "sari", Office: "polda"}
		at := func(minutesAgo int) *time.Time {
			x := time.Now().Add(-time.Duration(minutesAgo) * time.Minute)
			return &x
		}
		offices, _ := r.d.opts.Offices.Get("polda")
		day := time.Now().In(offices.Location()).Format("2006/01/02")
		sheet := Paper{
			No: "kaltim/" + day + "/k-7", Rang: *at(60), Answered: at(59), Told: at(55), Accepted: at(53), AcceptedBy: "Bripka Hasan",
			Office: "bpn", Form: Form{Kind: "curas", Place: "dpn Plaza Balikpapan", ReporterNumber: "+6281234567890"},
		}
		full, err := r.d.FromPaper(t.Context(), who, sheet)
		if err != nil {
			t.Fatal(err)
		}
		if full.No != "KALTIM/"+day+"/K-07" || full.State != incident.Accepted || full.Office != "bpn" || !full.FirstRing.Equal(*at(60)) ||
			full.AcceptedAt == nil || !full.AcceptedAt.Equal(*at(53)) || full.Escalated != "" {
			t.Fatalf("%+v", full)
		}
		for name, c := range map[string]struct {
			change func(*Paper)
			code   string
		}{
			"used":         {func(*Paper) {}, "paper_used"},
			"another day":  {func(p *Paper) { p.No = "KALTIM/2020/01/01/K-08" }, "paper_number"},
			"the system's": {func(p *Paper) { p.No = "KALTIM/" + day + "/0008" }, "paper_number"},
			"of others":    {func(p *Paper) { p.No = "KALSEL/" + day + "/K-08" }, "paper_number"},
			"backwards":    {func(p *Paper) { p.No = "KALTIM/" + day + "/K-08"; p.Told = at(61) }, "paper_times"},
			"future":       {func(p *Paper) { p.No = "KALTIM/" + day + "/K-08"; p.Accepted = at(-5) }, "paper_times"},
			"nobody":       {func(p *Paper) { p.No = "KALTIM/" + day + "/K-08"; p.AcceptedBy = " " }, "paper_times"},
			"empty":        {func(p *Paper) { p.No = "KALTIM/" + day + "/K-08"; p.Form = Form{} }, "paper_empty"},
			"no office":    {func(p *Paper) { p.No = "KALTIM/" + day + "/K-08"; p.Office = "x" }, "unknown_office"},
		} {
			p := sheet
			c.change(&p)
			var refused *incident.Refusal
			if _, err := r.d.FromPaper(t.Context(), who, p); !errors.As(err, &refused) || refused.Code != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
		// A Polres can't enter a sheet for another Polres, and a sheet that nobody took has its full time from now.
		p := sheet
		p.No = "KALTIM-BPN/" + day + "/K-01"
		p.Office = "smd"
		if _, err := r.d.FromPaper(t.Context(), Who{Person: "dwi", Office: "bpn"}, p); err == nil {
			t.Error("a Polres entered a sheet for another")
		}
		p = sheet
		p.No, p.Accepted = "KALTIM/"+day+"/K-08", nil
		full, err = r.d.FromPaper(t.Context(), who, p)
		if err != nil || full.State != incident.Sent || full.AcceptBy == nil || full.AcceptBy.Before(time.Now()) {
			t.Fatalf("%+v %v", full, err)
		}
		// The system's own numbers go on as if there were no paper.
		r.d.mu.Lock()
		no := r.d.nextNo("polda", time.Now())
		r.d.mu.Unlock()
		if no != "KALTIM/"+day+"/0001" {
			t.Errorf("the next number is %s", no)
		}
		// After a restart the paper number is known.
		r2 := newRoom(t, r.records)
		defer r2.d.Close()
		var refused *incident.Refusal
		if _, err := r2.d.FromPaper(t.Context(), who, sheet); !errors.As(err, &refused) || refused.Code != "paper_used" {
			t.Errorf("after a restart: %v", err)
		}
	})
}
