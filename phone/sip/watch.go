package sip

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// watch looks whether the far end's audio still comes.
type watch struct {
	timer   *time.Timer
	since   time.Time // silence counts from here, if no packet came later
	probing bool
	lost    bool // MediaLost was told
}

// How long an OPTIONS may be unanswered before the desk hears of lost media, in T1, and how often we look for the
// media's return.
const (
	probePatience = 4
	lookEvery     = 200 * time.Millisecond
)

// watchMedia begins anew: after the answer, and when hold begins or ends.
func (l *Leg) watchMedia() {
	if l.over || l.phase != confirmed {
		return
	}
	l.watch.since = time.Now()
	l.look(l.x.cfg.TMedia)
}

func (l *Leg) look(in time.Duration) {
	if l.watch.timer != nil {
		l.watch.timer.Stop()
	}
	l.watch.timer = l.after(in, l.listenForMedia)
}

// silence is how long no audio came.
func (l *Leg) silence() time.Duration {
	last := l.sock.LastReceived()
	if l.watch.since.After(last) {
		last = l.watch.since
	}
	return time.Since(last)
}

func (l *Leg) listenForMedia() {
	if l.over {
		return
	}
	silent := l.silence()
	if silent < l.x.cfg.TMedia {
		if l.watch.lost {
			l.watch.lost = false
			l.emit(phone.MediaBack{})
		}
		l.look(l.x.cfg.TMedia - silent)
		return
	}
	if !l.watch.probing && !l.watch.lost {
		l.probe()
	}
	l.look(lookEvery)
}

// probe asks the far end whether it is still there. Its signalling may live without audio: then the call stays, and
// is asked again after as long a silence.
func (l *Leg) probe() {
	l.watch.probing = true
	patience := l.after(probePatience*l.x.cfg.T1, func() {
		if l.watch.probing && !l.over && !l.d.Held {
			l.watch.lost = true
			l.emit(phone.MediaLost{For: l.silence()})
		}
	})
	l.send(sip.OPTIONS, nil, func(status int, _ *sip.Response) {
		patience.Stop()
		l.watch.probing = false
		if l.over {
			return
		}
		if status != 0 && status != 408 && status != 481 { // RFC 3261 12.2.1.2: only these end a dialog
			l.watch.since = time.Now()
			return
		}
		if l.silence() < l.x.cfg.TMedia && status != 481 {
			return // it speaks again
		}
		if !l.watch.lost && !l.d.Held {
			l.watch.lost = true
			l.emit(phone.MediaLost{For: l.silence()})
		}
		l.end(phone.Ending{Fault: phone.ByNet, Q850: temporaryFailure, Text: "no audio and no answer"}, true)
	})
}

func (l *Leg) pressed(key rune) {
	l.box.post(func() {
		if !l.over {
			l.emit(phone.Digit{Key: key})
		}
	})
}

// heard tells of the far end's voice. Called by the goroutine that reads its audio.
func (l *Leg) heard(v media.Heard) {
	l.box.post(func() {
		if !l.over {
			l.emit(phone.Voice{Speaking: v.Speaking, Total: v.Total, Sound: v.Sound.String()})
		}
	})
}

func (l *Leg) networkEnd(text string) {
	l.end(phone.Ending{Fault: phone.ByNet, Text: text}, false)
}

// bye says good-bye; the leg's goroutine ends with the answer, or without after 64 T1.
func (l *Leg) bye() {
	l.byeSent = true
	l.send(sip.BYE, nil, func(int, *sip.Response) { l.leave() }, reason(l.cause))
}

// send makes a request of ours and posts what became of it: the final status, 0 when none came in 64 T1. Carriers that
// ask for a password within the call too get it, with a CSeq of its own (RFC 3261 22.2).
func (l *Leg) send(method sip.RequestMethod, body []byte, done func(status int, res *sip.Response), extra ...sip.Header) {
	cseq, write := l.d.take()
	if write {
		l.changed()
	}
	req, err := l.d.request(method, cseq, body, extra...)
	if err != nil {
		l.log.Error("build a request", "method", string(method), "err", err)
		l.box.post(func() { done(0, nil) })
		return
	}
	limit, roads := 64*l.x.cfg.T1, l.roads(req)
	if !l.x.spawn(func() {
		var res *sip.Response
		var err error
		var road string
		for i := range roads {
			road = roads[i]
			again := req
			if i > 0 {
				again = req.Clone()
				again.Via().Params.Add("branch", sip.GenerateBranch())
			}
			again.SetDestination(road)
			if res, err = l.x.transact(again, limit, l.done); err == nil {
				break
			}
			l.log.Info("send a request", "method", string(method), "to", road, "err", err)
		}
		l.box.post(func() {
			if at, e := netip.ParseAddrPort(road); e == nil && err == nil && l.d.Transport != "UDP" && req.Transport() == l.d.Transport {
				l.d.Source = at // the connection that the call has now
			}
			if res == nil {
				done(0, nil)
				return
			}
			h, ok := answerChallenge(res, method, req.Recipient, l.trunk.Out.User, l.trunk.Out.Password)
			if ok && req.GetHeader(h.Name()) == nil { // asked for the first time
				l.send(method, body, done, append(slices.Clone(extra), h)...)
				return
			}
			done(res.StatusCode, res)
		})
	}) {
		l.box.post(func() { done(0, nil) })
	}
}

// transact sends a request and waits for its final response; nil when there is none in time. It fails when the
// request couldn't be sent.
func (x *Exchange) transact(req *sip.Request, limit time.Duration, stop <-chan struct{}) (*sip.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tx, err := x.transaction(ctx, req)
	if err != nil {
		return nil, err
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, nil
		case <-ctx.Done():
			return nil, nil
		case <-stop:
			return nil, nil
		}
	}
}

// transaction begins one. A request that went to TCP for its size alone goes by UDP after all when the far end takes no
// TCP (RFC 3261 18.1.1).
func (x *Exchange) transaction(ctx context.Context, req *sip.Request) (sip.ClientTransaction, error) {
	contact := req.GetHeader("Contact")
	bySize := req.Transport() == "TCP" && contact != nil && !strings.Contains(contact.Value(), ";transport=")
	limit := connectPatience
	if bySize {
		limit = tcpPatience
	}
	soon, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := x.connect(soon, req)
	if err == nil {
		return x.client.TransactionRequest(ctx, req, x.fromListener)
	}
	if !bySize || ctx.Err() != nil {
		return nil, err
	}
	req.Via().Transport = "UDP"
	req.Via().Params.Add("branch", sip.GenerateBranch())
	req.SetTransport("UDP")
	return x.client.TransactionRequest(ctx, req, x.fromListener)
}

// tcpPatience is how long a far end may take to accept a connection that it never asked for.
const tcpPatience = time.Second

// fromListener lets UDP requests leave by the socket that we listen on: carriers know no other. Given as an option it
// also keeps sipgo from filling in headers, which are all there.
func (x *Exchange) fromListener(_ *sipgo.Client, req *sip.Request) error {
	if req.Transport() == "UDP" && x.udp != nil {
		a := x.udp.LocalAddr().(*net.UDPAddr) //nolint:errcheck // a UDP socket has no other address
		req.Laddr = sip.Addr{IP: a.IP, Port: a.Port}
	}
	return nil
}
