package journaltest

import (
	"testing"

	"github.com/siaga110/siaga/journal"
)

// A body with private texts in all places where they may and may not be, as it is read, and as it is read when erased.
const personal = `{"who":{"private":"Siti Rahayu \"0812\""},"list":[{ "private" : "Jalan Melati" },{"private":""}],` +
	`"not":{"private":"stays","with":1},"nor":{"private":5},"nested":{"a":{"private":"Budi"}},"text":"{\"private\":\"x\"}"}`

const personalRead = `{"who":{"private":"Siti Rahayu \"0812\""},"list":[{"private":"Jalan Melati"},{"private":""}],` +
	`"not":{"private":"stays","with":1},"nor":{"private":5},"nested":{"a":{"private":"Budi"}},"text":"{\"private\":\"x\"}"}`

const personalErased = `{"who":{"erased":true},"list":[{"erased":true},{"erased":true}],` +
	`"not":{"private":"stays","with":1},"nor":{"private":5},"nested":{"a":{"erased":true}},"text":"{\"private\":\"x\"}"}`

func private(t *testing.T, j journal.Journal) {
	must(t, j, "call/a", 0, rec("1", personal), rec("2", `{"private":"whole"}`))
	got := read(t, j, "call/a", 1)
	if string(got[0].Body) != personalRead || string(got[1].Body) != `{"private":"whole"}` {
		t.Errorf("read back as\n%s\n%s", got[0].Body, got[1].Body)
	}
}

func erase(t *testing.T, j journal.Journal) {
	must(t, j, "call/a", 0, rec("1", personal), rec("2", `2`))
	must(t, j, "call/b", 0, rec("1", personal))
	before := took(t, j, 1)
	for range 2 { // twice is once
		if err := j.Erase(t.Context(), "call/a", "siti", "asked by the person"); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Erase(t.Context(), "call/unknown", "siti", "mistake"); err == nil {
		t.Error("a stream that isn't there was erased")
	}
	got := read(t, j, "call/a", 1)
	if len(got) != 3 || string(got[0].Body) != personalErased {
		t.Fatalf("after erasure: %d records, %s", len(got), got[0].Body)
	}
	if r := got[2]; r.Type != journal.Erased || r.Who != "siti" || string(r.Body) != `{"why":"asked by the person"}` || r.Time.IsZero() {
		t.Errorf("the tombstone is %+v", r)
	}
	if got := read(t, j, "call/b", 1); string(got[0].Body) != personalRead {
		t.Errorf("another stream reads %s", got[0].Body)
	}
	after := took(t, j, 1)
	if len(after) != len(before)+1 || string(after[0].Body) != personalErased {
		t.Fatalf("a follower gets %d records, first %s", len(after), after[0].Body)
	}
	for i := range before {
		if before[i].Hash != after[i].Hash {
			t.Errorf("the hash at %d changed by the erasure", i+1)
		}
	}
	must(t, j, "call/a", 3, rec("later", personal))
	if got := read(t, j, "call/a", 4); string(got[0].Body) != personalErased {
		t.Errorf("what is written after the erasure reads %s", got[0].Body)
	}
}
