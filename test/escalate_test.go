package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/dispatch/push/pushtest"
	"github.com/siaga110/siaga/phone"
)

// card is what these tests read of an incident.
type card struct {
	ID     string `json:"id"`
	No     string `json:"no"`
	State  string `json:"state"`
	Holder struct {
		Office string `json:"office"`
		Person string `json:"person"`
		Name   string `json:"name"`
		Level  string `json:"level"`
		Unit   string `json:"unit"`
	} `json:"holder"`
	AcceptBy  *time.Time `json:"acceptBy"`
	ArrivedAt *time.Time `json:"arrivedAt"`
	FirstRing time.Time  `json:"firstRing"`
	Calls     int        `json:"calls"`
	Steps     []struct {
		Step  string    `json:"step"`
		Unit  string    `json:"unit"`
		By    time.Time `json:"by"`
		Level string    `json:"level"`
		Phone *struct {
			Name  string `json:"name"`
			Last  string `json:"last"`
			Tries int    `json:"tries"`
		} `json:"phone"`
	} `json:"steps"`
	Units []struct {
		Unit       string     `json:"unit"`
		AckedAt    *time.Time `json:"ackedAt"`
		DepartedAt *time.Time `json:"departedAt"`
	} `json:"units"`
	Timeline []struct {
		Text string `json:"text"`
	} `json:"timeline"`
}

func (c *client) incident(id string) (got card) {
	c.t.Helper()
	c.must("GET", "/incidents/"+id, nil, &got)
	return got
}

func (k card) says(text string) bool {
	for _, l := range k.Timeline {
		if strings.Contains(l.Text, text) {
			return true
		}
	}
	return false
}

// person makes an account and signs in.
func (s *phoneSite) person(user, name, role, office string) *client {
	s.t.Helper()
	var p struct {
		Password string `json:"oneTimePassword"`
	}
	s.admin.must("POST", "/people", map[string]string{"user": user, "name": name, "rank": "AKP", "role": role, "office": office}, &p)
	c := s.h.signIn(account{User: user, Password: p.Password})
	c.must("POST", "/session/password", map[string]string{"old": p.Password, "new": "kuda-laut-besar-" + role + "-110"}, nil)
	return c
}

// promises lets Polresta Balikpapan accept what is of life within 5 s, so that a test needn't wait for 30.
func (s *phoneSite) promises() {
	s.t.Helper()
	path := filepath.Join(s.dir, "offices.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	text := strings.Replace(string(raw), `"settings": {"piket": "+62542421110"}`,
		`"settings": {"piket": "+62542421110", "targets": [{"from": "2021-05-20", "acceptLife": 5000000000, "bands": [{"arrive": 600000000000}]}]}`, 1)
	if text == string(raw) {
		s.t.Fatal("the office file has no place for the promise")
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// escalationSite is a site whose Polresta Balikpapan has two people to call, and a carrier that carries the calls.
func escalationSite(t *testing.T) (s *phoneSite, chief *client) {
	t.Helper()
	s = initSite(t)
	s.carrier = outside(t, s)
	s.configure(s.carrier.asTrunk()+"\n[patrol]\npush_loopback = true\n", "")
	s.promises()
	s.start()
	s.handset = desk201(t, s)
	s.signsIn()
	chief = s.person("kasat", "Budi", "chief", "polresta-balikpapan")
	chief.must("PUT", "/offices/polresta-balikpapan/escalation", map[string]any{"contacts": []map[string]string{
		{"name": "AKP Budi", "number": "0811-555-0001"}, {"name": "Iptu Cici", "number": "0811-555-0002"},
	}}, nil)
	return s, chief
}

// robbed is an incident of priority 1 that a Polda operator has sent to Polresta Balikpapan.
func (c *client) robbed() string {
	c.t.Helper()
	var made card
	c.must("POST", "/incidents", map[string]any{"source": "radio", "report": map[string]any{
		"kind": "curas", "priority": 1, "place": "Plaza Balikpapan", "at": map[string]float64{"lat": -1.2654, "lng": 116.8312},
		"reporter": "", "reporterNumber": "", "protect": false, "weapons": "", "injured": "", "people": 0, "vehicle": "", "office": "", "summary": "dua orang",
	}}, &made)
	c.must("POST", "/incidents/"+made.ID+"/send", map[string]string{"office": "polresta-balikpapan"}, nil)
	return made.ID
}

// TestEscalatesToThePhone: nobody of a Polres accepts. Its chief is named on the screens; then the first of the office's
// list is called by the trunk: a voicemail answers, talks and presses nothing, which takes nothing. The second hears the
// report's number, presses 1 and has it. All of it stands on the incident.
func TestEscalatesToThePhone(t *testing.T) {
	s, chief := escalationSite(t)
	device := pushtest.Serve(t).Browser()
	chief.must("PUT", "/push", map[string]any{"endpoint": device.Endpoint, "keys": map[string]string{"p256dh": device.P256dh, "auth": device.Auth}}, nil)
	began := time.Now()
	id := s.sari.robbed()
	eventually(t, "the chief is asked by name on the screens", 15*time.Second, func() bool {
		c := chief.incident(id)
		return c.Holder.Level == "chief" && c.Holder.Name == "AKP Budi"
	})
	t.Logf("the chief was asked %v after the report", time.Since(began).Round(time.Second))
	switch m := device.Next(t); {
	case !strings.Contains(string(m.Text), `"what":"late","step":"accept"`):
		t.Errorf("the chief's own device was told %s", m.Text)
	case strings.Contains(string(m.Text), "Plaza"):
		t.Errorf("a locked screen would show what was reported: %s", m.Text)
	}
	first := s.carrier.ringsWithin("the first of the list", 45*time.Second)
	t.Logf("the first phone rang %v after the report", time.Since(began).Round(time.Second))
	if p := first.Party(); p.Dialled != "08115550001" || !strings.Contains(p.Raw, "110") {
		t.Errorf("called %+v", p)
	}
	first.Answer()
	eventually(t, "the voicemail answers", 5*time.Second, func() bool { return first.has(established) })
	first.Talk().Program(phone.Program{First: []string{"nobody"}})
	heard := first.Talk().Stats().PacketsIn
	eventually(t, "the question is read out", 5*time.Second, func() bool { return first.Talk().Stats().PacketsIn > heard+50 })
	if c := chief.incident(id); c.State != "SENT" || c.Holder.Name == "AKP Budi" && c.Steps[0].Phone == nil {
		t.Errorf("a voicemail took it: %+v", c)
	}
	first.Hangup()
	second := s.carrier.ringsWithin("the second of the list", 10*time.Second)
	if d := second.Party().Dialled; d != "08115550002" {
		t.Errorf("called %q", d)
	}
	second.Answer()
	eventually(t, "the second answers", 5*time.Second, func() bool { return second.has(established) })
	time.Sleep(time.Second)
	second.Press("2") // once more, please
	time.Sleep(500 * time.Millisecond)
	second.Press("1")
	eventually(t, "who pressed 1 has it, on the screens of all who see it", 5*time.Second, func() bool {
		return chief.incident(id).Holder.Name == "Iptu Cici" && s.sari.incident(id).Holder.Name == "Iptu Cici"
	})
	eventually(t, "the phone hangs up after its thanks", 10*time.Second, func() bool { return second.has(over) })
	c := chief.incident(id)
	for _, want := range []string{
		"naik ke perwira jaga Polres (AKP Budi)", "perwira jaga Polres (AKP Budi) ditelepon",
		"AKP Budi ditelepon: diangkat, tetapi tidak ada yang menekan 1", "Iptu Cici menerima lewat telepon (menekan 1)",
	} {
		if !c.says(want) {
			t.Errorf("the timeline doesn't say %q: %+v", want, c.Timeline)
		}
	}
	chief.must("POST", "/incidents/"+id+"/accept", nil, nil)
	if c := chief.incident(id); c.State != "ACCEPTED" || c.Steps[0].Phone != nil {
		t.Errorf("%+v", c)
	}
}
