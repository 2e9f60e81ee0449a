package office

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestKaltim(t *testing.T) {
	d, err := Read(bytes.NewReader(Kaltim()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Children("polda-kaltim")); n != 10 {
		t.Errorf("Polda Kaltim has %d Polres, want 10", n)
	}
	o, ok := d.Get("polresta-balikpapan")
	if !ok || o.Settings.TTransfer != 4*time.Second || o.ZoneName(time.Now()) != "WITA" {
		t.Errorf("Balikpapan: %v, T_transfer %v, zone %s", ok, o.Settings.TTransfer, o.ZoneName(time.Now()))
	}
	if ids := o.SeatIDs(); len(ids) != 3 || ids[2] != "polresta-balikpapan/3" {
		t.Errorf("seats %v", ids)
	}
}

// An office reads itself and what is below it, never sideways, never upwards.
func TestCanRead(t *testing.T) {
	d, err := NewDirectory([]Office{
		{ID: "mabes", Kind: Mabes, Code: "M", Zone: "Asia/Jakarta"},
		{ID: "a", Kind: Polda, Parent: "mabes", Code: "A", Zone: "Asia/Makassar"},
		{ID: "b", Kind: Polda, Parent: "mabes", Code: "B", Zone: "Asia/Makassar"},
		{ID: "a1", Kind: Polres, Parent: "a", Code: "A1", Zone: "Asia/Makassar"},
		{ID: "a2", Kind: Polres, Parent: "a", Code: "A2", Zone: "Asia/Makassar"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reader, owner ID
		want          bool
	}{
		{"a", "a", true},
		{"a", "a1", true},
		{"mabes", "a2", true},
		{"a1", "a", false},
		{"a1", "a2", false},
		{"b", "a1", false},
		{"a", "", false},
		{"nobody", "a", false},
	} {
		if got := d.CanRead(c.reader, c.owner); got != c.want {
			t.Errorf("CanRead(%s, %s) = %v", c.reader, c.owner, got)
		}
	}
}

func TestDirectoryRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		file, want string
	}{
		"not json":      {`[{"id":"a",`, "line 1"},
		"unknown field": {"[\n{\"id\":\"a\",\"nme\":\"x\"}]", "nme"},
		"no id":         {`[{"name":"x"}]`, "number 1 has no id"},
		"twice":         {`[{"id":"a","zone":"UTC","code":"1"},{"id":"a","zone":"UTC","code":"2"}]`, "listed twice"},
		"same code":     {`[{"id":"a","zone":"UTC","code":"1"},{"id":"b","zone":"UTC","code":"1"}]`, "same code"},
		"no parent":     {`[{"id":"a","zone":"UTC","parent":"z"}]`, "parent z"},
		"circle":        {`[{"id":"a","zone":"UTC","parent":"b","code":"1"},{"id":"b","zone":"UTC","parent":"a","code":"2"}]`, "circle"},
		"zone":          {`[{"id":"a","zone":"Asia/Balikpapan"}]`, "Asia/Makassar"},
		"setting":       {`[{"id":"a","zone":"UTC","settings":{"tTransfer":60000000000}}]`, "t_transfer"},
	} {
		if _, err := Read(strings.NewReader(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for raw, want := range map[string]Number{
		"081234567890":           "+6281234567890",
		"6281234567890":          "+6281234567890",
		"+62 812-3456-7890":      "+6281234567890",
		"0542700104":             "+62542700104",
		"112":                    "112",
		"+6591234567":            "+6591234567",
		"":                       "",
		"anonymous":              "",
		"+62+62":                 "",
		"0812345678901234567890": "",
	} {
		got, ok := ParseNumber(raw)
		if got != want || ok != (want != "") {
			t.Errorf("ParseNumber(%q) = %q, %v, want %q", raw, got, ok, want)
		}
	}
	if s := Number("+6281234567890").Display(); s != "0812-3456-7890" {
		t.Errorf("Display = %s", s)
	}
	if s := Number("").Display(); s != "(disembunyikan)" {
		t.Errorf("Display of a withheld number = %s", s)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"0812", "+62", "++", "\x00", "٠٨١٢", "0812-3456-7890;ext=5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		n, ok := ParseNumber(raw)
		if ok != (n != "") {
			t.Fatalf("ParseNumber(%q) = %q, %v", raw, n, ok)
		}
		if again, _ := ParseNumber(string(n)); ok && again != n {
			t.Fatalf("ParseNumber(%q) = %q, and that parses as %q", raw, n, again)
		}
		_ = n.Display()
	})
}

func TestPrivate(t *testing.T) {
	type v struct {
		A, B Private
	}
	b, err := json.Marshal(v{A: "Andi"})
	if err != nil || string(b) != `{"A":{"private":"Andi"},"B":null}` {
		t.Fatalf("%s %v", b, err)
	}
	var back v
	if err := json.Unmarshal([]byte(`{"A":{"erased":true},"B":{"private":""}}`), &back); err != nil || back.A != Erased || back.B != "" {
		t.Errorf("%+v %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"A":{"sealed":"x"}}`), &back); err == nil {
		t.Error("a sealed text was read as if it were open")
	}
}
