package office

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// An office file has plain words, the journal sealed ones: both give the same contact.
func TestContact(t *testing.T) {
	var plain Settings
	if err := json.Unmarshal([]byte(`{"escalation":[{"name":"AKP Budi","number":"0811-555-0110"}]}`), &plain); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(plain)
	if err != nil || !strings.Contains(string(raw), `{"private":"AKP Budi"}`) {
		t.Fatalf("%s %v", raw, err)
	}
	var sealed Settings
	if err := json.Unmarshal(raw, &sealed); err != nil || !reflect.DeepEqual(plain, sealed) {
		t.Fatalf("%+v %v", sealed, err)
	}
	list, err := CheckContacts(sealed.Escalation)
	if err != nil || list[0].Number != "+628115550110" {
		t.Fatalf("%+v %v", list, err)
	}
	for name, bad := range map[string][]Contact{
		"no name":   {{Number: "+628115550110"}},
		"no number": {{Name: "AKP Budi", Number: "besok"}},
		"too many":  make([]Contact, 11),
	} {
		if _, err := CheckContacts(bad); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if list, err := CheckContacts([]Contact{{Name: Erased, Number: Erased}}); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
}
