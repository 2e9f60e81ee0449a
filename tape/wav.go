package tape

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The sound of a tape: A-law, 8000 frames a second of two sides, caller left and officer right.
const (
	rate       = 8000
	frame      = 2            // bytes: a sample of each side
	second     = rate * frame // bytes
	headerSize = 58
)

// header is a RIFF/WAVE header for data of so many bytes: format 6 (A-law) with the fact chunk that formats other than
// PCM must have (Multimedia Programming Interface 1.0, new WAVE types).
func header(data int64) []byte {
	n := uint32(min(data, math.MaxUint32-headerSize))
	h := make([]byte, 0, headerSize)
	le := binary.LittleEndian
	h = append(h, "RIFF"...)
	h = le.AppendUint32(h, headerSize-8+n)
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, 18)
	h = le.AppendUint16(h, 6) // A-law
	h = le.AppendUint16(h, 2) // sides
	h = le.AppendUint32(h, rate)
	h = le.AppendUint32(h, second)
	h = le.AppendUint16(h, frame)
	h = le.AppendUint16(h, 8) // bits a sample
	h = le.AppendUint16(h, 0) // no more of fmt
	h = append(h, "fact"...)
	h = le.AppendUint32(h, 4)
	h = le.AppendUint32(h, n/frame)
	h = append(h, "data"...)
	return le.AppendUint32(h, n)
}

var errHeader = errors.New("not the header of a tape")

// dataSize reads how much data a header announces.
func dataSize(h []byte) (int64, error) {
	if len(h) < headerSize {
		return 0, fmt.Errorf("%w: %d bytes", errHeader, len(h))
	}
	n := int64(binary.LittleEndian.Uint32(h[headerSize-4:]))
	if string(h[:headerSize]) != string(header(n)) {
		return 0, errHeader
	}
	return n, nil
}
