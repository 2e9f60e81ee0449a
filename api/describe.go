package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/view"
)

//go:generate go test -run TestOpenAPI -update .

// schemaNames are those of types whose Go names belong to their rooms.
var schemaNames = map[reflect.Type]string{
	reflect.TypeFor[desk.SeatView]():           "Seat",
	reflect.TypeFor[desk.Person]():             "SeatPerson",
	reflect.TypeFor[desk.CallView]():           "LiveCall",
	reflect.TypeFor[desk.OfferView]():          "Offer",
	reflect.TypeFor[desk.PlaceView]():          "Circle",
	reflect.TypeFor[desk.LeavingView]():        "Leaving",
	reflect.TypeFor[desk.GuestView]():          "Guest",
	reflect.TypeFor[desk.OutboundView]():       "Outbound",
	reflect.TypeFor[desk.OwedView]():           "Owed",
	reflect.TypeFor[desk.HistoryView]():        "History",
	reflect.TypeFor[desk.FloorView]():          "Floor",
	reflect.TypeFor[desk.TodayView]():          "Today",
	reflect.TypeFor[desk.ConservationView]():   "Conservation",
	reflect.TypeFor[desk.PresenceView]():       "Presence",
	reflect.TypeFor[dispatch.Form]():           "Report",
	reflect.TypeFor[dispatch.PointView]():      "Point",
	reflect.TypeFor[dispatch.UnitCard]():       "Unit",
	reflect.TypeFor[dispatch.MateView]():       "Mate",
	reflect.TypeFor[dispatch.JobCard]():        "Job",
	reflect.TypeFor[dispatch.JobRef]():         "UnitJob",
	reflect.TypeFor[dispatch.PanicView]():      "UnitPanic",
	reflect.TypeFor[dispatch.HolderView]():     "Holder",
	reflect.TypeFor[dispatch.StepView]():       "Step",
	reflect.TypeFor[dispatch.TargetView]():     "Target",
	reflect.TypeFor[dispatch.AssignmentView](): "Assignment",
	reflect.TypeFor[dispatch.HandoverView]():   "Handover",
	reflect.TypeFor[dispatch.PictureView]():    "Picture",
	reflect.TypeFor[dispatch.PositionView]():   "Position",
	reflect.TypeFor[view.CallFull]():           "CallPage",
	reflect.TypeFor[view.CallPage]():           "CallList",
}

// enums are words of which the Go type is only a string.
var enums = map[string][]any{
	"LiveCall.chip": chips, "CallRow.chip": chips, "CallPage.chip": chips,
}

var chips = []any{
	"", string(call.Busy), string(call.NoAnswer), string(call.Declined), string(call.Nobody), string(call.LineLost), string(call.ByOurSide),
	string(call.AskedUp),
}

// inStream are the things that the stream shows, which no operation answers with.
var inStream = []reflect.Type{
	reflect.TypeFor[Snapshot](), reflect.TypeFor[Change](), reflect.TypeFor[Rows](), reflect.TypeFor[desk.FloorView](),
	reflect.TypeFor[desk.PresenceView](), reflect.TypeFor[Alarm](), reflect.TypeFor[Problem](),
	reflect.TypeFor[dispatch.PositionView](), reflect.TypeFor[dispatch.JobNews](),
}

func (s *Server) description() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if n, ok := schemaNames[t]; ok {
			return n
		}
		return huma.DefaultSchemaNamer(t, hint)
	})
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Siaga", Version: "1",
				Description: "The 110 emergency call centre. Times are RFC 3339 in UTC, durations whole milliseconds (…Ms), " +
					"lists are never null. A refusal is 409 with a code.",
			},
			Servers: []*huma.Server{{URL: prefix}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"session": {Type: "apiKey", In: "cookie", Name: cookie, Description: "from POST /session"},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
	}
}

// raw gives an operation that huma can't run (a stream, a socket, a file) its handler and its place in the file.
func (s *Server) raw(r chi.Router, method, path, summary string, rl rule, f func(http.ResponseWriter, *http.Request, *caller)) {
	op := operation(method, path, summary, rl)
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			op.Parameters = append(op.Parameters, &huma.Param{
				Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
			})
		}
	}
	ok := &huma.Response{Description: "OK"}
	status := "200"
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	switch path {
	case "/stream":
		ok.Description = "events snapshot (Snapshot), change (Change, with an id for Last-Event-ID), short (the same, its value only the part of a LiveCall that other seats need: to be laid over what is known of it), now (Change: what concerns the own seat, ahead of its change), rows (Rows); a comment each 10 s"
		ok.Content = map[string]*huma.MediaType{"text/event-stream": text}
	case "/line":
		status, ok.Description = "101", "Switching Protocols"
		op.Description = lineMessages
	case "/offices/{id}/sheet.csv", "/offices/{id}/fairness.csv":
		ok.Content = map[string]*huma.MediaType{"text/csv": text}
		for _, name := range []string{"from", "to"} {
			op.Parameters = append(op.Parameters, &huma.Param{
				Name: name, In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString}, Description: "a day like 2026-11-23",
			})
		}
	case "/offices/{id}/case-file":
		ok.Content = map[string]*huma.MediaType{"application/zip": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
		wish := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[CaseWish](), true, "CaseWish")
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: wish}}}
	case "/areas":
		ok.Content = map[string]*huma.MediaType{"application/geo+json": {Schema: &huma.Schema{Type: huma.TypeObject}}}
	case "/map/file":
		ok.Content = map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	case "/job/pictures":
		job := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[dispatch.JobCard](), true, "Job")
		ok.Content = map[string]*huma.MediaType{"application/json": {Schema: job}}
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for kind := range pictureKinds {
			op.RequestBody.Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
	case "/incidents/{id}/pictures/{hash}":
		ok.Content = map[string]*huma.MediaType{"image/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	case "/calls/{id}/tape":
		ok.Content = map[string]*huma.MediaType{"audio/wav": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "reason", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString, MinLength: ptr(3), MaxLength: ptr(500)},
			Description: "why; it is written down",
		})
	}
	problem := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	op.Responses = map[string]*huma.Response{status: ok, "default": {
		Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
	}}
	s.api.OpenAPI().AddOperation(&op)
	h := s.guarded(&rl, f)
	r.MethodFunc(method, path, h)
	if method == http.MethodGet && (path == "/calls/{id}/tape" || path == "/map/file") {
		r.MethodFunc(http.MethodHead, path, h)
	}
}

const lineMessages = `JSON messages, each an object with t. The page says:
offer {sdp}, complete, with all candidates; beat {level, loss, jitterMs} each second; rang {call, offer} when it rings.
The server says: answer {sdp}; error {code, text}; beat {at} each second; ring {call, offer, kind, until};
stop {call, offer, why}; mic {on}; tone {} when the test tone starts; moved {} when another page took the seat over.
Three seconds without a message of the page after its first beat, or a closed socket, and the seat's line counts as lost.`

// describe finishes the OpenAPI file and serves it.
func (s *Server) describe(r chi.Router) {
	schemas := s.api.OpenAPI().Components.Schemas
	for _, t := range inStream {
		schemas.Schema(t, true, t.Name())
	}
	file, err := s.openAPI()
	if err != nil {
		panic(err) // impossible: the test that compares it has run
	}
	r.Get("/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(file) // the browser went away: nothing to do
	})
}

// openAPI is the description as a file, with what huma doesn't say: a pointer to a thing may be null.
func (s *Server) openAPI() ([]byte, error) {
	api := s.api.OpenAPI()
	raw, err := json.Marshal(api)
	if err != nil {
		return nil, fmt.Errorf("write openapi.json: %w", err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read openapi.json: %w", err)
	}
	components, _ := doc["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for name, v := range schemas {
		schema, _ := v.(map[string]any)
		props, _ := schema["properties"].(map[string]any)
		if t := api.Components.Schemas.TypeFromRef("#/components/schemas/" + name); t != nil {
			nullable(t, props)
		}
		for p, v := range props {
			if words := enums[name+"."+p]; words != nil {
				prop, _ := v.(map[string]any)
				prop["enum"] = words
			}
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("write openapi.json: %w", err)
	}
	return out.Bytes(), nil
}

// nullable lets each field that is a pointer to a struct be null as well.
func nullable(t reflect.Type, props map[string]any) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			nullable(f.Type, props)
			continue
		}
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		ref, _ := props[name].(map[string]any)
		thing := f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct && f.Type.Elem() != reflect.TypeFor[time.Time]()
		if thing && ref["$ref"] != nil && rest == "" {
			props[name] = map[string]any{"anyOf": []any{ref, map[string]any{"type": "null"}}}
		}
	}
}
