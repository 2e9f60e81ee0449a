package desk

import (
	"context"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

func TestAsk(t *testing.T) {
	question := Question{Number: "+628115550110", Say: []string{"escalate", "escalate_ask"}, Thanks: "escalate_thanks"}
	begin := func(w *calling, ctx context.Context) chan Asked {
		how := make(chan Asked, 1)
		go func() { how <- w.desk.Ask(ctx, question) }()
		w.settle()
		return how
	}
	got := func(t *testing.T, w *calling, how chan Asked) Asked {
		t.Helper()
		w.settle()
		select {
		case a := <-how:
			return a
		default:
			t.Fatal("it isn't known how it went")
			return 0
		}
	}
	for name, c := range map[string]struct {
		do   func(w *calling, p *outLeg)
		want Asked
	}{
		"press 1": {func(_ *calling, p *outLeg) {
			p.tells(phone.Established{})
			p.tells(phone.Digit{Key: '1'})
		}, AskedTaken},
		"hears it again, then 1": {func(w *calling, p *outLeg) {
			p.tells(phone.Established{})
			w.sleep(20 * time.Second)
			p.tells(phone.Digit{Key: '2'})
			p.tells(phone.Digit{Key: '1'})
		}, AskedTaken},
		"a voicemail": {func(w *calling, p *outLeg) {
			p.tells(phone.Established{})
			w.sleep(61 * time.Second)
		}, AskedNoKey},
		"answered and put down": {func(w *calling, p *outLeg) {
			p.tells(phone.Established{})
			p.end(phone.ByFarEnd)
		}, AskedNoKey},
		"1 before the answer is no answer": {func(w *calling, p *outLeg) {
			p.tells(phone.Digit{Key: '1'})
			p.refuses(408)
		}, AskedSilent},
		"busy":      {func(_ *calling, p *outLeg) { p.refuses(486) }, AskedBusy},
		"no way":    {func(_ *calling, p *outLeg) { p.refuses(503) }, AskedFailed},
		"no answer": {func(_ *calling, p *outLeg) { p.refuses(408) }, AskedSilent},
	} {
		runCalling(t, name, nil, func(t *testing.T, w *calling) {
			how := begin(w, t.Context())
			p := w.x.last(t)
			if p.callee.Number != "+628115550110" || p.callee.From != "110" {
				t.Fatalf("called %+v", p.callee)
			}
			c.do(w, p)
			if a := got(t, w, how); a != c.want {
				t.Errorf("%v, want %v", a, c.want)
			}
			w.sleep(5 * time.Second)
			if !p.isOver() {
				t.Error("the phone isn't hung up")
			}
		})
	}
	runCalling(t, "acted on meanwhile", nil, func(t *testing.T, w *calling) {
		ctx, stop := context.WithCancel(t.Context())
		how := begin(w, ctx)
		p := w.x.last(t)
		stop()
		if a := got(t, w, how); a != AskedFailed {
			t.Error(a)
		}
		if !p.isOver() {
			t.Error("the phone rings on")
		}
	})
	runCalling(t, "one number, two reports", nil, func(t *testing.T, w *calling) {
		first := begin(w, t.Context())
		p := w.x.last(t)
		second := begin(w, t.Context())
		if w.x.count() != 1 {
			t.Fatal("a phone is rung twice at once")
		}
		p.refuses(486)
		got(t, w, first)
		w.settle()
		if q := w.x.last(t); q == p {
			t.Fatal("the second is forgotten")
		} else {
			q.refuses(486)
		}
		got(t, w, second)
	})
}
