package filter

import (
	"fmt"
	"math"
	"time"
)

// Code says what a reason is about.
type Code string

// The codes of reasons; those of evidence are the kinds themselves.
const (
	IsBlocked Code = "blocked"
	Shielded  Code = "shield"
	Unsure    Code = "unsure"
	IsShared  Code = "shared"
)

// Reason is one line of why, as values; Words says it to people.
type Reason struct {
	Code   Code      `json:"code"`
	Count  int       `json:"count,omitempty"`
	Since  time.Time `json:"since,omitzero"` // the first of them
	Last   time.Time `json:"last,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Source *Source   `json:"source,omitempty"`
}

// reasonsOf gathers steps by kind: what people pressed first.
func reasonsOf(steps []Weighed, p past) []Reason {
	var out []Reason
	for _, k := range []Kind{FalseReport, Prank, Empty, Valid} {
		r := Reason{Code: Code(k)}
		for _, s := range steps {
			if s.Kind != k {
				continue
			}
			if r.Count++; r.Count == 1 {
				r.Since = s.At
			}
			r.Last = s.At
		}
		if r.Count > 0 {
			out = append(out, r)
		}
	}
	if p.shared.On {
		out = append(out, Reason{Code: IsShared, Last: p.shared.At})
	}
	return out
}

// Words are a text for people, in both languages.
type Words struct {
	ID string `json:"id"`
	EN string `json:"en"`
}

// Words says a reason to people, as of now, in the zone of their office: "3 kali iseng dalam 2 bulan, terakhir 12 Nov".
func (r Reason) Words(now time.Time, zone *time.Location) Words {
	if zone == nil {
		zone = time.UTC
	}
	switch r.Code {
	case Code(Prank):
		return r.counted("iseng", "prank", "pranks", now, zone)
	case Code(FalseReport):
		return r.counted("laporan palsu", "false report", "false reports", now, zone)
	case Code(Empty):
		return r.counted("kosong", "empty call", "empty calls", now, zone)
	case Code(Valid):
		return r.counted("panggilan benar", "true call", "true calls", now, zone)
	case IsBlocked:
		return Words{"diblokir sampai " + clock(r.Until, now, zone, monthsID), "blocked until " + clock(r.Until, now, zone, monthsEN)}
	case Shielded:
		if r.Source != nil {
			s := r.Source.Words()
			return Words{"banjir panggilan dari " + s.ID, "flood of calls from " + s.EN}
		}
		return Words{"banjir panggilan", "flood of calls"}
	case Unsure:
		return Words{"nomor tidak pasti: tanpa riwayat", "number not certain: no history"}
	case IsShared:
		return Words{"telepon bersama: dipakai banyak orang", "shared phone: many people use it"}
	}
	return Words{string(r.Code), string(r.Code)}
}

// Words of all reasons, in their order.
func (v Verdict) Words(now time.Time, zone *time.Location) []Words {
	out := make([]Words, len(v.Why))
	for i, r := range v.Why {
		out[i] = r.Words(now, zone)
	}
	return out
}

func (r Reason) counted(id, one, many string, now time.Time, zone *time.Location) Words {
	lastID, lastEN := date(r.Last, now, zone, monthsID), date(r.Last, now, zone, monthsEN)
	if r.Count == 1 {
		return Words{fmt.Sprintf("1 kali %s, %s", id, lastID), fmt.Sprintf("1 %s, %s", one, lastEN)}
	}
	spanID, spanEN := span(now.Sub(r.Since))
	return Words{
		fmt.Sprintf("%d kali %s dalam %s, terakhir %s", r.Count, id, spanID, lastID),
		fmt.Sprintf("%d %s within %s, last %s", r.Count, many, spanEN, lastEN),
	}
}

// span says how long, rounded up.
func span(d time.Duration) (id, en string) {
	n, idUnit, enUnit := math.Ceil(d.Hours()/24), "hari", "day"
	switch {
	case n > 60:
		n, idUnit, enUnit = math.Ceil(n/30.44), "bulan", "month"
	case n > 30:
		n, idUnit, enUnit = 2, "bulan", "month"
	case n > 13:
		n, idUnit, enUnit = math.Ceil(n/7), "minggu", "week"
	}
	n = max(n, 1)
	if n > 1 {
		enUnit += "s"
	}
	return fmt.Sprintf("%.0f %s", n, idUnit), fmt.Sprintf("%.0f %s", n, enUnit)
}

var (
	monthsID = [...]string{"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"}
	monthsEN = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

// date is "12 Nov", with the year when it is another one.
func date(t, now time.Time, zone *time.Location, months [12]string) string {
	t, now = t.In(zone), now.In(zone)
	s := fmt.Sprintf("%d %s", t.Day(), months[t.Month()-1])
	if t.Year() != now.Year() {
		s += fmt.Sprintf(" %d", t.Year())
	}
	return s
}

// clock is "14.05" today, else "13 Nov 14.05".
func clock(t, now time.Time, zone *time.Location, months [12]string) string {
	hm := t.In(zone).Format("15.04")
	if t.In(zone).Format(time.DateOnly) == now.In(zone).Format(time.DateOnly) {
		return hm
	}
	return date(t, now, zone, months) + " " + hm
}
