package test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestKilledInMidIncident: the process is killed while a unit is on its way, an office hasn't accepted, and somebody's phone
// rings about that. Afterwards everything stands as it stood: numbers without a gap, clocks, assignments, what was pressed;
// a deadline that passed meanwhile is kept once; the phone rings again. Where the unit is nobody claims to know.
func TestKilledInMidIncident(t *testing.T) {
	s, chief := escalationSite(t)
	dwi := s.person("dwi", "Dwi", "operator", "polresta-balikpapan")
	unit := func(sign string) string {
		var u struct {
			ID string `json:"id"`
		}
		chief.must("POST", "/units", map[string]any{"sign": sign, "plate": "KT " + sign, "kind": "mobil", "skills": []string{}, "home": "polresta-balikpapan"}, &u)
		var me struct {
			Person struct {
				ID string `json:"id"`
			} `json:"person"`
		}
		s.person("ari", "Ari", "patrol", "polresta-balikpapan").must("GET", "/session", nil, &me)
		dwi.must("PUT", "/units/"+u.ID+"/crew", map[string]any{"crew": []map[string]any{{"person": me.Person.ID, "lead": true}}, "shift": "pagi"}, nil)
		return u.ID
	}
	u := unit("B1")
	id := s.sari.robbed()
	press := func() {
		dwi.must("POST", "/incidents/"+id+"/accept", nil, nil)
		dwi.must("POST", "/incidents/"+id+"/assign", map[string]any{"units": []string{u}}, nil)
		for _, step := range []string{"acknowledge", "depart"} {
			dwi.must("POST", "/incidents/"+id+"/step", map[string]string{"unit": u, "step": step, "via": "radio"}, nil)
		}
	}
	press()
	waits := s.sari.robbed()
	left := time.Now()
	before, unitBefore := dwi.incident(id), dwi.unit(u)
	no := before.No
	if !strings.HasSuffix(no, "/0001") || unitBefore.Status != "EN_ROUTE" {
		t.Fatalf("%s, the unit is %s", no, unitBefore.Status)
	}
	s.kill()
	time.Sleep(time.Until(left.Add(7 * time.Second))) // T_accept of the other, 5 s, passes while nothing runs
	s.start()

	if after := dwi.incident(id); ptrs(after) != ptrs(before) {
		t.Errorf("it was\n%s\nit is\n%s", ptrs(before), ptrs(after))
	}
	if got := dwi.unit(u); got != unitBefore {
		t.Errorf("the unit was %+v, is %+v", unitBefore, got)
	}
	eventually(t, "the deadline that passed is kept at the start", 3*time.Second, func() bool { return dwi.incident(waits).Holder.Level == "chief" })
	asked := 0
	for _, l := range dwi.incident(waits).Timeline {
		if strings.HasPrefix(l.Text, "Belum diterima, naik") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("it was asked %d times", asked)
	}
	press() // whoever wasn't sure presses again
	if after := dwi.incident(id); len(after.Units) != 1 || len(after.Timeline) != len(before.Timeline) {
		t.Errorf("pressed again, done again: %+v", after.Timeline)
	}
	next := s.sari.robbed()
	dwi.must("POST", "/incidents/"+next+"/accept", nil, nil)
	var numbers []string
	for _, i := range []string{id, waits, next} {
		numbers = append(numbers, dwi.incident(i).No[len(no)-4:])
	}
	if strings.Join(numbers, " ") != "0001 0002 0003" {
		t.Errorf("numbers %v", numbers)
	}

	first := s.carrier.ringsWithin("the chief's phone", 45*time.Second)
	s.kill()
	first.Hangup()
	s.start()
	again := s.carrier.ringsWithin("the chief's phone, after the second start", 15*time.Second)
	if d := again.Party().Dialled; d != "08115550001" {
		t.Errorf("%s is called, the first had not been reached", d)
	}
	chief.must("POST", "/incidents/"+waits+"/accept", nil, nil)
	eventually(t, "the phone stops ringing when somebody acts", 3*time.Second, func() bool { return again.has(over) })
	select {
	case l := <-s.carrier.come:
		t.Errorf("%s is called for what was accepted", l.Party().Dialled)
	case <-time.After(2 * time.Second):
	}
	dwi.must("POST", "/incidents/"+id+"/step", map[string]string{"unit": u, "step": "arrive", "via": "radio"}, nil)
	if c := dwi.incident(id); c.State != "ON_SCENE" || c.ArrivedAt == nil || !c.FirstRing.Equal(before.FirstRing) {
		t.Errorf("%+v", c)
	}
}

// unitCard is what is read of a unit.
type unitCard struct {
	ID     string    `json:"id"`
	Status string    `json:"status"`
	Since  time.Time `json:"since"`
	Shift  string    `json:"shift"`
}

func (c *client) unit(id string) (u unitCard) {
	c.t.Helper()
	var list []unitCard
	c.must("GET", "/units?office=polresta-balikpapan", nil, &list)
	for _, one := range list {
		if one.ID == id {
			return one
		}
	}
	c.t.Fatalf("unit %s is gone", id)
	return u
}

// ptrs is a card without pointers, to be compared.
func ptrs(c card) string {
	when := func(t *time.Time) string {
		if t == nil {
			return "-"
		}
		return t.Format(time.RFC3339Nano)
	}
	text := fmt.Sprintf("%s %s %s %+v accept %s arrive %s ring %s calls %d", c.ID, c.No, c.State, c.Holder, when(c.AcceptBy), when(c.ArrivedAt), when(&c.FirstRing), c.Calls)
	for _, s := range c.Steps {
		text += fmt.Sprintf("\n%s %s by %s %q", s.Step, s.Unit, when(&s.By), s.Level)
	}
	for _, u := range c.Units {
		text += fmt.Sprintf("\nunit %s %s %s", u.Unit, when(u.AckedAt), when(u.DepartedAt))
	}
	for _, l := range c.Timeline {
		text += "\n" + l.Text
	}
	return text
}
