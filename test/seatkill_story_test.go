package test

import (
	"fmt"
	"math"
	"slices"
	"time"
)

type story struct {
	k      *killing
	c      *citizen
	call   string
	holder *mate // who answered
	inc    string
	typed  string
	died   time.Time
	stop   chan struct{}
	done   chan time.Duration
	reply  []byte
	back   func() // brings the dead seat back, backAt after its death
	backAt time.Duration
}

func (k *killing) dials(talk string) *story {
	k.t.Helper()
	for _, m := range k.all() {
		m.readies() // one that owes an outcome can't
	}
	for len(k.rings) > 0 {
		<-k.rings
	}
	return k.next(talk)
}

func (k *killing) next(talk string) *story {
	k.t.Helper()
	k.calls++
	number := fmt.Sprintf("+6281%02d%06d", k.n+10, k.calls)
	return &story{k: k, c: k.h.dials(k.t, "citizen-call", number, "talk_ms", talk), typed: fmt.Sprintf("depan Plaza Balikpapan nomor %d", k.calls)}
}

func (s *story) answered(r mateRing) {
	k := s.k
	k.t.Helper()
	if !r.answers() {
		k.t.Fatalf("%s can't answer", r.mate.seat)
	}
	s.call, s.holder = r.call, r.mate
	s.c.ear.expectTones(k.t, "the caller", poldaTone)
	var i struct {
		ID string `json:"id"`
	}
	r.mate.must("PUT", "/calls/"+r.call+"/report", form(s.typed), &i)
	s.inc = i.ID
}

func form(place string) map[string]any {
	return map[string]any{
		"rev": 0, "kind": "", "priority": 0, "place": place, "at": nil, "reporter": "", "reporterNumber": "", "protect": false, "danger": nil,
		"weapons": "", "injured": "", "suspectPresent": nil, "people": 0, "vehicle": "", "office": "", "summary": "Dua orang berkelahi",
	}
}

func (s *story) kill(m *mate, how string) {
	s.k.dies(m, how)
	s.measures()
}

func (s *story) measures() {
	s.died = time.Now()
	s.stop, s.done = make(chan struct{}), make(chan time.Duration, 1)
	go func() {
		heard, most := s.died, time.Duration(0)
		for {
			select {
			case <-s.stop:
				s.done <- max(most, time.Since(heard))
				return
			case <-time.After(50 * time.Millisecond):
			}
			if loudness(s.c.ear.newest(200*time.Millisecond)) > 0.003 {
				heard = time.Now()
			}
			most = max(most, time.Since(heard))
		}
	}()
}

func hums(samples []int16) bool {
	a, b, all := strength(samples, poldaTone), strength(samples, polresTone), loudness(samples)
	return max(a, b) > loud && (a*a+b*b)/2 > 0.6*all*all
}

func loudness(samples []int16) float64 {
	var sum float64
	for _, x := range samples {
		sum += float64(x) / 32768 * float64(x) / 32768
	}
	return math.Sqrt(sum / math.Max(1, float64(len(samples))))
}

func (s *story) gone() bool {
	select {
	case err := <-s.c.done:
		s.c.done <- err
		return true
	default:
		return false
	}
}

func (s *story) settles(least time.Duration, by ...[]*mate) {
	k := s.k
	k.t.Helper()
	for time.Since(s.died) < 30*time.Second {
		if s.gone() {
			s.measured()
			k.d.mu.Lock()
			k.d.dropped++
			k.d.mu.Unlock()
			k.t.Fatalf("the caller was dropped by us %v after the kill: %s", time.Since(s.died), k.reader.timeline(s.c.number))
		}
		if s.back != nil && time.Since(s.died) > s.backAt {
			s.back()
			s.back = nil
		}
		select {
		case r := <-k.rings:
			for _, mates := range by {
				if r.call == s.call && slices.Contains(mates, r.mate) && r.answers() {
					s.holder = r.mate
				}
			}
			continue
		case <-time.After(40 * time.Millisecond):
		}
		ear := s.c.ear.newest(300 * time.Millisecond)
		if time.Since(s.died) > least && hums(ear) {
			s.measured()
			return
		}
	}
	s.measured()
	k.d.mu.Lock()
	k.d.dropped++
	k.d.mu.Unlock()
	k.t.Fatalf("nobody talks with the caller %v after the kill: %s", time.Since(s.died), k.reader.timeline(s.c.number))
}

func (s *story) measured() {
	close(s.stop)
	quiet := <-s.done
	k := s.k
	k.d.mu.Lock()
	k.d.widest = append(k.d.widest, quiet)
	k.d.mu.Unlock()
	if quiet > 4500*time.Millisecond {
		k.t.Errorf("the caller heard nothing for %v: %s", quiet, k.reader.timeline(s.c.number))
	}
}

func (s *story) closes() {
	k := s.k
	k.t.Helper()
	if s.gone() {
		k.t.Errorf("the caller was dropped by us: %s", k.reader.timeline(s.c.number))
		k.d.mu.Lock()
		k.d.dropped++
		k.d.mu.Unlock()
	}
	if !s.over() {
		k.t.Fatalf("nobody can close the call: %s\n%s", s.reply, k.reader.timeline(s.c.number))
	}
	s.c.ends(10 * time.Second)
	s.looks()
}

func (s *story) over() bool {
	for range 20 {
		for _, m := range s.k.hands() {
			for _, outcome := range []string{"informasi", "valid_polres"} {
				status, raw := m.do("POST", "/calls/"+s.call+"/close", map[string]string{"outcome": outcome})
				if status/100 == 2 {
					return true
				}
				s.reply = raw
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

func (s *story) looks() {
	k := s.k
	k.t.Helper()
	s.c.ear.close()
	if r := k.reader.ended(s.c.number, 1); r.Outcome == "" || r.Outcome == "terputus_sistem" {
		k.t.Errorf("outcome %q: %s", r.Outcome, k.reader.timeline(s.c.number))
	}
	if s.inc == "" {
		return
	}
	var i struct {
		Report struct{ Place, Summary string }
	}
	k.reader.must("GET", "/incidents/"+s.inc, nil, &i)
	if i.Report.Place != s.typed || i.Report.Summary != "Dua orang berkelahi" {
		k.t.Errorf("what was typed is lost: %+v", i.Report)
	}
}

func (s *story) returning(m *mate, back string) {
	switch back {
	case soon:
		s.back, s.backAt = m.returns, s.k.between(100*time.Millisecond, 2500*time.Millisecond)
	case late:
		s.back, s.backAt = m.returns, s.k.between(5500*time.Millisecond, 8*time.Second)
	}
}
