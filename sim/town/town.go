package town

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Town is citizens who call by a plan.
type Town struct {
	Phone *Phone
	Trunk Trunk
	Plan  *Plan
	// AtOnce is how many may be on the phone at the same time; a citizen above it doesn't get through to the exchange. 0: 24.
	AtOnce int
	Log    *slog.Logger

	mu      sync.Mutex
	figures Figures
}

// Figures count what the citizens met.
type Figures struct {
	Calls    int          // that were made
	Answered int          // in which an operator was reached
	Failed   int          // refused or broken by the network
	Skipped  int          // not made, because too many were on the phone
	Live     int          // on the phone now
	Kinds    map[Kind]int // by sort
}

// Figures are the counts so far.
func (t *Town) Figures() Figures {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.figures
	f.Kinds = make(map[Kind]int, len(t.figures.Kinds))
	for k, n := range t.figures.Kinds {
		f.Kinds[k] = n
	}
	return f
}

// Run lets citizens call until ctx ends, and returns when the last has hung up.
func (t *Town) Run(ctx context.Context) {
	limit := t.AtOnce
	if limit == 0 {
		limit = 24
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		c := t.Plan.Next()
		if !sleep(ctx, time.Until(c.At)) {
			return
		}
		t.mu.Lock()
		free := t.figures.Live < limit
		if free {
			t.figures.Live++
			t.figures.Calls++
			if t.figures.Kinds == nil {
				t.figures.Kinds = map[Kind]int{}
			}
			t.figures.Kinds[c.Kind]++
		} else {
			t.figures.Skipped++
		}
		t.mu.Unlock()
		if !free {
			continue
		}
		wg.Go(func() {
			answered, err := t.live(ctx, c)
			t.mu.Lock()
			defer t.mu.Unlock()
			t.figures.Live--
			if answered {
				t.figures.Answered++
			}
			if err != nil {
				t.figures.Failed++
				t.Log.Debug("citizen's call failed", "citizen", c.N, "kind", c.Kind, "error", err)
			}
		})
	}
}

// live is one citizen's call, from dialling to hanging up.
func (t *Town) live(ctx context.Context, c Citizen) (answered bool, err error) {
	call, err := t.Phone.Dial("110", t.Trunk, Dial{
		From: c.Number, Withheld: c.Withheld, Name: c.Name, Place: c.Place, TCP: c.TCP, Sound: c.sound(),
	})
	if err != nil {
		return false, err
	}
	defer func() {
		call.Hangup()
		<-call.Done()
	}()
	ring, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := call.Wait(ring, Ringing, EarlyMedia, Answered); err != nil {
		return false, err
	}
	wait, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	state, _ := call.Wait(wait, Answered) // without an answer the citizen hangs up
	switch {
	case state == Ended && call.Ending().By != ByCitizen:
		return false, endedEarly(call.Ending())
	case state != Answered:
		return false, nil
	}
	hold, cancel := context.WithTimeout(ctx, c.talk())
	defer cancel()
	_, _ = call.Wait(hold, Ended) // either the operator closes, or the citizen has said what there was
	return true, nil
}

type endedEarly Ending

func (e endedEarly) Error() string { return "call ended before an answer: " + e.Reason }

// sound is what the citizen says from the answer on.
func (c Citizen) sound() Sound {
	v, ok := voiceNamed(c.Voice)
	if !ok {
		return nil
	}
	return &Clip{Audio: v.Audio, Times: c.Repeats, Pause: c.Pause, Delay: c.Begins}
}

// talk is how long the citizen stays after the answer when the operator doesn't end the call.
func (c Citizen) talk() time.Duration {
	v, ok := voiceNamed(c.Voice)
	if !ok {
		return c.Stays
	}
	said := time.Duration(len(v.Audio)) * time.Second / rate
	return c.Begins + time.Duration(c.Repeats)*said + time.Duration(max(0, c.Repeats-1))*c.Pause + c.Stays
}

// sleep waits, or reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
