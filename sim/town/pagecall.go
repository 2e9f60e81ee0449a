package town

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// pageRTC makes the peer connections of the page: ICE-lite, for the browser is on this machine or beside it.
var pageRTC = sync.OnceValues(func() (*webrtc.API, error) { return newRTC(true) })

// pageCall is a call of the page: a browser on one side, a phone on the other.
type pageCall struct {
	page *Page
	pc   *webrtc.PeerConnection
	call *Call
	wg   sync.WaitGroup
	once sync.Once
}

// begin answers the browser's offer and dials 110. A code tells why it can't.
func (p *Page) begin(ctx context.Context, m pageMessage, send func(pageMessage)) (*pageCall, string) {
	d, code := dialOf(m)
	if code != "" {
		return nil, code
	}
	c := &pageCall{page: p}
	mic := &Live{}
	toBrowser, answer, err := c.connect(ctx, m.SDP, mic)
	if err != nil {
		p.Log.Warn("citizen's page has no audio", "error", err)
		c.hang()
		return nil, "no_audio"
	}
	d.Sound, d.Heard = mic, toBrowser
	if c.call, err = p.Phone.Dial("110", p.Trunk, d); err != nil {
		p.Log.Warn("citizen's page can't call", "error", err)
		c.hang()
		return nil, "no_trunk"
	}
	p.live.Add(1)
	send(pageMessage{T: "answer", SDP: answer})
	c.wg.Go(func() {
		defer p.live.Add(-1)
		c.tell(send)
	})
	return c, ""
}

// connect makes the audio connection and gives what takes the trunk's audio to the browser.
func (c *pageCall) connect(ctx context.Context, offer string, mic *Live) (func([]byte), string, error) {
	api, err := pageRTC()
	if err != nil {
		return nil, "", err
	}
	if c.pc, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return nil, "", fmt.Errorf("peer connection: %w", err)
	}
	track, err := webrtc.NewTrackLocalStaticRTP(pcma, "audio", "telepon")
	if err != nil {
		return nil, "", fmt.Errorf("track: %w", err)
	}
	if _, err := c.pc.AddTrack(track); err != nil {
		return nil, "", fmt.Errorf("track: %w", err)
	}
	c.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		buf := make([]byte, 1500)
		var p rtp.Packet
		for {
			n, _, err := t.Read(buf)
			if err != nil {
				return
			}
			if p.Unmarshal(buf[:n]) == nil && p.PayloadType == typePCMA {
				mic.Feed(p.Payload)
			}
		}
	})
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return nil, "", fmt.Errorf("offer: %w", err)
	}
	answer, err := c.pc.CreateAnswer(nil)
	if err != nil {
		return nil, "", fmt.Errorf("answer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	if err := c.pc.SetLocalDescription(answer); err != nil {
		return nil, "", fmt.Errorf("answer: %w", err)
	}
	patience := time.NewTimer(5 * time.Second)
	defer patience.Stop()
	select {
	case <-gathered:
	case <-patience.C:
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	// One stream towards the browser whatever the trunk does with its own numbers: a browser that sees them break
	// stays silent for seconds.
	out := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: 1, Marker: true}}
	var last time.Time
	forward := func(alaw []byte) {
		now := time.Now()
		if !last.IsZero() {
			if rest := now.Sub(last); rest > 60*time.Millisecond { // a rest in the sound is a rest in its clock
				out.Timestamp += uint32(rest*rate/time.Second) - frameSamples
			}
		}
		last = now
		out.Payload = alaw
		_ = track.WriteRTP(&out) // until the browser is connected there is nobody to write to
		out.SequenceNumber++
		out.Timestamp += uint32(len(alaw))
		out.Marker = false
	}
	return forward, c.pc.LocalDescription().SDP, nil
}

// tell reports each change of the call to the page until it has ended.
func (c *pageCall) tell(send func(pageMessage)) {
	for {
		changed := c.call.Changed()
		state, _ := c.call.State()
		m := pageMessage{T: "state", State: state}
		if state == Ended {
			e := c.call.Ending()
			m.By, m.Status = string(e.By), e.Status
		}
		send(m)
		if state == Ended {
			c.hang()
			return
		}
		<-changed
	}
}

func (c *pageCall) hang() {
	c.once.Do(func() {
		if c.pc != nil {
			_ = c.pc.Close()
		}
	})
}

// close hangs up and waits for the end.
func (c *pageCall) close() {
	c.call.Hangup()
	c.wg.Wait()
}
