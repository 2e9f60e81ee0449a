package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/siaga110/siaga/office"
)

// none is an input or output without anything.
type none struct{}

// out is an answer with a body.
type out[T any] struct{ Body T }

// body is an input with a body only.
type body[T any] struct{ Body T }

// idPath is an input that names one thing.
type idPath struct {
	ID string `path:"id" maxLength:"100"`
}

// idBody is an input that names one thing and says something about it.
type idBody[T any] struct {
	ID   string `path:"id" maxLength:"100"`
	Body T
}

// bodyMax is the largest body of a request: a report with 8,000 letters of summary has room.
const bodyMax = 64 << 10

// operation describes one. The id is made from method and path, so that it never surprises.
func operation(method, path, summary string, r rule) huma.Operation {
	id := strings.ToLower(method)
	for part := range strings.SplitSeq(strings.NewReplacer("{", "", "}", "").Replace(path), "/") {
		if part != "" {
			id += "-" + part
		}
	}
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: bodyMax,
		Metadata: map[string]any{"rule": &r}, Extensions: map[string]any{},
	}
	if r.open {
		op.Security = []map[string][]string{}
		op.Extensions["x-siaga-open"] = true
	} else {
		op.Security = []map[string][]string{{"session": {}}}
		op.Extensions["x-siaga-roles"] = names(r.roles)
		of := r.of.name
		if of == "" {
			of = ownThings.name
		}
		op.Extensions["x-siaga-of"] = of
	}
	if method != http.MethodGet && !r.signIn {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "X-Siaga-Csrf", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
			Description: "csrf of the session. Without it the answer is 403 csrf.",
		})
	}
	if needsKey(method, &r) {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: keyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(100)},
			Description: "A new one for each command. The same key again gets the answer of the first time, for 10 minutes.",
		})
	}
	return op
}

func names(roles []office.Role) []string {
	list := make([]string, len(roles))
	for i, r := range roles {
		list[i] = string(r)
	}
	return list
}

func ptr[T any](v T) *T { return &v }

// register gives an operation its handler. Errors become problems here, in one place.
func register[I, O any](s *Server, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	if reflect.TypeFor[O]() == reflect.TypeFor[none]() {
		op.DefaultStatus = http.StatusNoContent
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		o, err := f(ctx, in)
		if err != nil {
			return nil, s.problemOf(err)
		}
		return o, nil
	})
}
