package sip

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// content is what a request's body holds for us.
type content struct {
	sdp      []byte
	location []byte // PIDF-LO
}

// errContent says that the body is of a kind that we can't read: 415.
var errContent = errors.New("unknown content")

// errBody says that the body isn't what its type promises: 400.
var errBody = errors.New("malformed body")

// acceptLine is what a 415 tells (RFC 3261 21.4.13).
const acceptLine = "application/sdp, multipart/mixed, application/pidf+xml"

// maxParts is far more parts than a call from a phone has.
const maxParts = 20

// contentOf takes SDP and location out of a request, from a multipart body too (RFC 5621, RFC 6442).
func contentOf(req sip.Message) (content, error) {
	var c content
	body := req.Body()
	if len(body) == 0 {
		return c, nil
	}
	if enc := header(req, "Content-Encoding", "e"); enc != "" && !strings.EqualFold(enc, "identity") {
		return c, errContent
	}
	kind := header(req, "Content-Type", "c")
	if kind == "" {
		return c, errContent
	}
	err := c.take(kind, header(req, "Content-Disposition"), body, 0)
	return c, err
}

// take sorts one body or part of a body.
func (c *content) take(kind, disposition string, body []byte, depth int) error {
	mediaType, params, err := mime.ParseMediaType(kind)
	if err != nil {
		return errContent
	}
	switch {
	case mediaType == "application/sdp":
		if c.sdp == nil {
			c.sdp = body
		}
		return nil
	case mediaType == "application/pidf+xml":
		if c.location == nil {
			c.location = body
		}
		return nil
	case strings.HasPrefix(mediaType, "multipart/"):
		if params["boundary"] == "" || depth > 2 {
			return errBody
		}
		return c.takeParts(body, params["boundary"], depth)
	}
	if depth > 0 || optional(disposition) {
		// RFC 5621 3: a part of a multipart/mixed that we don't know only matters when it says so.
		if depth > 0 && required(disposition) {
			return errContent
		}
		return nil
	}
	return errContent
}

func (c *content) takeParts(body []byte, boundary string, depth int) error {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts {
		part, err := r.NextRawPart()
		if err == io.EOF { //nolint:errorlint // a wrapped one means that the last boundary is missing
			return nil
		}
		if err != nil {
			if c.sdp != nil {
				return nil // cut off behind what a call needs: a citizen's call isn't refused for that
			}
			return errBody
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return errBody
		}
		kind := part.Header.Get("Content-Type")
		if kind == "" {
			kind = "text/plain" // RFC 2046 5.1
		}
		if err := c.take(kind, part.Header.Get("Content-Disposition"), text, depth+1); err != nil {
			return err
		}
	}
	return errBody
}

func optional(disposition string) bool {
	_, params, err := mime.ParseMediaType(disposition)
	return err == nil && strings.EqualFold(params["handling"], "optional")
}

func required(disposition string) bool {
	_, params, err := mime.ParseMediaType(disposition)
	return err == nil && strings.EqualFold(params["handling"], "required")
}

// header is the first value of a header by any of its names, "" when it isn't there.
func header(req sip.Message, names ...string) string {
	for _, name := range names {
		for _, h := range req.GetHeaders(name) {
			return h.Value()
		}
	}
	return ""
}

// headerList is all values of a comma-separated header of plain tokens, in lower case.
func headerList(req sip.Message, names ...string) []string {
	var list []string
	for _, name := range names {
		for _, h := range req.GetHeaders(name) {
			for v := range strings.SplitSeq(h.Value(), ",") {
				if v = strings.ToLower(strings.TrimSpace(v)); v != "" {
					list = append(list, v)
				}
			}
		}
	}
	return list
}
