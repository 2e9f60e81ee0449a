package node

import (
	"testing"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/dispatch"
)

// Every outcome has a fate for the draft; only those that a unit could still use are kept.
func TestFate(t *testing.T) {
	for _, o := range call.Outcomes() {
		want := dispatch.DropDraft
		switch o.Code {
		case call.ValidPolda, call.ValidPolres, call.AnsweredMabes:
			want = dispatch.KeepHere
		case call.CallerBroke, call.BrokenBySystem, call.LeftQueue, call.LeftRinging:
			want = dispatch.Unsure
		}
		if got := fate(o.Code); got != want {
			t.Errorf("%s: fate %d, want %d", o.Code, got, want)
		}
	}
}
