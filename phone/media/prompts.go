package media

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"sync"
	"time"
)

// Prompts are what callers can be played, by name. They don't change after loading.
type Prompts struct {
	audio   map[string][]byte
	comfort []byte   // one round of the tone between prompts
	missing sync.Map // names asked for in vain, each logged once
}

//go:embed prompts/*.alaw
var embedded embed.FS

var noPrompts = &Prompts{comfort: comfortTone()}

// comfortName is the prompt that is repeated between others, if there is one.
const comfortName = "comfort"

// LoadPrompts reads every file NAME.alaw at the root of files: raw A-law, 8000 samples a second, mono. Other files are
// left alone.
func LoadPrompts(files fs.FS) (*Prompts, error) {
	p := &Prompts{audio: make(map[string][]byte), comfort: comfortTone()}
	names, err := fs.Glob(files, "*.alaw")
	if err != nil {
		return nil, fmt.Errorf("list prompts: %w", err)
	}
	for _, name := range names {
		audio, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read prompt %s: %w", name, err)
		}
		p.audio[strings.TrimSuffix(path.Base(name), ".alaw")] = audio
	}
	if audio := p.audio[comfortName]; len(audio) > 0 {
		p.comfort = audio
	}
	return p, nil
}

// DefaultPrompts are the ones built into the program.
var DefaultPrompts = sync.OnceValue(func() *Prompts {
	files, err := fs.Sub(embedded, "prompts")
	if err != nil {
		panic(err) // the name is a constant
	}
	p, err := LoadPrompts(files)
	if err != nil {
		panic(err) // reading what is part of the program can't fail
	}
	return p
})

// Has says whether there is a prompt of this name.
func (p *Prompts) Has(name string) bool { return len(p.audio[name]) > 0 }

// Length is how long a prompt takes, zero when there is none.
func (p *Prompts) Length(name string) time.Duration {
	return time.Duration(len(p.audio[name])) * time.Second / 8000
}

// Over gives prompts that take each name from p, and from base where p has none: an office's own recordings over ours.
func (p *Prompts) Over(base *Prompts) *Prompts {
	both := &Prompts{audio: make(map[string][]byte, len(base.audio)), comfort: base.comfort}
	for _, from := range []*Prompts{base, p} {
		for name, audio := range from.audio {
			both.audio[name] = audio
		}
	}
	if audio := both.audio[comfortName]; len(audio) > 0 {
		both.comfort = audio
	}
	return both
}

// get gives the audio of a prompt, nil when there is none: it is then left out, never a gap.
func (p *Prompts) get(name string) []byte {
	audio := p.audio[name]
	if len(audio) == 0 {
		if _, again := p.missing.LoadOrStore(name, true); !again {
			slog.Warn("prompt is missing", "name", name)
		}
	}
	return audio
}
