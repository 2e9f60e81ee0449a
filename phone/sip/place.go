package sip

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// parsePlace finds the first circle, ellipse or point of a PIDF-LO document (RFC 5491 5, GeoShape). It takes only
// WGS 84 in two or three dimensions; nil when there is none that can be shown.
func parsePlace(doc []byte) *phone.Place {
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.Strict = true
	var (
		place      *phone.Place
		shape      string
		pos        string
		radius     float64
		confidence int
	)
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch name := t.Name.Local; name {
			case "Circle", "Point", "Sphere", "Ellipse", "Ellipsoid":
				if shape == "" && place == nil && worldGrid(t.Attr) {
					shape, pos, radius = name, "", 0
				}
			case "pos":
				if shape != "" && pos == "" {
					pos = textOf(d)
				}
			case "radius", "semiMajorAxis":
				if shape != "" {
					radius, _ = strconv.ParseFloat(textOf(d), 64)
				}
			case "confidence": // RFC 7459
				if n, err := strconv.ParseFloat(textOf(d), 64); err == nil && n > 0 && n <= 100 {
					confidence = int(math.Round(n))
				}
			}
		case xml.EndElement:
			if t.Name.Local == shape {
				place = placeAt(pos, radius)
				shape = ""
			}
		}
	}
	if place != nil {
		place.Confidence = confidence
	}
	return place
}

// worldGrid says whether coordinates are latitude, longitude on WGS 84 (RFC 5491 5.1).
func worldGrid(attrs []xml.Attr) bool {
	for _, a := range attrs {
		if a.Name.Local == "srsName" {
			return strings.HasSuffix(a.Value, ":4326") || strings.HasSuffix(a.Value, ":4979")
		}
	}
	return true
}

// textOf reads up to the next tag.
func textOf(d *xml.Decoder) string {
	tok, err := d.Token()
	if err != nil {
		return ""
	}
	if text, ok := tok.(xml.CharData); ok {
		return strings.TrimSpace(string(text))
	}
	return ""
}

// earth is half the way round it: no place is less known than that.
const earth = 20_000_000

func placeAt(pos string, radius float64) *phone.Place {
	f := strings.Fields(pos)
	if len(f) < 2 {
		return nil
	}
	lat, err1 := strconv.ParseFloat(f[0], 64)
	lon, err2 := strconv.ParseFloat(f[1], 64)
	if err1 != nil || err2 != nil || !(math.Abs(lat) <= 90) || !(math.Abs(lon) <= 180) || !(radius >= 0 && radius <= earth) {
		return nil
	}
	return &phone.Place{At: office.Point{Lat: lat, Lng: lon}, Radius: office.Metres(radius)}
}
