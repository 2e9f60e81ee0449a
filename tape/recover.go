package tape

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Recovered is a tape that a process left when it died.
type Recovered struct {
	ID  string
	Sum Sum
	Err error // what is wrong with it beside its sudden end; a *DamageError when sound was lost. Nil as a rule
}

// Recover closes the tapes of a process that died: whole frames, a header that tells their number, sums to the end. It
// leaves alone what another process is recording. The error is about the folder; that of one tape is in its Err.
func (s *Store) Recover() ([]Recovered, error) {
	marks, err := os.ReadDir(filepath.Join(s.dir, "open"))
	if err != nil {
		return nil, fmt.Errorf("recover tapes: %w", err)
	}
	var all []Recovered
	for _, m := range marks {
		mark := filepath.Join(s.dir, "open", m.Name())
		f, err := lock(mark, "")
		if errors.Is(err, errLocked) {
			continue
		}
		r := Recovered{ID: m.Name(), Err: err}
		if err == nil {
			r.Sum, r.Err = s.recover(r.ID, f)
			var damage *DamageError
			if r.Err == nil || errors.As(r.Err, &damage) || errors.Is(r.Err, fs.ErrNotExist) {
				r.Err = errors.Join(r.Err, os.Remove(mark))
			}
			r.Err = errors.Join(r.Err, f.Close())
		}
		if errors.Is(r.Err, fs.ErrNotExist) { // died before there was a tape
			s.opts.Log.Info("a tape that was never begun is forgotten", "tape", r.ID)
			continue
		}
		if r.Err != nil {
			s.opts.Log.Error("tape of a process that died", "tape", r.ID, "err", r.Err)
		}
		all = append(all, r)
	}
	return all, nil
}

func (s *Store) recover(id string, mark io.Reader) (Sum, error) {
	text, err := io.ReadAll(mark)
	if err != nil {
		return Sum{}, err
	}
	path := filepath.Join(s.dir, filepath.FromSlash(string(text)))
	if len(text) == 0 || !strings.HasSuffix(path, string(filepath.Separator)+id) || !filepath.IsLocal(strings.TrimPrefix(string(text), "/")) {
		if path, err = s.find(id); err != nil {
			return Sum{}, err
		}
	}
	wav, err := os.OpenFile(path+".wav", os.O_RDWR, 0)
	if err != nil {
		return Sum{}, err
	}
	defer wav.Close() //nolint:errcheck // synced before
	info, err := wav.Stat()
	if err != nil {
		return Sum{}, err
	}
	data := max(info.Size()-headerSize, 0) / frame * frame
	if err := wav.Truncate(headerSize + data); err != nil {
		return Sum{}, err
	}
	if _, err := wav.WriteAt(header(data), 0); err != nil {
		return Sum{}, err
	}
	sum, err := closeSums(path, id, io.NewSectionReader(wav, headerSize, data), info)
	var damage *DamageError
	if err != nil && !errors.As(err, &damage) {
		return sum, err
	}
	return sum, errors.Join(err, wav.Sync(), syncDir(filepath.Dir(path)))
}

// closeSums brings the sums of a tape to the end of its sound.
func closeSums(path, id string, sound *io.SectionReader, info fs.FileInfo) (Sum, error) {
	said, err := readSums(path + ".sum")
	if said.first == "" { // it died before the first line: nothing is known but the file's own time
		said, err = sums{first: firstLine(id, info.ModTime())}, nil
	}
	if err == nil && said.ended { // it died after the end, before the mark was removed
		c, err := said.check(id, sound)
		if err == nil && c.in > 0 {
			c.end()
		}
		return c.sum(0), err
	}
	var damage error
	if err != nil {
		damage = &DamageError{ID: id, Second: len(said.seconds), Why: err.Error()}
	} else if _, err := said.check(id, sound); err != nil {
		damage = err
	}
	if _, err := sound.Seek(0, io.SeekStart); err != nil {
		return Sum{}, err
	}
	c := newChain(said.first)
	var lines []byte
	buf := make([]byte, second)
	for {
		n, err := io.ReadFull(sound, buf)
		lines = append(lines, c.add(buf[:n])...)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return Sum{}, err
		}
	}
	const line = 65 // hash and end of line
	lines = append(lines[min(len(said.seconds)*line, len(lines)):], c.close(" recovered")...)
	f, err := os.OpenFile(path+".sum", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return Sum{}, err
	}
	defer f.Close() //nolint:errcheck // synced before
	if said.whole == 0 {
		lines = append([]byte(said.first), lines...)
	}
	if _, err := f.WriteAt(lines, said.whole); err != nil {
		return Sum{}, err
	}
	return c.sum(0), errors.Join(damage, f.Truncate(said.whole+int64(len(lines))), f.Sync())
}
