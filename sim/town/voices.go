package town

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
)

//go:embed voices/*.alaw voices/index.tsv
var voiceFiles embed.FS

// Voice is one thing that a citizen can say.
type Voice struct {
	Name  string // file without its ending: "curas-jambret"
	Text  string // the words, in Indonesian
	Call  string // what sort of call says it: valid_emergency, valid_service, information, wrong_number, prank, silent
	Kind  string // code of the kind of report; empty for what is none
	Sex   string // f, m, c(hild) or empty
	Audio []byte // A-law
}

// Voices are all voices of the town, in the order of their index. The slice is shared: don't change it.
func Voices() []Voice { return voices() }

var voices = sync.OnceValue(func() []Voice {
	list, err := readVoices()
	if err != nil {
		panic(err) // the files are part of the binary: a test reads them
	}
	return list
})

func readVoices() ([]Voice, error) {
	raw, err := voiceFiles.ReadFile("voices/index.tsv")
	if err != nil {
		return nil, fmt.Errorf("read the index of voices: %w", err)
	}
	r := csv.NewReader(strings.NewReader(string(raw)))
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the index of voices: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], " ") != "file text call kind sex" {
		return nil, fmt.Errorf("index of voices: its first line must name file, text, call, kind, sex")
	}
	list := make([]Voice, 0, len(rows)-1)
	for _, row := range rows[1:] {
		audio, err := voiceFiles.ReadFile("voices/" + row[0])
		if err != nil {
			return nil, fmt.Errorf("read the voice of %s: %w", row[0], err)
		}
		list = append(list, Voice{
			Name: strings.TrimSuffix(row[0], ".alaw"), Text: row[1], Call: row[2], Kind: row[3], Sex: row[4], Audio: audio,
		})
	}
	return list, nil
}

// voiceNamed finds a voice by its name.
func voiceNamed(name string) (Voice, bool) {
	for _, v := range voices() {
		if v.Name == name {
			return v, true
		}
	}
	return Voice{}, false
}
