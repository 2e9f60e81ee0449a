package browser

import (
	"errors"
	"strings"
	"sync/atomic"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/siaga110/siaga/phone/media"
)

// track is what a browser hears of us. The engine's own track writes one payload type only; keys of the caller
// (telephone-event) need a second.
type track struct {
	port   *media.Port
	ssrc   atomic.Uint32
	stream atomic.Pointer[webrtc.TrackLocalWriter]
}

var _ webrtc.TrackLocal = (*track)(nil)

// Bind is called by the engine when codecs are agreed.
func (t *track) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	var chosen webrtc.RTPCodecParameters
	var cfg media.PortConfig
	found := false
	for _, c := range ctx.CodecParameters() {
		switch {
		case strings.EqualFold(c.MimeType, mimeEvent):
			cfg.DTMFPT = uint8(c.PayloadType)
		case strings.EqualFold(c.MimeType, webrtc.MimeTypePCMA):
			chosen, cfg.Codec, found = c, media.PCMA, true
		case strings.EqualFold(c.MimeType, webrtc.MimeTypePCMU) && !found: // the order is the offer's, not ours
			chosen, cfg.Codec, found = c, media.PCMU, true
		}
	}
	if !found {
		return chosen, errors.New("no G.711 was agreed")
	}
	cfg.AudioPT = uint8(chosen.PayloadType)
	t.port.SetConfig(cfg)
	t.ssrc.Store(uint32(ctx.SSRC()))
	stream := ctx.WriteStream()
	t.stream.Store(&stream)
	return chosen, nil
}

// Unbind is called by the engine at the end.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.stream.Store(nil)
	return nil
}

// send puts a packet on the wire, with the SSRC that the answer named.
func (t *track) send(p *rtp.Packet) error {
	stream := t.stream.Load()
	if stream == nil {
		return nil
	}
	p.SSRC = t.ssrc.Load()
	_, err := (*stream).WriteRTP(&p.Header, p.Payload)
	return err
}

// ID, RID, StreamID and Kind name the track in the answer.
func (t *track) ID() string                { return "audio" }
func (t *track) RID() string               { return "" }
func (t *track) StreamID() string          { return "siaga" }
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }
