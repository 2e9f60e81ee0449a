package api

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// The file in the repository is what the screens' types are made from: it must be what the program serves.
func TestOpenAPI(t *testing.T) {
	s := newServer(Config{})
	defer s.Close()
	got, err := s.openAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("openapi.json is not what the program serves: run go generate ./api")
	}
}

// An input that is embedded counts only when its name is exported: huma passes over the others without a word, and then nobody
// can search, page, or ask for another office.
func TestEmbeddedInputsCount(t *testing.T) {
	s := newServer(Config{})
	defer s.Close()
	for path, want := range map[string][]string{
		"/calls": {"office", "q", "cursor", "limit"}, "/incidents": {"office", "q", "cursor", "limit"}, "/responses": {"office"},
		"/roster/shifts": {"office"}, "/handovers": {"office"},
	} {
		var got []string
		for _, p := range s.api.OpenAPI().Paths[path].Get.Parameters {
			got = append(got, p.Name)
		}
		for _, name := range want {
			if !slices.Contains(got, name) {
				t.Errorf("%s can't be asked with %s: it has %v", path, name, got)
			}
		}
	}
}
