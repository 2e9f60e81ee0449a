package call

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files of new events; never of old ones")

var (
	noon  = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	sari  = SeatRef{Office: "polda-kaltim", Seat: "polda-kaltim/2", Person: "sari"}
	dwi   = SeatRef{Office: "polresta-balikpapan", Seat: "polresta-balikpapan/1", Person: "dwi"}
	later = noon.Add(5 * time.Second)
)

// oldTimes are those of the first golden files.
var oldTimes = func() Times { t := TimesOf(zeroSettings); t.Piket, t.Silent = 0, 0; return t }()

// examples has one of each event, as the journal keeps it for ever.
var examples = []Event{
	Dialled{At: noon, ID: "01a2", Office: "polda-kaltim", LevelAt: later, Times: oldTimes, Caller: Caller{
		Number: "+6281234567890", Name: "Andi", Trunk: "telkom", Dialled: "110", Place: "-1.265000,116.831000,300",
	}},
	Rang{Offer{N: 1, Kind: ToQueue, To: sari, At: noon, Until: later}},
	Unoffered{At: later, N: 1, To: sari, Why: Missed},
	Requeued{At: later, Office: "polda-kaltim", Urgent: true, Level: 1, LevelAt: later},
	Raised{At: later, Level: 1, LevelAt: later.Add(10 * time.Second)},
	WasAnswered{At: noon, N: 2, By: dwi, Leave: &later},
	TransferBegan{At: noon, By: sari, To: "polresta-balikpapan", Try: 1, Until: noon.Add(4 * time.Second)},
	TakenBack{At: later, Try: 1, From: "polresta-balikpapan", Chip: NoAnswer},
	HeldAgain{At: later, By: sari, Chip: LineLost},
	Left{At: later, Seat: sari},
	Orphaned{At: noon, Seat: sari, Until: later},
	HolderGone{At: noon, Seat: sari},
	Reattached{At: later, By: sari},
	CallerLeft{At: noon, Network: true, Until: noon.Add(time.Minute)},
	Linked{At: noon, Incident: "01b3"},
	Adopted{At: noon, Until: later},
	Closed{At: later, By: sari, Outcome: PrankCall, Prank: Children},
	Promised{At: later},
	HoldSet{At: later, By: sari, On: true},
	GuestAsked{At: noon, Guest: Guest{N: 1, Number: "112", Name: "Darurat 112", Aside: true, By: sari, At: noon, Until: later}},
	GuestJoined{At: later, N: 1, Seat: &dwi},
	GuestLeft{At: later, N: 1, Why: GuestHungUp},
	Merged{At: later, N: 1},
	GaveAway{At: later, Given: Given{N: 1, By: sari, Outcome: OtherAgency, Agency: "113"}},
	Reached{At: later},
	CallerSpoke{At: later},
	SilentPrompted{At: later, N: 1},
	SilentEmergency{At: later, By: sari},
	MuteSet{At: later, By: sari, On: true},
	Tried{At: noon, By: sari, Call: "01a9", Reason: Began},
	Settled{At: later, By: "sari", How: ByTrying, Note: "nomor tidak aktif"},
	TapeSealed{At: later, Tape: "01a2", Hash: "00ff", Seconds: 12.5, Dropped: 1},
	Ungated{At: later, How: BySilence, Low: true, LevelAt: later.Add(time.Minute)},
	Lifted{At: later, LevelAt: later},
	DialogKept{At: noon, Blob: `{"call_id":"x"}`},
}

// TestEventsForEver: each event has a golden file, and every golden file decodes to what it was.
func TestEventsForEver(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range examples {
		name := Codec.Name(e)
		seen[name] = true
		body, err := Codec.Encode([]Event{e})
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		path := filepath.Join("testdata", "golden", name+".json")
		want, err := os.ReadFile(path)
		if os.IsNotExist(err) && *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			want = pretty.Bytes()
			err = os.WriteFile(path, want, 0o600)
		}
		if err != nil {
			t.Fatalf("%s has no golden file: %v (go test ./call -update)", name, err)
		}
		if !bytes.Equal(want, pretty.Bytes()) {
			t.Errorf("%s is written otherwise than the journals of the past have it:\n%s\nnow\n%s", name, want, pretty.Bytes())
		}
		back, unknown, err := Codec.Decode(want)
		if err != nil || unknown != 0 || !reflect.DeepEqual(back, []Event{e}) {
			t.Errorf("%s decodes to %+v (%d unknown, %v)", name, back, unknown, err)
		}
	}
	for name := range Codec.Names() {
		if !seen[name] {
			t.Errorf("event %s has no example here", name)
		}
	}
}

// An event of a newer Siaga is counted and passed over, not fatal.
func TestUnknownEvents(t *testing.T) {
	events, unknown, err := Codec.Decode([]byte(`{"events":[{"type":"teleported","data":{}},{"type":"left","data":{"at":"2026-11-23T04:00:05Z"}}]}`))
	if err != nil || unknown != 1 || len(events) != 1 {
		t.Errorf("%v, %d unknown, %v", events, unknown, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range examples {
		body, err := Codec.Encode([]Event{e})
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(body))
	}
	f.Fuzz(func(_ *testing.T, body []byte) {
		events, _, err := Codec.Decode(body)
		if err == nil {
			_ = (State{}).ApplyAll(events) // Apply is total, whatever a journal says
		}
	})
}
