package journal_test

import (
	"log/slog"
	"testing"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/journal/journaltest"
)

func openSQLite(t *testing.T, dir string) journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, journal.Options{Node: "n1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestSQLite(t *testing.T) { journaltest.Run(t, openSQLite) }

func TestMemory(t *testing.T) {
	journaltest.Run(t, func(*testing.T, string) journal.Journal { return journal.NewMemory() })
}
