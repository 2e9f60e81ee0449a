package office

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Spot is a point that somebody typed or said as numbers.
type Spot struct {
	At      Point
	Error   Metres // how far off it may be by the way it was written
	Swapped bool   // it was written longitude first: ask again
	Form    string // "decimal", "degrees" or "plus"
}

var (
	decimals = regexp.MustCompile(`^([-+]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*([NSEWUTB]|LS|LU|BT|BB)?(?:\s*[,;/]\s*|\s+)([-+]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*([NSEWUTB]|LS|LU|BT|BB)?$`)
	sexages  = regexp.MustCompile(`^([-+]?\d{1,3})[°D\s]\s*(\d{1,2}(?:[.,]\d+)?)['M\s]?\s*(?:(\d{1,2}(?:[.,]\d+)?)(?:"|'')?)?\s*([NSEWUTB]|LS|LU|BT|BB)\s*[,;]?\s*([-+]?\d{1,3})[°D\s]\s*(\d{1,2}(?:[.,]\d+)?)['M\s]?\s*(?:(\d{1,2}(?:[.,]\d+)?)(?:"|'')?)?\s*([NSEWUTB]|LS|LU|BT|BB)$`)
	geoURI   = regexp.MustCompile(`^geo:([-+]?\d+(?:\.\d+)?),([-+]?\d+(?:\.\d+)?)`)
	inLink   = regexp.MustCompile(`[@=/]([-+]?\d{1,2}\.\d{3,}),(?:\+|%20)?([-+]?\d{2,3}\.\d{3,})`)
	plusCode = regexp.MustCompile(`^(?i)([23456789CFGHJMPQRVWX]{2,8}\+[23456789CFGHJMPQRVWX]{0,7})(?:[\s,]+(.*))?$`)
)

// ParseSpot reads coordinates in the forms that people and phones use: "-1.2654, 116.8312", "1,2654 LS 116,8312 BT",
// `1°15'55"S 116°49'52"E`, "geo:-1.26,116.83", a map's link, a full plus code ("6PFJPRPH+2J"). Short plus codes need near, a point
// within some 40 km.
func ParseSpot(s string, near *Point) (Spot, bool) {
	t := strings.TrimSpace(s)
	if len(t) > 400 {
		return Spot{}, false
	}
	low := strings.ToLower(t)
	if m := geoURI.FindStringSubmatch(low); m != nil {
		return decimalSpot(m[1], "", m[2], "")
	}
	if strings.HasPrefix(low, "http") {
		if m := inLink.FindStringSubmatch(t); m != nil {
			return decimalSpot(m[1], "", m[2], "")
		}
		return Spot{}, false
	}
	if m := plusCode.FindStringSubmatch(t); m != nil {
		return plusSpot(strings.ToUpper(m[1]), near)
	}
	up := strings.NewReplacer("′", "'", "’", "'", "‘", "'", "″", `"`, "”", `"`, "“", `"`, "º", "°", "˚", "°", "−", "-", "–", "-", "(", "", ")", "").Replace(strings.ToUpper(t))
	for _, w := range []string{"LATITUDE", "LONGITUDE", "LAT", "LNG", "LON", "LINTANG", "BUJUR", "KOORDINAT", ":", "="} {
		up = strings.ReplaceAll(up, w, " ")
	}
	up = strings.TrimSpace(up)
	if m := decimals.FindStringSubmatch(up); m != nil {
		return decimalSpot(m[1], m[2], m[3], m[4])
	}
	if m := sexages.FindStringSubmatch(up); m != nil {
		return degreeSpot(m)
	}
	return Spot{}, false
}

// hemisphere says which axis a letter means and which way. Indonesian: LS, LU, BT, BB; U is utara, T timur, B barat, S selatan.
func hemisphere(h string) (lat bool, sign float64, known bool) {
	switch h {
	case "S", "LS":
		return true, -1, true
	case "N", "U", "LU":
		return true, 1, true
	case "E", "T", "BT":
		return false, 1, true
	case "W", "B", "BB":
		return false, -1, true
	}
	return false, 1, false
}

func decimalSpot(a, ah, b, bh string) (Spot, bool) {
	x, err1 := strconv.ParseFloat(strings.ReplaceAll(a, ",", "."), 64)
	y, err2 := strconv.ParseFloat(strings.ReplaceAll(b, ",", "."), 64)
	if err1 != nil || err2 != nil {
		return Spot{}, false
	}
	digits := func(s string) int {
		if i := strings.IndexAny(s, ".,"); i >= 0 {
			return len(s) - i - 1
		}
		return 0
	}
	off := Metres(kmPerDegree * 1000 / 2 * math.Pow(10, -float64(min(digits(a), digits(b)))))
	return placed(x, ah, y, bh, off, "decimal")
}

func degreeSpot(m []string) (Spot, bool) {
	value := func(d, min, sec string) (float64, bool) {
		v, err := strconv.ParseFloat(d, 64)
		if err != nil {
			return 0, false
		}
		sign := 1.0
		if strings.HasPrefix(d, "-") {
			sign = -1
		}
		for i, s := range []string{min, sec} {
			if s == "" {
				continue
			}
			f, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
			if err != nil || f >= 60 {
				return 0, false
			}
			v += sign * f / math.Pow(60, float64(i+1))
		}
		return v, true
	}
	a, ok1 := value(m[1], m[2], m[3])
	b, ok2 := value(m[5], m[6], m[7])
	off := Metres(30) // a second
	if m[3] == "" || m[7] == "" {
		off = 1000
		if strings.ContainsAny(m[2], ".,") && strings.ContainsAny(m[6], ".,") {
			off = 100
		}
	}
	if !ok1 || !ok2 {
		return Spot{}, false
	}
	return placed(a, m[4], b, m[8], off, "degrees")
}

// placed puts two numbers on the axes that their letters or their size tell.
func placed(a float64, ah string, b float64, bh string, off Metres, form string) (Spot, bool) {
	aLat, aSign, aKnown := hemisphere(ah)
	bLat, bSign, bKnown := hemisphere(bh)
	if aKnown && bKnown && aLat == bLat {
		return Spot{}, false
	}
	if aKnown {
		a = math.Abs(a) * aSign
	}
	if bKnown {
		b = math.Abs(b) * bSign
	}
	s := Spot{At: Point{Lat: a, Lng: b}, Error: off, Form: form}
	switch {
	case aKnown && !aLat || bKnown && bLat:
		s.At = Point{Lat: b, Lng: a} // the letters say so: no doubt
	case !aKnown && !bKnown && !s.At.Indonesia() && (Point{Lat: b, Lng: a}).Indonesia():
		s.At, s.Swapped = Point{Lat: b, Lng: a}, true
	}
	if !s.At.OnEarth() || form == "decimal" && off > 6000 {
		return Spot{}, false // "12 5" is no place
	}
	return s, true
}

// The alphabet of Open Location Codes; its specification is public (google/open-location-code, Apache-2.0), version 1.0.
const plusLetters = "23456789CFGHJMPQRVWX"

// plusSpot decodes a plus code to the middle of its cell.
func plusSpot(code string, near *Point) (Spot, bool) {
	at := strings.IndexByte(code, '+')
	if at%2 != 0 || at < 2 || len(code)-at-1 == 1 {
		return Spot{}, false
	}
	if at < 8 { // short: the missing begin is the reference's
		if near == nil {
			return Spot{}, false
		}
		missing := 8 - at
		head := encodePlus(*near)[:missing]
		s, ok := plusSpot(head+code, nil)
		if !ok {
			return s, false
		}
		size := math.Pow(20, 2-float64(missing)/2) // degrees of the cell that the missing letters choose
		if d := s.At.Lat - near.Lat; d > size/2 {
			s.At.Lat -= size
		} else if d < -size/2 {
			s.At.Lat += size
		}
		if d := s.At.Lng - near.Lng; d > size/2 {
			s.At.Lng -= size
		} else if d < -size/2 {
			s.At.Lng += size
		}
		return s, s.At.OnEarth()
	}
	if at != 8 {
		return Spot{}, false
	}
	letters := strings.Replace(code, "+", "", 1)
	lat, lng, step := -90.0, -180.0, 400.0

	for i := 0; i < min(len(letters), 10); i += 2 {
		step /= 20
		y, x := strings.IndexByte(plusLetters, letters[i]), strings.IndexByte(plusLetters, letters[i+1])
		lat, lng = lat+float64(y)*step, lng+float64(x)*step
	}
	row, col := step, step
	for i := 10; i < len(letters); i++ { // the grid: 5 rows of 4
		row, col = row/5, col/4
		v := strings.IndexByte(plusLetters, letters[i])
		lat, lng = lat+float64(v/4)*row, lng+float64(v%4)*col
	}
	s := Spot{At: Point{Lat: lat + row/2, Lng: lng + col/2}, Error: Metres(row / 2 * kmPerDegree * 1000 * math.Sqrt2), Form: "plus"}
	return s, s.At.OnEarth()
}

// encodePlus is the full code of ten letters for a point, without its plus.
func encodePlus(p Point) string {
	lat, lng := min(max(p.Lat+90, 0), 180-1e-9), math.Mod(p.Lng+540, 360)
	var b strings.Builder
	step := 20.0
	for range 5 {
		y, x := int(lat/step), int(lng/step)
		b.WriteByte(plusLetters[min(y, 19)])
		b.WriteByte(plusLetters[min(x, 19)])
		lat, lng = lat-float64(y)*step, lng-float64(x)*step
		step /= 20
	}
	return b.String()
}
