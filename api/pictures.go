package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
)

// Files keeps pictures and spoken notes under the hash of what they hold (tape.Files).
type Files interface {
	// Put keeps what r has, at most most bytes, and gives its hex SHA-256 and length.
	Put(r io.Reader, most int64) (hash string, n int64, err error)
	// Read gives one that still is what was kept; fs.ErrNotExist when there is none.
	Read(hash string) ([]byte, error)
}

const (
	pictureMax    = 12 << 20 // a phone's photo as it was taken, or ten minutes of speech
	pictureWithin = 3 * time.Minute
	// How many a person may send: a scene has some dozens, and the disk is everybody's.
	pictureRate, pictureBurst = 0.5, 60
)

// pictureKinds are what may be kept: the kind that is claimed, and what the first bytes look like then.
var pictureKinds = map[string]string{
	"image/jpeg": "image/jpeg", "image/png": "image/png", "image/webp": "image/webp",
	"audio/webm": "video/webm", "audio/mp4": "video/mp4", "audio/ogg": "application/ogg",
}

func (s *Server) pictureOps(r chi.Router) {
	const path = "/job/pictures"
	s.raw(r, http.MethodPost, path, "Keep a picture or a spoken note for the own job: the body is the file", rule{roles: patrol}, s.takePicture)
	op := s.api.OpenAPI().Paths[path].Post
	for name, doc := range map[string]string{
		"incident": "the job that is meant", "key": "made by the phone: the same again changes nothing",
		"takenAt": "when, by the server's clock as the phone knows it (RFC 3339); now when left out", "sha256": "of the body, hex",
		"caption": "at most 500 letters",
	} {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: name, In: "query", Required: name == "incident" || name == "sha256", Description: doc, Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	slices.SortFunc(op.Parameters, func(a, b *huma.Param) int { return strings.Compare(a.In+a.Name, b.In+b.Name) })
	s.raw(r, http.MethodGet, "/incidents/{id}/pictures/{hash}", "A picture or a spoken note of an incident; it is written down who looks",
		rule{roles: workers, of: incidentPath}, s.picture)
}

// takePicture answers with the job. Refusals keep nothing that anybody is told of.
func (s *Server) takePicture(w http.ResponseWriter, r *http.Request, c *caller) {
	q := r.URL.Query()
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	looks, known := pictureKinds[kind]
	press := dispatch.Press{Key: q.Get("key")}
	var err error
	if at := q.Get("takenAt"); at != "" {
		press.At, err = time.Parse(time.RFC3339Nano, at)
	}
	switch {
	case s.cfg.Files == nil:
		write(w, problem(http.StatusConflict, "no_pictures"))
		return
	case !known:
		write(w, problem(http.StatusUnsupportedMediaType, "picture_kind"))
		return
	case err != nil || len(press.Key) > 64 || utf8.RuneCountInString(q.Get("caption")) > 500:
		write(w, problem(http.StatusUnprocessableEntity, "bad_input"))
		return
	case !s.limits.take("f "+string(c.Person.ID), pictureRate, pictureBurst, s.cfg.Now()):
		write(w, tooMany())
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(pictureWithin)) // what can't is a test's recorder
	in := bufio.NewReader(http.MaxBytesReader(w, r.Body, pictureMax))
	if head, _ := in.Peek(512); http.DetectContentType(head) != looks {
		write(w, problem(http.StatusUnsupportedMediaType, "picture_kind"))
		return
	}
	hash, n, err := s.cfg.Files.Put(in, pictureMax)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		write(w, problem(http.StatusRequestEntityTooLarge, "picture_large"))
		return
	case err != nil:
		s.cfg.Log.Error("a picture can't be kept", "err", err)
		write(w, problem(http.StatusServiceUnavailable, "slow"))
		return
	case !strings.EqualFold(hash, q.Get("sha256")):
		write(w, problem(http.StatusUnprocessableEntity, "picture_hash"))
		return
	}
	job, err := s.cfg.Dispatch.PictureJob(r.Context(), c.Person.ID, dispatch.Picture{
		ID: incident.ID(q.Get("incident")), Hash: hash, Ref: hash, Type: kind, Bytes: n, Caption: strings.TrimSpace(q.Get("caption")),
	}, press)
	if err != nil {
		write(w, s.problemOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(job) // the phone went away: it asks again
}

func (s *Server) picture(w http.ResponseWriter, r *http.Request, c *caller) {
	id, hash := incident.ID(r.PathValue("id")), r.PathValue("hash")
	list := []dispatch.PictureView{}
	if full, ok := s.cfg.Dispatch.Get(id); ok { // the rule has seen that they may read it
		list = full.Pictures
	} else if past, err := s.cfg.View.Incident(r.Context(), c.Person.Office, c.Person.ID, id); err == nil {
		list = dispatch.PicturesOf(past.Whole)
	}
	i := slices.IndexFunc(list, func(p dispatch.PictureView) bool { return p.Hash == hash })
	if i < 0 || s.cfg.Files == nil {
		write(w, problem(http.StatusNotFound, "not_found"))
		return
	}
	raw, err := s.cfg.Files.Read(list[i].Ref)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		write(w, problem(http.StatusNotFound, "not_found"))
		return
	case err != nil: // it isn't what was kept: nobody is shown something else as evidence
		s.cfg.Log.Error("a picture is damaged", "incident", id, "hash", hash, "err", err)
		write(w, problem(http.StatusInternalServerError, "picture_damaged"))
		return
	}
	s.noteRead(c, "picture", string(id), hash)
	h := w.Header()
	h.Set("Content-Type", list[i].Type)
	h.Set("Content-Disposition", `inline; filename="`+fileName(string(id))+"-"+hash[:8]+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(raw))
}
