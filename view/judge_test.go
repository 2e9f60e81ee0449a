package view

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Who names an area as served worse must be right: when all are served alike, at most one list in twenty names anybody,
// whether it has 3 groups or 40.
func TestAlikeIsNotNamed(t *testing.T) {
	for _, groups := range []int{3, 12, 40} {
		r := rand.New(rand.NewPCG(uint64(groups), 110))
		named := 0
		const lists = 1000
		for range lists {
			list := make([]FairGroup, groups)
			for i := range list {
				list[i].Key = fmt.Sprint(i)
				x := &list[i].Arrive
				x.Judged = 5 + r.IntN(120)
				for range x.Judged {
					count(&x.InTime, r.Float64() < 0.85)
				}
			}
			judge(list, func(g *FairGroup) *FairTimes { return &g.Arrive })
			for _, g := range list {
				if g.Arrive.Verdict == Worse {
					named++
					break
				}
			}
		}
		t.Logf("%d groups: %.1f %% of %d lists name somebody", groups, 100*float64(named)/lists, lists)
		if named > lists/20 {
			t.Errorf("%d groups: %d of %d lists name somebody although all are served alike", groups, named, lists)
		}
	}
}

// An area that is served much worse is found when there are enough cases, and what is too small to matter or too few to
// tell is not named.
func TestWorseIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		group, others [2]int // in time, judged
		want          Verdict
	}{
		"much worse":              {[2]int{50, 100}, [2]int{450, 500}, Worse},
		"better":                  {[2]int{99, 100}, [2]int{400, 500}, Alike},
		"a little worse":          {[2]int{85, 100}, [2]int{450, 500}, Alike},
		"sure, but 2 points":      {[2]int{93_000, 100_000}, [2]int{475_000, 500_000}, Alike},
		"too few":                 {[2]int{2, 19}, [2]int{450, 500}, Few},
		"too few to compare with": {[2]int{2, 50}, [2]int{10, 10}, Few},
		"nothing":                 {[2]int{0, 0}, [2]int{450, 500}, ""},
	} {
		list := []FairGroup{{Key: "a"}, {Key: "b"}}
		list[0].Arrive.InTime, list[0].Arrive.Judged = c.group[0], c.group[1]
		list[1].Arrive.InTime, list[1].Arrive.Judged = c.others[0], c.others[1]
		judge(list, func(g *FairGroup) *FairTimes { return &g.Arrive })
		if got := list[0].Arrive.Verdict; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	list := []FairGroup{{Key: ""}, {Key: "b"}}
	list[0].Answer.Judged, list[1].Answer.Judged, list[1].Answer.InTime = 100, 500, 490
	judge(list, func(g *FairGroup) *FairTimes { return &g.Answer })
	if list[0].Answer.Verdict != "" {
		t.Errorf("what isn't known was judged: %q", list[0].Answer.Verdict)
	}
}
