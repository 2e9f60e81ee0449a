package sip

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Causes of Q.850 that we name.
const (
	normalClearing   = 16
	userBusy         = 17
	noUserResponding = 18
	noAnswer         = 19
	callRejected     = 21
	notInService     = 27
	noCircuit        = 34
	congestion       = 42
	temporaryFailure = 41
	incompatible     = 88
	timerExpired     = 102
)

// reason tells the far end's network why we hang up (RFC 3326).
func reason(cause int) sip.Header {
	if cause == 0 {
		cause = normalClearing
	}
	return sip.NewHeader("Reason", "Q.850;cause="+strconv.Itoa(cause))
}

// causeOf is the cause of Q.850 that a BYE or CANCEL gives, else otherwise.
func causeOf(req *sip.Request, otherwise int) int {
	for _, h := range req.GetHeaders("Reason") {
		for _, v := range splitOutside(h.Value(), ',') {
			protocol, params, _ := strings.Cut(v, ";")
			if !strings.EqualFold(strings.TrimSpace(protocol), "Q.850") {
				continue
			}
			for p := range strings.SplitSeq(params, ";") {
				k, n, _ := strings.Cut(p, "=")
				if c, err := strconv.Atoi(strings.TrimSpace(n)); err == nil && strings.EqualFold(strings.TrimSpace(k), "cause") && c > 0 && c < 128 {
					return c
				}
			}
		}
	}
	return otherwise
}

// causeOfStatus is the cause of Q.850 that a final status stands for (RFC 3398 8.2.6.1), 0 when none fits.
func causeOfStatus(status int) int {
	switch status {
	case 486, 600:
		return userBusy
	case 408:
		return noUserResponding
	case 480:
		return noAnswer
	case 403, 603:
		return callRejected
	case 404, 604:
		return 1 // unallocated number
	case 502:
		return notInService
	case 503:
		return temporaryFailure
	case 487:
		return normalClearing
	}
	return 0
}
