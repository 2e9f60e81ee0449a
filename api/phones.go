package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rsc.io/qr"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// What a console does for the phones and trackers of units.

// PhoneWish says whose phone is to be opened.
type PhoneWish struct {
	Person office.PersonID `json:"person,omitempty" maxLength:"100" doc:"one of the crew; its lead when left out"`
}

// PhoneInvite opens a phone, once. It is shown now and never again.
type PhoneInvite struct {
	Person office.PersonID `json:"person"`
	Name   string          `json:"name"`
	URL    string          `json:"url" doc:"what the picture says: the code is in the part that no server gets to see"`
	PIN    string          `json:"pin"`
	Until  time.Time       `json:"until" doc:"the code is good until then"`
	Ends   time.Time       `json:"ends" doc:"the phone is good until then"`
	QR     QR              `json:"qr"`
}

// QR is a picture of squares.
type QR struct {
	Size int    `json:"size" doc:"squares in a row, without the quiet zone of four that must surround it"`
	Path string `json:"path" doc:"the dark ones, as the path of an SVG with one unit a square"`
}

// UnitPhone is a phone of a unit, or a code that waits for one.
type UnitPhone struct {
	Person office.PersonID `json:"person"`
	Name   string          `json:"name"`
	Since  *time.Time      `json:"since" doc:"null: the code waits"`
	Seen   *time.Time      `json:"seen" doc:"when it asked for something last"`
	Until  time.Time       `json:"until"`
	Aboard bool            `json:"aboard" doc:"else it opens nothing: the person is no longer in the crew"`
}

// DeviceWish is a device that shall tell where a unit is.
type DeviceWish struct {
	Label string `json:"label" minLength:"1" maxLength:"60" doc:"what people call it"`
}

// UnitDevice is one.
type UnitDevice struct {
	ID    string    `json:"id"`
	Label string    `json:"label"`
	Since time.Time `json:"since"`
	By    string    `json:"by" doc:"name"`
}

// NewDevice is one with its token, which is shown now and never again.
type NewDevice struct {
	UnitDevice
	Token     string `json:"token" doc:"password of OwnTracks, device identifier of Traccar Client"`
	OwnTracks string `json:"ownTracks" doc:"address to write into OwnTracks"`
	OsmAnd    string `json:"osmAnd" doc:"address to write into Traccar Client"`
}

// CallSettling says what became of a crew's wish to talk with the reporter.
type CallSettling struct {
	Unit incident.UnitID `json:"unit" minLength:"1" maxLength:"100"`
	How  string          `json:"how" maxLength:"500"`
}

type devicePath struct {
	ID     string `path:"id" maxLength:"100"`
	Device string `path:"device" maxLength:"100"`
}

type phoneQuery struct {
	ID     string          `path:"id" maxLength:"100"`
	Person office.PersonID `query:"person" maxLength:"100" doc:"all of the unit's when left out"`
}

func (s *Server) phoneOps() {
	takers := rule{roles: callTakers, of: unitPath}
	register(s, operation(http.MethodPost, "/units/{id}/phones", "Make a code that opens the phone of a crew, once", takers), s.invitePhone)
	register(s, operation(http.MethodGet, "/units/{id}/phones", "Phones of a unit, and codes that wait", takers),
		func(_ context.Context, in *idPath) (*out[[]UnitPhone], error) {
			return &out[[]UnitPhone]{s.phonesOf(incident.UnitID(in.ID))}, nil
		})
	register(s, operation(http.MethodDelete, "/units/{id}/phones", "End the phones and codes of a unit", takers),
		func(ctx context.Context, in *phoneQuery) (*out[[]UnitPhone], error) {
			if err := s.cfg.Staff.RevokePhones(ctx, who(ctx).Person.ID, in.ID, in.Person); err != nil {
				return nil, err
			}
			return &out[[]UnitPhone]{s.phonesOf(incident.UnitID(in.ID))}, nil
		})
	register(s, operation(http.MethodPost, "/units/{id}/devices", "Make a token for a device that tells where a unit is", takers), s.addDevice)
	register(s, operation(http.MethodGet, "/units/{id}/devices", "Devices that tell where a unit is", takers),
		func(_ context.Context, in *idPath) (*out[[]UnitDevice], error) {
			return &out[[]UnitDevice]{s.devicesOf(in.ID)}, nil
		})
	register(s, operation(http.MethodDelete, "/units/{id}/devices/{device}", "End a device's token", takers),
		func(ctx context.Context, in *devicePath) (*out[[]UnitDevice], error) {
			if err := s.cfg.Staff.DropDevice(ctx, who(ctx).Person.ID, in.ID, in.Device); err != nil {
				return nil, err
			}
			return &out[[]UnitDevice]{s.devicesOf(in.ID)}, nil
		})
	incidentCommand(s, "asked-call", "Say what became of a crew's wish to talk with the reporter", rule{roles: callTakers, of: incidentPath},
		func(id incident.ID, b CallSettling) dispatch.Command {
			return dispatch.AnswerCall{ID: id, Unit: b.Unit, How: b.How}
		})
}

func (s *Server) invitePhone(ctx context.Context, in *idBody[PhoneWish]) (*out[PhoneInvite], error) {
	u, ok := s.cfg.Dispatch.Unit(incident.UnitID(in.ID))
	if !ok {
		return nil, problem(http.StatusNotFound, "not_found")
	}
	person := in.Body.Person
	for _, m := range u.Crew {
		if person == "" && m.Lead {
			person = m.Person
		}
	}
	if person == "" || s.cfg.Dispatch.UnitOf(person) != u.ID {
		return nil, problem(http.StatusConflict, "no_crew")
	}
	var ends time.Time
	if u.Until != nil {
		ends = *u.Until
	}
	invite, err := s.cfg.Staff.InvitePhone(ctx, who(ctx).Person.ID, person, string(u.ID), ends)
	if err != nil {
		return nil, err
	}
	address := s.phoneURL(ctx) + phonePage + "/#" + invite.Code
	picture, err := qrOf(address)
	if err != nil {
		return nil, err
	}
	return &out[PhoneInvite]{PhoneInvite{
		Person: person, Name: s.mateName(u, person), URL: address, PIN: invite.PIN, Until: invite.Until, Ends: invite.Ends, QR: picture,
	}}, nil
}

// phoneURL is where phones reach this server: as set, or else as the console does.
func (s *Server) phoneURL(ctx context.Context) string {
	if s.cfg.PhoneURL != "" {
		return strings.TrimSuffix(s.cfg.PhoneURL, "/")
	}
	host, _ := ctx.Value(hostKey{}).(string)
	return (&url.URL{Scheme: "https", Host: host}).String()
}

func qrOf(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, fmt.Errorf("draw a code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			from := x
			for x+1 < code.Size && code.Black(x+1, y) {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from+1, x-from+1)
		}
	}
	return QR{Size: code.Size, Path: path.String()}, nil
}

func (s *Server) phonesOf(id incident.UnitID) []UnitPhone {
	list := []UnitPhone{}
	unit, _ := s.cfg.Dispatch.Unit(id)
	for _, p := range s.cfg.Staff.Phones(string(id)) {
		u := UnitPhone{Person: p.Person, Name: s.mateName(unit, p.Person), Until: p.Until.UTC(), Aboard: s.cfg.Dispatch.UnitOf(p.Person) == id}
		if !p.Since.IsZero() {
			u.Since, u.Seen = ptr(p.Since.UTC()), ptr(p.Seen.UTC())
		}
		list = append(list, u)
	}
	return list
}

func (s *Server) addDevice(ctx context.Context, in *idBody[DeviceWish]) (*out[NewDevice], error) {
	d, token, err := s.cfg.Staff.AddDevice(ctx, who(ctx).Person.ID, in.ID, in.Body.Label)
	if err != nil {
		return nil, err
	}
	base := s.phoneURL(ctx) + prefix + "/positions/"
	return &out[NewDevice]{NewDevice{UnitDevice: s.device(d), Token: token, OwnTracks: base + "owntracks", OsmAnd: base + "osmand"}}, nil
}

func (s *Server) devicesOf(unit string) []UnitDevice {
	list := []UnitDevice{}
	for _, d := range s.cfg.Staff.Devices(unit) {
		list = append(list, s.device(d))
	}
	return list
}

func (s *Server) device(d staff.Device) UnitDevice {
	return UnitDevice{ID: d.ID, Label: d.Label, Since: d.Since.UTC(), By: s.cfg.Staff.Name(d.By)}
}
