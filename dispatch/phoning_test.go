package dispatch

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// fakePhone rings for 20 s, then ends as it is told for that number.
type fakePhone struct {
	mu    sync.Mutex
	asked []Question
	how   map[office.Number][]incident.PhoneOutcome // one after the other; the last for ever
	hung  int                                       // hung up on by us
}

func (p *fakePhone) Ask(ctx context.Context, q Question) incident.PhoneOutcome {
	p.mu.Lock()
	p.asked = append(p.asked, q)
	p.mu.Unlock()
	if !pause(ctx, 20*time.Second) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.hung++
		return incident.PhoneFailed
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	how := p.how[q.To.Number]
	if len(how) == 0 {
		return incident.PhoneSilent
	}
	if len(how) > 1 {
		p.how[q.To.Number] = how[1:]
	}
	return how[0]
}

func (p *fakePhone) calls() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, q := range p.asked {
		list = append(list, q.To.Name)
	}
	return strings.Join(list, " ")
}

func ringing(p *fakePhone) func(*Options) {
	return func(o *Options) {
		o.Phone = p
		o.OnDuty = func(of office.ID, role office.Role) office.PersonID {
			return office.PersonID(fmt.Sprintf("%s-%s", role, of))
		}
		o.Contacts = func(of office.ID, l incident.Level, _ office.PersonID) []Contact {
			return map[office.ID][]Contact{
				"bpn":   {{Name: "Budi", Number: "+62811"}, {Name: "Cici", Number: "+62812"}},
				"polda": {{Name: "Dodi", Number: "+62813"}},
			}[of]
		}
	}
}

func (r *room) text(id incident.ID) string {
	synctest.Wait()
	full, _ := r.d.Get(id)
	var lines []string
	for _, l := range full.Timeline {
		lines = append(lines, l.Text)
	}
	return strings.Join(lines, "\n")
}

// Nobody accepts: the chief by screen, then the office's contacts by phone, one after the other, until one presses 1. A
// voicemail answers and takes nothing. What each did stands on the incident, and who pressed has the ball.
func TestPhonedAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePhone{how: map[office.Number][]incident.PhoneOutcome{"+62811": {incident.PhoneNoKey}, "+62812": {incident.PhoneBusy, incident.PhoneTaken}}}
		r := roomWith(t, nil, ringing(p))
		defer r.d.Close()
		id := r.sent("a", robbery()) // P1: 30 s
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if p.calls() != "" {
			t.Fatalf("%s is called although the chief still has time", p.calls())
		}
		time.Sleep(2 * time.Second)
		c, _ := r.card("bpn", id)
		if p.calls() != "Budi" || c.Steps[0].Phone == nil || c.Steps[0].Phone.Last != "" {
			t.Fatalf("calls %q, the card says %+v", p.calls(), c.Steps[0].Phone)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if c, _ := r.card("bpn", id); !strings.HasPrefix(p.calls(), "Budi Cici") || c.Steps[0].Phone.Name != "Budi" || c.Steps[0].Phone.Last != incident.PhoneNoKey {
			t.Fatalf("calls %q", p.calls())
		}
		time.Sleep(20*time.Second + phonePause + 40*time.Second)
		synctest.Wait()
		s := r.state(id)
		taken, ok := s.TakenBy()
		if !ok || taken.To != "Cici" || taken.Level != incident.ToChief {
			t.Fatalf("%+v", s.Phoning)
		}
		if c, _ := r.card("bpn", id); c.Holder.Name != "Cici" || c.Holder.Level != incident.ToChief {
			t.Errorf("%+v holds the ball", c.Holder)
		}
		for _, want := range []string{"perwira jaga Polres (chief-bpn) ditelepon.", "Budi ditelepon: diangkat, tetapi tidak ada yang menekan 1.", "Cici ditelepon: sibuk", "Cici menerima lewat telepon (menekan 1)."} {
			if !strings.Contains(r.text(id), want) {
				t.Errorf("%q is not in\n%s", want, r.text(id))
			}
		}
	})
}

// Somebody acts while a phone rings: it stops, and nobody is called any more. Nothing of it is left after a restart.
func TestPhoneStopsWhenActedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePhone{}
		r := roomWith(t, nil, ringing(p))
		defer r.d.Close()
		id := r.sent("a", robbery())
		time.Sleep(65 * time.Second)
		r.do("", dwi, Accept{ID: id})
		synctest.Wait()
		p.mu.Lock()
		hung, asked := p.hung, len(p.asked)
		p.mu.Unlock()
		if hung != 1 || asked != 1 {
			t.Fatalf("hung up %d times of %d", hung, asked)
		}
		time.Sleep(20 * time.Second)
		if n := len(p.asked); n != 1 {
			t.Fatalf("%d were called", n)
		}
	})
}

// The process ends while a phone rings: the next one goes on with the one whose phone rang, once.
func TestPhoningSurvivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePhone{}
		r := roomWith(t, nil, ringing(p))
		id := r.sent("a", robbery())
		time.Sleep(85 * time.Second) // Budi didn't answer, Cici's phone rings
		r.d.Close()
		if p.calls() != "Budi Cici" {
			t.Fatalf("calls %q", p.calls())
		}
		p2 := &fakePhone{how: map[office.Number][]incident.PhoneOutcome{"+62812": {incident.PhoneTaken}}}
		again := roomWith(t, r.records, ringing(p2))
		defer again.d.Close()
		time.Sleep(21 * time.Second)
		synctest.Wait()
		if !strings.HasPrefix(p2.calls(), "Cici") {
			t.Fatalf("calls %q", p2.calls())
		}
		if taken, ok := again.state(id).TakenBy(); !ok || taken.To != "Cici" {
			t.Fatalf("%+v", again.state(id).Phoning)
		}
	})
}

// An office without numbers says so on the incident; nothing is passed over in silence.
func TestNobodyToPhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		id := r.sent("a", robbery())
		time.Sleep(5 * time.Minute)
		for _, l := range []incident.Level{incident.ToChief, incident.ToSupervisor, incident.ToMabes} {
			if want := "Tidak ada lagi yang dapat ditelepon untuk " + incident.LevelText(l); !strings.Contains(r.text(id), want) {
				t.Errorf("%q is not in\n%s", want, r.text(id))
			}
		}
	})
}
