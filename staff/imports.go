package staff

import (
	"context"
	"slices"
)

const streamImports = "imports"

// Imports lists what was imported, oldest first: area files, gazetteers, base maps. The files themselves lie in the data folder.
func (s *Staff) Imports() []Imported {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.imports)
}

// NoteImport writes down that a file is in force from its date on.
func (s *Staff) NoteImport(ctx context.Context, e Imported) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	e.At = s.opts.Now().UTC()
	return s.write(ctx, streamImports, System, e)
}
