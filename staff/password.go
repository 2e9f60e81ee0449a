package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id (RFC 9106), the second of OWASP's equal choices: 19 MiB and two passes take about 25 ms, so
// that a shift change of 50 people is over in seconds on one core.
const (
	argonMemory  = 19 << 10 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// hashPassword gives the PHC form: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	sum := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(sum))
}

// matches says whether a password has this hash. It takes its parameters from the hash, so that they may grow.
func matches(phc, password string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version, memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false
	}
	if memory == 0 || memory > 1<<20 || passes == 0 || passes > 16 || threads == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 || len(want) > 128 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// ErrBusy: too many people sign in at this moment.
var ErrBusy = errors.New("staff: too many sign-ins at once")

// hashersQueue is how many may wait for one hasher, about a second's worth.
const hashersQueue = 40

// alone runs f when a hasher is free. It ends with ErrBusy or ctx's error.
func (s *Staff) alone(ctx context.Context, f func()) error {
	if s.waiting.Add(1) > int64(hashersQueue*cap(s.hashers)) {
		s.waiting.Add(-1)
		return ErrBusy
	}
	defer s.waiting.Add(-1)
	select {
	case s.hashers <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.hashers }()
	f()
	return nil
}

// Lengths of passwords, in characters (NIST SP 800-63B 3.1.1.2: length counts, not mixtures).
const (
	passwordMin = 10
	passwordMax = 200
)

// PasswordError says why a new password is refused. Why is "short", "long", "user" (it holds the user name), "same"
// (as before) or "common".
type PasswordError struct{ Why string }

func (e *PasswordError) Error() string { return "staff: password refused: " + e.Why }

// common are those that people try first; all are long enough to pass otherwise.
var common = []string{"password", "katasandi", "1234567890", "0123456789", "qwertyuiop", "indonesia", "polri", "sayangku", "bismillah"}

func checkPassword(password, user string) error {
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	switch {
	case n < passwordMin:
		return &PasswordError{"short"}
	case n > passwordMax:
		return &PasswordError{"long"}
	case len(user) >= 4 && strings.Contains(low, user):
		return &PasswordError{"user"}
	case strings.Trim(low, low[:1]) == "":
		return &PasswordError{"common"}
	}
	rest := low
	for _, c := range common {
		rest = strings.ReplaceAll(rest, c, "")
	}
	if rest != low && utf8.RuneCountInString(rest) < 6 {
		return &PasswordError{"common"}
	}
	return nil
}

// oneTimeLetters can't be mistaken for each other when read aloud or from paper.
const oneTimeLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// oneTimePassword has 59 bits: "k7wm-3xpe-9tgh".
func oneTimePassword() string {
	var b strings.Builder
	one := make([]byte, 1)
	for n := 0; n < 12; {
		rand.Read(one)
		if int(one[0]) >= 256/len(oneTimeLetters)*len(oneTimeLetters) {
			continue // else some letters would come more often
		}
		if n > 0 && n%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(oneTimeLetters[int(one[0])%len(oneTimeLetters)])
		n++
	}
	return b.String()
}
